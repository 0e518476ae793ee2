import FoundationEssentials
import Knowledge
import Records
import Testing

@Suite("Knowledge") struct KnowledgeTests {
    private static let seeds: String = {
        var place = URL(filePath: #filePath)
        for _ in 0..<3 { place.deleteLastPathComponent() }
        return place.appending(path: "seeds").path(percentEncoded: false)
    }()

    @Test func `names, spellings and offices by date`() throws {
        let knowledge = try Knowledge(directory: KnowledgeTests.seeds)
        #expect(knowledge.phrases["U.S."]?.code == "USA" && knowledge.phrases["U.S."]?.kind == .country)
        #expect(knowledge.phrases["Kremlin"]?.code == "RUS")
        #expect(knowledge.phrases["Saint Petersburg"]?.name == "St. Petersburg")
        #expect(knowledge.phrases["Sergey Lavrov"] == knowledge.phrases["Sergei Lavrov"])
        #expect(knowledge.nouns["foreign ministers"]?.noun == "foreign minister")
        let day = try #require(CivilDate(year: 2016, month: 12, day: 30))
        let holder = try #require(knowledge.holder(of: "foreign minister", country: "RUS", on: day))
        #expect(knowledge.people[holder].name == "Sergei Lavrov")
        #expect(knowledge.holder(of: "foreign minister", country: "RUS", on: day.adding(days: -20000)) == nil)
    }

    @Test(arguments: [
        ("countries.tsv", "code\tname\naa\tX\n", "countries.tsv:2: 'aa' is not an ISO"),
        ("countries.tsv", "# a\ncode\tname\nAAA\n", "countries.tsv:3: 1 columns where the table has 2"),
        ("countries.tsv", "code\tname\nAAA\t\n", "countries.tsv:2: column 'name' is empty"),
        ("countries.tsv", "code\tname\nAAA\tX\n", "countries.tsv:2: the table has no column 'leader'"),
        ("countries.tsv", "", "has no line of column names"),
    ])
    func `a wrong row is named with its file and line`(_ file: String, _ text: String, _ message: String) throws {
        let directory = "/tmp/tidings-knowledge-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(file)"))
        let error = #expect(throws: KnowledgeError.self) { try Knowledge(directory: directory) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func `a missing directory says what to do`() {
        let error = #expect(throws: KnowledgeError.self) { try Knowledge(directory: "/nowhere") }
        #expect(error?.description.contains("--seeds") == true)
    }
}

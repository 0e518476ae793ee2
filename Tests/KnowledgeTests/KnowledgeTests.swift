import FoundationEssentials
import Knowledge
import Records
import Testing

@Suite("Knowledge") struct KnowledgeTests {
    static let seeds: String = {
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

@Suite("Coordinates") struct CoordinatesTests {
    private static let knowledge = Result { try Knowledge(directory: KnowledgeTests.seeds) }

    @Test(
        arguments: [
            ("Kyiv", nil, 50.45, 30.52), ("Kiev", "UKR", 50.45, 30.52), ("Aleppo", nil, 36.20, 37.16),
            ("Washington", nil, 38.9, -77.04), ("San Juan", nil, 18.47, -66.11), ("Brasilia", "BRA", -15.78, -47.93),
            // The capital of Antigua and Barbuda, not the city in Newfoundland that shares its name.
            ("St. John's", nil, 17.12, -61.85), ("Colombo", "LKA", 6.93, 79.86),
        ] as [(String, String?, Double, Double)]
    )
    func `places have a point`(_ name: String, _ country: String?, _ latitude: Double, _ longitude: Double) throws {
        let found = try #require(CoordinatesTests.knowledge.get().coordinates(of: name, country: country))
        let expected = try #require(Coordinates(latitude: latitude, longitude: longitude))
        #expect(found.kilometres(to: expected) < 15, "\(name) at \(found)")
    }

    @Test func `countries, unknown places and places of another country have none`() throws {
        let knowledge = try CoordinatesTests.knowledge.get()
        #expect(knowledge.coordinates(of: "Russia", country: "RUS") == nil)
        #expect(knowledge.coordinates(of: "Nowhere at All", country: nil) == nil)
        #expect(knowledge.coordinates(of: "Kyiv", country: "USA") == nil)
        #expect(knowledge.coordinates(of: "St. John's", country: "CAN") != nil)
    }

    @Test func `every capital has a point`() throws {
        let knowledge = try CoordinatesTests.knowledge.get()
        let capitals = knowledge.phrases.filter { $0.value.kind == .capital }
        #expect(capitals.count > 200)
        #expect(
            capitals.filter { knowledge.coordinates(of: $0.key, country: $0.value.code) == nil }.keys.sorted() == []
        )
    }

    @Test func `distances`() throws {
        // Kyiv to Moscow, on the sphere: 755 km.
        let (kyiv, moscow) = (
            Coordinates(latitude: 50.45, longitude: 30.52)!, Coordinates(latitude: 55.75, longitude: 37.62)!
        )
        #expect(abs(kyiv.kilometres(to: moscow) - 755) < 4)
        #expect(kyiv.kilometres(to: kyiv) == 0)
        // Over the date line: two degrees of longitude on the equator.
        let (west, east) = (Coordinates(latitude: 0, longitude: 179)!, Coordinates(latitude: 0, longitude: -179)!)
        #expect(abs(west.kilometres(to: east) - 222.4) < 0.1)
        #expect(Coordinates(latitude: 91, longitude: 0) == nil && Coordinates(latitude: .nan, longitude: 0) == nil)
    }
}

import FoundationEssentials
import Glibc
import Records
import Settings
import Testing

@testable import Ingest

@Suite("Settings files") struct SettingsTests {
    private func sources(_ text: String) throws(SettingsError) -> SourceDefaults {
        try SourceDefaults(YAMLFile(name: "sources.yaml", text: text))
    }

    private static let good = """
        # Folders of the inbox.
        reuters:
          source: Reuters
          language: en
        nrk:
          source: "NRK: Nyheter"
          language: no
          author: NTB
        """

    @Test func `what the article does not state is filled, and it is told`() throws {
        let defaults = try sources(SettingsTests.good)
        var article = Article(sha256: String(repeating: "0", count: 64), format: .text, text: "Text.")
        article.author = "A. Writer"
        let filled = defaults.fill(&article, from: "nrk")
        #expect(article.source == "NRK: Nyheter")
        #expect(article.language == "no", "YAML 1.1 reads a bare no as false")
        #expect(article.author == "A. Writer", "what the article states wins")
        #expect(filled.map(\.member) == [.source, .language] && filled.allSatisfy { $0.folder == "nrk" })
        var other = Article(sha256: String(repeating: "0", count: 64), format: .text, text: "Text.")
        #expect(defaults.fill(&other, from: nil).isEmpty && defaults.fill(&other, from: "ap").isEmpty)
        #expect(other.source == nil)
    }

    @Test func `an empty file has no sources`() throws {
        #expect(try sources("").folders.isEmpty)
        #expect(try sources("# nothing yet\n").folders.isEmpty)
    }

    @Test(
        arguments: [
            ("reuters:\n  langauge: en\n", 2, "'langauge' is not known"),
            ("reuters:\n  source: Reuters\nreuters:\n  source: X\n", nil, "twice"),
            ("reuters: Reuters\n", 1, "mapping"),
            ("- reuters\n", 1, "mapping"),
            ("reuters:\n  language: english language\n", 2, "language tag"),
            ("reuters:\n  language: e\n", 2, "language tag"),
            ("reuters:\n  source:\n", 2, "no value"),
            ("reuters:\n  source: [a]\n", 2, "takes one value"),
            ("reuters:\n  source: \"a\\nb\"\n", 2, "one line"),
            ("a/b:\n  source: X\n", 1, "cannot be a folder"),
            (".git:\n  source: X\n", 1, "cannot be a folder"),
            ("reuters:\n  source: 'Reuters\n", nil, "quote"),
            ("reuters:\n source: a\n  author: b\n", 3, "correct it"),
        ] as [(String, Int?, String)]
    )
    func `a wrong file is refused with the line and what to do`(_ text: String, _ line: Int?, _ part: String) {
        let error = #expect(throws: SettingsError.self) { try sources(text) }
        if let line { #expect(error?.line == line) }
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
        #expect(error?.description.hasPrefix("sources.yaml") == true)
    }

    @Test func `a file that changes is read again, and a wrong one keeps the old`() throws {
        let path = "/tmp/tidings-sources-\(getpid()).yaml"
        defer { unlink(path) }
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) }
        let parse: SettingsFile<SourceDefaults>.Parse = { (file) throws(SettingsError) in try SourceDefaults(file) }
        #expect(throws: SettingsError.self) {
            try SettingsFile(path, isRequired: true, empty: SourceDefaults(), parse: parse)
        }
        var file = try SettingsFile(path, isRequired: false, empty: SourceDefaults(), parse: parse)
        #expect(file.value.folders.isEmpty)
        try write("a:\n  source: One\n")
        guard case .read = file.refresh() else { Issue.record("not read"); return }
        guard case .same = file.refresh() else { Issue.record("read without need"); return }
        try write("a:\n  sorce: Two\n")
        guard case .wrong(let error) = file.refresh() else { Issue.record("not refused"); return }
        #expect(error.line == 2 && file.problem != nil)
        #expect(file.value.folders["a"] == [.source: "One"])
        unlink(path)
        guard case .wrong = file.refresh() else { Issue.record("a file that went is not told"); return }
        #expect(file.value.folders["a"] == [.source: "One"])
        try write("a:\n  source: Three\n")
        guard case .read = file.refresh() else { Issue.record("not read again"); return }
        #expect(file.value.folders["a"] == [.source: "Three"] && file.problem == nil)
    }
}

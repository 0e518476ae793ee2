import FoundationEssentials
import TestSupport
import Testing

/// `tidings explain`, `export` and `seeds check` as a person runs them: the real program.
@Suite("Explain") struct ExplainTests {
    private let report =
        "Serbia called the Croatian decision illegal. Poland threatened to expel 35 Russian diplomats.\n"

    private func withReport(_ body: (String) throws -> Void) throws {
        let path = "/tmp/tidings-explain-\(UUID().uuidString).txt"
        try Data(report.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test func `an event is explained by its words, its frame and what decided its status`() throws {
        try withReport { path in
            let run = try LiveStack.tool(["explain", path])
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.contains("‹Serbia› [called] the «Croatian» decision illegal."), "\(run.output)")
            #expect(run.output.contains("SANCTION/expel POL>RUS threatened"))
            #expect(run.output.contains("frame     expel-diplomat"))
            #expect(run.output.contains("none: no place in the clause"))
        }
    }

    @Test func `the page marks the article up and loads nothing`() throws {
        try withReport { path in
            let run = try LiveStack.tool(["explain", "--html", path])
            #expect(run.status == 0 && run.output.contains("<mark class=\"actor\">Serbia</mark>"), "\(run.output)")
            #expect(
                !run.output.contains("http://") && !run.output.contains("https://") && !run.output.contains("<script")
            )
        }
    }

    @Test func `what is neither a file nor an event is named`() throws {
        let run = try LiveStack.tool(["explain", "--html", "no-such-file"])
        #expect(run.status != 0 && run.output.contains("no-such-file"), "\(run.output)")
    }

    @Test func `records are exported from what extract prints`() throws {
        try withReport { path in
            let coded = try LiveStack.tool(["extract", "--output", "jsonl", path])
            let run = try LiveStack.tool(["export", "--format", "icews"], input: coded.output)
            #expect(run.status == 0, "\(run.output)")
            #expect(
                run.output.contains("THREATEN") && !run.output.contains("SANCTION"),
                "a threatened expulsion is none"
            )
            #expect(run.output.contains("left out"), "and that is said")
            let wrong = try LiveStack.tool(["export", "--format", "icews"], input: "no json\n")
            #expect(wrong.status != 0 && wrong.output.contains(":1: not a JSON object"), "\(wrong.output)")
        }
    }

    @Test func `the tables that are shipped are sound`() throws {
        let run = try LiveStack.tool(["seeds", "check"])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("event frames") && run.output.contains("people with offices"))
        let missing = try LiveStack.tool(["seeds", "check", "--seeds", "/no/such/seeds"])
        #expect(missing.status != 0 && missing.output.contains("/no/such/seeds"), "\(missing.output)")
    }
}

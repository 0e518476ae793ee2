import FoundationEssentials
import Records
import ServiceSupport
import TestSupport
import Testing

/// From a dropped article to the alert at a subscriber and the brief of a desk, with the rules that come along.
@Suite("Alerts and briefs", .timeLimit(.minutes(3)), .serialized) struct AlertTests {
    @Test func `an expulsion alerts a subscriber once, with its sentence, and a proposed one nobody`() throws {
        let stack = try LiveStack("alerts", arguments: ["--settle", "100"], rules: true)
        let done = "Russia expelled 35 American diplomats on Friday, the foreign ministry in Moscow said."
        try stack.drop(
            article("Talk", "Sergei Lavrov proposed that Moscow expel 31 British diplomats."),
            as: "talk.txt"
        )
        try stack.drop(article("Expulsions", done), as: "done.txt")
        try stack.drop(
            article("Again", "Moscow said that Russia expelled 35 American diplomats on Friday."),
            as: "again.txt"
        )
        #expect(try entries(stack, 3, "type=article").count == 3)
        let alert = try #require(try entries(stack, 1, "type=alert rule=expulsions").first)["data"]
        #expect(alert["rule"].text == "expulsions" && alert["severity"].text == "high")
        #expect(alert["title"].text?.contains("expels diplomats") == true)
        // Evidence is the event and its sentence, and both are in the log.
        let event = try #require(alert["evidence"].list.first?["event"].text)
        let sanctions = try entries(stack, 2, "event=SANCTION status=happened").map { $0["data"]["id"].text }
        #expect(sanctions.contains(event))
        #expect(alert["evidence"].list.first?["text"].text?.contains("35 American diplomats") == true)
        // What fires, fires within a second; nothing more has come of the copy and of the proposal.
        Monotonic.sleep(milliseconds: 1000)
        #expect(try entries(stack, 1, "type=alert rule=expulsions").count == 1)

        let brief = try stack.tool([
            "brief", "--dyad", "RUS-USA", "--since", "2016-12-25", "--until", "2016-12-31", "--format", "json",
        ])
        #expect(brief.status == 0, "\(brief.output)")
        let document = try JSON.decode(Tree.self, from: Array(brief.output.utf8))
        let sentences = document["summary"].list + document["events"].list
        #expect(!document["summary"].list.isEmpty && !document["events"].list.isEmpty)
        let records = try entries(stack, 4, "").map { $0["data"] }
        let known = Set(records.flatMap { [$0["id"].text, $0["article"]["id"].text].compactMap { $0 } })
        for sentence in sentences {
            let cited = sentence["citations"].list.filter { ["article", "event"].contains($0["kind"].text) }
            #expect(!cited.isEmpty && cited.allSatisfy { known.contains($0["id"].text ?? "") }, "\(sentence)")
        }
        let none = try stack.tool(["brief", "--dyad", "RUS-FRA", "--since", "2016-12-25", "--until", "2016-12-31"])
        #expect(none.status == 1 && none.output.contains("nothing about"), "\(none.output)")
    }

    private func article(_ title: String, _ body: String) -> String {
        "Title: \(title)\nDate: 2016-12-30\nSource: \(title)\n\n\(body)\n"
    }

    /// The log's entries of a filter, once there are so many.
    private func entries(_ stack: LiveStack, _ least: Int, _ filter: String) throws -> [Tree] {
        let deadline = Monotonic.milliseconds() + 30_000
        while true {
            let entries = try stack.tool([
                "subscribe", "--from", "start", "--idle", "0.5", "--output", "jsonl", "--where", filter,
            ])
            .output.split(separator: "\n").map { try JSON.decode(Tree.self, from: Array($0.utf8)) }
            if entries.count >= least || Monotonic.milliseconds() > deadline { return entries }
        }
    }
}

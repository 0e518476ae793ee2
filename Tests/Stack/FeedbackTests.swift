import FoundationEssentials
import Postgres
import ServiceSupport
import TestSupport
import Testing

/// What a person says is wrong: it goes through the log into the tables, and holds for later versions of the article.
@Suite("Feedback", .timeLimit(.minutes(3)), .serialized) struct FeedbackTests {
    private struct Entry: Decodable {
        struct Data: Decodable {
            var id: String
            var event: String?
            var status: String?
            var reason: String?
            var corrects: String?
            var retracts: String?
        }
        var type: String
        var data: Data
    }

    private static let expulsion = "Russia expelled 35 American diplomats on Friday."
    private static let condemnation = "Germany condemned the attack in Kabul on Friday."

    private func article(_ body: String) -> String {
        "Title: Expulsions\nDate: 2016-12-30\nSource: Wire\nURL: https://wire.example/1\n\n\(body)\n"
    }

    private func log(_ stack: LiveStack, until isDone: ([Entry]) -> Bool) throws -> [Entry] {
        let deadline = Monotonic.milliseconds() + 30_000
        while true {
            let entries = try stack.tool(["subscribe", "--from", "start", "--idle", "0.5", "--output", "jsonl"]).output
                .split(separator: "\n").map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
            if isDone(entries) { return entries }
            guard Monotonic.milliseconds() < deadline else { throw LiveStack.Failure("\(entries)") }
        }
    }

    private func articles(_ entries: [Entry]) -> Int { entries.count { $0.type == "tidings.article.v1" } }

    private func wait(for query: SQL, toBe wanted: Int, _ stack: LiveStack) throws {
        var found = -1
        for _ in 0..<200 {
            found = try Database.number(query, stack)
            if found == wanted { break }
            Monotonic.sleep(milliseconds: 50)
        }
        #expect(found == wanted, "\(query.text)")
    }

    @Test func `feedback corrects and retracts, and later versions do not bring the mistakes back`() throws {
        let stack = try LiveStack("feedback", arguments: ["--settle", "100"])
        try stack.drop(article("\(Self.expulsion) \(Self.condemnation)"), as: "one.txt")
        let first = try log(stack) { articles($0) == 1 }
        let events = first.filter { $0.type == "tidings.event.v1" }.map(\.data)
        let sanction = try #require(events.first { $0.event == "SANCTION" })
        let other = try #require(events.first { $0.event == "ACCUSE" }, "\(events)")

        let corrected = try stack.tool([
            "feedback", "add", sanction.id, "--wrong", "status", "--because", "it \"only\" said so", "--set",
            "status=announced", "--by", "desk",
        ])
        #expect(corrected.status == 0 && corrected.output.hasPrefix("corrected"), "\(corrected.output)")
        let retracted = try stack.tool([
            "feedback", "add", other.id, "--wrong", "not-an-event", "--because", "a headline",
        ])
        #expect(retracted.status == 0 && retracted.output.hasPrefix("retracted"), "\(retracted.output)")

        let second = try log(stack) { $0.count == first.count + 2 }
        let change = try #require(second.first { $0.type == "tidings.event.corrected.v1" }?.data)
        #expect(change.corrects == sanction.id && change.status == "announced")
        #expect(change.reason == "feedback: it \"only\" said so")
        let end = try #require(second.first { $0.type == "tidings.event.retracted.v1" }?.data)
        #expect(end.retracts == other.id && end.reason == "feedback: a headline")
        try wait(
            for: "select count(*) from report where id = \(change.id)::text::uuid and status = 'announced'",
            toBe: 1,
            stack
        )
        try wait(for: "select count(*) from report", toBe: events.count - 1, stack)
        try wait(
            for: "select count(*) from dyad_day where event = 'SANCTION' and status = 'happened'",
            toBe: 0,
            stack
        )

        // A later version with the same sentences: coded in the same wrong way, and put right.
        try stack.drop(article("\(Self.expulsion) \(Self.condemnation) More is to follow."), as: "two.txt")
        let third = try log(stack) { articles($0) == 2 }.dropFirst(second.count)
        #expect(!third.contains { $0.data.event == "ACCUSE" }, "what is no event came back: \(third)")
        let again = third.filter { $0.data.event == "SANCTION" }
        #expect(again.allSatisfy { $0.data.status == "announced" } && !again.isEmpty, "\(third)")
        #expect(again.contains { $0.type == "tidings.event.corrected.v1" && $0.data.corrects == change.id })
        try wait(for: "select count(*) from report where event = 'SANCTION' and status = 'happened'", toBe: 0, stack)

        try expectRefusals(stack, sanction: sanction.id, other: other.id)
        try expectExport(stack)
    }

    private func expectRefusals(_ stack: LiveStack, sanction: String, other: String) throws {
        func add(_ arguments: [String]) throws -> LiveStack.Run { try stack.tool(["feedback", "add"] + arguments) }
        let twice = try add([sanction, "--wrong", "place", "--because", "it was corrected already"])
        #expect(twice.status != 0 && twice.output.contains("was corrected: "), "\(twice.output)")
        let gone = try add([other, "--wrong", "place", "--because", "it was retracted already"])
        #expect(gone.status != 0 && gone.output.contains("was retracted"), "\(gone.output)")
        let nothing = try add(["00000000-0000-0000-0000-000000000000", "--wrong", "place", "--because", "x"])
        #expect(nothing.status != 0 && nothing.output.contains("no event of that id"), "\(nothing.output)")
        #expect(try Database.number("select count(*) from feedback", stack) == 2)
    }

    private func expectExport(_ stack: LiveStack) throws {
        struct Case: Decodable {
            var text: String
            var coded: String
            var wanted: [String]
            var never: [String]
            var reason: String
        }
        let lines = try stack.tool(["feedback", "export"]).output.split(separator: "\n")
        let cases = try lines.map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
        #expect(cases.map(\.text) == [Self.expulsion, Self.condemnation])
        #expect(cases.first?.wanted.first?.hasSuffix(" announced") == true)
        #expect(cases.first?.never == cases.first.map { [$0.coded] })
        #expect(cases.last?.wanted == [] && cases.last?.reason == "a headline")
    }
}

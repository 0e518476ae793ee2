import Briefing
import FoundationEssentials
import Records
import ServiceSupport
import TestSupport
import Testing

@testable import Watch

/// `tidings rules` as a person runs it: the real program over a real database.
@Suite("tidings rules") struct RulesCommandTests {
    private static let rules = """
        - name: expulsions
          description: Expulsions that took place.
          type: any
          match: {event: SANCTION, status: happened}
          title: '{actor} against {recipient}'
        - name: often
          type: frequency
          num_events: 2
          timeframe: 1d
          group_by: place
        """

    private func tool(_ desk: AlertDesk, _ arguments: [String], input: String? = nil) throws -> LiveStack.Run {
        let stack = ["--database", desk.database, "--rules", desk.directory]
        return try LiveStack.tool(["rules"] + arguments + stack, input: input ?? "")
    }

    @Test func `a backtest says how often, when and why`() throws {
        let desk = try AlertDesk(["a.yaml": RulesCommandTests.rules])
        try desk.report([
            (0, "SANCTION USA RUS happened"), (10, "SANCTION USA RUS proposed"),
            (2 * 1440, "SANCTION GBR RUS happened"),
            (2 * 1440 + 5, "SANCTION FRA RUS happened"),
        ])
        try desk.follow()
        let run = try tool(desk, ["backtest", "--since", "2024-01-01"])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("expulsions: would have fired 3 times\n"), "\(run.output)")
        #expect(run.output.contains("2024-01-01T00:00:00Z  USA against RUS\n"), "\(run.output)")
        #expect(run.output.contains("SANCTION FRA→RUS, happened, 1 independent report"))
        #expect(run.output.contains("  2024-01-01  █ 1\n") || run.output.contains("2024-01-01  ██"), "\(run.output)")
        #expect(run.output.contains("often: would not have fired"))
        let later = try tool(desk, ["backtest", "--since", "2024-01-02", "--rule", "expulsions", "--output", "jsonl"])
        #expect(later.output.split(separator: "\n").filter { $0.hasPrefix("{") }.count == 2, "\(later.output)")
        let wrong = try tool(desk, ["backtest", "--since", "yesterday"])
        #expect(wrong.status != 0 && wrong.output.contains("'yesterday' is neither"), "\(wrong.output)")
        let unknown = try tool(desk, ["backtest", "--rule", "expulsion"])
        #expect(unknown.status != 0 && unknown.output.contains("has no rule 'expulsion'"), "\(unknown.output)")
    }

    @Test func `an event is tried on every rule, with the reason why not`() throws {
        let desk = try AlertDesk(["a.yaml": RulesCommandTests.rules])
        try desk.report([(0, "SANCTION USA RUS proposed")])
        try desk.follow()
        guard case .event(let logged) = try #require(desk.records.first).kind else {
            Issue.record("the record is an event")
            return
        }
        let expected = """
            no   expulsions
                   status=happened: the event has proposed
            no   often
                   group_by: the event has no place
            """
        let stored = try tool(desk, ["test", logged.event.id])
        #expect(stored.status == 0 && stored.output.contains(expected), "\(stored.output)")
        let json = String(decoding: try JSON.encode(logged.event), as: UTF8.self)
        let piped = try tool(desk, ["test", "-"], input: json + "\n")
        #expect(piped.status == 0 && piped.output.contains(expected), "\(piped.output)")
        let missing = try tool(desk, ["test", "018d0000-0000-5000-8000-000000000000"])
        #expect(missing.status != 0 && missing.output.contains("no event 018d"), "\(missing.output)")
        let broken = try tool(desk, ["test", "-"], input: "{}\n")
        #expect(broken.status != 0 && broken.output.contains("is no event"), "\(broken.output)")
    }

    @Test func `check names file and line, list has a line a rule`() throws {
        let desk = try AlertDesk(["a.yaml": RulesCommandTests.rules])
        let list = try LiveStack.tool(["rules", "list", "--rules", desk.directory])
        #expect(
            list.output.contains("expulsions  any          medium    Expulsions that took place."),
            "\(list.output)"
        )
        let good = try LiveStack.tool(["rules", "check", desk.directory])
        #expect(good.status == 0 && good.output.contains("2 rules, all right"), "\(good.output)")
        try desk.write("name: x\ntype: any\nmatch:\n  event: SANCTON\n", to: "b.yaml")
        let bad = try LiveStack.tool(["rules", "check", desk.directory])
        #expect(bad.status != 0 && bad.output.contains("b.yaml:4: "), "\(bad.output)")
        #expect(bad.output.contains("did you mean SANCTION?"), "\(bad.output)")
    }
}

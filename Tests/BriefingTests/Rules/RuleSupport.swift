import Briefing
import Knowledge
import Records
import Settings
import Testing

/// Events and rules for tests, in minutes after a fixed moment: Monday 2024-01-01 12:00 UTC.
enum RuleSupport {
    static let minute = 60_000
    static let start = CivilDate(year: 2024, month: 1, day: 1)!.daysSinceEpoch * 86_400_000 + 12 * 60 * minute

    static func event(
        _ seq: Int,
        at minutes: Int,
        _ keys: String = "",
        _ change: (inout RuleEvent) -> Void = { _ in }
    )
        -> RuleEvent
    {
        let id = UUIDv5.name("event \(seq)", in: UUIDv5.recordNamespace)
        let article = UUIDv5.name("article \(seq)", in: UUIDv5.recordNamespace)
        let all = "type=event" + (keys.isEmpty ? "" : " \(keys)")
        var event = RuleEvent(id: id, seq: seq, at: start + minutes * minute, article: article, keys: Array(all.utf8))
        change(&event)
        return event
    }

    static let world = RuleWorld(
        coordinates: { place, _ in place == "Kyiv" ? Coordinates(latitude: 50.45, longitude: 30.52) : nil },
        zone: { _ in nil }
    )

    static func rules(_ text: String) throws(SettingsError) -> [Rule] {
        try RuleFile.parse(YAMLFile(name: "rules.yaml", text: text), world: world)
    }

    static func rule(_ text: String) throws -> Rule { try #require(rules("name: r\n" + text).first) }

    /// Runs the events, then lets time pass to `until`; every alert as `minutes: why`.
    static func run(_ rule: Rule, _ events: [RuleEvent], until: Int? = nil) -> [Alert] {
        let backtest = Backtest([rule], since: Int.min)
        backtest.observe(events)
        return backtest.finish(at: until.map { start + $0 * minute })[0]
    }

    static func said(_ alerts: [Alert]) -> [String] { alerts.map { "\(($0.at - start) / minute): \($0.why)" } }
}

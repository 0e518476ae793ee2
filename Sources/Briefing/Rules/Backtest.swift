import Dispatch
package import Records
import Synchronization

/// What a rule would have said of events that were there already.
package enum Backtest {
    /// How long before a day a rule has to see events to say on that day what it would have said; milliseconds.
    package static func lead(of rule: Rule) -> Int { rule.memory + (rule.exponentialRealert ?? rule.realert) }

    /// Runs a rule over events as the fold does.
    ///
    /// - Parameters:
    ///   - events: in the order of the log, from ``lead(of:)`` before `since` on.
    ///   - since: alerts before it are left out; milliseconds.
    ///   - until: how long time goes on after the last event; nil stops there.
    package static func alerts(of rule: Rule, in events: [RuleEvent], since: Int, until: Int?) -> [Alert] {
        var engine = RuleEngine(rule)
        var alerts: [Alert] = []
        // An archive's order is that of its articles, not of its arrival.
        let ordered =
            rule.time == .log
            ? events : events.sorted { (engine.time(of: $0), $0.seq) < (engine.time(of: $1), $1.seq) }
        for event in ordered { alerts += engine.observe(event) }
        if let until { alerts += engine.advance(to: until) }
        return alerts.filter { $0.at >= since }
    }

    /// Runs rules over the same events side by side, on all cores; the alerts of each rule in the rules' order.
    ///
    /// - Parameter now: up to when time goes on after the last event, for rules that go by the time of the log.
    package static func alerts(of rules: [Rule], in events: [RuleEvent], since: Int, now: Int) -> [[Alert]] {
        let found = Mutex(Array(repeating: [Alert](), count: rules.count))
        DispatchQueue.concurrentPerform(iterations: rules.count) { index in
            let rule = rules[index]
            let alerts = alerts(of: rule, in: events, since: since, until: rule.time == .log ? now : nil)
            found.withLock { $0[index] = alerts }
        }
        return found.withLock { $0 }
    }

    /// How many alerts there are on each day (UTC), from the first to the last day.
    package static func days(_ alerts: [Alert], since: Int, until: Int) -> [(day: CivilDate, count: Int)] {
        func day(_ time: Int) -> Int { Int((Double(time) / 86_400_000).rounded(.down)) }
        let counts = Dictionary(alerts.map { (day($0.at), 1) }, uniquingKeysWith: +)
        guard since <= until else { return [] }
        return (day(since)...day(until)).map { (CivilDate(daysSinceEpoch: $0), counts[$0] ?? 0) }
    }
}

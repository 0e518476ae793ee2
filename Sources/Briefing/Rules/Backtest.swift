import Dispatch
package import Records
import ServiceSupport

/// What rules would have said of events that were there already.
///
/// Events come in pieces, so that years of them need no more memory than a piece; the rules run side by side, on all cores.
package struct Backtest: Sendable {
    private let runs: [Run]
    private let queue = DispatchQueue(label: "backtest")

    /// - Parameter since: alerts before it are left out; milliseconds.
    package init(_ rules: [Rule], since: Int) { runs = rules.map { Run($0, since: since) } }

    /// Takes the next events, in the order of the log; the first are ``lead(of:)`` before the time that is asked for.
    ///
    /// Goes on as soon as the events before have been seen: the next ones can be read meanwhile.
    package func observe(_ events: [RuleEvent]) {
        queue.sync {}
        queue.async { [runs] in
            DispatchQueue.concurrentPerform(iterations: runs.count) { runs[$0].observe(events) }
        }
    }

    /// The alerts of each rule, in the order of the rules; nothing can be observed afterwards.
    ///
    /// - Parameter time: up to when time goes on after the last event, for rules that go by the time of the log; nil stops there.
    package func finish(at time: Int?) -> [[Alert]] { queue.sync { runs.map { $0.finish(at: time) } } }

    /// How long before a day a rule has to see events to say on that day what it would have said; milliseconds.
    package static func lead(of rule: Rule) -> Int { rule.memory + (rule.exponentialRealert ?? rule.realert) }

    /// How many alerts there are on each day (UTC), from the first to the last day.
    package static func days(_ alerts: [Alert], since: Int, until: Int) -> [(day: CivilDate, count: Int)] {
        func day(_ time: Int) -> Int { Int((Double(time) / 86_400_000).rounded(.down)) }
        let counts = Dictionary(alerts.map { (day($0.at), 1) }, uniquingKeysWith: +)
        guard since <= until else { return [] }
        return (day(since)...day(until)).map { (CivilDate(daysSinceEpoch: $0), counts[$0] ?? 0) }
    }
}

/// One rule of a backtest.
private final class Run: Sendable {
    private struct State {
        var engine: RuleEngine
        var alerts: [Alert] = []
        /// Of a rule that goes by publication: an archive's order is that of its articles, not of its arrival.
        var waiting: [RuleEvent] = []
        /// The times of all events, in the time of the rule.
        var times: ClosedRange<Int>?
    }

    private let since: Int
    private let state: Locked<State>

    init(_ rule: Rule, since: Int) {
        self.since = since
        state = Locked(State(engine: RuleEngine(rule)))
    }

    func observe(_ events: [RuleEvent]) {
        state.withLock { state in
            for event in events {
                let time = state.engine.time(of: event)
                state.times = min(state.times?.lowerBound ?? time, time)...max(state.times?.upperBound ?? time, time)
                if state.engine.rule.time == .log {
                    state.alerts += state.engine.observe(event)
                } else if state.engine.rule.match.matches(event) {
                    state.waiting.append(event)
                }
            }
        }
    }

    func finish(at time: Int?) -> [Alert] {
        state.withLock { state in
            if let times = state.times, state.engine.rule.time != .log {
                state.alerts += state.engine.advance(to: times.lowerBound)
                let ordered = state.waiting.map { (time: state.engine.time(of: $0), event: $0) }
                for (_, event) in ordered.sorted(by: { ($0.time, $0.event.seq) < ($1.time, $1.event.seq) }) {
                    state.alerts += state.engine.observe(event)
                }
                state.alerts += state.engine.advance(to: times.upperBound)
            } else if let time {
                state.alerts += state.engine.advance(to: time)
            }
            return state.alerts.filter { $0.at >= since }
        }
    }
}

import Briefing
import Knowledge
import Logging
import Postgres
import Records
import ServiceSupport
import Settings
import Storage

/// Runs the alert rules over the log: alerts, what is to be sent, and what the rules remember, in the cursor's transaction.
final class AlertFold: FoldStep {
    private let directory: RulesDirectory
    private let knowledge: Knowledge
    private let logger: Logger
    /// nil until the directory was read without a mistake.
    private var rules: [Rule]?
    private var stamp: [String]?
    private var nextLook = 0
    /// A cache of `rule_state`; nil until it is read.
    private var engines: [RuleEngine]?

    init(_ directory: RulesDirectory, knowledge: Knowledge, logger: Logger) {
        self.directory = directory
        self.knowledge = knowledge
        self.logger = logger
    }

    func forget() { engines = nil }

    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        let events = batch.records.compactMap { event(of: $0, in: batch) }
        guard let first = batch.records.first else { return }
        try work(from: first.at, before: first.seq, on: connection) { engine in
            events.flatMap { engine.observe($0) }
        }
    }

    func tick(to time: Int, after seq: Int, on connection: Connection) throws(PostgresError) {
        try work(from: time, before: seq + 1, on: connection) { engine in
            engine.rule.time == .log ? engine.advance(to: time) : []
        }
    }

    private func work(
        from time: Int,
        before seq: Int,
        on connection: Connection,
        _ body: (inout RuleEngine) -> [Alert]
    ) throws(PostgresError) {
        reloadWhenDue()
        guard let rules else { return }
        var engines: [RuleEngine]
        if let cached = self.engines {
            engines = cached
        } else {
            engines = try load(rules, from: time, before: seq, on: connection)
        }
        var alerts: [AlertStore.Outgoing] = []
        var changes: [AlertStore.Change] = []
        for index in engines.indices {
            let sinks = engines[index].rule.sinks
            alerts += body(&engines[index]).map { .init(alert: $0, sinks: sinks) }
            changes += try AlertFold.changes(&engines[index])
        }
        self.engines = engines
        try AlertFold.prove(&alerts, on: connection)
        // In one order, whichever rule comes first in its file.
        alerts.sort { ($0.alert.seq, $0.alert.at, $0.alert.id) < ($1.alert.seq, $1.alert.at, $1.alert.id) }
        try AlertStore.insert(alerts, on: connection)
        try AlertStore.store(changes, on: connection)
    }

    // MARK: Rules

    /// Reads the directory again when its files changed; a mistake leaves the rules as they were.
    private func reloadWhenDue() {
        let now = Monotonic.milliseconds()
        guard now >= nextLook else { return }
        nextLook = now + 1000
        let fresh = directory.stamp()
        guard fresh != stamp else { return }
        stamp = fresh
        do {
            let read = try directory.read().filter(\.isEnabled)
            guard read != rules else { return }
            rules = read
            engines = nil
            logger.info("alert rules", metadata: ["rules": "\(read.map(\.name).joined(separator: " "))"])
        } catch {
            logger.error(
                "a file of alert rules is wrong; \(rules == nil ? "no rule runs" : "the rules stay as they were")",
                metadata: ["error": "\(error)"]
            )
        }
    }

    /// The engines where their rows end; a rule without rows learns from the reports that are there.
    private func load(
        _ rules: [Rule],
        from time: Int,
        before seq: Int,
        on connection: Connection
    ) throws(PostgresError) -> [RuleEngine] {
        try AlertStore.keep(only: rules.map(\.name), on: connection)
        let rows = try AlertStore.states(on: connection)
        var engines: [RuleEngine] = []
        for rule in rules {
            var engine = try engine(rule, rows[rule.name] ?? [:], on: connection)
            if engine.isFresh {
                let (since, asksWords) = (time - rule.memory, rule.match.needsSentence)
                try AlertStore.read(since: since, before: seq, sentences: asksWords, on: connection) { events in
                    for event in events { _ = engine.observe(event) }
                }
                engine.endLearning()
            }
            engines.append(engine)
        }
        return engines
    }

    private func engine(
        _ rule: Rule,
        _ rows: [String: [UInt8]],
        on connection: Connection
    ) throws(PostgresError) -> RuleEngine {
        do {
            var states: [String: RuleState] = [:]
            for (key, row) in rows where key != RuleLedger.key {
                states[key] = try JSON.decode(RuleState.self, from: row)
            }
            let ledger = try rows[RuleLedger.key].map { try JSON.decode(RuleLedger.self, from: $0) }
            return RuleEngine(rule, ledger: ledger, states: states)
        } catch {
            logger.error(
                "what a rule remembered cannot be read; it begins afresh",
                metadata: ["rule": "\(rule.name)", "error": "\(error)"]
            )
            try AlertStore.forget(rule.name, on: connection)
            return RuleEngine(rule)
        }
    }

    private static func changes(_ engine: inout RuleEngine) throws(PostgresError) -> [AlertStore.Change] {
        let name = engine.rule.name
        let (ledger, states) = engine.takeChanges()
        do {
            var changes = try states.map { key, state in
                AlertStore.Change(rule: name, key: key, state: try state.map { try JSON.encode($0) })
            }
            if let ledger { changes.append(.init(rule: name, key: RuleLedger.key, state: try JSON.encode(ledger))) }
            return changes
        } catch {
            throw PostgresError(sqlState: "22000", message: "the state of \(name) cannot be written: \(error)")
        }
    }

    // MARK: Events and alerts

    private func event(of record: FoldBatch.Record, in batch: FoldBatch) -> RuleEvent? {
        let logged: LoggedEvent
        var event: RuleEvent
        switch record.kind {
        case .event(let fresh):
            logged = fresh
            event = RuleEvent(fresh)
        case .corrected(let fresh, _):
            logged = fresh
            event = RuleEvent(fresh, type: "event.corrected")
        case .retracted, .quote, .quoteRetracted, .article, .other: return nil
        }
        if let membership = batch.memberships[event.id] {
            event.incident = membership.joined
            event.origins = membership.origins
            event.credibility = membership.credibility
        }
        event.point = logged.event.location.flatMap { knowledge.coordinates(of: $0.name, country: $0.country) }
        return event
    }

    /// Puts the sentences beside the events that alerts rest on.
    private static func prove(_ alerts: inout [AlertStore.Outgoing], on connection: Connection) throws(PostgresError) {
        let events = Set(alerts.flatMap { $0.alert.evidence.map(\.event) })
        let sentences = try AlertStore.sentences(of: events.sorted(), on: connection)
        for index in alerts.indices {
            for piece in alerts[index].alert.evidence.indices {
                let id = alerts[index].alert.evidence[piece].event
                alerts[index].alert.evidence[piece].text = sentences[id]
            }
        }
    }
}

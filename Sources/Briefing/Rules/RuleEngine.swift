/// One alert rule at work: events and time go in, alerts come out.
///
/// Deterministic, without clock or I/O.
///
/// Its state is rows, a ledger and one for each group; ``takeChanges()`` gives those that changed, and an engine made of them goes on as this one would.
package struct RuleEngine: Sendable {
    package let rule: Rule
    var ledger: RuleLedger
    private(set) var states: [String: RuleState]
    private var due = DueQueue()
    private var changed: Set<String> = []
    private var isLedgerChanged = false

    /// Begins, or goes on where rows end.
    ///
    /// - Parameters:
    ///   - ledger: nil, or one of another definition, begins afresh.
    ///   - states: by the group's key.
    package init(_ rule: Rule, ledger: RuleLedger? = nil, states: [String: RuleState] = [:]) {
        self.rule = rule
        if let ledger, ledger.definition == rule.definition {
            self.ledger = ledger
            self.states = states
        } else {
            self.ledger = RuleLedger(definition: rule.definition)
            self.states = [:]
            isLedgerChanged = true
            changed = Set(states.keys)
        }
        for key in self.states.keys { schedule(key) }
        if let release = self.ledger.release { due.note(RuleLedger.key, at: release) }
    }

    /// Whether it has never seen an event or a moment: it wants those of its memory first.
    package var isFresh: Bool { ledger.started == nil }

    /// The groups whose rows changed since the last call, with nil for those that are gone, and the ledger when it did.
    package mutating func takeChanges() -> (ledger: RuleLedger?, states: [(key: String, state: RuleState?)]) {
        defer {
            changed = []
            isLedgerChanged = false
        }
        return (isLedgerChanged ? ledger : nil, changed.sorted().map { ($0, states[$0]) })
    }

    /// Lets time pass up to a moment, in milliseconds; what falls due on the way fires at its own moment.
    package mutating func advance(to time: Int) -> [Alert] {
        begin(at: time)
        var alerts: [Alert] = []
        while let (key, moment) = due.next(until: time) {
            if key == RuleLedger.key { alerts += release(at: moment) } else { alerts += fallDue(key, at: moment) }
        }
        // Not worth a row: time comes along again.
        ledger.clock = max(ledger.clock ?? time, time)
        return alerts
    }

    /// Takes an event, in the order of the log.
    ///
    /// O(terms of the match) for most; O(log groups) and the size of a window for those that match.
    package mutating func observe(_ event: RuleEvent) -> [Alert] {
        let time = time(of: event)
        var alerts = advance(to: time)
        ledger.seq = max(ledger.seq, event.seq)
        isLedgerChanged = true
        guard rule.match.matches(event) else { return alerts }
        for key in groups(of: event) {
            guard let firing = detect(event, at: time, key) else { continue }
            if let alert = pass(firing, key, event) { alerts.append(route(alert)) }
        }
        return alerts
    }

    /// An article from the future would take the rule's time along; it counts as of its arrival.
    package func time(of event: RuleEvent) -> Int {
        rule.time == .published ? min(event.published ?? event.at, event.at) : event.at
    }

    private mutating func begin(at time: Int) {
        guard ledger.started == nil else { return }
        ledger.started = time
        isLedgerChanged = true
        // Silence of everything begins with the rule, that of a group with its first event.
        if rule.watchesSilence, rule.groupBy.isEmpty { update("") { $0.since = time } }
    }

    /// The keys of the groups that an event belongs to; none when a field of group_by is missing.
    package func groups(of event: RuleEvent) -> [String] {
        var keys = [""]
        for field in rule.groupBy {
            let values = field.values(in: event).prefix(8)
            keys = keys.flatMap { key in
                values.map { (key.isEmpty ? "" : key + " ") + "\(field.rawValue)=\($0)" }
            }
        }
        return Array(keys.prefix(64))
    }

    /// Begins to alert, after it has observed what came before the rule did: windows and values stay, but nobody was alerted and no silence began.
    package mutating func endLearning() {
        for key in states.keys where states[key]?.silence != nil { update(key) { $0.silence = nil } }
        ledger.held = []
        ledger.release = nil
    }

    // MARK: State

    /// The state of a group, made when it is not there; what is left of it decides when it is looked at again.
    mutating func update<Value>(_ key: String, _ body: (inout RuleState) -> Value) -> Value {
        var state = states.removeValue(forKey: key) ?? RuleState(since: ledger.clock ?? 0)
        let value = body(&state)
        states[key] = state
        changed.insert(key)
        schedule(key)
        return value
    }

    mutating func remove(_ key: String) {
        states[key] = nil
        changed.insert(key)
    }

    mutating func schedule(_ key: String) {
        guard let state = states[key] else { return }
        if let moment = [alarm(state, key), forgetting(state)].compactMap({ $0 }).min() { due.note(key, at: moment) }
    }

    /// Something of a group was due at a moment, unless events have put it off; what comes after it is scheduled.
    private mutating func fallDue(_ key: String, at moment: Int) -> [Alert] {
        guard let state = states[key] else { return [] }
        if let alarm = alarm(state, key), alarm <= moment {
            guard let firing = ring(key, at: alarm) else { return [] }
            return pass(firing, key, nil).map { [route($0)] } ?? []
        }
        if let end = forgetting(state), end <= moment { remove(key) } else { schedule(key) }
        return []
    }

    /// When nothing of the state can matter any more; nil for state that waits for an alarm.
    private func forgetting(_ state: RuleState) -> Int? {
        guard !rule.watchesSilence else { return nil }
        let last = state.recent.last?.at ?? state.buckets.last.map { ($0.number + 1) * rule.bucket } ?? state.since
        return max(last + rule.memory, state.silence.map { $0.until + $0.length } ?? Int.min)
    }

    // MARK: Alerts

    /// Lets a firing through when its group is not silent, and begins the next silence.
    private mutating func pass(_ firing: Firing, _ key: String, _ event: RuleEvent?) -> Alert? {
        var alert = alert(firing, key, event)
        guard rule.realert > 0 else { return alert }
        if let silence = states[key]?.silence, firing.at < silence.until {
            update(key) { $0.silence?.suppressed += 1 }
            return nil
        }
        // A firing within one more silence after the last one's end doubles it.
        let last = states[key]?.silence
        let isSoon = last.map { firing.at < $0.until + $0.length } ?? false
        let length = isSoon ? min(2 * (last?.length ?? 0), rule.exponentialRealert ?? rule.realert) : rule.realert
        alert.suppressed = last?.suppressed ?? 0
        if rule.forgetsAfterFiring {
            remove(key)
        } else {
            update(key) { $0.silence = .init(until: firing.at + length, length: length, suppressed: 0) }
        }
        return alert
    }

    /// Decides whether an alert goes out now, waits, or only stands in the log.
    private mutating func route(_ alert: Alert) -> Alert {
        var alert = alert
        let quiet = rule.quietHours?.end(at: alert.at)
        if quiet != nil, rule.quietHours?.then == .drop {
            alert.held = "quiet hours: dropped"
            return alert
        }
        guard quiet != nil || rule.digest != nil else { return alert }
        alert.held = quiet != nil ? "quiet hours" : "digest"
        if ledger.release == nil {
            let release = quiet ?? alert.at + (rule.digest ?? 0)
            ledger.release = rule.quietHours?.end(at: release) ?? release
        }
        ledger.held.append(
            .init(
                id: alert.id,
                title: alert.title,
                importance: alert.importance,
                credibility: alert.credibility,
                evidence: Array(alert.evidence.suffix(3))
            )
        )
        isLedgerChanged = true
        if let release = ledger.release { due.note(RuleLedger.key, at: release) }
        return alert
    }

    /// The digest of what waits, when its time has come.
    private mutating func release(at moment: Int) -> [Alert] {
        guard ledger.release == moment else { return [] }
        defer {
            ledger.held = []
            ledger.release = nil
            isLedgerChanged = true
        }
        return ledger.held.isEmpty ? [] : [digest(ledger.held, at: moment)]
    }
}

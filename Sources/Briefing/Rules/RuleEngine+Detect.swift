import Records
import Wire

extension Rule {
    var watchesSilence: Bool { kind.watchesSilence }

    /// A group that has gone quiet is reported once, and begins anew with its next event.
    var forgetsAfterFiring: Bool { watchesSilence && !groupBy.isEmpty }

    var bucket: Int { if case .spike(let spike) = kind { spike.bucket } else { 1 } }
}

extension RuleKind {
    /// Whether what does not come can fire it.
    var watchesSilence: Bool {
        switch self {
        case .flatline: true
        case .cardinality(_, let least, _, _): least != nil
        default: false
        }
    }
}

/// What made a rule fire, before silence and quiet hours have their say.
struct Firing {
    var at: Int
    /// The event's id, or the kind and moment where none fired.
    var cause: String
    var why: String
    var evidence: [RuleState.Entry]
    var count: Int?
    var threshold: Int?
}

extension RuleEngine {
    /// What a matching event does to a group.
    mutating func detect(_ event: RuleEvent, at time: Int, _ key: String) -> Firing? {
        let clock = max(ledger.clock ?? time, time)
        let group = whose(key)
        let entry = RuleState.Entry(
            at: time,
            seq: event.seq,
            id: event.id,
            type: event.values(of: .event).first ?? "",
            scale: event.scale,
            credibility: event.credibility
        )
        switch rule.kind {
        case .any:
            return Firing(at: time, cause: event.id, why: why(event), evidence: [entry])
        case .frequency(let count, let timeframe):
            return update(key) { $0.frequency(entry, count, timeframe, clock, group) }
        case .spike(let spike):
            update(key) {
                $0.count(in: time / spike.bucket)
                $0.buckets.removeAll { $0.number <= clock / spike.bucket - 2 * (spike.timeframe / spike.bucket) }
                $0.insert(entry)
                $0.keep(latest: Alert.mostEvidence)
            }
            return compare(spike, key, at: clock, cause: event.id)
        case .flatline(let threshold, _):
            update(key) {
                $0.insert(entry)
                $0.keep(latest: threshold)
            }
            return nil
        case .newTerm(let fields, let window, let learn):
            return newTerm(fields, window, learn, event, entry, key)
        case .cardinality(let field, let least, let most, let timeframe):
            let values = field.values(in: event)
            return update(key) { state in
                for value in values {
                    var entry = entry
                    entry.value = value
                    state.see(entry, keeping: max(least ?? 0, (most ?? 0) + 1), since: clock - timeframe)
                }
                return state.tooMany(field, most, timeframe, entry, group)
            }
        case .change(let field, let from, let to, let timeframe):
            guard let value = field.values(in: event).first else { return nil }
            var valued = entry
            valued.value = value
            return update(key) { $0.change(valued, field, from, to, timeframe, group) }
        }
    }

    /// When a group without another event fires; nil when it cannot.
    func alarm(_ state: RuleState, _ key: String) -> Int? {
        switch rule.kind {
        case .flatline(let count, let timeframe), .cardinality(_, .some(let count), _, let timeframe):
            let enough = state.recent.count >= count ? state.recent[state.recent.count - count].at : state.since
            return max(enough + timeframe, state.silence?.until ?? Int.min)
        case .spike(let spike) where spike.direction != .up:
            // A fall shows at the end of a sixtieth.
            guard let last = state.buckets.last else { return nil }
            let next = (max(ledger.clock ?? 0, last.number * spike.bucket) / spike.bucket + 1) * spike.bucket
            return next <= last.number * spike.bucket + rule.memory ? next : nil
        default: return nil
        }
    }

    /// A group's alarm.
    mutating func ring(_ key: String, at moment: Int) -> Firing? {
        guard let state = states[key] else { return nil }
        // Time has come this far, whether or not it fires.
        ledger.clock = max(ledger.clock ?? moment, moment)
        switch rule.kind {
        case .flatline(let threshold, let timeframe):
            let count = state.recent.count { $0.at > moment - timeframe }
            return silence("events", count, threshold, timeframe, state, key, moment)
        case .cardinality(let field, .some(let least), _, let timeframe):
            let count = state.recent.count { $0.at > moment - timeframe }
            return silence("values of \(field.rawValue)", count, least, timeframe, state, key, moment)
        case .spike(let spike):
            let firing = compare(spike, key, at: moment, cause: nil)
            schedule(key)
            return firing
        default: return nil
        }
    }

    private func silence(
        _ what: String,
        _ count: Int,
        _ threshold: Int,
        _ timeframe: Int,
        _ state: RuleState,
        _ key: String,
        _ moment: Int
    ) -> Firing {
        let last = state.recent.last.map { ", the last at \(Timestamp.text(milliseconds: $0.at))" } ?? ""
        return Firing(
            at: moment,
            cause: "\(rule.kind.name)@\(moment)",
            why: "\(count) \(what)\(whose(key)) within \(spoken(timeframe))\(last); at least \(threshold) expected",
            evidence: Array(state.recent.suffix(1)),
            count: count,
            threshold: threshold
        )
    }

    private func compare(_ spike: RuleKind.Spike, _ key: String, at time: Int, cause: String?) -> Firing? {
        guard let state = states[key], let started = ledger.started, time >= started + spike.timeframe else {
            return nil
        }
        let (now, size) = (time / spike.bucket, spike.timeframe / spike.bucket)
        func sum(_ range: Range<Int>) -> Int {
            state.buckets.lazy.filter { range.contains($0.number) }.reduce(0) { $0 + $1.count }
        }
        let (current, reference) = (sum(now - size + 1..<now + 1), sum(now - 2 * size + 1..<now - size + 1))
        guard reference >= spike.reference else { return nil }
        let rises = Double(current) >= spike.height * Double(reference) && current >= spike.current
        // Only a moment can find that too few came: an event is one more.
        let falls = cause == nil && Double(current) * spike.height <= Double(reference)
        guard spike.direction != .down && rises && cause != nil || spike.direction != .up && falls else { return nil }
        let ratio = Double(current) / Double(reference)
        return Firing(
            at: time,
            cause: cause ?? "spike@\(time)",
            why: "\(current) events\(whose(key)) within \(spoken(spike.timeframe)) after \(reference) in the "
                + "\(spoken(spike.timeframe)) before: \(falls ? "down" : "up") to \(decimal(ratio)) times; threshold "
                + "\(falls ? "1/" : "")\(decimal(spike.height))",
            evidence: state.recent.filter { $0.at > time - spike.timeframe },
            count: current,
            threshold: reference
        )
    }

    private mutating func newTerm(
        _ fields: [RuleField],
        _ window: Int,
        _ learn: Int,
        _ event: RuleEvent,
        _ entry: RuleState.Entry,
        _ key: String
    ) -> Firing? {
        var terms = [""]
        for field in fields {
            let values = field.values(in: event)
            terms = terms.flatMap { term in values.map { (term.isEmpty ? "" : "\(term) ") + "\(field.rawValue)=\($0)" }
            }
        }
        var fresh: [String] = []
        for term in terms.prefix(64) {
            // Each term is a state of its own, so that a row stays small however many there are.
            let own = "\(key)\(key.isEmpty ? "" : " ")new \(term)"
            let seen = states[own]?.recent.last?.at
            if seen.map({ entry.at - $0 > window }) ?? true { fresh.append(term) }
            if seen ?? Int.min < entry.at { update(own) { $0.recent = [entry] } }
        }
        guard !fresh.isEmpty, entry.at >= (ledger.started ?? entry.at) + learn else { return nil }
        return Firing(
            at: entry.at,
            cause: event.id,
            why: "\(fresh.joined(separator: ", "))\(whose(key)) not seen in the \(spoken(window)) before",
            evidence: [entry],
            count: fresh.count
        )
    }
}

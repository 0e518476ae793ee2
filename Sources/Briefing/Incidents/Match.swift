import Records

/// Whether two reports tell of the same act, with what speaks for it and against it.
///
/// A sum of points over what the reports say; a contradiction in what an act is made of (type, day, who, to whom) rules a match out. The
/// points were set on the reports of Tests/BriefingTests/Sets/incident-dev.jsonl; docs/accuracy.md has the figures of others. Symmetric.
package struct Match: Sendable, Equatable {
    /// Points; 0 when ruled out.
    package var score: Double
    /// "same day", "actor USA", "35 = 35", or what rules it out; empty unless asked for.
    package var reasons: [String]
    private let explains: Bool
    package var isRuledOut: Bool

    /// From how many points two reports are of one act.
    package static let threshold = 6.25

    package var isSame: Bool { score >= Match.threshold }

    /// - Parameter explains: whether to say why; a fold that compares with many does not need to know.
    /// - Complexity: linear in the words of both.
    package init(_ one: Act, _ other: Act, explains: Bool = true) {
        (score, reasons, isRuledOut, self.explains) = (0, [], false, explains)
        rate(type: one, other)
        if !isRuledOut { rate(day: one, other) }
        if !isRuledOut { rate(parties: one, other) }
        guard !isRuledOut else { return }
        rate(quantities: one, other)
        rate(words: one, other)
        score = max(0, score)
    }

    private mutating func add(_ points: Double, _ reason: @autoclosure () -> String) {
        score += points
        if explains { reasons.append(reason()) }
    }

    private mutating func ruleOut(_ reason: @autoclosure () -> String) {
        (score, reasons, isRuledOut) = (0, explains ? [reason()] : [], true)
    }

    // MARK: Type

    private mutating func rate(type one: Act, _ other: Act) {
        guard one.kind == other.kind else { return ruleOut("\(one.event.rawValue) and \(other.event.rawValue)") }
        guard one.event == other.event else {
            guard Match.areRelated(one, other) else {
                return ruleOut("\(one.event.rawValue) and \(other.event.rawValue)")
            }
            return add(1.5, "\(one.event.rawValue) as \(other.event.rawValue)")
        }
        func name(_ mode: [String]) -> String { mode.joined(separator: ",") }
        if one.mode == other.mode {
            add(3, one.mode.isEmpty ? one.event.rawValue : name(one.mode))
        } else if one.mode.isEmpty || other.mode.isEmpty {
            add(2.5, "\(one.event.rawValue), one of them \(name(one.mode + other.mode))")
        } else if Match.looseModes.contains(one.event) {
            add(1.5, "\(name(one.mode)) as \(name(other.mode))")
        } else {
            ruleOut("\(name(one.mode)) and \(name(other.mode))")
        }
    }

    /// Types whose modes writers do not keep apart: who bombs also fires missiles, who marches also blocks roads.
    private static let looseModes: Set<EventType> = [
        .assault, .protest, .mobilize, .accuse, .request, .reject, .aid, .consult,
    ]

    private static func areRelated(_ one: Act, _ other: Act) -> Bool {
        switch one.kind {
        // What is agreed on is met, signed or sent later.
        case .cooperation: one.event == .agree || other.event == .agree
        case .retreat: true
        case .sanction: one.mode + other.mode == ["expel", "deport"] || one.mode + other.mode == ["deport", "expel"]
        default: false
        }
    }

    // MARK: Day

    private mutating func rate(day one: Act, _ other: Act) {
        if one.isDated, other.isDated, one.day == other.day {
            add(2, "same day")
        } else {
            let gap = max(one.earliest, other.earliest).daysSinceEpoch - min(one.latest, other.latest).daysSinceEpoch
            switch gap {
            case ...0: add(1, "days that agree")
            case 1: add(0.5, "a day apart")
            default: ruleOut("\(one.day) and \(other.day)")
            }
        }
    }

    // MARK: Parties

    private mutating func rate(parties one: Act, _ other: Act) {
        if one.isMutual || other.isMutual {
            rate(mutual: one.actor + one.recipient, other.actor + other.recipient)
        } else {
            rate("actor", one.actor, other.actor, mentions: Match.mention(one, other, \.actor, not: \.recipient))
            guard !isRuledOut else { return }
            rate(
                "recipient",
                one.recipient,
                other.recipient,
                mentions: Match.mention(one, other, \.recipient, not: \.actor)
            )
        }
    }

    /// Whether one sentence names the other's party of a slot, in a part that is not the opposite one: "Iranian targets in Syria" may be of
    /// Iran or of Syria.
    private static func mention(
        _ one: Act,
        _ other: Act,
        _ slot: KeyPath<Act, [Act.Side]>,
        not opposite: KeyPath<Act, [Act.Side]>
    ) -> Bool {
        func names(_ here: Act, _ there: Act) -> Bool {
            there[keyPath: slot].contains { side in
                guard let code = side.code, here.mentions.contains(code) else { return false }
                return !here[keyPath: opposite].contains { $0.code == code }
            }
        }
        return names(one, other) || names(other, one)
    }

    /// The codes of parties, each once, sorted.
    private static func codes(_ sides: [Act.Side]) -> [String] {
        var codes: [String] = []
        for side in sides { if let code = side.code, !codes.contains(code) { codes.append(code) } }
        return codes.count > 1 ? codes.sorted() : codes
    }

    /// Who meets whom is the same as who is met by whom.
    private mutating func rate(mutual one: [Act.Side], _ other: [Act.Side]) {
        let (left, right) = (Match.codes(one), Match.codes(other))
        let shared = left.filter(right.contains)
        guard !left.isEmpty, !right.isEmpty else { return rate(names: "party", one, other) }
        if shared.count >= 2 {
            add(4, "parties \(shared.joined(separator: " "))")
        } else if shared.count == 1, left.count == 1 || right.count == 1 {
            add(left == right ? 3 : 2, "party \(shared.joined())")
        } else {
            return ruleOut(
                "parties \(left.joined(separator: " ")) and \(right.joined(separator: " "))"
            )
        }
        rate(names: "party", one, other)
    }

    private mutating func rate(
        _ slot: String,
        _ one: [Act.Side],
        _ other: [Act.Side],
        mentions: @autoclosure () -> Bool
    ) {
        let (left, right) = (Match.codes(one), Match.codes(other))
        let shared = left.filter(right.contains)
        if !shared.isEmpty {
            add(2, "\(slot) \(shared.joined(separator: " "))")
        } else if !left.isEmpty, !right.isEmpty {
            let both =
                "\(slot) \([left, right].map { $0.joined(separator: "+") }.sorted().joined(separator: " and "))"
            return mentions() ? add(-1, both) : ruleOut(both)
        }
        rate(names: slot, one, other)
    }

    private mutating func rate(names slot: String, _ one: [Act.Side], _ other: [Act.Side]) {
        if one.contains(where: { side in side.own.contains { name in other.contains { $0.own.contains(name) } } }) {
            add(1.5, "\(slot) \(one.compactMap(\.name).joined(separator: " "))")
        } else if Match.codes(one).isEmpty || Match.codes(other).isEmpty {
            let sectors = Set(one.compactMap(\.sector)).intersection(other.compactMap(\.sector))
            if !sectors.isEmpty { add(0.5, "\(slot) \(sectors.map(\.rawValue).sorted().joined(separator: " "))") }
        }
    }

    // MARK: The rest

    private mutating func rate(quantities one: Act, _ other: Act) {
        for left in one.quantity {
            guard let right = other.quantity.first(where: { $0.slot == left.slot }) else { continue }
            let (low, high) = (min(left.value, right.value), max(left.value, right.value))
            if high <= low * 1.1 {
                return add(1.5, "\(Match.number(low)) = \(Match.number(high))")
            } else if left.qualifier == "exactly", right.qualifier == "exactly", left.unit == right.unit, high > low * 2
            {
                return add(-3, "\(Match.number(low)) and \(Match.number(high)) \(left.unit)")
            }
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    /// What the sentences share besides the countries, which were compared already.
    private mutating func rate(words one: Act, _ other: Act) {
        rate(places: one, other)
        let known = [one.actor, one.recipient, other.actor, other.recipient].flatMap { $0.flatMap(\.known) }
        let names = Words.shared(one.names, other.names, ignoring: known)
        if names > 0 {
            add(min(1.5, 0.75 * Double(names)), "\(names) names in common")
        } else if !one.names.allSatisfy(known.contains), !other.names.allSatisfy(known.contains) {
            add(-1, "other names")
        }
        let shared = Words.shared(one.words, other.words, ignoring: known)
        let least = min(one.words.count { !known.contains($0) }, other.words.count { !known.contains($0) })
        let overlap = shared == 0 ? 0 : 4 * Double(shared) / Double(max(least, 5))
        if Match.wordy.contains(one.kind) {
            add(min(4, 1.5 * overlap) - 4, "\(shared) words in common")
        } else if shared > 0 {
            add(min(2, overlap), "\(shared) words in common")
        }
    }

    private mutating func rate(places one: Act, _ other: Act) {
        if let here = one.country, let there = other.country, here != there {
            return add(-3, "in \([here, there].sorted().joined(separator: " and in "))")
        }
        if Words.shared(one.places, other.places) > 0 { return add(1.5, "same place") }
        guard !one.places.isEmpty, !other.places.isEmpty else { return }
        if Words.shared(one.places, other.words) + Words.shared(other.places, one.words) > 0 {
            add(0.5, "a place of the other")
        } else {
            add(-4, "other places")
        }
    }

    /// What is only said: of two demands of a day, the words tell which is which.
    private static let wordy: Set<Act.Kind> = [.request, .accuse, .reject, .threaten]
}

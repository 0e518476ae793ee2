package import Knowledge
package import Wire

/// What a rule asks of one event; terms that filters have are filters.
package indirect enum Condition: Sendable, Equatable {
    /// `text` is the filter as one writes it.
    case filter(Filter, text: String)
    case within(kilometres: Double, of: Coordinates, text: String)
    case origins(Comparison)
    /// One of these is a resolved name of an actor, recipient or claimant.
    case names([Phrase])
    /// One of these stands in the article's title or in the event's sentence.
    case words([Phrase])
    case all([Condition])
    case any([Condition])
    case not(Condition)

    package func matches(_ event: RuleEvent) -> Bool {
        switch self {
        case .filter(let filter, _): filter.matches(event.keys)
        case .within(let kilometres, let centre, _):
            event.point.map { $0.kilometres(to: centre) <= kilometres } ?? false
        case .origins(let comparison): comparison.holds(event.origins)
        case .names(let phrases): event.names.contains { name in phrases.contains { $0.is(name) } }
        case .words(let phrases):
            [event.title, event.sentence].contains { text in
                guard let text else { return false }
                let folded = Phrase(text)
                return phrases.contains { $0.stands(in: folded) }
            }
        case .all(let conditions): conditions.allSatisfy { $0.matches(event) }
        case .any(let conditions): conditions.contains { $0.matches(event) }
        case .not(let condition): !condition.matches(event)
        }
    }

    /// Whether it looks at the event's sentence.
    package var needsSentence: Bool {
        switch self {
        case .words: true
        case .all(let conditions), .any(let conditions): conditions.contains(where: \.needsSentence)
        case .not(let condition): condition.needsSentence
        case .filter, .within, .origins, .names: false
        }
    }

    /// Each term that does not hold, with what the event has instead; empty when all hold.
    package func failures(_ event: RuleEvent) -> [String] {
        guard !matches(event) else { return [] }
        switch self {
        case .all(let conditions): return conditions.flatMap { $0.failures(event) }
        case .any(let conditions):
            return ["none of any: " + conditions.flatMap { $0.failures(event) }.joined(separator: "; ")]
        case .not(let condition): return ["not: \(condition) holds"]
        default: return ["\(self): \(found(in: event))"]
        }
    }

    private func found(in event: RuleEvent) -> String {
        switch self {
        case .filter(_, let text):
            let name = text.prefix { !"=!<>".contains($0) }
            let own = KeyName(rawValue: String(name)).map(event.values) ?? []
            return own.isEmpty ? "the event has no \(name)" : "the event has \(own.joined(separator: ", "))"
        case .within(_, let centre, _):
            guard let point = event.point else { return "the event has no place with coordinates" }
            return "the event is \(Int(point.kilometres(to: centre).rounded())) km away"
        case .origins: return "the event has \(event.origins)"
        case .names:
            return event.names.isEmpty
                ? "the event names nobody" : "the event has \(event.names.joined(separator: ", "))"
        default: return "neither the title nor the sentence has it"
        }
    }
}

extension Condition: CustomStringConvertible {
    /// One text for one meaning: rules whose conditions read the same are the same.
    package var description: String {
        func list(_ conditions: [Condition]) -> String { conditions.map(\.description).joined(separator: ", ") }
        return switch self {
        case .filter(_, let text), .within(_, _, let text): text
        case .origins(let comparison): "origins\(comparison)"
        case .names(let phrases): "name=\(phrases.map(\.text).joined(separator: ","))"
        case .words(let phrases): "text=\(phrases.map(\.text).joined(separator: ","))"
        case .all(let conditions): conditions.count == 1 ? list(conditions) : "all(\(list(conditions)))"
        case .any(let conditions): "any(\(list(conditions)))"
        case .not(let condition): "not(\(condition))"
        }
    }
}

/// A whole number with a relation, `>=2`.
package struct Comparison: Sendable, Equatable, CustomStringConvertible {
    package enum Relation: String, Sendable, CaseIterable { case atLeast = ">=", atMost = "<=", equal = "=" }
    package var relation: Relation
    package var number: Int

    /// Reads `>=2`, `<= 2` or `2`; nil when it is something else.
    package init?(_ text: String) {
        relation = Relation.allCases.first { text.hasPrefix($0.rawValue) } ?? .equal
        let rest = text.hasPrefix(relation.rawValue) ? text.dropFirst(relation.rawValue.count) : text[...]
        guard let number = Int(rest.drop(while: \.isWhitespace)), number >= 0 else { return nil }
        self.number = number
    }

    package func holds(_ value: Int) -> Bool {
        switch relation {
        case .atLeast: value >= number
        case .atMost: value <= number
        case .equal: value == number
        }
    }

    package var description: String { "\(relation.rawValue)\(number)" }
}

/// Words in a row, compared without case and punctuation: "Sergei Lavrov", "chemical weapons".
package struct Phrase: Sendable, Equatable {
    package let text: String
    /// Lower case, a space around every word.
    private let folded: [UInt8]

    package init(_ text: String) {
        self.text = text
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        folded = Array((" " + words.joined(separator: " ") + " ").utf8)
    }

    /// Whether it has a word at all.
    package var isEmpty: Bool { folded.count <= 2 }

    package func `is`(_ other: String) -> Bool { folded == Phrase(other).folded }

    /// Whether these words stand in the other text, whole and in a row; O(bytes × bytes), for sentences.
    package func stands(in other: Phrase) -> Bool {
        guard !isEmpty, other.folded.count >= folded.count else { return false }
        return (0...(other.folded.count - folded.count)).contains { start in
            other.folded[start] == folded[0] && other.folded[start..<start + folded.count].elementsEqual(folded)
        }
    }
}

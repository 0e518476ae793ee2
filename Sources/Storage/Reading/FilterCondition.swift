import Postgres
package import Wire

extension Filter {
    /// Why a filter cannot be asked of a list.
    package struct Unsuited: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// The names that incidents have.
    package static let incidentNames: [KeyName] = [
        .event, .mode, .quad, .status, .confidence, .actor, .recipient, .country,
    ]

    /// What must hold of a row `t` of `report` so that ``matches(_:)`` holds of its record.
    var reportConditions: [SQL] {
        // Pairs that every wanted record has go to the index together.
        let always = terms.compactMap { term -> String? in
            guard !term.isUnwanted, term.tests.count == 1, case .pair(let pair) = term.tests[0] else { return nil }
            return pair
        }
        let rest = terms.filter { term in
            guard !term.isUnwanted, term.tests.count == 1, case .pair = term.tests[0] else { return true }
            return false
        }
        let together: [SQL] = always.isEmpty ? [] : ["t.keys @> \(always as [String?])"]
        return together + rest.map { Filter.condition($0) { pairs in "t.keys && \(pairs as [String?])" } }
    }

    /// What must hold of a row `t` of `incident`, whose columns have the values of the names.
    ///
    /// - Throws: when it names what an incident has not.
    /// - Returns: for each term its condition, and whether an index finds the rows.
    func incidentConditions() throws(Unsuited) -> [(condition: SQL, isIndexed: Bool)] {
        var conditions: [(condition: SQL, isIndexed: Bool)] = []
        for term in terms {
            for name in term.tests.map(\.name) where !Filter.incidentNames.contains(name) {
                let names = Filter.incidentNames.map(\.rawValue).joined(separator: ", ")
                throw Unsuited(description: "incidents have no '\(name.rawValue)'; they have \(names)")
            }
            let condition =
                Filter.condition(term) { pairs in
                    // The tests of one term have one name.
                    let values = pairs.map { $0.split(separator: "=", maxSplits: 1).last.map(String.init) }
                    return switch term.tests[0].name {
                    case .event: "t.event = any(\(values))"
                    case .mode: "coalesce(t.mode = any(\(values)), false)"
                    case .status: "t.status = any(\(values))"
                    case .actor: "t.actor = any(\(values))"
                    case .recipient: "t.recipient = any(\(values))"
                    default: "t.countries && \(values)"
                    }
                }
            conditions.append((condition, !term.isUnwanted && [.actor, .country].contains(term.tests[0].name)))
        }
        return conditions
    }

    /// Whether an index finds what this filter wants: it wants a pair, and not only numbers or the absence of something.
    var isIndexed: Bool {
        terms.contains { term in
            guard !term.isUnwanted, case .pair = term.tests[0] else { return false }
            return true
        }
    }

    private static func condition(_ term: Term, ofPairs: ([String]) -> SQL) -> SQL {
        let pairs = term.tests.compactMap { test -> String? in if case .pair(let pair) = test { pair } else { nil } }
        var any = term.tests.compactMap { test -> SQL? in
            switch test {
            case .pair: nil
            case .equal(let name, let number): compared(name, "=", number)
            case .atLeast(let name, let number): compared(name, ">=", number)
            case .atMost(let name, let number): compared(name, "<=", number)
            }
        }
        if !pairs.isEmpty { any.append(ofPairs(pairs)) }
        let one: SQL = "(\(any.joined(separator: " or ")))"
        return term.isUnwanted ? "not \(one)" : one
    }

    /// A number that a record lacks is on no side of any other.
    private static func compared(_ name: KeyName, _ relation: SQL, _ thousandths: Int) -> SQL {
        if name == .quad { return "t.quad * 1000 \(relation) \(thousandths)" }
        // Three decimals are the same number in both, however they were rounded to a real.
        return "coalesce(t.confidence \(relation) (\(thousandths)::float8 / 1000)::real, false)"
    }
}

extension Filter.Term.Test {
    /// The name that it asks for.
    var name: KeyName {
        switch self {
        case .equal(let name, _), .atLeast(let name, _), .atMost(let name, _): return name
        case .pair(let pair):
            guard let name = KeyName(rawValue: String(pair.prefix { $0 != "=" })) else {
                preconditionFailure("\(pair) has a known name")
            }
            return name
        }
    }
}

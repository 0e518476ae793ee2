import Glibc

/// What a subscriber wants: terms that must all hold, such as `event=SANCTION,COERCE actor=RUS status!=denied confidence>=0.7`.
///
/// `=` holds when the record has one of the values, `!=` when it has none of them, `>=` and `<=` when it has a number on that side.
/// docs/protocol.md has the grammar; the keys of a record (`RecordHead.keys`) are written by the extractor with ``KeyName``.
package struct Filter: Sendable, Equatable {
    /// A filter that cannot be understood: the term, and what would be right.
    package struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// One value of one term; plain numbers only, so that matching touches no reference count.
    private struct Entry: Sendable, Equatable {
        enum Test: Sendable, Equatable { case pair, equal, atLeast, atMost }
        var term: UInt8
        var test: Test
        /// The record must not have it.
        var isUnwanted: Bool
        /// `name=value` for `pair`, `name=` for numbers: a piece of `table`.
        var start: Int
        var count: Int
        /// Thousandths.
        var number: Int
    }

    /// Matches everything.
    package static let all = Filter()
    private static let longest = 4096
    private static let mostTerms = 32

    private var entries: [Entry] = []
    private var table: [UInt8] = []
    /// One bit a term that needs a value of the record.
    private var needed: UInt32 = 0
    private var hasUnwanted = false

    private init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// A term for whoever judges records in another way than by ``matches(_:)``, such as a database.
    package struct Term: Sendable, Equatable {
        package enum Test: Sendable, Equatable {
            /// The record has a pair `name=value`, as its keys hold it.
            case pair(String)
            /// A numeric key, in thousandths.
            case equal(KeyName, Int), atLeast(KeyName, Int), atMost(KeyName, Int)
        }
        /// One of them must hold, or none when `isUnwanted`.
        package var tests: [Test]
        package var isUnwanted: Bool
    }

    /// What must hold, in the order of the text; all of them.
    package var terms: [Term] {
        var terms: [Term] = []
        var last: UInt8?
        for entry in entries {
            if entry.term != last { terms.append(Term(tests: [], isUnwanted: entry.isUnwanted)) }
            last = entry.term
            let text = String(decoding: table[entry.start..<entry.start + entry.count], as: UTF8.self)
            terms[terms.count - 1].tests.append(Filter.test(entry, text))
        }
        return terms
    }

    private static func test(_ entry: Entry, _ text: String) -> Term.Test {
        if entry.test == .pair { return .pair(text) }
        guard let name = KeyName(rawValue: String(text.dropLast())) else {
            preconditionFailure("\(text) has a known name")
        }
        return switch entry.test {
        case .atLeast: .atLeast(name, entry.number)
        case .atMost: .atMost(name, entry.number)
        case .pair, .equal: .equal(name, entry.number)
        }
    }

    /// Reads the terms.
    ///
    /// - Throws: `Invalid`, which names the term and the valid names or values.
    package init(_ text: String) throws(Invalid) {
        guard text.utf8.count <= Filter.longest else {
            throw Invalid(description: "the filter is longer than \(Filter.longest) bytes")
        }
        for (index, term) in text.split(whereSeparator: \.isWhitespace).enumerated() {
            guard index < Filter.mostTerms else {
                throw Invalid(description: "the filter has more than \(Filter.mostTerms) terms; a comma means or")
            }
            try add(String(term), UInt8(index))
        }
    }

    private mutating func add(_ term: String, _ index: UInt8) throws(Invalid) {
        let (name, relation, values) = try Filter.parts(of: term)
        guard relation == "=" || relation == "!=" || name.isNumeric else {
            let numeric = KeyName.allCases.filter(\.isNumeric).map(\.rawValue).joined(separator: ", ")
            throw Invalid(description: "'\(term)': \(relation) compares numbers, and \(name) is none; \(numeric) are")
        }
        if relation == "!=" { hasUnwanted = true } else { needed |= 1 << UInt32(index) }
        for value in values {
            guard let value = KeyName.unescaped(value) else {
                throw Invalid(description: "'\(term)': % stands before two hexadecimal digits; a space is %20")
            }
            try name.check(value, in: term)
            let number = KeyName.thousandths(value.utf8)
            let isPair = !name.isNumeric
            let wanted = Array((isPair ? name.pair(value) : "\(name)=").utf8)
            let test: Entry.Test = isPair ? .pair : relation == ">=" ? .atLeast : relation == "<=" ? .atMost : .equal
            entries.append(
                Entry(
                    term: index,
                    test: test,
                    isUnwanted: relation == "!=",
                    start: table.count,
                    count: wanted.count,
                    number: number ?? 0
                )
            )
            table += wanted
        }
    }

    private static func parts(of term: String) throws(Invalid) -> (KeyName, String, [Substring]) {
        let name = term.prefix { !"=!<>".contains($0) }
        let rest = term[name.endIndex...]
        guard !name.isEmpty, let relation = ["!=", ">=", "<=", "="].first(where: { rest.hasPrefix($0) }) else {
            throw Invalid(
                description:
                    "'\(term)' is not name=value; an example: event=SANCTION,COERCE actor=RUS status!=denied confidence>=0.7"
            )
        }
        guard let known = KeyName(rawValue: String(name)) else {
            let names = KeyName.allCases.map(\.rawValue)
            let meant = Suggestion.nearest(to: String(name), in: names).map { "; did you mean \($0)?" } ?? ";"
            throw Invalid(
                description: "'\(term)': '\(name)' is not a name\(meant) The names are \(names.joined(separator: ", "))"
            )
        }
        let values = rest.dropFirst(relation.count).split(separator: ",", omittingEmptySubsequences: false)
        guard values.allSatisfy({ !$0.isEmpty }) else { throw Invalid(description: "'\(term)' lacks a value") }
        guard values.count == 1 || relation == "=" || relation == "!=" else {
            throw Invalid(description: "'\(term)': \(relation) takes one number")
        }
        return (known, relation, values)
    }

    /// Whether a record with these keys is wanted.
    ///
    /// O(pairs × values), without allocation.
    package func matches(_ keys: [UInt8]) -> Bool {
        guard !entries.isEmpty else { return true }
        return keys.withUnsafeBufferPointer { keys in
            table.withUnsafeBufferPointer { table in entries.withUnsafeBufferPointer { matches(keys, $0, table) } }
        }
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private func matches(_ keys: Bytes, _ entries: UnsafeBufferPointer<Entry>, _ table: Bytes) -> Bool {
        var missing = needed
        var start = 0
        while start < keys.count {
            var end = start
            while end < keys.count, keys[end] != UInt8(ascii: " ") { end += 1 }
            let pair = Bytes(rebasing: keys[start..<end])
            for entry in entries where Filter.holds(entry, pair, table) {
                if entry.isUnwanted { return false }
                missing &= ~(1 << UInt32(entry.term))
            }
            if missing == 0, !hasUnwanted { return true }
            start = end + 1
        }
        return missing == 0
    }

    private static func holds(_ entry: Entry, _ pair: Bytes, _ table: Bytes) -> Bool {
        guard entry.test == .pair ? pair.count == entry.count : pair.count > entry.count,
            let own = pair.baseAddress, let wanted = table.baseAddress,
            memcmp(own, wanted + entry.start, entry.count) == 0
        else { return false }
        if entry.test == .pair { return true }
        guard let number = KeyName.thousandths(Bytes(rebasing: pair[entry.count...])) else { return false }
        return switch entry.test {
        case .atLeast: number >= entry.number
        case .atMost: number <= entry.number
        default: number == entry.number
        }
    }
}

extension KeyName {
    /// - Throws: when this name cannot have such a value: the filter would never match, which is a mistake and not a wish.
    fileprivate func check(_ value: String, in term: String) throws(Filter.Invalid) {
        func invalid(_ text: String) -> Filter.Invalid { .init(description: "'\(term)': \(text)") }
        switch values {
        case .oneOf(let known):
            guard !known.contains(value) else { return }
            let meant = Suggestion.nearest(to: value, in: known).map { "; did you mean \($0)?" } ?? ";"
            throw invalid(
                "'\(value)' is no value of \(rawValue)\(meant) Its values are \(known.joined(separator: ", "))"
            )
        case .code:
            let isCode = value.utf8.count == 3 && value.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            guard !isCode else { return }
            let upper = value.uppercased()
            let meant = upper != value && upper.utf8.count == 3 ? "; did you mean \(upper)?" : "; for example RUS"
            throw invalid("a code of \(rawValue) has three capital letters\(meant)")
        case .digits:
            guard (1...4).contains(value.utf8.count), value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw invalid("\(rawValue) has one to four digits; for example 161, or 16 for all that begin so")
            }
        case .number:
            guard KeyName.thousandths(value.utf8) != nil else {
                throw invalid("\(rawValue) is a number with at most three decimals; for example \(rawValue)>=0.7")
            }
        case .text:
            guard pair(value).utf8.count > rawValue.utf8.count + 1 else { throw invalid("a value is more than spaces") }
        }
    }
}

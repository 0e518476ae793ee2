/// What a subscriber wants: every named key must have one of its values.
///
/// `event=SANCTION,COERCE actor=RUS` is a SANCTION or COERCE event with a Russian actor. The keys of a record are written by
/// the extractor (`RecordHead.keys`); a key may occur several times, once a value.
package struct Filter: Sendable, Equatable {
    private let terms: [[[UInt8]]]

    /// Names that records carry; another name is an error, not an empty result.
    package static let names = ["type", "event", "mode", "actor", "recipient", "status", "quad", "source", "sector"]

    /// A filter that cannot be understood.
    package struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Matches everything.
    package static let all = Filter(terms: [])

    private init(terms: [[[UInt8]]]) { self.terms = terms }

    /// Reads `name=value[,value…]` terms between spaces.
    package init(_ text: String) throws(Invalid) {
        guard text.utf8.count <= 4096 else { throw Invalid(description: "the filter is longer than 4096 bytes") }
        var terms: [[[UInt8]]] = []
        for term in text.split(whereSeparator: \.isWhitespace) {
            let parts = term.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else {
                throw Invalid(description: "'\(term)' is not name=value; an example: event=SANCTION actor=RUS")
            }
            guard Filter.names.contains(String(parts[0])) else {
                throw Invalid(
                    description: "'\(parts[0])' is not a key; the keys are \(Filter.names.joined(separator: ", "))"
                )
            }
            let values = parts[1].split(separator: ",")
            guard !values.isEmpty else { throw Invalid(description: "'\(term)' has no value") }
            terms.append(values.map { Array("\(parts[0])=\($0)".utf8) })
        }
        self.terms = terms
    }

    package var isEmpty: Bool { terms.isEmpty }

    /// Whether a record with these keys is wanted.
    ///
    /// O(terms × bytes of keys).
    package func matches(_ keys: [UInt8]) -> Bool {
        guard !terms.isEmpty else { return true }
        let pairs = keys.split(separator: UInt8(ascii: " "))
        return terms.allSatisfy { wanted in pairs.contains { pair in wanted.contains { $0.elementsEqual(pair) } } }
    }
}

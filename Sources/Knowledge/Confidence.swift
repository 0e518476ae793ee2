package import Records

/// How sure an event's type is: measured precision by type and by how the event was found, not a made-up number.
///
/// The odds of the type and of the shape are combined as if they were independent; each count is smoothed by one right and one wrong.
package struct Confidence: Sendable {
    private var all = 1.0
    private var types: [EventType: Double] = [:]
    private var shapes: [String: Double] = [:]

    init() {}

    init(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            guard let right = Double(try row.required("right")), let of = Double(try row.required("of")), right <= of
            else {
                throw row.error("'right' and 'of' are numbers, right at most of")
            }
            let odds = (right + 1) / (of - right + 1)
            let key = try row.required("key")
            switch try row.required("what") {
            case "all": all = odds
            case "shape": shapes[key] = odds
            case "type":
                guard let type = EventType(rawValue: key) else { throw row.error("'\(key)' is no event type") }
                types[type] = odds
            case let other: throw row.error("'\(other)' is not all, type or shape")
            }
        }
    }

    /// The probability that an event is of its type, in hundredths.
    ///
    /// - Returns: nil for a type or a shape that was never measured.
    package func value(_ type: EventType, isNoun: Bool, parties: Int) -> Double? {
        guard let type = types[type], let shape = shapes["\(isNoun ? "noun" : "verb") \(parties)"] else { return nil }
        let odds = type * shape / all
        return (odds / (1 + odds) * 100).rounded() / 100
    }
}

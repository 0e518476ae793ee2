import Records

extension Act {
    /// Days of a bucket.
    private static let bucket = 4

    /// The keys under which reports of the same act find each other: what kind of act, about when, and who.
    ///
    /// Two acts whose days are at most one apart and that share a party, a name or a place have a key in common. A dyad has a key of its own
    /// besides those of its parties: of two countries that do much, the newest incidents of one would crowd out those of both.
    package var keys: [String] {
        var who = subjects
        if who.isEmpty { who = [(actor + recipient).compactMap(\.sector?.rawValue).min() ?? "?"] }
        let from = Act.number(earliest.daysSinceEpoch - 1)
        let to = Act.number(latest.daysSinceEpoch + 1)
        return (from...to).flatMap { bucket in who.map { "\(kind.rawValue)\(bucket):\($0)" } }
    }

    private static func number(_ day: Int) -> Int { (day >= 0 ? day : day - bucket + 1) / bucket }

    private var subjects: [String] {
        let codes = Set((actor.prefix(3) + recipient.prefix(3)).compactMap(\.code)).sorted()
        var subjects = codes
        if let one = actor.first?.code, let other = recipient.first?.code {
            subjects.append([one, other].sorted().joined(separator: "-"))
        }
        if actor.allSatisfy({ $0.code == nil }) || recipient.allSatisfy({ $0.code == nil }) {
            let names = (actor + recipient).compactMap(\.own.last) + places.prefix(1)
            subjects += Set(names).sorted().prefix(2)
        }
        return subjects
    }
}

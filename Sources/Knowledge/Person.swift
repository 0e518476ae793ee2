package import Records

/// Somebody known, with the offices held.
package struct Person: Sendable {
    package let name: String
    /// ISO 3166-1 alpha-3 or a PLOVER code of non-states.
    package let country: String?
    package private(set) var offices: [Office]

    init(name: String, country: String?, offices: [Office]) {
        self.name = name
        self.country = country
        self.offices = offices
    }

    mutating func add(_ office: Office) { offices.append(office) }

    /// The office held on a day: of several, the one taken up last.
    package func office(on day: CivilDate) -> Office? {
        offices.filter { $0.isHeld(on: day) }.max { ($0.from?.first ?? day) < ($1.from?.first ?? day) }
    }

    /// Whether an office was held within ten years before a day, or is known without dates.
    package func isCurrent(on day: CivilDate) -> Bool {
        offices.contains { office in
            guard (office.from?.first).map({ $0 <= day }) ?? true else { return false }
            guard let last = office.to?.last else {
                return (office.from?.first.adding(days: 7300)).map { day < $0 } ?? true
            }
            return day < last.adding(days: 3650)
        }
    }

    /// Whom somebody stands for on a day: of the office held then, else of the last one taken up before.
    package func country(on day: CivilDate) -> String? {
        if let office = office(on: day) { return office.country ?? country }
        let begun = offices.filter { ($0.from?.first).map { $0 <= day } ?? false }
        return begun.max { ($0.from?.first ?? day) < ($1.from?.first ?? day) }?.country ?? country
    }

    /// The sector on a day: of the office held then, or elite when every office has ended.
    package func sector(on day: CivilDate) -> Sector? {
        if let office = office(on: day) { return office.sector }
        let ended = offices.allSatisfy { office in office.to.map { $0.last < day } ?? false }
        return ended ? .eli : nil
    }

    /// The last word of a name, or its first where family names come first and the name says so with a hyphen or two words.
    static func surname(of name: String) -> String {
        let words = name.split(separator: " ")
        let particles: Set<Substring> = ["al", "bin", "von", "van", "de", "la", "du"]
        guard words.count > 2, let last = words.last, particles.contains(words[words.count - 2]) else {
            return String(words.last ?? "")
        }
        return "\(words[words.count - 2]) \(last)"
    }
}

/// An office and the time it was held.
package struct Office: Sendable {
    /// "foreign minister"; nil for a public figure without one.
    package let title: String?
    package let sector: Sector?
    package let from: PartialDate?
    package let to: PartialDate?
    /// ISO 3166-1 alpha-3 or a PLOVER code of non-states: whose office it is.
    package let country: String?

    init(_ row: Table.Row) throws(KnowledgeError) {
        country = try row.text("country")
        title = try row.text("office")
        sector = try row.value("sector", as: Sector.self)
        from = try PartialDate(row, "from")
        to = try PartialDate(row, "to")
    }

    /// True only when it surely was: on a day of a month in which it began or ended, it is not known.
    func isHeld(on day: CivilDate) -> Bool {
        if let from, day < from.last { return false }
        if let to, to.first < day { return false }
        return from != nil || to != nil
    }
}

/// A day, a month or a year.
package struct PartialDate: Sendable {
    package let first: CivilDate
    package let last: CivilDate

    init?(_ row: Table.Row, _ column: String) throws(KnowledgeError) {
        guard let text = try row.text(column) else { return nil }
        let parts = text.split(separator: "-").map { Int($0) }
        let year = parts.first.flatMap { $0 } ?? 0
        let range: (CivilDate?, CivilDate?) =
            switch parts.count {
            case 1: (CivilDate(year: year, month: 1, day: 1), CivilDate(year: year, month: 12, day: 31))
            case 2:
                (
                    CivilDate(year: year, month: parts[1] ?? 0, day: 1),
                    CivilDate(year: parts[1] == 12 ? year + 1 : year, month: (parts[1] ?? 0) % 12 + 1, day: 1)?.adding(
                        days: -1
                    )
                )
            default: (CivilDate(iso: text), CivilDate(iso: text))
            }
        guard let first = range.0, let last = range.1 else {
            throw row.error("'\(text)' in column '\(column)' is not YYYY, YYYY-MM or YYYY-MM-DD")
        }
        self.first = first
        self.last = last
    }
}

package import Records

/// An incident as a brief sees it: its reports, and what is told of them.
package struct BriefIncident: Sendable, Equatable {
    package let id: String
    /// Not empty; in the order of the log.
    ///
    /// Some of many, with at least one of each status.
    package let reports: [LoggedEvent]
    /// The report that the sentence tells.
    package let main: LoggedEvent
    /// Of all its reports.
    package let counts: Counts

    package struct Counts: Sendable, Equatable {
        package var reports: Int
        package var origins: Int
        /// Those that say that it did not take place.
        package var negated: Int

        package init(reports: Int, origins: Int, negated: Int) {
            self.reports = reports
            self.origins = origins
            self.negated = negated
        }
    }

    /// - Parameters:
    ///   - status: of the incident as a whole; the report told has it, if any has.
    ///   - reports: nil comes back when there is none.
    ///   - counts: nil when these are all reports.
    package init?(id: String, status: EventStatus?, reports: [LoggedEvent], counts: Counts? = nil) {
        let ordered = reports.sorted { $0.seq < $1.seq }
        func rank(_ report: LoggedEvent) -> (Int, Int, Double, Int) {
            let event = report.event
            let slots = [event.actor, event.recipient].reduce(0) { $0 + ($1.isEmpty ? 0 : $1[0].name == nil ? 1 : 2) }
            let preference =
                event.status == status ? BriefIncident.order.count : BriefIncident.order.firstIndex(of: event.status)!
            return (preference, slots, event.confidence ?? 0, -report.seq)
        }
        guard let main = ordered.max(by: { rank($0) < rank($1) }) else { return nil }
        self.id = id
        self.reports = ordered
        self.main = main
        self.counts =
            counts
            ?? Counts(
                reports: ordered.count,
                origins: Set(ordered.map(\.origin)).count,
                negated: ordered.count { $0.event.status == .negated }
            )
    }

    /// From the weakest to the strongest.
    private static let order: [EventStatus] = [
        .hypothetical, .negated, .denied, .proposed, .threatened, .announced, .alleged, .happened,
    ]

    /// What it rests on: the incident, and the events of its reports, the told one first; at most eight of them.
    var citations: [Citation] {
        let others = reports.filter { $0.event.id != main.event.id }.prefix(7).map { Citation.event($0.event.id) }
        return [.event(main.event.id)] + others
    }

    /// How much it matters: told by independent sources, and intense.
    var weight: Double { Double(counts.origins) + abs(main.event.eventScale) / 5 + (main.event.historical ? -10 : 0) }

    /// The greatest number told of each thing counted, by slot and unit.
    var numbers: [String: Double] {
        var numbers: [String: Double] = [:]
        for quantity in reports.flatMap(\.event.quantity) where !quantity.unit.isEmpty {
            let key = "\(quantity.slot) \(quantity.unit)"
            numbers[key] = max(numbers[key] ?? quantity.value, quantity.value)
        }
        return numbers
    }

    /// The incident in one sentence: the act, its day and place, how many tell of it, and who denies it.
    package func sentence(countries: [String: String]) -> CitedSentence {
        CitedSentence(text(countries), on: .incident(id), citations)
    }

    func text(_ countries: [String: String]) -> String {
        let event = main.event
        var text = EventSentence(event, countries: countries).text
        let isDone = event.status == .happened || event.status == .negated
        if let date = event.date, isDone { text += " on \(date.english)" }
        if isDone, let place = event.location?.name, !text.contains(place) { text += " in \(place)" }
        var notes = [
            "\(counts.reports) \(counts.reports == 1 ? "report" : "reports")"
                + (counts.reports > 1
                    ? ", \(counts.origins) independent \(counts.origins == 1 ? "origin" : "origins")" : "")
        ]
        if let date = event.date, !isDone { notes.insert("dated \(date.english)", at: 0) }
        notes += contradictions(countries)
        return "\(text) (\(notes.joined(separator: "; ")))."
    }

    /// Who says otherwise than the report told.
    private func contradictions(_ countries: [String: String]) -> [String] {
        guard ![.denied, .negated].contains(main.event.status) else { return [] }
        let denials = reports.map(\.event).filter { $0.status == .denied }
        var notes: [String] = []
        if let who = PartyPhrase(denials.flatMap(\.claimedBy), countries: countries) {
            notes.append("\(who.text) \(who.isPlural ? "deny" : "denies") it")
        } else if !denials.isEmpty {
            notes.append("it is denied")
        }
        let negated = counts.negated
        if negated > 0 {
            notes.append("\(negated) \(negated == 1 ? "report says" : "reports say") that it did not take place")
        }
        return notes
    }
}

extension CivilDate {
    /// `29 December 2016`.
    package var english: String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ]
        let (year, month, day) = parts
        return "\(day) \(months[month - 1]) \(year)"
    }
}

package import Records

/// An event with its place in the log: what all of Briefing works on.
package struct LoggedEvent: Sendable, Equatable {
    /// Its number in the log.
    package var seq: Int
    /// When it came into the log: milliseconds since 1970-01-01 UTC.
    package var at: Int
    package var event: Event

    package init(seq: Int, at: Int, event: Event) {
        self.seq = seq
        self.at = at
        self.event = event
    }

    /// The article that its report goes back to: copies of one wire report share it.
    package var origin: String { event.article.origin ?? event.article.id }

    /// The day of the act, else of publication, else of its coming into the log.
    package var day: CivilDate {
        event.date ?? event.article.published.flatMap { CivilDate(iso: $0) }
            ?? CivilDate(daysSinceEpoch: at / 86_400_000)
    }
}

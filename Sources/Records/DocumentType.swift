/// What kind of text an article is.
package enum DocumentType: String, Codable, Sendable, CaseIterable {
    case news, opinion
    /// A report of a trial or a judgment.
    case court
    /// The life of somebody who died, or the anniversary of something past.
    case obituary
    /// A row of short items.
    case list
    case sport, markets
    /// Tells its reader what to do.
    case guide
    case study
    /// Tells what is or was, and nobody says anything on any day: an encyclopaedia, a catalogue.
    case reference

    /// Whether its acts are events.
    ///
    /// Sport and markets speak of beating and hammering and mean no fight; guides speak to their reader, studies of
    /// what is in general.
    package var hasEvents: Bool {
        switch self {
        case .news, .opinion, .court, .list, .obituary: true
        case .sport, .markets, .guide, .study, .reference: false
        }
    }
}

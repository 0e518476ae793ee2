import Linguistics

/// What kind of text an article is, as far as it decides whether its acts are events.
///
/// Sport and markets speak of beating and hammering and mean no fight; guides speak to their reader, studies of what is in general.
enum DocumentType {
    case news, sport, markets, guide, study
    /// Tells what is or was, and nobody says anything on any day: an encyclopaedia, a catalogue.
    case reference

    var hasEvents: Bool { self == .news }

    init(_ tree: Tree) {
        let seen = Set(tree.forms)
        let reader = tree.forms.count { DocumentType.reader.contains($0) }
        let said = tree.lemmas.count { DocumentType.saying.contains($0) }
        if seen.intersection(DocumentType.sportWords).count >= 3 {
            self = .sport
        } else if seen.intersection(DocumentType.marketWords).count >= 4 {
            self = .markets
        } else if seen.intersection(DocumentType.studyWords).count >= 3, said * 300 < tree.forms.count {
            self = .study
        } else if reader * 100 > tree.forms.count, reader > 4, said * 200 < tree.forms.count {
            self = .guide
        } else if tree.forms.count >= 150, said * 500 < tree.forms.count,
            seen.isDisjoint(with: DocumentType.days)
        {
            self = .reference
        } else {
            self = .news
        }
    }

    private static let saying: Set<Symbol> = ["say", "tell", "announce", "report", "accuse", "urge", "warn", "deny"]
    private static let days: Set<Symbol> = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "yesterday",
    ]
    private static let reader: Set<Symbol> = ["you", "your", "yourself", "yours"]
    private static let studyWords: Set<Symbol> = [
        "figure", "et", "al.", "hypothesis", "methodology", "chapter", "participants", "literature", "dataset",
        "theory",
        "framework", "correlation", "findings", "textbook", "concept", "section", "variables", "econometric",
        "citation",
        "journal", "empirical", "e.g.", "i.e.", "respectively",
    ]
    private static let sportWords: Set<Symbol> = [
        "match", "goal", "goals", "coach", "league", "scored", "striker", "midfielder", "goalkeeper", "quarter-final",
        "quarterfinal", "semi-final", "semifinal", "tournament", "championship", "innings", "wicket", "defender",
        "penalty", "halftime", "half-time", "touchdown", "playoff", "playoffs", "cup", "fifa", "uefa", "olympic",
        "medal", "tennis", "rugby", "cricket", "referee",
    ]
    private static let marketWords: Set<Symbol> = [
        "shares", "stocks", "index", "investors", "traders", "nasdaq", "dow", "futures", "bonds", "yield", "yields",
        "equities", "rallied", "analysts", "earnings", "ftse", "nikkei",
    ]
}

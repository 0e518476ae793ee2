import Linguistics
import Records

extension DocumentType {
    /// Reads it from words that are frequent in one kind and rare in news.
    init(_ tree: Tree) {
        let words = tree.forms.count
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
        } else if DocumentType.isDense(DocumentType.lifeWords, in: tree, seen) {
            self = .obituary
        } else if DocumentType.isDense(DocumentType.courtWords, in: tree, seen) {
            self = .court
        } else if words >= 120, DocumentType.ownWords(tree) * 60 > words {
            self = .opinion
        } else if words >= 80, DocumentType.items(tree) * 2 > tree.analysis.sentences.count {
            self = .list
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

    /// Four different ones of the words, and one in every thirty words of the text.
    private static func isDense(_ words: Set<Symbol>, in tree: Tree, _ seen: Set<Symbol>) -> Bool {
        seen.intersection(words).count >= 4 && tree.forms.count { words.contains($0) } * 30 >= tree.forms.count
    }

    /// "I", "my", "we" and "our" outside of quotation marks.
    private static func ownWords(_ tree: Tree) -> Int {
        var isQuoted = false
        var count = 0
        for token in tree.forms.indices {
            switch tree.analysis.shapes[token] {
            case .openQuote: isQuoted = true
            case .closeQuote: isQuoted = false
            case .straightQuote: isQuoted.toggle()
            default: if !isQuoted, first.contains(tree.forms[token]) { count += 1 }
            }
        }
        return count
    }

    /// Sentences that begin a paragraph with a number or a bullet.
    private static func items(_ tree: Tree) -> Int {
        tree.analysis.sentences.indices.count { index in
            guard tree.analysis.beginsParagraph[index], let start = tree.analysis.sentences[index].first else {
                return false
            }
            return tree.analysis.shapes[start] == .number || ["•", "-", "*", "–"].contains(tree.analysis.token(start))
        }
    }

    private static let first: Set<Symbol> = ["i", "my", "me", "we", "our", "us", "myself"]
    private static let lifeWords: Set<Symbol> = [
        "born", "survived", "childhood", "studied", "graduated", "married", "widow", "widower", "anniversary", "career",
        "obituary", "biography", "legacy", "commemorate", "memorial", "grandson", "daughters", "novels", "retired",
    ]
    private static let courtWords: Set<Symbol> = [
        "court", "judge", "defendant", "trial", "prosecutor", "prosecutors", "jury", "verdict", "sentenced",
        "convicted",
        "lawyer", "lawyers", "hearing", "testified", "guilty", "plea", "appeal", "acquitted", "bail", "indictment",
    ]
}

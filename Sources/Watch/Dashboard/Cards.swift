import Records
import Storage

/// An event in a list; a view for the template `event-card`.
struct EventCard {
    let id: String
    let seq: Int
    let at: String
    let time: String
    let quad: String
    let quadName: String
    let standing: String
    let status: String
    let actor: String
    let act: String
    let recipient: String
    let isHistorical: Bool
    /// More often wrong than right.
    let isSuspect: Bool
    let confidence: String?
    let sentence: String
    let article: String
    let articleTitle: String
    let source: String?
    let day: String
    let dayNote: String?
    let incident: String

    init(_ row: Reading.EventRow) {
        self.init(row.record, seq: row.seq, at: row.at, day: row.day, isDated: row.isDated, incident: row.incident)
    }

    init(_ event: Event, seq: Int, at: String, day: CivilDate, isDated: Bool, incident: String) {
        let wording = Wording(event)
        id = event.id
        self.seq = seq
        self.at = at
        time = Wording.moment(at)
        quad = "q\(event.quadCode)"
        quadName = Wording.quad(event.quadCode)
        standing = Wording.standing(event.status.rawValue)
        status = wording.status
        actor = wording.actor
        act = wording.act
        recipient = wording.recipient
        isHistorical = event.historical
        isSuspect = event.confidence.map { $0 < 0.5 } ?? false
        confidence = Wording.decimal(event.confidence)
        sentence = event.evidence.text
        article = event.article.id
        articleTitle = event.article.title ?? "untitled article"
        source = event.article.source
        self.day = Wording.day(day)
        dayNote = isDated ? nil : "the day of the article"
        self.incident = incident
    }
}

/// An incident in a list; a view for the template `incident-card`.
struct IncidentCard {
    let id: String
    let day: String
    let quad: String
    let quadName: String
    let standing: String
    let status: String
    let actor: String
    let act: String
    let recipient: String
    let reports: String
    let origins: String
    let place: String?
    let confidence: String?

    init(_ row: Reading.IncidentRow, _ names: CodeNames) {
        id = row.id
        day = Wording.day(row.day)
        quad = "q\(row.quad)"
        quadName = Wording.quad(row.quad)
        standing = Wording.standing(row.status)
        status = Wording.status(row.status)
        actor = names[row.actor]
        act = Wording.act(row.event, row.mode)
        recipient = names[row.recipient]
        reports = Wording.count(row.reports, "report")
        origins = Wording.count(row.origins, "independent source")
        place = row.place
        confidence = Wording.decimal(row.confidence)
    }
}

/// A story in a list; a view for the template `story-card`.
struct StoryCard {
    struct Country {
        var code: String
        var name: String
    }

    let id: String
    let headline: String
    let articles: String
    let origins: String
    let last: String
    let lastAt: String
    let countries: [Country]

    init(_ row: Reading.StoryRow, _ names: CodeNames) {
        id = row.id
        headline = row.headline
        articles = Wording.count(row.articles, "article")
        origins = Wording.count(row.origins, "independent source")
        last = Wording.moment(row.lastAt)
        lastAt = row.lastAt
        countries = row.countries.prefix(6).map { Country(code: $0, name: names[$0]) }
    }
}

/// An alert in a list; a view for the template `alert-card`.
struct AlertCard {
    let id: String
    let seq: Int
    let at: String
    let time: String
    let title: String
    let rule: String
    let key: String?
    let severity: String
    let importance: String
    let credibility: String

    init(_ row: Reading.AlertRow) {
        id = row.id
        seq = row.seq
        at = row.at
        time = Wording.moment(row.at)
        title = row.title
        rule = row.rule
        // An incident's identifier tells a reader nothing that the title does not.
        key = row.key.isEmpty || row.key.hasPrefix("incident=") ? nil : row.key
        severity = row.severity
        importance = Wording.decimal(row.importance) ?? "not known"
        credibility = Wording.decimal(row.credibility) ?? "not known"
    }
}

/// An article in a list; a view for the template `article-row`.
struct ArticleLine {
    let id: String
    let title: String
    let source: String?
    let day: String
    let counts: String
    let kind: String?
    let origin: String?

    init(_ row: Reading.ArticleRow) {
        id = row.id
        title = row.title ?? "untitled article"
        source = row.source
        day = Wording.day(row.day)
        counts = "\(Wording.count(row.events, "event")), \(Wording.count(row.quotes, "quote"))"
        kind = row.notCoded.map { "not coded: \($0)" } ?? row.documentType
        origin = row.origin == row.id ? nil : row.origin
    }
}

/// What the codes of countries and groups stand for.
struct CodeNames: Sendable {
    /// By code.
    let all: [String: String]

    /// - Parameter countries: by ISO 3166-1 alpha-3 code.
    init(_ countries: [String: String]) { all = CodeNames.groups.merging(countries) { _, country in country } }

    /// The name of a code; the code when none is known, and what to say when it is empty.
    subscript(code: String) -> String { code.isEmpty ? "nobody known" : all[code] ?? code }

    func isKnown(_ code: String) -> Bool { all[code] != nil }

    /// PLOVER's codes for who belongs to no state.
    private static let groups = [
        "IGO": "International organisation", "UNO": "United Nations", "EUR": "European Union",
        "NGO": "Non-governmental organisation", "ISM": "International community", "IMG": "International militant group",
        "MNC": "Multinational corporation",
    ]
}

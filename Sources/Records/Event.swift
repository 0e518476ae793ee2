/// A half-open range of bytes of the article's UTF-8 text; JSON `[start, end]`.
package struct Span: Codable, Sendable, Hashable {
    package var start: Int
    package var end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        start = try container.decode(Int.self)
        end = try container.decode(Int.self)
        guard start >= 0, end >= start else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a span [\(start), \(end)]")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(start)
        try container.encode(end)
    }
}

/// An actor or recipient of an event.
package struct Actor: Codable, Sendable, Equatable {
    /// As written in the article.
    package var text: String
    /// The resolved name, or null when only described.
    package var name: String?
    /// ISO 3166-1 alpha-3 country, or a non-state code (IGO, UNO, EUR, NGO, ISM, IMG, MNC); null when unknown.
    package var code: String?
    package var sector: Sector?
    /// The office held on the article's date.
    package var office: String?
    /// Wikidata item, `Q76`.
    package var wikidata: String?

    package init(
        text: String,
        name: String? = nil,
        code: String? = nil,
        sector: Sector? = nil,
        office: String? = nil,
        wikidata: String? = nil
    ) {
        self.text = text
        self.name = name
        self.code = code
        self.sector = sector
        self.office = office
        self.wikidata = wikidata
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text, forKey: .text)
        try container.encode(name, forKey: .name)
        try container.encode(code, forKey: .code)
        try container.encode(sector, forKey: .sector)
        try container.encodeIfPresent(office, forKey: .office)
        try container.encodeIfPresent(wikidata, forKey: .wikidata)
    }
}

/// A number bound to a slot of an event: "35 diplomats", "at least 12 killed".
package struct Quantity: Codable, Sendable, Equatable {
    package var value: Double
    /// `exactly`, `at least`, `at most`, `about`, `more than`, `less than`.
    package var qualifier: String
    package var unit: String
    /// The slot it counts: `actor`, `recipient` or `event`.
    package var slot: String

    package init(value: Double, qualifier: String, unit: String, slot: String) {
        self.value = value
        self.qualifier = qualifier
        self.unit = unit
        self.slot = slot
    }
}

/// Where an event took place.
package struct Place: Codable, Sendable, Equatable {
    package var text: String
    package var name: String
    /// ISO 3166-1 alpha-3.
    package var country: String?

    package init(text: String, name: String, country: String?) {
        self.text = text
        self.name = name
        self.country = country
    }
}

/// The words that prove each slot: byte spans into the article's text.
package struct Evidence: Codable, Sendable, Equatable {
    /// Index of the sentence, from 0.
    package var sentence: Int
    /// The sentence, as written.
    package var text: String
    /// Where it begins in the article's text, in bytes.
    package var start: Int?
    package var event: [Span]
    package var actor: [Span]
    package var recipient: [Span]
    package var date: [Span]
    /// The frame or rule that fired.
    package var rule: String

    package init(
        sentence: Int,
        text: String,
        start: Int? = nil,
        event: [Span],
        actor: [Span],
        recipient: [Span],
        date: [Span],
        rule: String
    ) {
        self.sentence = sentence
        self.text = text
        self.start = start
        self.event = event
        self.actor = actor
        self.recipient = recipient
        self.date = date
        self.rule = rule
    }
}

/// A PLOVER 0.8 event record with this project's extensions; docs/record.md explains each field.
package struct Event: Codable, Sendable, Equatable {
    package var id: String
    /// The day of the act; null with `date_reason` when the article does not tell.
    package var date: CivilDate?
    package var dateReason: String?
    /// The words the date was read from.
    package var dateText: String?
    package var event: EventType
    package var mode: [String]
    package var context: [String]
    /// CAMEO code when the exact act is known, else null.
    package var cameo: String?
    package var status: EventStatus
    /// Background from before the news.
    package var historical: Bool
    package var claimedBy: [Actor]
    package var actor: [Actor]
    package var recipient: [Actor]
    /// Identifier of the quote that the act stands in.
    package var quote: String?
    package var quantity: [Quantity]
    package var location: Place?
    package var locationReason: String?
    /// 0 to 1, or null while the coder has no calibrated figure.
    package var confidence: Double?
    package var evidence: Evidence
    package var article: ArticleReference
    package var coder: String

    package var quadCode: Int { event.quadCode }
    /// PLOVER intensity of the most specific mode, else of the type.
    package var eventScale: Double { mode.lazy.compactMap { event.modes[$0] ?? nil }.first ?? event.scale }
    package var goldstein: Double? { cameo.flatMap { Goldstein.value(cameo: $0) } }

    package init(event: EventType, evidence: Evidence, article: ArticleReference, coder: String) {
        self.id = ""
        self.event = event
        self.mode = []
        self.context = []
        self.status = .happened
        self.historical = false
        self.claimedBy = []
        self.actor = []
        self.recipient = []
        self.quantity = []
        self.evidence = evidence
        self.article = article
        self.coder = coder
    }

    /// Sets `id` to the UUIDv5 of article, coder and what was coded, so that coding again gives the same identifier.
    package mutating func identify() {
        let parties = { (actors: [Actor]) in
            actors.map { "\($0.code ?? "")/\($0.name ?? $0.text)" }.joined(separator: "+")
        }
        let spans = evidence.event.map { "\($0.start)-\($0.end)" }.joined(separator: ",")
        let key = [
            article.id, coder, event.rawValue, mode.joined(separator: ","), status.rawValue, parties(actor),
            parties(recipient), spans,
        ]
        id = UUIDv5.name(key.joined(separator: "|"), in: UUIDv5.recordNamespace)
    }
}

extension Event {
    private enum CodingKeys: String, CodingKey {
        case id, date, event, mode, context, cameo, status, historical, actor, recipient, quote, quantity, location
        case confidence, evidence, article, coder, goldstein
        case dateReason = "date_reason"
        case dateText = "date_text"
        case claimedBy = "claimed_by"
        case locationReason = "location_reason"
        case quadCode = "quad_code"
        case eventScale = "event_scale"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        date = try container.decodeIfPresent(CivilDate.self, forKey: .date)
        dateReason = try container.decodeIfPresent(String.self, forKey: .dateReason)
        dateText = try container.decodeIfPresent(String.self, forKey: .dateText)
        event = try container.decode(EventType.self, forKey: .event)
        mode = try container.decode([String].self, forKey: .mode)
        context = try container.decode([String].self, forKey: .context)
        cameo = try container.decodeIfPresent(String.self, forKey: .cameo)
        status = try container.decode(EventStatus.self, forKey: .status)
        historical = try container.decode(Bool.self, forKey: .historical)
        claimedBy = try container.decode([Actor].self, forKey: .claimedBy)
        actor = try container.decode([Actor].self, forKey: .actor)
        recipient = try container.decode([Actor].self, forKey: .recipient)
        quote = try container.decodeIfPresent(String.self, forKey: .quote)
        quantity = try container.decode([Quantity].self, forKey: .quantity)
        location = try container.decodeIfPresent(Place.self, forKey: .location)
        locationReason = try container.decodeIfPresent(String.self, forKey: .locationReason)
        confidence = try container.decodeIfPresent(Double.self, forKey: .confidence)
        evidence = try container.decode(Evidence.self, forKey: .evidence)
        article = try container.decode(ArticleReference.self, forKey: .article)
        coder = try container.decode(String.self, forKey: .coder)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(date, forKey: .date)
        try container.encodeIfPresent(dateReason, forKey: .dateReason)
        try container.encode(dateText, forKey: .dateText)
        try container.encode(event, forKey: .event)
        try container.encode(mode, forKey: .mode)
        try container.encode(context, forKey: .context)
        try container.encode(cameo, forKey: .cameo)
        try container.encode(quadCode, forKey: .quadCode)
        try container.encode(eventScale, forKey: .eventScale)
        try container.encode(goldstein, forKey: .goldstein)
        try container.encode(status, forKey: .status)
        try container.encode(historical, forKey: .historical)
        try container.encode(claimedBy, forKey: .claimedBy)
        try container.encode(actor, forKey: .actor)
        try container.encode(recipient, forKey: .recipient)
        try container.encode(quote, forKey: .quote)
        try container.encode(quantity, forKey: .quantity)
        try container.encode(location, forKey: .location)
        try container.encodeIfPresent(locationReason, forKey: .locationReason)
        try container.encode(confidence, forKey: .confidence)
        try container.encode(evidence, forKey: .evidence)
        try container.encode(article, forKey: .article)
        try container.encode(coder, forKey: .coder)
    }
}

extension Event {
    /// `TYPE/mode ACTOR>RECIPIENT status`, as the frames' examples write it: a party is its code, or its sector without one, or -.
    package var summary: String {
        func parties(_ actors: [Actor]) -> String {
            actors.isEmpty ? "-" : actors.map { $0.code ?? $0.sector?.rawValue ?? "-" }.joined(separator: "+")
        }
        return
            "\(([event.rawValue] + mode).joined(separator: "/")) \(parties(actor))>\(parties(recipient)) \(status.rawValue)"
    }
}

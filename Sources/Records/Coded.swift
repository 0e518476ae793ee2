/// A person, organisation, country or place that the article names, with all its mentions.
package struct Entity: Codable, Sendable, Equatable {
    /// The same identifier across articles for the same resolved entity.
    package var id: String
    package var name: String
    package var type: EntityType
    /// ISO 3166-1 alpha-3 country or PLOVER non-state code; null when unknown.
    package var code: String?
    package var sector: Sector?
    /// The office held on the article's date.
    package var office: String?
    package var wikidata: String?
    /// The other forms under which this article names it.
    package var aliases: [String]
    package var mentions: [Mention]
    /// What a place or a country is in the article: `dateline`, `event` (an act took place there), `party` (it acted or suffered an act),
    /// `mentioned`; empty for others.
    package var roles: [String]

    /// What kind of thing an entity is.
    package enum EntityType: String, Codable, Sendable, CaseIterable {
        case person = "PER", organisation = "ORG", country = "COUNTRY", place = "LOC", group = "NORP"
    }

    /// One place in the text that refers to the entity.
    package struct Mention: Codable, Sendable, Equatable {
        package var text: String
        package var span: Span
        /// Index of the sentence, from 0.
        package var sentence: Int

        package init(text: String, span: Span, sentence: Int) {
            self.text = text
            self.span = span
            self.sentence = sentence
        }
    }

    package init(name: String, type: EntityType, code: String?, sector: Sector?) {
        self.id = UUIDv5.name("entity|\(type.rawValue)|\(name)", in: UUIDv5.recordNamespace)
        self.name = name
        self.type = type
        self.code = code
        self.sector = sector
        self.aliases = []
        self.mentions = []
        self.roles = []
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, type, code, sector, office, wikidata, aliases, mentions, roles
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        name = try container.decode(String.self, forKey: .name)
        type = try container.decode(EntityType.self, forKey: .type)
        code = try container.decodeIfPresent(String.self, forKey: .code)
        sector = try container.decodeIfPresent(Sector.self, forKey: .sector)
        office = try container.decodeIfPresent(String.self, forKey: .office)
        wikidata = try container.decodeIfPresent(String.self, forKey: .wikidata)
        aliases = try container.decode([String].self, forKey: .aliases)
        mentions = try container.decode([Mention].self, forKey: .mentions)
        roles = try container.decodeIfPresent([String].self, forKey: .roles) ?? []
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(type, forKey: .type)
        try container.encode(code, forKey: .code)
        try container.encode(sector, forKey: .sector)
        try container.encodeIfPresent(office, forKey: .office)
        try container.encodeIfPresent(wikidata, forKey: .wikidata)
        try container.encode(aliases, forKey: .aliases)
        try container.encode(mentions, forKey: .mentions)
        if !roles.isEmpty { try container.encode(roles, forKey: .roles) }
    }
}

/// Something that somebody is quoted as having said.
package struct Quote: Codable, Sendable, Equatable {
    package var id: String
    /// The words inside the quotation marks; parts of a split quote are joined with a space.
    package var text: String
    /// One span a part, quotation marks left out.
    package var spans: [Span]
    package var speaker: Speaker?
    package var kind: Kind
    /// The verb or phrase that attributes it ("said", "according to"); null when there is none.
    package var cue: String?
    package var cueSpan: Span?
    package var article: ArticleReference

    /// How the words are given.
    package enum Kind: String, Codable, Sendable { case direct, indirect, mixed }

    /// Who said it.
    package struct Speaker: Codable, Sendable, Equatable {
        package var name: String?
        /// As written beside the quote.
        package var text: String
        package var code: String?

        package init(name: String?, text: String, code: String?) {
            self.name = name
            self.text = text
            self.code = code
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(text, forKey: .text)
            try container.encode(code, forKey: .code)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, text, spans, speaker, kind, cue, article
        case cueSpan = "cue_span"
    }

    package init(text: String, spans: [Span], kind: Kind, article: ArticleReference) {
        let where_ = spans.map { "\($0.start)-\($0.end)" }.joined(separator: ",")
        self.id = UUIDv5.name("quote|\(article.id)|\(where_)", in: UUIDv5.recordNamespace)
        self.text = text
        self.spans = spans
        self.kind = kind
        self.article = article
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(text, forKey: .text)
        try container.encode(spans, forKey: .spans)
        try container.encode(speaker, forKey: .speaker)
        try container.encode(kind, forKey: .kind)
        try container.encode(cue, forKey: .cue)
        try container.encode(cueSpan, forKey: .cueSpan)
        try container.encode(article, forKey: .article)
    }
}

/// Everything the coder found in one article.
package struct Coded: Codable, Sendable, Equatable {
    /// The article's identifier.
    package var id: String
    package var article: ArticleReference
    /// nil when the article was not coded.
    package var documentType: DocumentType?
    /// Why the article was not coded: `language` for one that is not in English; nil when it was.
    package var notCoded: String?
    package var entities: [Entity]
    package var quotes: [Quote]
    package var events: [Event]

    private enum CodingKeys: String, CodingKey {
        case id, article, entities, quotes, events
        case documentType = "document_type"
        case notCoded = "not_coded"
    }

    /// An article that is kept and not coded.
    package init(article: Article, notCoded reason: String) {
        self.init(article: article, documentType: nil, entities: [], quotes: [], events: [])
        notCoded = reason
    }

    package init(
        article: Article,
        documentType: DocumentType? = .news,
        entities: [Entity],
        quotes: [Quote],
        events: [Event]
    ) {
        self.documentType = documentType
        self.id = article.id
        self.article = ArticleReference(article)
        self.entities = entities
        self.quotes = quotes
        self.events = events
    }
}

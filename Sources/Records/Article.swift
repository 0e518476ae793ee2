/// One news article, as read from a file: the text that spans point into, and what its header said.
package struct Article: Codable, Sendable, Equatable {
    /// UUIDv5 of `sha256`; the same bytes are the same article wherever they were dropped.
    package var id: String
    /// SHA-256 of the article's source bytes, 64 lower-case hexadecimal digits.
    package var sha256: String
    /// The format it was read from.
    package var format: Format
    package var title: String?
    package var author: String?
    package var source: String?
    package var url: String?
    /// BCP 47 tag that the source states, or of the language that the text is in.
    package var language: String?
    /// Why `language` is not what the source states; nil when it is, or the source states nothing.
    package var languageReason: String?
    /// ISO 8601 date (`2016-12-30`) or date-time with zone, when the source states one.
    package var published: String?
    /// Why `published` is nil, or has no time, although the source states one; nil also when the source states nothing.
    package var publishedReason: String?
    package var modified: String?
    /// The place of a dateline such as `MOSCOW (Reuters) —`, as written.
    package var dateline: String?
    /// What identifies the item across its versions: a feed's or NewsML's GUID, a NITF doc-id, a Message-ID, else `url`.
    package var item: String?
    /// The version of `item`, as the source counts it.
    package var itemVersion: String?
    /// The news agency: of the dateline, else what the format names as provider or in its credit line.
    package var agency: String?
    /// ISO 8601 date-time with zone before which the source forbids publication.
    package var embargo: String?
    /// On what terms the source lets the article be used, in its words.
    package var usageTerms: String?
    /// The medium that the text names as its source: “Reuters reported”; nil when it names none.
    package var attribution: String?
    /// The id of the earliest report with nearly the same text; nil when this is the earliest, or nobody has looked.
    package var origin: String?
    /// The body; UTF-8 without NUL.
    ///
    /// Every span in a record is a byte range of it.
    package var text: String

    /// The format of the document itself; that it came in a zip, gzip or WARC file is not kept.
    package enum Format: String, Codable, Sendable, CaseIterable {
        case text, json, jsonl, html, rss, atom, jsonfeed, newsml, nitf, eml, pdf
    }

    package init(sha256: String, format: Format, text: String) {
        self.id = UUIDv5.name(sha256, in: UUIDv5.articleNamespace)
        self.sha256 = sha256
        self.format = format
        self.text = text
    }

    /// The day of publication in the zone the source stated.
    package var publishedDate: CivilDate? { published.flatMap { CivilDate(iso: $0) } }
}

/// The part of an article that travels inside other records.
package struct ArticleReference: Codable, Sendable, Equatable {
    package var id: String
    package var title: String?
    package var source: String?
    package var url: String?
    package var published: String?
    package var dateline: String?
    /// The members from here on are left out when they are nil.
    package var item: String?
    package var itemVersion: String?
    package var agency: String?
    package var usageTerms: String?
    package var attribution: String?
    package var origin: String?

    private enum CodingKeys: String, CodingKey {
        case id, title, source, url, published, dateline, item, agency, attribution, origin
        case itemVersion = "item_version"
        case usageTerms = "usage_terms"
    }

    package init(_ article: Article) {
        id = article.id
        title = article.title
        source = article.source
        url = article.url
        published = article.published
        dateline = article.dateline
        item = article.item
        itemVersion = article.itemVersion
        agency = article.agency
        usageTerms = article.usageTerms
        attribution = article.attribution
        origin = article.origin
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(title, forKey: .title)
        try container.encode(source, forKey: .source)
        try container.encode(url, forKey: .url)
        try container.encode(published, forKey: .published)
        try container.encode(dateline, forKey: .dateline)
        try container.encodeIfPresent(item, forKey: .item)
        try container.encodeIfPresent(itemVersion, forKey: .itemVersion)
        try container.encodeIfPresent(agency, forKey: .agency)
        try container.encodeIfPresent(usageTerms, forKey: .usageTerms)
        try container.encodeIfPresent(attribution, forKey: .attribution)
        try container.encodeIfPresent(origin, forKey: .origin)
    }
}

package import Records

/// What a sentence of a brief rests on.
package enum Citation: Sendable, Hashable {
    /// Bytes of an article's text.
    case article(id: String, spans: [Span])
    case event(String)
    case incident(String)
    case story(String)

    /// `article`, `event`, `incident` or `story`.
    package var kind: String {
        switch self {
        case .article: "article"
        case .event: "event"
        case .incident: "incident"
        case .story: "story"
        }
    }

    package var id: String {
        switch self {
        case .article(let id, _), .event(let id), .incident(let id), .story(let id): id
        }
    }
}

extension Citation: Codable {
    private enum CodingKeys: String, CodingKey { case kind, id, spans }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let id = try container.decode(String.self, forKey: .id)
        let kind = try container.decode(String.self, forKey: .kind)
        switch kind {
        case "article": self = .article(id: id, spans: try container.decode([Span].self, forKey: .spans))
        case "event": self = .event(id)
        case "incident": self = .incident(id)
        case "story": self = .story(id)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .kind,
                in: container,
                debugDescription: "'\(kind)' is no citation: article, event, incident or story"
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(id, forKey: .id)
        if case .article(_, let spans) = self { try container.encode(spans, forKey: .spans) }
    }
}

/// A sentence with what it rests on: there is no way to make one without.
package struct CitedSentence: Sendable, Equatable {
    package let text: String
    /// Never empty.
    package let citations: [Citation]

    /// A sentence of our own words.
    package init(_ text: String, on first: Citation, _ others: [Citation] = []) {
        self.text = text
        citations = [first] + others.filter { $0 != first }
    }

    /// Words of an article: the bytes of the spans, one behind the other.
    ///
    /// - Parameter spans: inside of `article.text`, not empty.
    package init(of article: SourceText, _ spans: [Span]) {
        precondition(!spans.isEmpty, "an extract without bytes")
        text = article.string(spans)
        citations = [.article(id: article.id, spans: spans)]
    }
}

extension CitedSentence: Codable {
    private enum CodingKeys: String, CodingKey { case text, citations }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = try container.decode(String.self, forKey: .text)
        citations = try container.decode([Citation].self, forKey: .citations)
        guard !citations.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .citations,
                in: container,
                debugDescription: "a sentence without citations: \(text.prefix(80))"
            )
        }
    }
}

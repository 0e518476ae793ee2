package import Postgres
package import Records

extension Reading {
    /// An article whose record is in the log.
    package struct ArticleRow: Decodable, Sendable {
        package var id: String
        package var seq: Int
        package var at: String
        /// The earliest report with nearly the same text; the article itself when it is that.
        package var origin: String
        package var published: String?
        /// Of publication, or of arrival when the article does not tell it.
        package var day: CivilDate
        package var title: String?
        package var source: String?
        package var documentType: String?
        package var notCoded: String?
        package var events: Int
        package var quotes: Int

        private enum CodingKeys: String, CodingKey {
            case id, seq, at, origin, published, day, title, source, events, quotes
            case documentType = "document_type"
            case notCoded = "not_coded"
        }
    }

    static let articleJSON: SQL = """
        json_build_object('id', t.article_id, 'seq', t.seq, 'at', \(time("t.at")), 'origin', t.origin_id,
            'published', \(time("t.published")), 'day', t.day, 'title', t.title, 'source', t.source,
            'document_type', t.document_type, 'not_coded', t.not_coded, 'events', t.events, 'quotes', t.quotes)
        """

    /// Which articles; everything that is not nil must hold.
    package struct ArticleQuestion: Sendable {
        package var days = Days()
        package var source: String?
        package var story: String?
        package var entity: String?

        package init() {}
    }

    /// Articles in the order of the log.
    package static func articles(
        _ question: ArticleQuestion,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<ArticleRow> {
        var conditions = question.days.conditions
        if let source = question.source { conditions.append("t.source = \(source)") }
        if let story = question.story {
            conditions.append(
                "exists (select from story_article s where s.story_id = \(story)::text::uuid and s.article_id = t.article_id)"
            )
        }
        if let entity = question.entity {
            conditions.append(
                "exists (select from entity_article m where m.entity_id = \(entity)::text::uuid and m.seq = t.seq)"
            )
        }
        return try Listing(table: "article_entry", order: .unique("t.seq"), conditions: conditions, json: articleJSON)
            .page(request, on: connection)
    }

    /// One article: its row, its text, its record with the entities and their mentions, and its events and quotes that hold now.
    package static func article(
        _ id: String,
        on connection: Connection
    ) throws(PostgresError) -> Document<ArticleDetail>? {
        try document(
            """
            select json_build_object('id', a.id, 'sha256', encode(a.sha256, 'hex'), 'format', a.format, 'title', a.title,
                'author', a.author, 'source', a.source, 'url', a.url, 'language', a.language, 'published', a.published,
                'published_reason', a.published_reason, 'dateline', a.dateline, 'received_at', \(time("a.received_at")),
                'superseded_by', a.superseded_by, 'origin', coalesce(a.origin_id, a.id), 'text', a.text,
                'entry', (select \(articleJSON) from article_entry t where t.article_id = a.id),
                'story', (select s.story_id from story_article s where s.article_id = a.id),
                'record', (select r.data from record r where r.article_id = a.id and r.type = 'article' order by r.id desc limit 1),
                'events', (select coalesce(json_agg(\(eventJSON) order by t.seq), '[]')
                    from report t join record r on r.uuid = t.id where t.article_id = a.id),
                'quotes', (select coalesce(json_agg(\(quoteJSON) order by t.seq), '[]')
                    from quote_entry t join record r on r.uuid = t.id where t.article_id = a.id))::text
            from article a where a.id = \(id)::text::uuid
            """,
            on: connection
        )
    }

    package struct ArticleDetail: Decodable, Sendable {
        package struct Found: Decodable, Sendable {
            package var entities: [Entity]
        }

        package var id: String
        package var title: String?
        package var author: String?
        package var source: String?
        package var url: String?
        package var published: String?
        package var dateline: String?
        package var supersededBy: String?
        package var text: String
        /// Nil while watch has not come so far.
        package var entry: ArticleRow?
        package var story: String?
        /// Nil while the article has not been coded.
        package var record: Found?
        package var events: [EventRow]
        package var quotes: [QuoteRow]

        private enum CodingKeys: String, CodingKey {
            case id, title, author, source, url, published, dateline, text, entry, story, record, events, quotes
            case supersededBy = "superseded_by"
        }
    }
}

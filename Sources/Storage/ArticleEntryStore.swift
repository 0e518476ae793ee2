package import Postgres
package import Records

/// The table `article_entry`: the articles in the log that hold, with what searches read.
package enum ArticleEntryStore {
    /// An article whose record is in the log.
    package struct Entry: Sendable, Equatable {
        package var seq: Int
        /// Milliseconds since 1970-01-01 UTC.
        package var at: Int
        package var closing: ArticleRecord

        package init(seq: Int, at: Int, closing: ArticleRecord) {
            self.seq = seq
            self.at = at
            self.closing = closing
        }

        /// The day of publication, or of arrival when the article does not tell it.
        package var day: CivilDate {
            closing.article.published.flatMap { CivilDate(iso: $0) } ?? CivilDate(daysSinceEpoch: at / 86_400_000)
        }
    }

    /// Characters of a text that searches see: PostgreSQL's tsvector holds a megabyte.
    private static let searched = 100_000

    package static func insert(_ entries: [Entry], on connection: Connection) throws(PostgresError) {
        guard !entries.isEmpty else { return }
        let articles = entries.map(\.closing.article)
        // A day alone is no point in time.
        let published = articles.map { article in
            article.published.flatMap { Timestamp.milliseconds($0) == nil ? nil : $0 }
        }
        try connection.query(
            """
            insert into article_entry (article_id, seq, at, origin_id, published, day, title, source, document_type, not_coded,
                events, quotes, search)
            select a.id, e.seq, to_timestamp(e.at / 1000.0), e.origin::uuid, e.published::timestamptz, e.day::date, e.title, e.source,
                e.document_type, e.not_coded, e.events, e.quotes,
                setweight(to_tsvector('english', coalesce(a.title, '')), 'A')
                    || setweight(to_tsvector('english', left(a.text, \(searched)::bigint::int)), 'D')
            from unnest(\(articles.map(\.id) as [String?]), \(entries.map(\.seq)), \(entries.map(\.at)),
                \(articles.map { $0.origin ?? $0.id } as [String?]), \(published),
                \(entries.map(\.day.description) as [String?]), \(articles.map(\.title)), \(articles.map(\.source)),
                \(entries.map(\.closing.documentType?.rawValue)), \(entries.map(\.closing.notCoded)),
                \(entries.map(\.closing.events)), \(entries.map(\.closing.quotes)))
                as e(id, seq, at, origin, published, day, title, source, document_type, not_coded, events, quotes)
            join article a on a.id = e.id::uuid
            """
        )
    }

    package static func remove(_ articles: [String], on connection: Connection) throws(PostgresError) {
        guard !articles.isEmpty else { return }
        try connection.query("delete from article_entry where article_id = any(\(articles as [String?])::uuid[])")
    }
}

package import Postgres
package import Records

/// What ingest writes.
package enum ArticleStore {
    /// An article and the name of the file it came in.
    package struct Arrival: Sendable {
        package var article: Article
        /// The name's bytes, as the file system has them.
        package var fileName: [UInt8]

        package init(article: Article, fileName: [UInt8]) {
            self.article = article
            self.fileName = fileName
        }
    }

    /// Stores articles with their jobs and a sighting each, in one transaction; an article that is there gets a sighting only.
    ///
    /// - Returns: the identifiers of those that are new.
    package static func store(_ arrivals: [Arrival], on connection: Connection) throws(PostgresError) -> Set<String> {
        let articles = arrivals.map(\.article)
        let rows = try connection.query(
            """
            with arrival as (
                select * from unnest(
                    \(articles.map(\.id) as [String?]), \(articles.map { Hexadecimal.decode($0.sha256) ?? [] }),
                    \(articles.map(\.format.rawValue) as [String?]), \(articles.map(\.title)), \(articles.map(\.author)),
                    \(articles.map(\.source)), \(articles.map(\.url)), \(articles.map(\.language)),
                    \(articles.map(\.published)), \(articles.map(\.publishedReason)),
                    \(articles.map(\.modified)), \(articles.map(\.dateline)),
                    \(articles.map(\.text) as [String?]), \(arrivals.map(\.fileName)))
                with ordinality as a(id, sha256, format, title, author, source, url, language, published,
                    published_reason, modified, dateline, text, file_name, n)
            ), fresh as (
                insert into article (id, sha256, format, title, author, source, url, language, published,
                    published_reason, modified, dateline, text)
                select distinct on (sha256) id::uuid, sha256, format, title, author, source, url, language, published,
                    published_reason, modified, dateline, text
                from arrival order by sha256, n
                on conflict do nothing
                returning id
            ), queued as (
                insert into job (article_id)
                select fresh.id from fresh join (select id::uuid as id, min(n) as n from arrival group by 1) a using (id)
                order by a.n
            ), seen as (
                insert into sighting (article_id, file_name) select id::uuid, file_name from arrival order by n
            )
            select id::text from fresh
            """
        )
        var fresh: Set<String> = []
        for row in rows { fresh.insert(try row.string(0)) }
        return fresh
    }
}

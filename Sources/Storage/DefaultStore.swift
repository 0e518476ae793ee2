package import Postgres

/// Which members of stored articles were filled from a source's defaults and not by the article.
package enum DefaultStore {
    /// One member that a default filled.
    package struct Filled: Sendable {
        /// The article's identifier.
        package var article: String
        /// `source`, `author`, `language` or `usage_terms`.
        package var member: String
        package var value: String
        /// The folder of the inbox whose default it is.
        package var folder: String

        package init(article: String, member: String, value: String, folder: String) {
            self.article = article
            self.member = member
            self.value = value
            self.folder = folder
        }
    }

    /// Stores what was filled in articles that are stored; safe to repeat.
    ///
    /// An article that was there before keeps what it has: only a member with just this value came from this default.
    package static func store(_ filled: [Filled], on connection: Connection) throws(PostgresError) {
        guard !filled.isEmpty else { return }
        try connection.query(
            """
            insert into article_default (article_id, member, folder)
            select distinct on (a.id, f.member) a.id, f.member, f.folder
            from unnest(\(filled.map(\.article) as [String?]), \(filled.map(\.member) as [String?]),
                \(filled.map(\.value) as [String?]), \(filled.map(\.folder) as [String?]))
                with ordinality as f(id, member, value, folder, n)
            join article a on a.id = f.id::uuid
            where f.value = case f.member when 'source' then a.source when 'author' then a.author
                when 'language' then a.language when 'usage_terms' then a.usage_terms end
            order by a.id, f.member, f.n
            on conflict do nothing
            """
        )
    }
}

package import Postgres
package import Records

/// What ingest writes.
package enum ArticleStore {
    /// An article, the name of the file it came in, and what its text has in common with others.
    package struct Arrival: Sendable {
        package var article: Article
        /// The name's bytes, as the file system has them.
        package var fileName: [UInt8]
        package var fingerprint: [Int]
        /// The keys of the fingerprint's rows in the index.
        package var bands: [Int]

        package init(article: Article, fileName: [UInt8], fingerprint: [Int] = [], bands: [Int] = []) {
            self.article = article
            self.fileName = fileName
            self.fingerprint = fingerprint
            self.bands = bands
        }
    }

    /// An article that may have nearly the same text as another.
    package struct Candidate: Sendable {
        package var id: String
        /// The earliest report with its text: itself, or another.
        package var origin: String
        package var fingerprint: [Int]

        package init(id: String, origin: String, fingerprint: [Int]) {
            self.id = id
            self.origin = origin
            self.fingerprint = fingerprint
        }
    }

    /// Articles that share any of these bands, the earliest first, at most two thousand.
    package static func candidates(bands: [Int], on connection: Connection) throws(PostgresError) -> [Candidate] {
        guard !bands.isEmpty else { return [] }
        let rows = try connection.query(
            """
            select id::text, coalesce(origin_id, id)::text, array_to_string(fingerprint, ' ') from article
            where id in (select article_id from fingerprint_band where band = any(\(bands)))
            order by received_at, id limit 2000
            """
        )
        var candidates: [Candidate] = []
        for row in rows {
            let values = try row.optionalString(2)?.split(separator: " ").compactMap { Int($0) } ?? []
            candidates.append(.init(id: try row.string(0), origin: try row.string(1), fingerprint: values))
        }
        return candidates
    }

    /// Stores articles with their jobs and a sighting each, in one transaction; an article that is there gets a sighting only.
    ///
    /// A fresh article takes the place of the version of the same item that was there (see ``supersede(_:on:)``). An embargo holds back
    /// its coding, and with it all that goes out.
    ///
    /// - Returns: the identifiers of those that are new.
    package static func store(_ arrivals: [Arrival], on connection: Connection) throws(PostgresError) -> Set<String> {
        try connection.transaction { (connection) throws(PostgresError) in
            let fresh = try insert(arrivals, on: connection)
            try index(arrivals.filter { fresh.contains($0.article.id) }, on: connection)
            var later = fresh
            for arrival in arrivals where later.remove(arrival.article.id) != nil {
                try supersede(arrival.article, exceptBy: later, on: connection)
            }
            return fresh
        }
    }

    private static func insert(_ arrivals: [Arrival], on connection: Connection) throws(PostgresError) -> Set<String> {
        let articles = arrivals.map(\.article)
        let prints = arrivals.map { arrival -> String? in
            arrival.fingerprint.isEmpty ? nil : "{\(arrival.fingerprint.map(String.init).joined(separator: ","))}"
        }
        let rows = try connection.query(
            """
            with arrival as (
                select * from unnest(
                    \(articles.map(\.id) as [String?]), \(articles.map { Hexadecimal.decode($0.sha256) ?? [] }),
                    \(articles.map(\.format.rawValue) as [String?]), \(articles.map(\.title)), \(articles.map(\.author)),
                    \(articles.map(\.source)), \(articles.map(\.url)), \(articles.map(\.language)),
                    \(articles.map(\.languageReason)), \(articles.map(\.published)), \(articles.map(\.publishedReason)),
                    \(articles.map(\.modified)), \(articles.map(\.dateline)), \(articles.map(\.item)),
                    \(articles.map(\.itemVersion)), \(articles.map(\.agency)), \(articles.map(\.embargo)),
                    \(articles.map(\.usageTerms)), \(articles.map(\.attribution)), \(articles.map(\.origin)), \(prints),
                    \(articles.map(\.text) as [String?]), \(arrivals.map(\.fileName)))
                with ordinality as a(id, sha256, format, title, author, source, url, language, language_reason, published,
                    published_reason, modified, dateline, item, item_version, agency, embargo, usage_terms, attribution,
                    origin, fingerprint, text, file_name, n)
            ), fresh as (
                insert into article (id, sha256, format, title, author, source, url, language, language_reason, published,
                    published_reason, modified, dateline, item, item_version, agency, embargo, usage_terms, attribution,
                    origin_id, fingerprint, text)
                select distinct on (sha256) id::uuid, sha256, format, title, author, source, url, language,
                    language_reason, published, published_reason, modified, dateline, item, item_version, agency, embargo,
                    usage_terms, attribution, origin::uuid, fingerprint::bigint[], text
                from arrival order by sha256, n
                on conflict do nothing
                returning id
            ), queued as (
                insert into job (article_id, run_at)
                select fresh.id, greatest(now(), a.embargo) from fresh
                join (select id::uuid as id, min(n) as n, max(embargo::timestamptz) as embargo from arrival group by 1) a
                    using (id)
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

    private static func index(_ arrivals: [Arrival], on connection: Connection) throws(PostgresError) {
        let bands = arrivals.flatMap { arrival in arrival.bands.map { (arrival.article.id, $0) } }
        guard !bands.isEmpty else { return }
        try connection.query(
            """
            insert into fingerprint_band (band, article_id)
            select distinct band, id::uuid from unnest(\(bands.map(\.1)), \(bands.map(\.0) as [String?])) as b(band, id)
            on conflict do nothing
            """
        )
    }

    /// Ties a new article to the other version of the same item of the same source.
    ///
    /// The later version is the one with the greater number when both have one, else the one that came later. What was coded from the
    /// earlier one is taken back when the later one is coded (``WorkStore/commit(_:on:)``).
    ///
    /// - Parameter later: articles of the same transaction that came after it: their turn comes. Two that looked at each other would
    ///   each take the other's place, and neither be coded.
    private static func supersede(
        _ article: Article,
        exceptBy later: Set<String>,
        on connection: Connection
    ) throws(PostgresError) {
        guard let item = article.item, isIdentity(item) else { return }
        let others = try connection.query(
            """
            select id::text, item_version from article
            where item = \(item) and source is not distinct from \(article.source) and superseded_by is null
                and id <> \(article.id)::text::uuid and id <> all(\(later.sorted() as [String?])::uuid[])
            order by received_at desc, id for update
            """
        )
        for other in others {
            let id = try other.string(0)
            let isOlder = isEarlier(article.itemVersion, than: try other.optionalString(1))
            let (old, new) = isOlder ? (article.id, id) : (id, article.id)
            try connection.query(
                """
                update article set superseded_by = \(new)::text::uuid
                where id = \(old)::text::uuid and superseded_by is null
                """
            )
        }
    }

    /// The earlier versions whose place these articles take, each with the article of these that does.
    ///
    /// Does not change once an article is coded: whatever becomes an earlier version of it later is never coded.
    package static func superseded(
        by articles: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: String] {
        guard !articles.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            with recursive version(newest, id, depth) as (
                select superseded_by, id, 1 from article where superseded_by = any(\(articles as [String?])::uuid[])
                union
                select v.newest, a.id, v.depth + 1 from version v join article a on a.superseded_by = v.id
                where depth < 1000
            )
            select id::text, newest::text from version order by depth desc
            """
        )
        var result: [String: String] = [:]
        // The nearest successor is read last, and holds.
        for row in rows { result[try row.string(0)] = try row.string(1) }
        return result
    }

    private static func isEarlier(_ version: String?, than other: String?) -> Bool {
        guard let version = version.flatMap(Int.init), let other = other.flatMap(Int.init) else { return false }
        return version < other
    }

    /// A site's front page names no item.
    private static func isIdentity(_ item: String) -> Bool {
        guard let scheme = item.firstRange(of: "://") else { return true }
        let path = item[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
        return path.count > 1
    }
}

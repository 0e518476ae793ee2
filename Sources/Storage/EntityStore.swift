package import Postgres
package import Records

/// The tables `entity` and `entity_article`: who and what is named, and where.
package enum EntityStore {
    /// What a batch of the log tells of one entity.
    package struct Sighting: Sendable {
        /// With the last known code, sector, office and Wikidata item, and all aliases in order; its mentions do not count.
        package var entity: Entity
        package var firstSeq: Int
        package var lastSeq: Int

        package init(entity: Entity, firstSeq: Int, lastSeq: Int) {
            self.entity = entity
            self.firstSeq = firstSeq
            self.lastSeq = lastSeq
        }
    }

    /// An entity in an article.
    package struct Appearance: Sendable, Equatable {
        package var entity: String
        package var seq: Int
        package var article: String
        package var mentions: Int

        package init(entity: String, seq: Int, article: String, mentions: Int) {
            self.entity = entity
            self.seq = seq
            self.article = article
            self.mentions = mentions
        }
    }

    /// Other names that are kept of an entity; the first ones.
    private static let aliases = 40
    private static let separator = "\u{1F}"

    /// Stores what is told of entities, what is not told stays; they appear in no more articles by this.
    package static func upsert(_ sightings: [Sighting], on connection: Connection) throws(PostgresError) {
        // In one order, so that two watches cannot wait for each other.
        let sorted = sightings.sorted { $0.entity.id < $1.entity.id }
        let entities = sorted.map(\.entity)
        guard !entities.isEmpty else { return }
        try connection.query(
            """
            insert into entity as e (id, name, type, code, sector, office, wikidata, aliases, articles, first_seq, last_seq)
            select id::uuid, name, type, code, sector, office, wikidata,
                (string_to_array(aliases, \(separator)))[:\(aliases)::bigint::int], 0, first_seq, last_seq
            from unnest(\(entities.map(\.id) as [String?]), \(entities.map(\.name) as [String?]),
                \(entities.map(\.type.rawValue) as [String?]), \(entities.map(\.code)),
                \(entities.map(\.sector?.rawValue)), \(entities.map(\.office)), \(entities.map(\.wikidata)),
                \(entities.map { $0.aliases.joined(separator: separator) } as [String?]),
                \(sorted.map(\.firstSeq)), \(sorted.map(\.lastSeq)))
                as s(id, name, type, code, sector, office, wikidata, aliases, first_seq, last_seq)
            on conflict (id) do update set
                code = coalesce(excluded.code, e.code), sector = coalesce(excluded.sector, e.sector),
                office = coalesce(excluded.office, e.office), wikidata = coalesce(excluded.wikidata, e.wikidata),
                aliases = case when e.aliases @> excluded.aliases then e.aliases else array(
                    select alias from unnest(e.aliases || excluded.aliases) with ordinality as a(alias, n)
                    group by alias order by min(n) limit \(aliases)) end,
                last_seq = excluded.last_seq
            """
        )
    }

    /// Stores where entities appear, forgets them in `left` articles, and counts anew.
    package static func appear(
        _ appearances: [Appearance],
        leaving left: [String],
        on connection: Connection
    ) throws(PostgresError) {
        var changes: [String: Int] = [:]
        if !left.isEmpty {
            let gone = try connection.query(
                "delete from entity_article where article_id = any(\(left as [String?])::uuid[]) returning entity_id::text"
            )
            for row in gone { changes[try row.string(0), default: 0] -= 1 }
        }
        if !appearances.isEmpty {
            try connection.query(
                """
                insert into entity_article (entity_id, seq, article_id, mentions)
                select entity::uuid, seq, article::uuid, mentions
                from unnest(\(appearances.map(\.entity) as [String?]), \(appearances.map(\.seq)),
                    \(appearances.map(\.article) as [String?]), \(appearances.map(\.mentions)))
                    as a(entity, seq, article, mentions)
                """
            )
        }
        for appearance in appearances { changes[appearance.entity, default: 0] += 1 }
        let counts = changes.filter { $0.value != 0 }.sorted { $0.key < $1.key }
        guard !counts.isEmpty else { return }
        try connection.query(
            """
            update entity e set articles = e.articles + c.change
            from unnest(\(counts.map(\.key) as [String?]), \(counts.map(\.value))) as c(id, change)
            where e.id = c.id::uuid
            """
        )
    }
}

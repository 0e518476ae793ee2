package import Briefing
package import Postgres
import Records

extension StoryStore {
    /// A story as it stands after a batch.
    package struct Standing: Sendable {
        package var story: Story
        package var headline: String
        package var view: StoryView

        package init(story: Story, headline: String, view: StoryView) {
            self.story = story
            self.headline = headline
            self.view = view
        }
    }

    /// Makes rows for new stories, to be filled by ``update(_:on:)``: articles can refer to them from now on.
    package static func found(_ stories: [Story], on connection: Connection) throws(PostgresError) {
        guard !stories.isEmpty else { return }
        try connection.query(
            """
            insert into story (id, first_seq, last_seq, first_at, last_at, headline, articles, origins, countries, data, state)
            select id::uuid, seq, seq, to_timestamp(at / 1000.0), to_timestamp(at / 1000.0), '', 0, 0, '{}', '{}', '{}'
            from unnest(\(stories.map(\.id) as [String?]), \(stories.map(\.lastSeq)), \(stories.map(\.lastAt)))
                as s(id, seq, at)
            """
        )
    }

    package static func add(_ members: [Member], on connection: Connection) throws(PostgresError) {
        guard !members.isEmpty else { return }
        let articles = members.map(\.article)
        try connection.query(
            """
            insert into story_article (article_id, story_id, origin_id, seq, at, day, similarity, terms, digest)
            select article::uuid, story::uuid, origin::uuid, seq, to_timestamp(at / 1000.0), day::date, similarity::real, terms,
                digest::json
            from unnest(\(articles.map(\.id) as [String?]), \(members.map(\.story) as [String?]),
                \(members.map(\.origin) as [String?]), \(articles.map(\.seq)), \(articles.map(\.at)),
                \(members.map(\.digest.day.description) as [String?]),
                \(members.map { "\($0.digest.similarity)" } as [String?]), \(articles.map(\.vector.bytes)),
                \(members.map { json($0.digest) } as [String?]))
                as m(article, story, origin, seq, at, day, similarity, terms, digest)
            """
        )
    }

    /// Takes articles out of their stories.
    ///
    /// - Returns: what they were there; nothing for an article that is in no story.
    package static func leave(_ articles: [String], on connection: Connection) throws(PostgresError) -> [Member] {
        let rows = try connection.query(
            """
            delete from story_article where article_id = any(\(articles as [String?])::uuid[])
            returning article_id::text, story_id::text, origin_id::text, seq,
                (extract(epoch from at) * 1000)::bigint, day - date '1970-01-01', terms, digest
            """
        )
        return try members(rows).sorted { $0.article.seq < $1.article.seq }
    }

    /// All articles of one story go into another, and that is noted.
    package static func merge(
        _ from: String,
        into story: String,
        at article: StoryArticle,
        on connection: Connection
    ) throws(PostgresError) {
        try connection.query(
            "update story_article set story_id = \(story)::text::uuid where story_id = \(from)::text::uuid"
        )
        try bury(from, into: story, at: article, on: connection)
        try note("merge", story, other: from, at: article, on: connection)
    }

    /// Articles of one story go into a new one, and that is noted.
    package static func split(
        _ articles: [String],
        outOf story: String,
        into new: String,
        at article: StoryArticle,
        on connection: Connection
    ) throws(PostgresError) {
        try connection.query(
            """
            update story_article set story_id = \(new)::text::uuid
            where article_id = any(\(articles as [String?])::uuid[])
            """
        )
        try note("split", story, other: new, at: article, on: connection)
    }

    private static func note(
        _ kind: String,
        _ story: String,
        other: String,
        at article: StoryArticle,
        on connection: Connection
    ) throws(PostgresError) {
        try connection.query(
            """
            insert into story_change (at, seq, kind, story_id, other_id)
            values (to_timestamp(\(article.at) / 1000.0), \(article.seq), \(kind)::text, \(story)::text::uuid,
                \(other)::text::uuid)
            """
        )
    }

    /// Leaves only the row of a story that has no articles any more: others refer to it.
    package static func bury(
        _ story: String,
        into other: String? = nil,
        at article: StoryArticle,
        on connection: Connection
    ) throws(PostgresError) {
        try connection.query(
            """
            update story set first_seq = \(article.seq), last_seq = \(article.seq),
                first_at = to_timestamp(\(article.at) / 1000.0), last_at = to_timestamp(\(article.at) / 1000.0),
                headline = '', articles = 0, origins = 0, countries = '{}', closed = true, merged_into = \(other)::text::uuid,
                data = '{}', state = '{}'
            where id = \(story)::text::uuid
            """
        )
    }

    package static func close(_ stories: [String], on connection: Connection) throws(PostgresError) {
        guard !stories.isEmpty else { return }
        try connection.query("update story set closed = true where id = any(\(stories as [String?])::uuid[])")
    }

    /// Writes stories as they stand; numbers of articles and origins are counted.
    package static func update(_ standings: [Standing], on connection: Connection) throws(PostgresError) {
        guard !standings.isEmpty else { return }
        let stories = standings.map(\.story)
        try connection.query(
            """
            update story s set first_seq = c.first_seq, first_at = c.first_at, last_seq = n.last_seq,
                last_at = to_timestamp(n.last_at / 1000.0), headline = n.headline, articles = c.articles, origins = c.origins,
                countries = string_to_array(n.countries, ' '), closed = false, data = n.data::json, state = n.state::json
            from unnest(\(stories.map(\.id) as [String?]), \(stories.map(\.lastSeq)), \(stories.map(\.lastAt)),
                    \(standings.map(\.headline) as [String?]),
                    \(standings.map { $0.view.countries.map(\.code).joined(separator: " ") } as [String?]),
                    \(standings.map { json($0.view) } as [String?]), \(stories.map { json($0.state) } as [String?]))
                    as n(id, last_seq, last_at, headline, countries, data, state)
                cross join lateral (
                    select count(*)::int as articles, count(distinct origin_id)::int as origins, min(seq) as first_seq,
                        min(at) as first_at
                    from story_article where story_id = n.id::uuid) c
            where s.id = n.id::uuid
            """
        )
    }

    /// Plain values of strings and numbers: encoding them cannot fail.
    private static func json(_ value: some Encodable) -> String {
        String(decoding: (try? JSON.encode(value)) ?? Array("{}".utf8), as: UTF8.self)
    }
}

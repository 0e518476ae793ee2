package import Briefing
package import Postgres
import Records

/// The tables `story`, `story_article` and `story_change`.
package enum StoryStore {
    /// An article in a story.
    package struct Member: Sendable {
        package var article: StoryArticle
        package var story: String
        /// The article that its report goes back to.
        package var origin: String
        package var digest: StoryDigest

        package init(article: StoryArticle, story: String, origin: String, digest: StoryDigest) {
            self.article = article
            self.story = story
            self.origin = origin
            self.digest = digest
        }
    }

    // MARK: Reading

    /// The stories that are open, or these ones, open or not.
    package static func stories(_ ids: [String]? = nil, on connection: Connection) throws(PostgresError) -> [Story] {
        let rows =
            if let ids {
                try connection.query(
                    """
                    select id::text, last_seq, (extract(epoch from last_at) * 1000)::bigint, state from story
                    where id = any(\(ids as [String?])::uuid[]) and merged_into is null
                    """
                )
            } else {
                try connection.query(
                    """
                    select id::text, last_seq, (extract(epoch from last_at) * 1000)::bigint, state from story
                    where not closed order by id
                    """
                )
            }
        var stories: [Story] = []
        for row in rows {
            let state = try read(Story.State.self, try row.bytes(3), of: "story", try row.string(0))
            stories.append(Story(id: try row.string(0), lastSeq: try row.int(1), lastAt: try row.int(2), state: state))
        }
        return stories
    }

    /// The stories of articles, by article; also of articles of which only copies are in a story.
    package static func homes(_ articles: [String], on connection: Connection) throws(PostgresError) -> [String: String]
    {
        guard !articles.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            select w.id, (
                select story_id::text from story_article where article_id = w.id::uuid or origin_id = w.id::uuid
                order by (article_id = w.id::uuid) desc, seq limit 1)
            from unnest(\(articles as [String?])) as w(id)
            """
        )
        var homes: [String: String] = [:]
        for row in rows { if let story = try row.optionalString(1) { homes[try row.string(0)] = story } }
        return homes
    }

    /// Title and text of articles, by id.
    package static func texts(
        _ articles: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: (title: String?, text: String)] {
        let rows = try connection.query(
            """
            select id::text, title, left(text, \(textLength)::bigint::int) from article
            where id = any(\(articles as [String?])::uuid[])
            """
        )
        var texts: [String: (title: String?, text: String)] = [:]
        for row in rows { texts[try row.string(0)] = (try row.optionalString(1), try row.string(2)) }
        return texts
    }

    /// Characters of a text that stories look at.
    private static let textLength = 12_000

    /// The events that came into the log with these articles' own records, by article.
    ///
    /// They are read from the records: what is corrected later does not change what the story was made of.
    package static func events(
        closings: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: [StoryEvent]] {
        let rows = try connection.query(
            """
            select c.article_id::text, e.uuid::text, x.event, coalesce(x.actor -> 0 ->> 'code', ''),
                coalesce(x.recipient -> 0 ->> 'code', ''), x.status, x.historical, (x.event_scale * 10)::int, x.date,
                coalesce(x.evidence ->> 'text', '')
            from record c join record e on e.article_id = c.article_id and e.id < c.id
                and e.type in ('event', 'event.corrected')
            cross join lateral json_to_record(e.data) as x(event text, actor json, recipient json, status text,
                historical boolean, event_scale float8, date text, evidence json)
            where c.uuid = any(\(closings as [String?])::uuid[]) order by e.id
            """
        )
        var events: [String: [StoryEvent]] = [:]
        for row in rows {
            let event = StoryEvent(
                id: try row.string(1),
                event: try row.string(2),
                actor: try row.string(3),
                recipient: try row.string(4),
                status: try row.string(5),
                historical: try row.bool(6),
                scale: Double(try row.int(7)) / 10,
                date: try row.optionalString(8).flatMap { CivilDate(iso: $0) },
                text: try row.string(9)
            )
            events[try row.string(0), default: []].append(event)
        }
        return events
    }

    /// The last `limit` articles of a story, in the order they came.
    package static func recent(
        _ story: String,
        limit: Int,
        on connection: Connection
    ) throws(PostgresError) -> [Member] {
        let rows = try connection.query(
            """
            select article_id::text, story_id::text, origin_id::text, seq,
                (extract(epoch from at) * 1000)::bigint, day - date '1970-01-01', terms, digest
            from story_article where story_id = \(story)::text::uuid
            order by seq desc limit \(limit)
            """
        )
        return try members(rows).reversed()
    }

    /// The last `limit` articles of each story, in the order they came.
    package static func recent(
        ofEach stories: [String],
        limit: Int,
        on connection: Connection
    ) throws(PostgresError) -> [String: [Member]] {
        let rows = try connection.query(
            """
            select m.* from unnest(\(stories as [String?])) as s(id) cross join lateral (
                select article_id::text, story_id::text, origin_id::text, seq,
                    (extract(epoch from at) * 1000)::bigint, day - date '1970-01-01', terms, digest
                from story_article where story_id = s.id::uuid order by seq desc limit \(limit)) m
            """
        )
        return Dictionary(grouping: try members(rows).reversed(), by: \.story)
    }

    /// What readers see of stories, by id; a story that has no view yet is left out.
    package static func views(
        _ stories: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: StoryView] {
        let rows = try connection.query(
            """
            select id::text, data from story where id = any(\(stories as [String?])::uuid[]) and articles > 0
            """
        )
        var views: [String: StoryView] = [:]
        for row in rows {
            let id = try row.string(0)
            views[id] = try read(StoryView.self, try row.bytes(1), of: "story", id)
        }
        return views
    }

    /// Rows of article, story, origin, seq, log time, day, terms, digest.
    static func members(_ rows: Rows) throws(PostgresError) -> [Member] {
        var members: [Member] = []
        for row in rows {
            let id = try row.string(0)
            guard let vector = TermVector(bytes: try row.bytes(6)) else { throw broken("story_article", id) }
            members.append(
                Member(
                    article: StoryArticle(
                        id: id,
                        seq: try row.int(3),
                        at: try row.int(4),
                        day: try row.int(5),
                        vector: vector
                    ),
                    story: try row.string(1),
                    origin: try row.string(2),
                    digest: try read(StoryDigest.self, try row.bytes(7), of: "story_article", id)
                )
            )
        }
        return members
    }

    private static func read<Value: Decodable>(
        _ type: Value.Type,
        _ bytes: [UInt8],
        of table: String,
        _ id: String
    ) throws(PostgresError) -> Value {
        do { return try JSON.decode(type, from: bytes) } catch { throw broken(table, id) }
    }

    private static func broken(_ table: String, _ id: String) -> PostgresError {
        PostgresError(
            sqlState: "XX001",
            message: "the row \(id) of \(table) does not hold what watch wrote",
            hint:
                "It was changed by hand, or written by another version. Restore it, or let watch read the log from its start."
        )
    }
}

package import Postgres
import Records

extension Reading {
    /// Articles about one course of events.
    package struct StoryRow: Decodable, Sendable {
        package var id: String
        package var firstSeq: Int
        package var lastSeq: Int
        package var firstAt: String
        package var lastAt: String
        package var headline: String
        package var articles: Int
        /// Articles that do not go back to one another.
        package var origins: Int
        package var countries: [String]

        private enum CodingKeys: String, CodingKey {
            case id, headline, articles, origins, countries
            case firstSeq = "first_seq"
            case lastSeq = "last_seq"
            case firstAt = "first_at"
            case lastAt = "last_at"
        }
    }

    private static let storyJSON: SQL = """
        json_build_object('id', t.id, 'first_seq', t.first_seq, 'last_seq', t.last_seq, 'first_at', \(time("t.first_at")),
            'last_at', \(time("t.last_at")), 'headline', t.headline, 'articles', t.articles, 'origins', t.origins,
            'countries', t.countries)
        """

    /// Stories that have articles: not those that were merged into others.
    package static func stories(
        country: String? = nil,
        by order: Order = .last,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<StoryRow> {
        let wanted: [SQL] = country.map { ["t.countries @> \([$0] as [String?])"] } ?? []
        return try Listing(
            table: "story",
            order: .value(order == .last ? "t.last_seq" : "t.first_seq"),
            conditions: ["t.articles > 0"] + wanted,
            finding: country != nil ? .index : .walk,
            json: storyJSON
        )
        .page(request, on: connection)
    }

    /// One story with what readers see of it (people, places, timeline), its merges and splits, and its newest articles, 50 at most.
    package static func story(_ id: String, on connection: Connection) throws(PostgresError) -> Document<StoryDetail>? {
        try document(
            """
            select json_build_object('story', \(storyJSON), 'merged_into', t.merged_into, 'data', t.data,
                'changes', (select coalesce(json_agg(json_build_object('at', \(time("c.at")), 'seq', c.seq, 'kind', c.kind,
                    'story', c.story_id, 'other', c.other_id) order by c.id), '[]')
                    from story_change c where t.id in (c.story_id, c.other_id)),
                'articles', (select coalesce(json_agg(\(articleJSON) order by t.seq desc), '[]') from
                    (select e.* from story_article s join article_entry e on e.article_id = s.article_id
                        where s.story_id = \(id)::text::uuid order by s.seq desc limit 50) t))::text
            from story t where t.id = \(id)::text::uuid
            """,
            on: connection
        )
    }

    package struct StoryDetail: Decodable, Sendable {
        package struct Change: Decodable, Sendable {
            package var at: String
            package var seq: Int
            /// `merge`: `other` went into `story`; `split`: it came out of it.
            package var kind: String
            package var story: String
            package var other: String
        }

        package var story: StoryRow
        package var mergedInto: String?
        package var changes: [Change]
        package var articles: [ArticleRow]

        private enum CodingKeys: String, CodingKey {
            case story, changes, articles
            case mergedInto = "merged_into"
        }
    }
}

import Briefing
import Postgres
import Records

extension Briefs {
    /// A scope and period as values for SQL: what does not apply is nil or empty.
    struct Reach {
        let scope: BriefScope
        let since: String?
        let until: String?

        init(_ scope: BriefScope, _ since: CivilDate?, _ until: CivilDate?) {
            self.scope = scope
            self.since = since?.description
            self.until = until?.description
        }

        var article: String? { if case .article(let id) = scope { Reach.identifier(id) } else { nil } }
        var story: String? { if case .story(let id) = scope { Reach.identifier(id) } else { nil } }

        /// The text of a UUID, or nil: PostgreSQL would call anything else an error.
        private static func identifier(_ text: String) -> String? {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy(\.isHexDigit) ? text : nil
        }

        /// Keys of which a report has all, one way or the other.
        var oneWay: [String?] {
            switch scope {
            case .country(let code): ["country=\(code)"]
            case .dyad(let first, let second): ["actor=\(first)", "recipient=\(second)"]
            case .story, .article: ["none"]
            }
        }
        var otherWay: [String?] {
            if case .dyad(let first, let second) = scope { ["actor=\(second)", "recipient=\(first)"] } else { oneWay }
        }
    }

    /// At most so many incidents, those told of last; so many reports of each; so many articles, one of each origin.
    private static let (incidentLimit, reportLimit, articleLimit) = (400, 40, 60)
    /// At most so many characters of an article.
    private static let textLimit = 100_000

    /// The incidents in reach, each with all its reports, in or out of it.
    static func incidents(_ reach: Reach, on connection: Connection) throws(PostgresError) -> [BriefIncident] {
        let rows = try connection.query(
            """
            with found as (
                select r.incident_id from report r
                where (r.article_id = \(reach.article)::text::uuid
                    or r.article_id = any(array(
                        select article_id from story_article where story_id = \(reach.story)::text::uuid))
                    or r.keys @> \(reach.oneWay)::text[] or r.keys @> \(reach.otherWay)::text[])
                    and (\(reach.since)::text is null or r.day >= \(reach.since)::text::date)
                    and (\(reach.until)::text is null or r.day <= \(reach.until)::text::date)
                group by r.incident_id order by max(r.seq) desc limit \(incidentLimit)
            ), numbered as (
                select r.*, row_number() over (partition by r.incident_id order by r.seq) as n
                from report r where r.incident_id in (select incident_id from found)
            )
            select n.incident_id::text, i.status, n.seq, (extract(epoch from n.at) * 1000)::bigint, record.data
            from numbered n join record on record.uuid = n.id left join incident i on i.id = n.incident_id
            where n.n <= \(reportLimit) order by n.incident_id, n.seq
            """
        )
        var reports: [String: [LoggedEvent]] = [:]
        var statuses: [String: EventStatus] = [:]
        for row in rows {
            let id = try row.string(0)
            statuses[id] = try row.optionalString(1).flatMap(EventStatus.init(rawValue:))
            reports[id, default: []].append(
                LoggedEvent(seq: try row.int(2), at: try row.int(3), event: try event(row.bytes(4)))
            )
        }
        return reports.compactMap { BriefIncident(id: $0.key, status: statuses[$0.key], reports: $0.value) }
            .sorted { $0.main.seq < $1.main.seq }
    }

    private static func event(_ bytes: [UInt8]) throws(PostgresError) -> Event {
        do { return try JSON.decode(Event.self, from: bytes) } catch {
            throw PostgresError(sqlState: "XX001", message: "a record that is no event: \(error)")
        }
    }

    /// The articles in reach, the oldest first: those that tell most, one of each origin.
    static func texts(_ reach: Reach, on connection: Connection) throws(PostgresError) -> ([SourceText], [Brief.Source])
    {
        let rows = try connection.query(
            """
            with found as (
                select a.id, count(r.seq) as reports
                from article a left join report r on r.article_id = a.id
                    and (r.keys @> \(reach.oneWay)::text[] or r.keys @> \(reach.otherWay)::text[])
                left join article_entry e on e.article_id = a.id
                where (a.id = \(reach.article)::text::uuid
                    or a.id = any(array(select article_id from story_article where story_id = \(reach.story)::text::uuid))
                    or a.id = any(array(select article_id from report k where (k.keys @> \(reach.oneWay)::text[]
                        or k.keys @> \(reach.otherWay)::text[])
                        and (\(reach.since)::text is null or k.day >= \(reach.since)::text::date)
                        and (\(reach.until)::text is null or k.day <= \(reach.until)::text::date))))
                    and (\(reach.article)::text is not null or a.superseded_by is null)
                    and (\(reach.story)::text is null or e.day is null
                        or (\(reach.since)::text is null or e.day >= \(reach.since)::text::date)
                            and (\(reach.until)::text is null or e.day <= \(reach.until)::text::date))
                group by a.id
            ), origin as (
                select distinct on (coalesce(a.origin_id, a.id)) a.id, f.reports, a.received_at
                from found f join article a on a.id = f.id
                order by coalesce(a.origin_id, a.id), a.received_at, a.id
            ), most as (select id from origin order by reports desc, received_at desc, id limit \(articleLimit))
            select a.id::text, a.title, left(a.text, \(textLimit)::int), a.source, a.url, a.published
            from most join article a on a.id = most.id order by a.received_at, a.id
            """
        )
        var texts: [SourceText] = []
        var sources: [Brief.Source] = []
        for row in rows {
            let id = try row.string(0)
            texts.append(SourceText(id: id, title: try row.optionalString(1), text: try row.string(2)))
            sources.append(
                Brief.Source(
                    id: id,
                    title: try row.optionalString(1),
                    source: try row.optionalString(3),
                    url: try row.optionalString(4),
                    published: try row.optionalString(5)
                )
            )
        }
        return (texts, sources)
    }

    /// The stories that articles belong to, the earliest first.
    static func stories(of articles: [String], on connection: Connection) throws(PostgresError) -> [Brief.StoryState] {
        let rows = try connection.query(
            """
            select s.id::text, s.headline from story s
            where s.id in (select story_id from story_article where article_id = any(\(articles as [String?])::text[]::uuid[]))
            order by s.first_seq, s.id
            """
        )
        var stories: [Brief.StoryState] = []
        for row in rows { stories.append(Brief.StoryState(id: try row.string(0), headline: try row.string(1))) }
        return stories
    }

    /// What became of incidents that were told before and are not told now; those that only left the period are left out.
    static func fates(
        of before: [String],
        without now: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: BriefMaterial.Fate] {
        let missing = Set(before).subtracting(now).sorted()
        let rows = try connection.query(
            """
            select m.id, i.merged_into::text, exists (select from report r where r.incident_id = m.id::uuid)
            from unnest(\(missing as [String?])) as m(id) left join incident i on i.id = m.id::uuid
            """
        )
        var fates: [String: BriefMaterial.Fate] = [:]
        for row in rows {
            let id = try row.string(0)
            if let other = try row.optionalString(1) {
                fates[id] = .merged(into: other)
            } else if try !row.bool(2) {
                fates[id] = .retracted
            }
        }
        return fates
    }
}

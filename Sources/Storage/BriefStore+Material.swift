import Briefing
import Postgres
import Records

extension Briefs {
    /// A scope and period as conditions for SQL.
    ///
    /// Each scope asks with its own words: one statement for all scopes has no plan that is good for each.
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

        /// That a row `r` of `report` is of the scope, on whatever day.
        var reports: SQL {
            switch scope {
            case .article: "r.article_id = \(article)::text::uuid"
            case .story: "r.article_id in (select article_id from story_article where story_id = \(story)::text::uuid)"
            case .country(let code): "r.keys @> \(["country=\(code)"] as [String?])"
            case .dyad(let first, let second):
                """
                (r.keys @> \(["actor=\(first)", "recipient=\(second)"] as [String?])
                    or r.keys @> \(["actor=\(second)", "recipient=\(first)"] as [String?]))
                """
            }
        }

        /// That a `day` lies in the period.
        func days(_ day: SQL) -> SQL {
            let first: SQL = since.map { " and \(day) >= \($0)::text::date" } ?? ""
            let last: SQL = until.map { " and \(day) <= \($0)::text::date" } ?? ""
            return "true\(first)\(last)"
        }
    }

    /// At most so many incidents, those most reported; so many reports of each; so many articles, one of each origin.
    private static let (incidentLimit, reportLimit, articleLimit) = (18, 12, 60)
    /// At most so many characters of an article alone; of many their beginnings, which tell most, and so many of all of them.
    private static let (textLimit, textsLimit, beginning) = (100_000, 60_000, 2000)

    /// The most reported incidents in reach, each with reports of every status, in or out of it; and how much there is in reach.
    static func incidents(
        _ reach: Reach,
        on connection: Connection
    ) throws(PostgresError) -> ([BriefIncident], Brief.Counts) {
        let rows = try connection.query(
            once: """
                with reached as materialized (
                    select r.incident_id, r.seq, r.origin_id, r.article_id from report r
                    where \(reach.reports) and \(reach.days("r.day"))
                ), found as (
                    select incident_id from reached
                    group by incident_id order by count(*) desc, max(seq) desc limit \(incidentLimit)
                ), told as (
                    select r.incident_id, r.seq, r.at, r.id, r.origin_id, r.status,
                        row_number() over (partition by r.incident_id, r.status order by r.seq) as place
                    from report r where r.incident_id in (select incident_id from found)
                ), numbered as (
                    select *, row_number() over (partition by incident_id order by place, seq) as n from told
                ), sums as (
                    select incident_id, count(*) as reports, count(distinct origin_id) as origins,
                        count(*) filter (where status = 'negated') as negated
                    from told group by incident_id
                ), whole as (
                    select count(distinct article_id) as articles, count(distinct incident_id) as incidents,
                        count(*) as reports, count(distinct origin_id) as origins
                    from reached
                )
                select n.incident_id::text, i.status, n.seq, (extract(epoch from n.at) * 1000)::bigint, record.data,
                    s.reports, s.origins, s.negated, w.articles, w.incidents, w.reports, w.origins
                from numbered n join sums s using (incident_id) join record on record.uuid = n.id
                left join incident i on i.id = n.incident_id cross join whole w
                where n.n <= \(reportLimit) order by n.incident_id, n.seq
                """
        )
        var reports: [String: [LoggedEvent]] = [:]
        var statuses: [String: EventStatus] = [:]
        var counts: [String: BriefIncident.Counts] = [:]
        var whole = Brief.Counts(articles: 0, incidents: 0, reports: 0, origins: 0)
        for row in rows {
            let id = try row.string(0)
            statuses[id] = try row.optionalString(1).flatMap(EventStatus.init(rawValue:))
            counts[id] = .init(reports: try row.int(5), origins: try row.int(6), negated: try row.int(7))
            whole = Brief.Counts(
                articles: try row.int(8),
                incidents: try row.int(9),
                reports: try row.int(10),
                origins: try row.int(11)
            )
            reports[id, default: []].append(
                LoggedEvent(seq: try row.int(2), at: try row.int(3), event: try event(row.bytes(4)))
            )
        }
        let incidents = reports.compactMap { id, reports in
            BriefIncident(id: id, status: statuses[id], reports: reports, counts: counts[id])
        }
        return (incidents.sorted { $0.main.seq < $1.main.seq }, whole)
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
            once: """
                with found as (\(found(reach))), origin as (
                    select distinct on (coalesce(a.origin_id, a.id)) a.id, f.reports, a.received_at
                    from found f join article a on a.id = f.id
                    where \(reach.article)::text is not null or a.superseded_by is null
                    order by coalesce(a.origin_id, a.id), a.received_at, a.id
                ), most as (select id from origin order by reports desc, received_at desc, id limit \(articleLimit))
                select a.id::text, a.title,
                    case when length(a.text) <= l.most then a.text
                        -- No half sentence is left at the end.
                        else coalesce(substring(left(a.text, l.most) from '^.*[.!?\\n]["”’)]*'), left(a.text, l.most)) end,
                    a.source, a.url, a.published
                from (select id, case when count(*) over () = 1 then \(textLimit)::int
                    else greatest(\(textsLimit)::int / count(*) over (), \(beginning)::int)::int end as most from most) l
                join article a on a.id = l.id order by a.received_at, a.id
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

    /// The articles in reach, each with the number of its reports that are of the scope.
    private static func found(_ reach: Reach) -> SQL {
        switch reach.scope {
        case .article: "select \(reach.article)::text::uuid as id, 0::bigint as reports"
        case .story:
            """
            select s.article_id as id, 0::bigint as reports from story_article s
            where s.story_id = \(reach.story)::text::uuid and \(reach.days("s.day"))
            """
        case .country, .dyad:
            """
            select r.article_id as id, count(*) as reports from report r
            where \(reach.reports) and \(reach.days("r.day")) group by r.article_id
            """
        }
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

package import Postgres
package import Records

// What only overviews ask: sums over many countries or places, and what belongs to one event.

extension Reading {
    /// The day of the newest articles: what overviews count their days back from; nil without articles.
    package static func newestDay(on connection: Connection) throws(PostgresError) -> CivilDate? {
        // The last hundred, not the last: an archive may come in any order.
        let rows = try connection.query(
            "select max(day)::text from (select day from article_entry order by seq desc limit 100) t"
        )
        return try rows[0].optionalString(0).flatMap { CivilDate(iso: $0) }
    }

    /// A country or group and the events it took part in.
    package struct CountryRow: Decodable, Sendable {
        package var code: String
        package var acted: Int
        package var suffered: Int
        /// Events of material conflict that happened.
        package var conflict: Int
        /// Who took part in most of them besides.
        package var partner: String?
    }

    /// Countries by events in a time, most first.
    package static func countries(
        since: CivilDate,
        until: CivilDate,
        limit: Int,
        on connection: Connection
    ) throws(PostgresError) -> Document<[CountryRow]> {
        try array(
            """
            with dyads as (
                select actor, recipient, sum(count)::bigint as events,
                    coalesce(sum(happened) filter (where quad = 4), 0)::bigint as conflict
                from (\(DyadMonthStore.sums(since: since, until: until))) d group by actor, recipient),
            sides as (
                select actor as code, recipient as partner, events as acted, 0::bigint as suffered, conflict from dyads
                union all
                select recipient, actor, 0, events,
                    case when actor = recipient then 0 else conflict end from dyads),
            partners as (
                select code, partner, sum(acted + suffered) as events, sum(acted)::bigint as acted, sum(suffered)::bigint as suffered,
                    sum(conflict)::bigint as conflict
                from sides where code <> '' group by code, partner),
            totals as (
                select code, sum(acted)::bigint as acted, sum(suffered)::bigint as suffered, sum(conflict)::bigint as conflict,
                    (array_agg(partner order by events desc, partner) filter (where partner not in ('', code)))[1] as partner
                from partners group by code)
            select coalesce(json_agg(json_build_object('code', code, 'acted', acted, 'suffered', suffered, 'conflict', conflict,
                'partner', partner) order by acted + suffered desc, code), '[]')::text
            from (select * from totals order by acted + suffered desc, code limit \(limit)) t
            """,
            on: connection
        )
    }

    /// Acts of one party on another in a time.
    package struct MatrixRow: Decodable, Sendable {
        package var actor: String
        package var recipient: String
        package var events: Int
        /// Events by quad class.
        package var quads: [Int]
    }

    /// Who acts on whom: all countries, or one with those it has most to do with and these among each other.
    ///
    /// - Parameter parties: at most so many countries.
    package static func matrix(
        around code: String?,
        since: CivilDate,
        until: CivilDate,
        parties: Int,
        on connection: Connection
    ) throws(PostgresError) -> Document<[MatrixRow]> {
        func events(_ quad: Int) -> SQL { "coalesce(sum(count) filter (where quad = \(quad)), 0)::bigint" }
        let ofCountry: SQL = code.map { "where actor = \($0) or recipient = \($0)" } ?? ""
        let sums = DyadMonthStore.sums(since: since, until: until)
        return try array(
            """
            with near as (
                select unnest(array[actor, recipient]) as code, count from (\(sums)) d \(ofCountry)),
            party as (select code from near where code <> '' group by code order by sum(count) desc, code limit \(parties))
            select coalesce(json_agg(json_build_object('actor', actor, 'recipient', recipient, 'events', events,
                'quads', quads) order by actor, recipient), '[]')::text
            from (
                select actor, recipient, sum(count)::bigint as events,
                    json_build_array(\(events(1)), \(events(2)), \(events(3)), \(events(4))) as quads
                from (\(sums)) d
                where actor in (select code from party) and recipient in (select code from party)
                group by actor, recipient) t
            """,
            on: connection
        )
    }

    /// A place with the incidents there.
    package struct PlaceRow: Decodable, Sendable {
        package var place: String
        package var latitude: Double
        package var longitude: Double
        package var reports: Int
        package var incidents: Int
        /// How many of the incidents are reported as having happened.
        package var happened: Int
        /// The quad class of most reports.
        package var quad: Int
        package var last: CivilDate
        /// The incident that changed last.
        package var incident: String
    }

    /// Places of incidents in a time, the most reported first.
    package static func places(
        since: CivilDate,
        until: CivilDate,
        limit: Int,
        on connection: Connection
    ) throws(PostgresError) -> Document<[PlaceRow]> {
        try array(
            """
            select coalesce(json_agg(json_build_object('place', place, 'latitude', latitude, 'longitude', longitude,
                'reports', reports, 'incidents', incidents, 'happened', happened, 'quad', quad, 'last', last,
                'incident', incident) order by reports desc, place), '[]')::text
            from (
                select place, latitude, longitude, sum(reports)::bigint as reports, count(*) as incidents,
                    count(*) filter (where status = 'happened') as happened,
                    mode() within group (order by quad) as quad, max(day) as last,
                    (array_agg(id order by last_seq desc))[1] as incident
                from incident
                where day between \(since.description)::text::date and \(until.description)::text::date
                    and merged_into is null and place is not null and latitude is not null
                group by place, latitude, longitude order by sum(reports) desc, place limit \(limit)) t
            """,
            on: connection
        )
    }

    /// What an event belongs to.
    package struct EventLinks: Decodable, Sendable {
        package struct Story: Decodable, Sendable {
            package var id: String
            package var headline: String
        }

        package var stories: [Story]
        package var alerts: [AlertRow]
    }

    /// The stories of an event's article, and the alerts that the event made fire, or that the one it corrects did.
    ///
    /// - Parameter seq: the event's place in the log.
    package static func links(
        ofEvent id: String,
        at seq: Int,
        article: String,
        on connection: Connection
    ) throws(PostgresError) -> Document<EventLinks>? {
        // What a correction takes the place of stood shortly before its article's own record; the log has no index by record.
        try document(
            """
            select json_build_object(
                'stories', (select coalesce(json_agg(json_build_object('id', s.id, 'headline', s.headline)), '[]')
                    from story_article a join story s on s.id = a.story_id where a.article_id = \(article)::text::uuid),
                'alerts', (select coalesce(json_agg(\(alertJSON) order by t.seq, t.id), '[]') from (
                    select * from alert where seq = \(seq)
                    union all
                    select t.* from record now
                        join article_entry e on e.article_id = now.article_id
                        join alert t on t.seq between e.seq - 1000 and e.seq
                        where now.uuid = \(id)::text::uuid and exists (
                            select from json_array_elements(t.data -> 'evidence') v
                            where v ->> 'event' = now.retracts::text)) t))::text
            """,
            on: connection
        )
    }

    /// The events of a story's articles that other articles of it report with another status, the newest first.
    package static func contested(
        ofStory id: String,
        limit: Int,
        on connection: Connection
    ) throws(PostgresError) -> Document<[EventRow]> {
        try array(
            """
            with told as (select r.* from story_article s join report r on r.article_id = s.article_id
                where s.story_id = \(id)::text::uuid)
            select coalesce(json_agg(\(eventJSON) order by t.seq desc), '[]')::text
            from (select * from told where incident_id in (
                    select incident_id from told group by incident_id having count(distinct status) > 1)
                order by seq desc limit \(limit)) t
            join record r on r.uuid = t.id
            """,
            on: connection
        )
    }

    /// How often a rule has fired.
    package struct Firing: Decodable, Sendable {
        package var rule: String
        package var alerts: Int
        package var last: String
        /// The last alert.
        package var alert: String
    }

    /// The rules that have fired.
    package static func firings(on connection: Connection) throws(PostgresError) -> Document<[Firing]> {
        try array(
            """
            select coalesce(json_agg(json_build_object('rule', t.rule, 'alerts', t.alerts, 'last', \(time("a.at")),
                'alert', a.id) order by t.rule), '[]')::text
            from (select rule, count(*) as alerts from alert group by rule) t
            cross join lateral (select id, at from alert where rule = t.rule order by at desc, id limit 1) a
            """,
            on: connection
        )
    }

    /// A JSON array, which an aggregate without groups always gives.
    private static func array<Value>(
        _ sql: SQL,
        on connection: Connection
    ) throws(PostgresError) -> Document<Value> {
        guard let found: Document<Value> = try document(sql, on: connection) else {
            throw PostgresError(sqlState: nil, message: "an aggregate gave no row")
        }
        return found
    }
}

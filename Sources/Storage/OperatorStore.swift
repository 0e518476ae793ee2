package import Postgres
import ServiceSupport

/// What a person asks of the database: how things stand, what is dead, one article with what was found in it.
package enum OperatorStore {
    /// How the queue and the log stand.
    package struct Figures: Codable, Sendable, Equatable {
        package var ready: Int
        package var leased: Int
        package var dead: Int
        /// Seconds since the oldest ready job was stored.
        package var oldestReadySeconds: Int
        /// Records that have no place in the log yet.
        package var unsequenced: Int
        package var head: Int
        package var floor: Int
        package var epoch: String
        package var articles: Int
    }

    /// A service's last sign of life.
    package struct Life: Codable, Sendable, Equatable {
        package var name: String
        package var instance: String
        package var secondsAgo: Int
        /// Its own account, JSON.
        package var state: String
    }

    /// A job that was given up.
    package struct DeadJob: Codable, Sendable, Equatable {
        package var article: String
        package var attempts: Int
        package var reason: String?
        package var title: String?
        package var file: String?
        package var since: String
    }

    package static func figures(on connection: Connection) throws(PostgresError) -> Figures {
        let row = try connection.query(
            """
            select count(*) filter (where state = 0), count(*) filter (where state = 1), count(*) filter (where state = 3),
                coalesce(extract(epoch from now() - min(created_at) filter (where state = 0)), 0)::bigint,
                (select count(*) from outbox), h.seq, h.floor, h.epoch::text,
                (select greatest(reltuples, 0)::bigint from pg_class where oid = 'article'::regclass)
            from log_head h left join job on true group by h.seq, h.floor, h.epoch
            """
        )[0]
        return Figures(
            ready: try row.int(0),
            leased: try row.int(1),
            dead: try row.int(2),
            oldestReadySeconds: try row.int(3),
            unsequenced: try row.int(4),
            head: try row.int(5),
            floor: try row.int(6),
            epoch: try row.string(7),
            articles: try row.int(8)
        )
    }

    package static func lives(on connection: Connection) throws(PostgresError) -> [Life] {
        let rows = try connection.query(
            """
            select name, instance, greatest(extract(epoch from now() - seen_at), 0)::bigint, state::text
            from service order by name, seen_at desc
            """
        )
        var lives: [Life] = []
        for row in rows {
            lives.append(
                Life(
                    name: try row.string(0),
                    instance: try row.string(1),
                    secondsAgo: try row.int(2),
                    state: try row.string(3)
                )
            )
        }
        return lives
    }

    package static func dead(limit: Int, on connection: Connection) throws(PostgresError) -> [DeadJob] {
        let rows = try connection.query(
            """
            select j.article_id::text, j.attempt::bigint, j.last_error, a.title,
                (select file_name from sighting s where s.article_id = a.id order by s.id limit 1),
                to_char(j.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            from job j join article a on a.id = j.article_id where j.state = 3 order by j.id limit \(limit)
            """
        )
        var jobs: [DeadJob] = []
        for row in rows {
            jobs.append(
                DeadJob(
                    article: try row.string(0),
                    attempts: try row.int(1),
                    reason: try row.optionalString(2),
                    title: try row.optionalString(3),
                    // A name is bytes; one that is not UTF-8 would be an error as text.
                    file: row.isNull(4) ? nil : TreePath(bytes: try row.bytes(4)).display,
                    since: try row.string(5)
                )
            )
        }
        return jobs
    }

    /// Gives dead jobs a new life with all their attempts; nil means all of them.
    ///
    /// - Returns: how many.
    package static func retry(article: String?, on connection: Connection) throws(PostgresError) -> Int {
        try connection.query(
            """
            update job set state = 0, attempt = 0, run_at = now(), lease_owner = null, lease_until = null
            where state = 3 and (\(article)::text is null or article_id::text = \(article)::text)
            """
        ).affected
    }

    /// An article's row and its records as one JSON object, by article id or SHA-256; nil when there is none.
    package static func article(_ id: String, on connection: Connection) throws(PostgresError) -> [UInt8]? {
        let rows = try connection.query(
            """
            select json_build_object(
                'id', a.id, 'sha256', encode(a.sha256, 'hex'), 'format', a.format, 'title', a.title, 'author', a.author,
                'source', a.source, 'url', a.url, 'language', a.language, 'published', a.published,
                'published_reason', a.published_reason, 'modified', a.modified,
                'dateline', a.dateline, 'received_at', a.received_at, 'coded_at', a.coded_at,
                'job', (select json_build_object('state', case j.state when 0 then 'ready' when 1 then 'leased' else 'dead' end,
                    'attempt', j.attempt, 'last_error', j.last_error) from job j where j.article_id = a.id),
                'text', a.text,
                'quotes', (select coalesce(json_agg(r.data order by r.id), '[]') from record r
                    where r.article_id = a.id and r.type = 'quote'),
                'events', (select coalesce(json_agg(r.data order by r.id), '[]') from record r
                    where r.article_id = a.id and r.type = 'event'))::text
            from article a where a.id::text = \(id) or encode(a.sha256, 'hex') = \(id)
            """
        )
        return rows.count > 0 ? try rows[0].bytes(0) : nil
    }

    /// An event's record as JSON; nil when there is none.
    package static func event(_ id: String, on connection: Connection) throws(PostgresError) -> [UInt8]? {
        let rows = try connection.query("select data from record where uuid::text = \(id) and type = 'event'")
        return rows.count > 0 ? try rows[0].bytes(0) : nil
    }

    /// An actor whose country nobody knew, with how often and where.
    package struct UnknownActor: Codable, Sendable, Equatable {
        package var name: String
        package var sector: String?
        package var events: Int
        package var articles: Int
        package var example: String
    }

    /// Actors and recipients without a code, the most frequent first.
    package static func unknownActors(_ limit: Int, on connection: Connection) throws(PostgresError) -> [UnknownActor] {
        let rows = try connection.query(
            """
            select coalesce(p ->> 'name', p ->> 'text'), coalesce(p ->> 'sector', ''), count(*), count(distinct r.article_id),
                min(left(r.data -> 'evidence' ->> 'text', 200))
            from record r, lateral (select json_array_elements(r.data -> 'actor') union all
                select json_array_elements(r.data -> 'recipient')) as parties (p)
            where r.type = 'event' and p ->> 'code' is null
            group by 1, 2 order by 3 desc, 1 limit \(limit)
            """
        )
        var found: [UnknownActor] = []
        for row in rows {
            let sector = try row.string(1)
            found.append(
                UnknownActor(
                    name: try row.string(0),
                    sector: sector.isEmpty ? nil : sector,
                    events: try row.int(2),
                    articles: try row.int(3),
                    example: try row.string(4)
                )
            )
        }
        return found
    }
}

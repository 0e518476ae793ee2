package import Postgres
package import Records

extension Reading {
    /// How a country or a dyad did, day by day.
    package struct Index: Decodable, Sendable {
        package struct Series: Decodable, Sendable {
            /// `actor` or `recipient` for what a country did and what was done to it; `RUS-USA` and `USA-RUS` for a dyad.
            package var direction: String
            /// Days with events only, the earliest first.
            package var days: [Day]
        }

        package struct Day: Decodable, Sendable {
            package var day: CivilDate
            /// As reports tell them.
            package var events: Int
            /// Events by quad class: verbal and material cooperation, verbal and material conflict.
            package var quads: [Int]
            /// Mean PLOVER intensity, -10 to 10.
            package var scaleMean: Double

            private enum CodingKeys: String, CodingKey {
                case day, events, quads
                case scaleMean = "scale_mean"
            }
        }

        package var since: CivilDate
        package var until: CivilDate
        /// Which events are counted: a proposed act is none that happened.
        package var statuses: [String]
        package var series: [Series]
    }

    /// What a country, or non-state group, did and what was done to it.
    package static func index(
        ofCountry code: String,
        from since: CivilDate,
        to until: CivilDate,
        statuses: [String],
        on connection: Connection
    ) throws(PostgresError) -> Document<Index> {
        let rows: SQL = "select * from country_day where code = \(code)"
        return try index(rows, ["actor", "recipient"], since, until, statuses, on: connection)
    }

    /// What two countries did to each other.
    package static func index(
        ofDyad one: String,
        _ other: String,
        from since: CivilDate,
        to until: CivilDate,
        statuses: [String],
        on connection: Connection
    ) throws(PostgresError) -> Document<Index> {
        let directions = one == other ? [(one, other)] : [(one, other), (other, one)]
        // One by one, an index has all of it; together they are looked up in the table.
        let rows = directions.map { actor, recipient -> SQL in
            """
            select \("\(actor)-\(recipient)")::text as direction, day, quad, status, count, scale_sum from dyad_day
            where actor = \(actor) and recipient = \(recipient)
            """
        }
        return try index(
            rows.joined(separator: " union all "),
            directions.map { "\($0)-\($1)" },
            since,
            until,
            statuses,
            on: connection
        )
    }

    private static func index(
        _ rows: SQL,
        _ directions: [String],
        _ since: CivilDate,
        _ until: CivilDate,
        _ statuses: [String],
        on connection: Connection
    ) throws(PostgresError) -> Document<Index> {
        func events(_ quad: Int) -> SQL { "coalesce(sum(count) filter (where quad = \(quad)), 0)::bigint" }
        let found: Document<Index>? = try document(
            """
            with days as (
                select direction, day, sum(count)::bigint as events, sum(scale_sum) / sum(count) as scale_mean,
                    json_build_array(\(events(1)), \(events(2)), \(events(3)), \(events(4))) as quads
                from (\(rows)) d
                where day between \(since.description)::text::date and \(until.description)::text::date
                    and status = any(\(statuses as [String?]))
                group by direction, day having sum(count) > 0)
            select json_build_object('since', \(since.description)::text, 'until', \(until.description)::text,
                'statuses', to_json(\(statuses as [String?])), 'series', json_agg(json_build_object('direction', n.direction,
                    'days', (select coalesce(json_agg(json_build_object('day', d.day, 'events', d.events, 'quads', d.quads,
                        'scale_mean', round(d.scale_mean::numeric, 3)) order by d.day), '[]')
                        from days d where d.direction = n.direction)) order by n.place))::text
            from unnest(\(directions as [String?])) with ordinality as n(direction, place)
            """,
            on: connection
        )
        guard let found else { throw PostgresError(sqlState: nil, message: "an aggregate gave no row") }
        return found
    }
}

package import Briefing
package import Postgres
package import Records

/// The table `dyad_day` as indices read it.
package enum IndexStore {
    /// The rows that a series over `range` needs, the days before it included.
    package static func rows(
        _ scope: IndexScope,
        _ range: ClosedRange<CivilDate>,
        on connection: Connection
    ) throws(PostgresError) -> [DyadCount] {
        let from = range.lowerBound.adding(days: -IndexSeries.lead).description
        let to = range.upperBound.description
        let stored: Rows
        switch scope {
        case .country(let code):
            stored = try connection.query(
                """
                select day::text, actor, recipient, event, status, count, scale_sum::text from dyad_day
                where (actor = \(code) or recipient = \(code)) and day between \(from)::text::date and \(to)::text::date
                order by day, actor, recipient, event, status
                """
            )
        case .dyad(let one, let other): stored = try pairs([one, other], [one, other], from, to, on: connection)
        case .directed(let actor, let recipient): stored = try pairs([actor], [recipient], from, to, on: connection)
        }
        var rows: [DyadCount] = []
        for row in stored { rows.append(try count(row)) }
        return rows.filter(scope.covers)
    }

    private static func pairs(
        _ actors: [String?],
        _ recipients: [String?],
        _ from: String,
        _ to: String,
        on connection: Connection
    ) throws(PostgresError) -> Rows {
        try connection.query(
            """
            select day::text, actor, recipient, event, status, count, scale_sum::text from dyad_day
            where actor = any(\(actors)) and recipient = any(\(recipients)) and day between \(from)::text::date and \(to)::text::date
            order by day, actor, recipient, event, status
            """
        )
    }

    private static func count(_ row: Rows.Row) throws(PostgresError) -> DyadCount {
        let (day, event, status, sum) = (try row.string(0), try row.string(3), try row.string(4), try row.string(6))
        guard let date = CivilDate(iso: day), let type = EventType(rawValue: event),
            let known = EventStatus(rawValue: status),
            let scale = Double(sum)
        else {
            let message = "a row of dyad_day cannot be read: day \(day), event \(event), status \(status), sum \(sum)"
            throw PostgresError(sqlState: "XX001", message: message)
        }
        return DyadCount(
            day: date,
            actor: try row.string(1),
            recipient: try row.string(2),
            event: type,
            status: known,
            count: try row.int(5),
            scaleSum: scale
        )
    }
}

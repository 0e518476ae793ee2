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
        let columns: Rows
        switch scope {
        case .country(let code):
            columns = try connection.query(
                """
                select day::text, actor, recipient, event, status, count, scale_sum::text from dyad_day
                where (actor = \(code) or recipient = \(code)) and day between \(from)::text::date and \(to)::text::date
                """
            )
        case .dyad(let one, let other):
            columns = try connection.query(
                """
                select day::text, actor, recipient, event, status, count, scale_sum::text from dyad_day
                where ((actor = \(one) and recipient = \(other)) or (actor = \(other) and recipient = \(one)))
                    and day between \(from)::text::date and \(to)::text::date
                """
            )
        case .directed(let actor, let recipient):
            columns = try connection.query(
                """
                select day::text, actor, recipient, event, status, count, scale_sum::text from dyad_day
                where actor = \(actor) and recipient = \(recipient) and day between \(from)::text::date and \(to)::text::date
                """
            )
        }
        var rows: [DyadCount] = []
        for row in columns {
            guard let day = CivilDate(iso: try row.string(0)), let event = EventType(rawValue: try row.string(3)),
                let status = EventStatus(rawValue: try row.string(4)), let sum = Double(try row.string(6))
            else { continue }
            rows.append(
                DyadCount(
                    day: day,
                    actor: try row.string(1),
                    recipient: try row.string(2),
                    event: event,
                    status: status,
                    count: try row.int(5),
                    scaleSum: sum
                )
            )
        }
        return rows
    }
}

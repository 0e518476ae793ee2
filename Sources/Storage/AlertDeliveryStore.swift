package import Postgres

/// What is to be sent of alerts, and what became of it.
package enum AlertDeliveryStore {
    /// An alert on its way to one sink.
    package struct Delivery: Sendable {
        package var alert: String
        /// As `Sink.name` writes it.
        package var sink: String
        /// The sink's settings as JSON.
        package var settings: [UInt8]
        /// Attempts with this one.
        package var attempt: Int
        /// The alert as JSON.
        package var data: [UInt8]
    }

    /// Takes what is due, the longest due first; it is due again after `leaseSeconds` unless its end is noted before.
    package static func claim(
        limit: Int,
        leaseSeconds: Int,
        on connection: Connection
    ) throws(PostgresError) -> [Delivery] {
        let rows = try connection.query(
            """
            with due as (
                select alert_id, sink from alert_delivery where state = 'waiting' and due_at <= now()
                order by due_at limit \(limit) for update skip locked
            )
            update alert_delivery d
            set attempts = attempts + 1, due_at = now() + make_interval(secs => \(leaseSeconds)::bigint::int)
            from due, alert a
            where d.alert_id = due.alert_id and d.sink = due.sink and a.id = d.alert_id
            returning d.alert_id::text, d.sink, d.settings, d.attempts, a.data
            """
        )
        var deliveries: [Delivery] = []
        for row in rows {
            deliveries.append(
                Delivery(
                    alert: try row.string(0),
                    sink: try row.string(1),
                    settings: try row.bytes(2),
                    attempt: try row.int(3),
                    data: try row.bytes(4)
                )
            )
        }
        return deliveries
    }

    /// What became of an attempt.
    package enum Outcome: Sendable, Equatable {
        case delivered
        /// Due again after so many milliseconds.
        case later(milliseconds: Int, reason: String)
        case failed(reason: String)
    }

    package static func note(
        _ outcome: Outcome,
        of delivery: Delivery,
        on connection: Connection
    ) throws(PostgresError) {
        let (state, wait, detail): (String, Int, String?) =
            switch outcome {
            case .delivered: ("delivered", 0, nil)
            case .later(let milliseconds, let reason): ("waiting", milliseconds, reason)
            case .failed(let reason): ("failed", 0, reason)
            }
        try connection.query(
            """
            update alert_delivery set state = \(state), due_at = now() + interval '1 ms' * \(wait)::bigint,
                detail = left(\(detail), 2000)
            where alert_id = \(delivery.alert)::text::uuid and sink = \(delivery.sink) and state = 'waiting'
            """
        )
    }
}

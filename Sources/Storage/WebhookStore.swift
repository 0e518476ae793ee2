package import Postgres

/// Where each webhook stands, and the last attempts of each; times are milliseconds of Unix time.
package enum WebhookStore {
    /// An endpoint's row.
    package struct State: Sendable, Equatable {
        /// Everything up to here is acknowledged; nil before the first connection to the feed.
        package var cursor: WatchStore.Cursor?
        package var isActive = true
        /// Why it is disabled, or what failed last.
        package var reason: String?
        /// Failed attempts of the event after the cursor.
        package var failures = 0
        package var failingSince: Int?
        package var nextAt: Int?
        package var delivered = 0
        /// Raised by a person's change.
        package var revision = 0

        package init() {}
    }

    /// What became of one request.
    package struct Attempt: Sendable, Equatable {
        package enum Outcome: String, Sendable { case delivered, failed, disabled }

        package var at: Int
        package var seq: Int
        /// The record's UUID, which is the webhook-id.
        package var record: String
        /// From 1.
        package var number: Int
        package var outcome: Outcome
        package var status: Int?
        package var milliseconds: Int
        package var detail: String?

        package init(
            at: Int,
            seq: Int,
            record: String,
            number: Int,
            outcome: Outcome,
            status: Int?,
            milliseconds: Int,
            detail: String?
        ) {
            self.at = at
            self.seq = seq
            self.record = record
            self.number = number
            self.outcome = outcome
            self.status = status
            self.milliseconds = milliseconds
            self.detail = detail
        }
    }

    /// Attempts kept of each endpoint.
    package static let history = 1000

    /// Makes the row when there is none.
    package static func create(_ name: String, on connection: Connection) throws(PostgresError) {
        try connection.query("insert into webhook (name) values (\(name)) on conflict do nothing")
    }

    /// The row of an endpoint; nil when there is none.
    package static func state(_ name: String, on connection: Connection) throws(PostgresError) -> State? {
        let rows = try connection.query(
            """
            select epoch::text, coalesce(seq, 0), state = 'active', reason, failures,
                coalesce((extract(epoch from failing_since) * 1000)::bigint, -1),
                coalesce((extract(epoch from next_at) * 1000)::bigint, -1), delivered, revision
            from webhook where name = \(name)
            """
        )
        guard rows.count > 0 else { return nil }
        let row = rows[0]
        var state = State()
        if let epoch = try row.optionalString(0) { state.cursor = .init(epoch: epoch, seq: try row.int(1)) }
        state.isActive = try row.bool(2)
        state.reason = try row.optionalString(3)
        state.failures = try row.int(4)
        state.failingSince = try row.int(5) < 0 ? nil : row.int(5)
        state.nextAt = try row.int(6) < 0 ? nil : row.int(6)
        state.delivered = try row.int(7)
        state.revision = try row.int(8)
        return state
    }

    /// Writes where an endpoint stands, and the attempt that brought it there, in one transaction; may be repeated.
    ///
    /// - Returns: false, with no effect, when a person has changed or removed the row since it was read.
    package static func store(
        _ name: String,
        _ state: State,
        attempt: Attempt? = nil,
        on connection: Connection
    ) throws(PostgresError) -> Bool {
        try connection.transaction { (connection) throws(PostgresError) in
            let moved = try connection.query(
                """
                update webhook set epoch = \(state.cursor?.epoch)::text::uuid, seq = \(state.cursor?.seq)::bigint,
                    state = \(state.isActive ? "active" : "disabled"), reason = left(\(state.reason)::text, 2000),
                    failures = \(state.failures), failing_since = to_timestamp(\(state.failingSince)::bigint / 1000.0),
                    next_at = to_timestamp(\(state.nextAt)::bigint / 1000.0), delivered = \(state.delivered),
                    updated_at = now()
                where name = \(name) and revision = \(state.revision)
                """
            )
            guard moved.affected == 1 else { return false }
            guard let attempt else { return true }
            try connection.query(
                """
                insert into webhook_attempt (webhook, at, seq, record, attempt, outcome, status, milliseconds, detail)
                values (\(name), to_timestamp(\(attempt.at)::bigint / 1000.0), \(attempt.seq), \(attempt.record),
                    \(attempt.number), \(attempt.outcome.rawValue), \(attempt.status)::bigint, \(attempt.milliseconds),
                    left(\(attempt.detail)::text, 2000))
                on conflict do nothing
                """
            )
            try connection.query(
                """
                delete from webhook_attempt where webhook = \(name) and at <= (
                    select at from webhook_attempt where webhook = \(name) order by at desc, seq desc
                    offset \(history) limit 1)
                """
            )
            return true
        }
    }

    /// What a person sees of one endpoint.
    package struct Overview: Codable, Sendable, Equatable {
        package var name: String
        package var state: String
        package var reason: String?
        package var seq: Int?
        /// Events of the log after the cursor, of all kinds.
        package var behind: Int?
        package var failures: Int
        package var delivered: Int
        package var nextAt: String?
        package var lastAt: String?
        package var lastOutcome: String?
        package var lastStatus: Int?
        package var lastDetail: String?
    }

    package static func overviews(on connection: Connection) throws(PostgresError) -> [Overview] {
        let rows = try connection.query(
            """
            select w.name, w.state, w.reason, coalesce(w.seq, -1), greatest(h.seq - w.seq, 0), w.failures, w.delivered,
                to_char(w.next_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), a.outcome, coalesce(a.status, -1), a.detail
            from webhook w cross join log_head h left join lateral (
                select * from webhook_attempt where webhook = w.name order by at desc, seq desc limit 1) a on true
            order by w.name
            """
        )
        var overviews: [Overview] = []
        for row in rows {
            let seq = try row.int(3)
            let status = try row.int(10)
            overviews.append(
                Overview(
                    name: try row.string(0),
                    state: try row.string(1),
                    reason: try row.optionalString(2),
                    seq: seq < 0 ? nil : seq,
                    behind: seq < 0 ? nil : try row.int(4),
                    failures: try row.int(5),
                    delivered: try row.int(6),
                    nextAt: try row.optionalString(7),
                    lastAt: try row.optionalString(8),
                    lastOutcome: try row.optionalString(9),
                    lastStatus: status < 0 ? nil : status,
                    lastDetail: try row.optionalString(11)
                )
            )
        }
        return overviews
    }

    /// Lets an endpoint try again at once, with all its attempts.
    ///
    /// - Parameter from: the first event to send again; nil goes on where it stands.
    /// - Returns: false when there is no such endpoint.
    package static func enable(
        _ name: String,
        from: Int? = nil,
        on connection: Connection
    ) throws(PostgresError) -> Bool {
        try connection.query(
            """
            update webhook w set state = 'active', reason = null, failures = 0, failing_since = null, next_at = null,
                epoch = case when \(from)::bigint is null then w.epoch else h.epoch end,
                seq = coalesce(\(from)::bigint - 1, w.seq), revision = revision + 1, updated_at = now()
            from log_head h where name = \(name)
            """
        ).affected == 1
    }

    /// Forgets an endpoint and its attempts.
    package static func remove(_ name: String, on connection: Connection) throws(PostgresError) {
        try connection.query("delete from webhook where name = \(name)")
    }
}

package import Postgres

/// What watch keeps: its place in the log, and the counts a day and dyad that come from it.
package enum WatchStore {
    /// A place in a log.
    package struct Cursor: Sendable, Equatable {
        package var epoch: String
        package var seq: Int

        package init(epoch: String, seq: Int) {
            self.epoch = epoch
            self.seq = seq
        }
    }

    /// One event as the counts see it.
    package struct DyadEvent: Sendable, Hashable {
        /// ISO 8601 date.
        package var day: String
        package var actor: String
        package var recipient: String
        package var event: String
        package var status: String

        package init(day: String, actor: String, recipient: String, event: String, status: String) {
            self.day = day
            self.actor = actor
            self.recipient = recipient
            self.event = event
            self.status = status
        }
    }

    package static func cursor(_ name: String, on connection: Connection) throws(PostgresError) -> Cursor? {
        let rows = try connection.query("select epoch::text, seq from subscription_cursor where name = \(name)")
        guard rows.count > 0 else { return nil }
        return Cursor(epoch: try rows[0].string(0), seq: try rows[0].int(1))
    }

    /// Adds counts and moves the cursor from `old` to `new` in one transaction, so that a crash neither repeats nor misses any.
    ///
    /// - Returns: false, with no effect, when the cursor is not at `old`: another instance has moved it.
    package static func advance(
        _ name: String,
        from old: Cursor?,
        to new: Cursor,
        adding changes: [(event: DyadEvent, change: Int)],
        on connection: Connection
    ) throws(PostgresError) -> Bool {
        let counts = Dictionary(changes.map { ($0.event, $0.change) }, uniquingKeysWith: +).sorted {
            ($0.key.day, $0.key.actor, $0.key.recipient, $0.key.event, $0.key.status)
                < ($1.key.day, $1.key.actor, $1.key.recipient, $1.key.event, $1.key.status)
        }
        return try connection.transaction { (connection) throws(PostgresError) in
            let moved =
                if let old {
                    try connection.query(
                        """
                        update subscription_cursor set epoch = \(new.epoch)::text::uuid, seq = \(new.seq), updated_at = now()
                        where name = \(name) and epoch = \(old.epoch)::text::uuid and seq = \(old.seq)
                        """
                    )
                } else {
                    try connection.query(
                        """
                        insert into subscription_cursor (name, epoch, seq)
                        values (\(name), \(new.epoch)::text::uuid, \(new.seq)) on conflict do nothing
                        """
                    )
                }
            guard moved.affected == 1 else { return false }
            try connection.query(
                """
                insert into dyad_day as d (day, actor, recipient, event, status, count)
                select day::date, actor, recipient, event, status, count
                from unnest(\(counts.map(\.key.day) as [String?]), \(counts.map(\.key.actor) as [String?]),
                    \(counts.map(\.key.recipient) as [String?]), \(counts.map(\.key.event) as [String?]),
                    \(counts.map(\.key.status) as [String?]), \(counts.map(\.value)))
                    as c(day, actor, recipient, event, status, count)
                on conflict (day, actor, recipient, event, status) do update set count = d.count + excluded.count
                """
            )
            return true
        }
    }
}

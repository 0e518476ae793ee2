package import Postgres

/// Watch's place in the log.
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

    package static func cursor(_ name: String, on connection: Connection) throws(PostgresError) -> Cursor? {
        let rows = try connection.query("select epoch::text, seq from subscription_cursor where name = \(name)")
        guard rows.count > 0 else { return nil }
        return Cursor(epoch: try rows[0].string(0), seq: try rows[0].int(1))
    }

    /// How far watch has come in the log; 0 before it has begun, and in a log that began anew.
    package static func position(on connection: Connection) throws(PostgresError) -> Int {
        try connection.query(
            """
            select coalesce((select c.seq from subscription_cursor c where c.name = 'watch' and c.epoch = h.epoch), 0)
            from log_head h
            """
        )[0].int(0)
    }

    /// Whether the cursor stands at `place`, and the log ends there; the cursor stays until the transaction ends.
    package static func isAtEnd(
        _ name: String,
        at place: Cursor,
        on connection: Connection
    ) throws(PostgresError) -> Bool {
        let rows = try connection.query(
            """
            select from subscription_cursor c join log_head h on h.epoch = c.epoch and h.seq = c.seq
            where c.name = \(name) and c.epoch = \(place.epoch)::text::uuid and c.seq = \(place.seq) for update of c
            """
        )
        return rows.count == 1
    }

    /// Moves the cursor from `old` to `new`, in the transaction of what the records in between change.
    ///
    /// - Returns: false, with no effect, when the cursor is not at `old`: another instance has moved it.
    package static func move(
        _ name: String,
        from old: Cursor?,
        to new: Cursor,
        on connection: Connection
    ) throws(PostgresError) -> Bool {
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
        return moved.affected == 1
    }

    /// Empties what watch makes of the log and takes its place in the log away, in one transaction: it begins anew.
    ///
    /// Alerts stay, because they were sent; so do briefs and feedback, which no log holds.
    ///
    /// - Returns: how many entries the log has.
    package static func reset(on connection: Connection) throws(PostgresError) -> Int {
        try connection.transaction { (connection) throws(PostgresError) in
            // First the cursor: a watch at work ends its transaction before this goes on, and its next one finds no cursor.
            try connection.query("delete from subscription_cursor where name = 'watch'")
            try connection.execute(
                script: """
                    truncate article_entry, report, quote_entry, entity, entity_article, incident, incident_key, story,
                        story_article, story_change, rule_state, dyad_day, country_day, dyad_month
                    """
            )
            return try connection.query("select count(*) from log")[0].int(0)
        }
    }
}

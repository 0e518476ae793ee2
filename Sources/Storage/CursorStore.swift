package import Postgres
package import Wire

/// The subscribers' places that the hub keeps.
package enum CursorStore {
    /// Cursors that one owner may have.
    package static let most = 1000

    /// What a look-up found.
    package enum Found: Sendable, Equatable {
        case place(FeedCursor.Place)
        case absent
        case tooMany
    }

    /// Where a cursor stands; when there is none and `start` says where it begins, it is made.
    package static func find(
        _ cursor: FeedCursor,
        orElse start: FeedCursor.Place?,
        most: Int = most,
        on connection: Connection
    ) throws(PostgresError) -> Found {
        if let place = try place(of: cursor, on: connection) { return .place(place) }
        guard let start else { return .absent }
        let count = try connection.query("select count(*) from feed_cursor where owner = \(cursor.owner)")[0].int(0)
        guard count < most else { return .tooMany }
        try connection.query(
            """
            insert into feed_cursor (owner, name, client, epoch, seq)
            values (\(cursor.owner), \(cursor.name), \(start.client), \(start.epoch)::text::uuid, \(start.seq))
            on conflict do nothing
            """
        )
        return try place(of: cursor, on: connection).map(Found.place) ?? .absent
    }

    private static func place(
        of cursor: FeedCursor,
        on connection: Connection
    ) throws(PostgresError)
        -> FeedCursor.Place?
    {
        let rows = try connection.query(
            "select client, epoch::text, seq from feed_cursor where owner = \(cursor.owner) and name = \(cursor.name)"
        )
        guard rows.count > 0 else { return nil }
        return FeedCursor.Place(
            cursor: cursor,
            client: try rows[0].string(0),
            epoch: try rows[0].string(1),
            seq: try rows[0].int(2)
        )
    }

    /// Moves cursors forward, in one commit; never back.
    ///
    /// - Returns: those that are no longer there, or stand in another log.
    package static func advance(
        _ places: [FeedCursor.Place],
        on connection: Connection
    ) throws(PostgresError) -> Set<FeedCursor> {
        let moved = try connection.query(
            """
            update feed_cursor c set seq = greatest(c.seq, n.seq), client = n.client, updated_at = now()
            from unnest(\(places.map(\.cursor.owner) as [String?]), \(places.map(\.cursor.name) as [String?]),
                \(places.map(\.client) as [String?]), \(places.map(\.epoch) as [String?]), \(places.map(\.seq)))
                as n(owner, name, client, epoch, seq)
            where c.owner = n.owner and c.name = n.name and c.epoch = n.epoch::uuid
            returning c.owner, c.name
            """
        )
        var missing = Set(places.map(\.cursor))
        for row in moved { missing.remove(FeedCursor(owner: try row.string(0), name: try row.string(1))) }
        return missing
    }

    /// A cursor as a person sees it.
    package struct Shown: Codable, Sendable, Equatable {
        package var owner: String
        package var name: String
        package var client: String
        package var seq: Int
        /// Entries of the log behind it; nil when it stands in another log.
        package var lag: Int?
        package var secondsAgo: Int

        private enum CodingKeys: String, CodingKey {
            case owner, name, client, seq, lag
            case secondsAgo = "seconds_ago"
        }
    }

    package static func list(on connection: Connection) throws(PostgresError) -> [Shown] {
        let rows = try connection.query(
            """
            select c.owner, c.name, c.client, c.seq, c.epoch = h.epoch, h.seq - c.seq,
                greatest(extract(epoch from now() - c.updated_at), 0)::bigint
            from feed_cursor c cross join log_head h order by c.owner, c.name
            """
        )
        var shown: [Shown] = []
        for row in rows {
            shown.append(
                Shown(
                    owner: try row.string(0),
                    name: try row.string(1),
                    client: try row.string(2),
                    seq: try row.int(3),
                    lag: try row.bool(4) ? try row.int(5) : nil,
                    secondsAgo: try row.int(6)
                )
            )
        }
        return shown
    }

    /// - Returns: whether there was one.
    package static func remove(_ cursor: FeedCursor, on connection: Connection) throws(PostgresError) -> Bool {
        try connection.query(
            "delete from feed_cursor where owner = \(cursor.owner) and name = \(cursor.name)"
        ).affected == 1
    }
}

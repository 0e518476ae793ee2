package import Postgres
package import Wire

/// The log: the one order of all records, given after their transactions have committed.
package enum LogStore {
    /// What the log is and how far it reaches.
    package struct Head: Sendable, Equatable {
        package var epoch: String
        package var seq: Int
        package var floor: Int

        package init(epoch: String, seq: Int, floor: Int) {
            self.epoch = epoch
            self.seq = seq
            self.floor = floor
        }
    }

    /// The log's head, and whether records wait for their places.
    package static func look(on connection: Connection) throws(PostgresError) -> (head: Head, waiting: Bool) {
        let row = try connection.query("select epoch::text, seq, floor, exists (select from outbox) from log_head")[0]
        return (Head(epoch: try row.string(0), seq: try row.int(1), floor: try row.int(2)), try row.bool(3))
    }

    /// Gives up to `limit` records of the outbox their places and returns them in order.
    ///
    /// One short transaction under the lock of `log_head`: whoever sees sequence N sees all before it. Tailing a serial
    /// column instead would lose what commits late.
    package static func sequence(limit: Int, on connection: Connection) throws(PostgresError) -> [LogEntry] {
        try connection.transaction { (connection) throws(PostgresError) in
            let head = try connection.query(
                """
                select epoch::text, seq, to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                from log_head for update
                """
            )[0]
            // By arrays and not by joins: the planner knows nothing of tables that fill and empty all the time.
            let taken = try connection.query(
                """
                delete from outbox where record_id = any(array(select record_id from outbox order by record_id limit \(limit)))
                returning record_id
                """
            )
            var ids: [Int] = []
            for row in taken { ids.append(try row.int(0)) }
            guard !ids.isEmpty else { return [] }
            let records = try connection.query(
                "select id, uuid::text, type, topic, keys, data from record where id = any(\(ids)) order by id"
            )
            var tseqs = try reserve(records, on: connection)
            let (epoch, first, time) = (try head.string(0), try head.int(1) + 1, try head.string(2))
            var entries: [LogEntry] = []
            ids = []
            for (offset, row) in records.enumerated() {
                let topic = try row.string(3)
                let tseq = tseqs[topic, default: 0] + 1
                tseqs[topic] = tseq
                ids.append(try row.int(0))
                entries.append(
                    LogEntry(
                        seq: first + offset,
                        tseq: tseq,
                        epoch: epoch,
                        record: try row.string(1),
                        type: try row.string(2),
                        topic: Array(topic.utf8),
                        keys: try row.bytes(4),
                        time: time,
                        data: try row.bytes(5)
                    )
                )
            }
            try connection.query(
                """
                insert into log (seq, tseq, record_id)
                select * from unnest(\(entries.map(\.seq)), \(entries.map(\.tseq)), \(ids))
                """
            )
            try connection.query("update log_head set seq = seq + \(entries.count)")
            return entries
        }
    }

    /// Moves the heads of the records' topics on.
    ///
    /// - Returns: where each topic stood before.
    private static func reserve(_ records: Rows, on connection: Connection) throws(PostgresError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in records { counts[try row.string(3), default: 0] += 1 }
        // In one order, so that two sequencers cannot wait for each other.
        let topics = counts.keys.sorted()
        let heads = try connection.query(
            """
            insert into topic_head as h (topic, tseq)
            select * from unnest(\(topics as [String?]), \(topics.map { counts[$0] ?? 0 })) as t(topic, count)
            on conflict (topic) do update set tseq = h.tseq + excluded.tseq
            returning topic, tseq
            """
        )
        for row in heads {
            let topic = try row.string(0)
            counts[topic] = try row.int(1) - (counts[topic] ?? 0)
        }
        return counts
    }

    /// Up to `limit` entries after a sequence number, in order.
    package static func read(after seq: Int, limit: Int, on connection: Connection) throws(PostgresError) -> [LogEntry]
    {
        try entries(
            connection.query(
                """
                select l.seq, l.tseq, h.epoch::text, r.uuid::text, r.type, r.topic, r.keys,
                    to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.data
                from log l join record r on r.id = l.record_id cross join log_head h
                where l.seq > \(seq) order by l.seq limit \(limit)
                """
            )
        )
    }

    private static func entries(_ rows: Rows) throws(PostgresError) -> [LogEntry] {
        var entries: [LogEntry] = []
        entries.reserveCapacity(rows.count)
        // One statement sees one log: its entries share the name's bytes.
        let epoch = rows.count > 0 ? try rows[0].string(2) : ""
        for row in rows {
            entries.append(
                LogEntry(
                    seq: try row.int(0),
                    tseq: try row.int(1),
                    epoch: epoch,
                    record: try row.string(3),
                    type: try row.string(4),
                    topic: try row.bytes(5),
                    keys: try row.bytes(6),
                    time: try row.string(7),
                    data: try row.bytes(8)
                )
            )
        }
        return entries
    }
}

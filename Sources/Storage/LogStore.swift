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

    package static func head(on connection: Connection) throws(PostgresError) -> Head {
        let row = try connection.query("select epoch::text, seq, floor from log_head")[0]
        return Head(epoch: try row.string(0), seq: try row.int(1), floor: try row.int(2))
    }

    /// Gives up to `limit` records of the outbox their places and returns them in order.
    ///
    /// One short transaction under the lock of `log_head`: whoever sees sequence N sees all before it. Tailing a serial
    /// column instead would lose what commits late.
    package static func sequence(limit: Int, on connection: Connection) throws(PostgresError) -> [LogEntry] {
        guard try connection.query("select exists (select from outbox)")[0].bool(0) else { return [] }
        return try connection.transaction { (connection) throws(PostgresError) in
            try connection.query("select epoch from log_head for update")
            let rows = try connection.query(
                """
                with taken as (
                    delete from outbox where record_id in (select record_id from outbox order by record_id limit \(limit))
                    returning record_id
                ), numbered as (
                    select r.id, r.topic, row_number() over (order by r.id) as n,
                        row_number() over (partition by r.topic order by r.id) as topic_n
                    from taken join record r on r.id = taken.record_id
                ), counts as (
                    select topic, count(*) as count from numbered group by topic
                ), heads as (
                    insert into topic_head as h (topic, tseq) select topic, count from counts order by topic
                    on conflict (topic) do update set tseq = h.tseq + excluded.tseq
                    returning topic, tseq
                ), base as (
                    update log_head set seq = seq + (select count(*) from taken)
                    returning epoch, seq - (select count(*) from taken) as seq
                ), placed as (
                    insert into log (seq, tseq, record_id)
                    select base.seq + n, heads.tseq - counts.count + topic_n, numbered.id
                    from numbered join heads using (topic) join counts using (topic) cross join base
                    returning seq, tseq, record_id, at
                )
                select placed.seq, placed.tseq, (select epoch from base)::text, r.uuid::text, r.type, r.topic, r.keys,
                    to_char(placed.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.data
                from placed join record r on r.id = placed.record_id order by placed.seq
                """
            )
            return try entries(rows)
        }
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
        for row in rows {
            entries.append(
                LogEntry(
                    seq: try row.int(0),
                    tseq: try row.int(1),
                    epoch: try row.string(2),
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

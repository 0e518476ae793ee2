package import Briefing
import Knowledge
package import Postgres
import Records

extension AlertStore {
    private static let separator = "\u{1F}"

    /// The reports that hold, as rules see events, in the order of the log.
    ///
    /// Without the sentences no JSON is read: 100,000 rows take about a second. Those of years are read in pieces, so that they take no more
    /// memory than a piece.
    ///
    /// - Parameters:
    ///   - since: in the log from this time on; milliseconds since 1970-01-01 UTC.
    ///   - before: and with lower numbers.
    ///   - sentences: whether rules look at words.
    ///   - piece: at most so many at a time, about a kilobyte each; for each piece all reports of its incidents are looked at again.
    ///   - body: takes the next piece.
    package static func read(
        since: Int,
        before: Int = Int.max,
        sentences: Bool,
        piece: Int = 25_000,
        on connection: Connection,
        _ body: ([RuleEvent]) -> Void
    ) throws(PostgresError) {
        let first = try connection.query(
            "select seq from report where at >= to_timestamp(\(since) / 1000.0) order by at, seq limit 1"
        )
        guard first.count == 1 else { return }
        var from = try first[0].int(0)
        while true {
            let events = try events(from: from, before: before, limit: piece, sentences: sentences, on: connection)
            guard let last = events.last else { return }
            body(events)
            from = last.seq + 1
        }
    }

    /// The reports with numbers of a range that hold, in the order of the log.
    ///
    /// - Parameters:
    ///   - limit: at most so many, the first ones.
    ///   - sentences: whether rules look at words.
    private static func events(
        from: Int,
        before: Int,
        limit: Int,
        sentences: Bool,
        on connection: Connection
    ) throws(PostgresError) -> [RuleEvent] {
        // How many independent reports there were then: copies that came later count for nobody before.
        let rows = try connection.query(
            """
            with chosen as (
                select * from report where seq >= \(from) and seq < \(before) order by seq limit \(limit)
            ), related as (
                select seq, incident_id, row_number() over (partition by incident_id, origin_id order by seq) = 1 as is_first
                from report where seq < \(before) and incident_id in (select incident_id from chosen)
            ), counted as (
                select seq, count(*) filter (where is_first) over (partition by incident_id order by seq) as origins from related
            )
            select c.seq, c.id::text, (extract(epoch from c.at) * 1000)::bigint, c.article_id::text, c.origin_id::text,
                c.incident_id::text, round(c.scale::numeric * 1000)::bigint, array_to_string(c.keys, ' '),
                array_to_string(c.names, \(separator)),
                n.origins,
                c.latitude::float8::text, c.longitude::float8::text, (extract(epoch from a.published) * 1000)::bigint, a.title,
                case when \(sentences) then (select r.data #>> '{evidence,text}' from record r where r.uuid = c.id) end
            from chosen c join counted n on n.seq = c.seq left join article_entry a on a.article_id = c.article_id
            order by c.seq
            """
        )
        var events: [RuleEvent] = []
        events.reserveCapacity(rows.count)
        for row in rows {
            var event = RuleEvent(
                id: try row.string(1),
                seq: try row.int(0),
                at: try row.int(2),
                article: try row.string(3),
                keys: try row.bytes(7)
            )
            event.origin = try row.string(4)
            event.incident = try row.string(5)
            event.scale = Double(try row.int(6)) / 1000
            let names = try row.string(8)
            if !names.isEmpty { event.names = names.split(separator: separator).map(String.init) }
            event.origins = try row.int(9)
            if let latitude = try row.optionalString(10).flatMap(Double.init),
                let longitude = try row.optionalString(11).flatMap(Double.init)
            {
                event.point = Coordinates(latitude: latitude, longitude: longitude)
            }
            if !row.isNull(12) { event.published = try row.int(12) }
            event.title = try row.optionalString(13)
            event.sentence = try row.optionalString(14)
            events.append(event)
        }
        return events
    }

    /// One event that holds, or nil.
    package static func event(_ id: String, on connection: Connection) throws(PostgresError) -> RuleEvent? {
        guard Hexadecimal.decode(id.filter { $0 != "-" })?.count == 16 else { return nil }
        let rows = try connection.query("select seq from report where id = \(id)::text::uuid")
        guard rows.count == 1 else { return nil }
        let seq = try rows[0].int(0)
        return try events(from: seq, before: seq + 1, limit: 1, sentences: true, on: connection).first
    }
}

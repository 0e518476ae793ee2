import Postgres
import Records

/// The table `dyad_month`: the sums of `dyad_day` by month, over types and statuses.
enum DyadMonthStore {
    private struct Key: Hashable {
        var actor: String
        var recipient: String
        /// ISO 8601 date: its first day.
        var month: String
        var quad: Int

        var order: (String, String, String, Int) { (actor, recipient, month, quad) }
    }

    /// Adds the changes of dyads; a row that counts nothing goes.
    static func add(
        _ changes: [DyadStore.Key: (quad: Int, count: Int, thousandths: Int)],
        on connection: Connection
    ) throws(PostgresError) {
        var sums: [Key: (count: Int, happened: Int)] = [:]
        for (dyad, change) in changes {
            let month = "\(dyad.day.prefix(7))-01"
            let key = Key(actor: dyad.actor, recipient: dyad.recipient, month: month, quad: change.quad)
            sums[key, default: (0, 0)].count += change.count
            if dyad.status == "happened" { sums[key]?.happened += change.count }
        }
        // In one order, so that two watches cannot wait for each other.
        let changed = sums.filter { $0.value.count != 0 || $0.value.happened != 0 }
        let rows = changed.sorted { $0.key.order < $1.key.order }
        guard !rows.isEmpty else { return }
        let keys = rows.map(\.key)
        let columns: SQL = """
            \(keys.map(\.actor) as [String?]), \(keys.map(\.recipient) as [String?]), \(keys.map(\.month) as [String?]),
            \(keys.map(\.quad))
            """
        try connection.query(
            """
            insert into dyad_month as d (actor, recipient, month, quad, count, happened)
            select actor, recipient, month::date, quad, count, happened
            from unnest(\(columns), \(rows.map(\.value.count)), \(rows.map(\.value.happened)))
                as c(actor, recipient, month, quad, count, happened)
            on conflict (actor, recipient, month, quad) do update
            set count = d.count + excluded.count, happened = d.happened + excluded.happened
            """
        )
        guard rows.contains(where: { $0.value.count < 0 }) else { return }
        try connection.query(
            """
            delete from dyad_month d using unnest(\(columns)) as c(actor, recipient, month, quad)
            where d.actor = c.actor and d.recipient = c.recipient and d.month = c.month::date and d.quad = c.quad
                and d.count = 0
            """
        )
    }

    /// Rows `(actor, recipient, quad, count, happened)` that add up to what dyads did in a time: months where they are whole, and the days around.
    static func sums(since: CivilDate, until: CivilDate) -> SQL {
        func monthStart(_ day: CivilDate) -> CivilDate { day.adding(days: 1 - day.parts.day) }
        let end = until.adding(days: 1)
        // The first day of the first whole month, and the day behind the last one.
        let first = since.parts.day == 1 ? since : monthStart(monthStart(since).adding(days: 31))
        let last = monthStart(end)
        guard first < last else { return days(since, end) }
        let months: SQL = """
            select actor, recipient, quad, count, happened from dyad_month
            where month >= \(first.description)::text::date and month < \(last.description)::text::date
            """
        return "\(days(since, first)) union all \(months) union all \(days(last, end))"
    }

    private static func days(_ first: CivilDate, _ end: CivilDate) -> SQL {
        """
        select actor, recipient, quad, count, case when status = 'happened' then count else 0 end as happened from dyad_day
        where day >= \(first.description)::text::date and day < \(end.description)::text::date
        """
    }
}

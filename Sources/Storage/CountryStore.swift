import Postgres

/// The table `country_day`: what each country did, and what was done to it, a day; the sums of `dyad_day` that are read most.
enum CountryStore {
    private struct Key: Hashable {
        var code: String
        var direction: String
        /// ISO 8601 date.
        var day: String
        var quad: Int
        var status: String

        var order: (String, String, String, Int, String) { (code, direction, day, quad, status) }
    }

    /// Adds the changes of dyads; a row that counts nothing goes.
    static func add(
        _ changes: [DyadStore.Key: (quad: Int, count: Int, thousandths: Int)],
        on connection: Connection
    ) throws(PostgresError) {
        var sums: [Key: (count: Int, thousandths: Int)] = [:]
        for (dyad, change) in changes {
            for (code, direction) in [(dyad.actor, "actor"), (dyad.recipient, "recipient")] where !code.isEmpty {
                let key = Key(code: code, direction: direction, day: dyad.day, quad: change.quad, status: dyad.status)
                sums[key, default: (0, 0)].count += change.count
                sums[key]?.thousandths += change.thousandths
            }
        }
        // In one order, so that two watches cannot wait for each other.
        let changed = sums.filter { $0.value.count != 0 || $0.value.thousandths != 0 }
        let rows = changed.sorted { $0.key.order < $1.key.order }
        guard !rows.isEmpty else { return }
        let keys = rows.map(\.key)
        let columns: SQL = """
            \(keys.map(\.code) as [String?]), \(keys.map(\.direction) as [String?]), \(keys.map(\.day) as [String?]),
            \(keys.map(\.quad)), \(keys.map(\.status) as [String?])
            """
        try connection.query(
            """
            insert into country_day as d (code, direction, day, quad, status, count, scale_sum)
            select code, direction, day::date, quad, status, count, thousandths / 1000.0
            from unnest(\(columns), \(rows.map(\.value.count)), \(rows.map(\.value.thousandths)))
                as c(code, direction, day, quad, status, count, thousandths)
            on conflict (code, direction, day, quad, status) do update
            set count = d.count + excluded.count, scale_sum = round((d.scale_sum + excluded.scale_sum) * 1000) / 1000
            """
        )
        guard rows.contains(where: { $0.value.count < 0 }) else { return }
        try connection.query(
            """
            delete from country_day d using unnest(\(columns)) as c(code, direction, day, quad, status)
            where d.code = c.code and d.direction = c.direction and d.day = c.day::date and d.quad = c.quad
                and d.status = c.status and d.count = 0
            """
        )
    }
}

package import Postgres

/// The table `dyad_day`: how many reports hold a day and dyad, and the sum of their intensities; with it `country_day` and `dyad_month`.
package enum DyadStore {
    package struct Key: Sendable, Hashable, Comparable {
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

        package static func < (one: Key, other: Key) -> Bool {
            (one.day, one.actor, one.recipient, one.event, one.status)
                < (other.day, other.actor, other.recipient, other.event, other.status)
        }
    }

    /// A report as the counts see it.
    package struct Counted: Sendable, Equatable {
        package var key: Key
        package var quad: Int
        /// PLOVER intensity in thousandths: whole numbers, so that a sum does not depend on its order.
        package var thousandths: Int

        package init(key: Key, quad: Int, thousandths: Int) {
            self.key = key
            self.quad = quad
            self.thousandths = thousandths
        }
    }

    package static func thousandths(_ scale: Double) -> Int { Int((scale * 1000).rounded()) }

    /// Adds what came and takes away what left; a row that counts nothing goes.
    package static func add(
        _ came: [Counted],
        takingAway left: [Counted],
        on connection: Connection
    ) throws(PostgresError) {
        var changes: [Key: (quad: Int, count: Int, thousandths: Int)] = [:]
        for (reports, sign) in [(came, 1), (left, -1)] {
            for report in reports {
                changes[report.key, default: (report.quad, 0, 0)].count += sign
                changes[report.key]?.thousandths += sign * report.thousandths
            }
        }
        // In one order, so that two watches cannot wait for each other.
        let rows = changes.filter { $0.value.count != 0 || $0.value.thousandths != 0 }.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        try CountryStore.add(changes, on: connection)
        try DyadMonthStore.add(changes, on: connection)
        let keys = rows.map(\.key)
        try connection.query(
            """
            insert into dyad_day as d (day, actor, recipient, event, status, quad, count, scale_sum)
            select day::date, actor, recipient, event, status, quad, count, thousandths / 1000.0
            from unnest(\(keys.map(\.day) as [String?]), \(keys.map(\.actor) as [String?]),
                \(keys.map(\.recipient) as [String?]), \(keys.map(\.event) as [String?]),
                \(keys.map(\.status) as [String?]), \(rows.map(\.value.quad)), \(rows.map(\.value.count)),
                \(rows.map(\.value.thousandths)))
                as c(day, actor, recipient, event, status, quad, count, thousandths)
            on conflict (day, actor, recipient, event, status) do update
            set count = d.count + excluded.count, scale_sum = round((d.scale_sum + excluded.scale_sum) * 1000) / 1000
            """
        )
        guard !left.isEmpty else { return }
        try connection.query(
            """
            delete from dyad_day d
            using unnest(\(keys.map(\.day) as [String?]), \(keys.map(\.actor) as [String?]),
                \(keys.map(\.recipient) as [String?]), \(keys.map(\.event) as [String?]),
                \(keys.map(\.status) as [String?])) as c(day, actor, recipient, event, status)
            where d.day = c.day::date and d.actor = c.actor and d.recipient = c.recipient and d.event = c.event
                and d.status = c.status and d.count = 0
            """
        )
    }
}

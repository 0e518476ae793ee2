import Postgres

/// A list that is read page by page along a key (keyset pagination), so that rows which come meanwhile neither repeat nor hide others.
///
/// Rows that fulfil conditions are looked for in windows along the log, each longer than the one before, and at last by the
/// conditions' own index. That index alone would fetch and sort every row that ever fulfilled a frequent condition; the
/// log alone would pass a million rows for a rare one. With windows both find their page in bounded time, and no
/// estimate of the planner decides which.
struct Listing: Sendable {
    enum Order: Sendable {
        /// By a place in the log that each row has alone.
        case log(SQL)
        /// By a place in the log, then by `id`.
        case logAndID(SQL)
        /// By another `bigint`, then by `id`.
        case value(SQL)
        /// By a `timestamptz`, then by `id`.
        case time(SQL)
    }

    /// Whose rows are `t`.
    var table: SQL
    var order: Order
    /// What must hold of `t`.
    var conditions: [SQL] = []
    /// Whether an index finds what fulfils the conditions; without one a search ends after the last window.
    var isIndexed = true
    /// Joins that the JSON needs, for the page's rows only.
    var joins: SQL = ""
    /// A JSON object for each row.
    var json: SQL

    /// How many places of the log each window has.
    static let windows = [4000, 40_000, 250_000]

    private typealias Line = (item: [UInt8], cursor: PageCursor)

    func page<Row>(_ request: PageRequest, on connection: Connection) throws(PostgresError) -> Page<Row> {
        switch request.place {
        case .newest, .before:
            let start: PageCursor? = if case .before(let cursor) = request.place { cursor } else { nil }
            let (lines, end) = try find(request.count, from: start, rising: false, on: connection)
            return Page(items: lines.map(\.item), older: end, newer: lines.first?.cursor ?? start)
        case .after(let start):
            var (lines, end) = try find(request.count, from: start, rising: true, on: connection)
            lines.reverse()
            return Page(
                items: lines.map(\.item),
                older: lines.last?.cursor ?? start,
                newer: end ?? lines.first?.cursor ?? start
            )
        }
    }

    /// Up to `count` rows in the direction of the search, and where to go on when there may be more.
    private func find(
        _ count: Int,
        from start: PageCursor?,
        rising: Bool,
        on connection: Connection
    ) throws(PostgresError) -> ([Line], PageCursor?) {
        let begin = start.map { [beyond($0, rising)] } ?? []
        guard isInLog, !conditions.isEmpty else {
            return cut(try lines(begin, count + 1, rising, on: connection), count)
        }
        let newest = try connection.query(once: "select coalesce(max(\(key)), 0) from \(table) t")[0].int(0)
        var edge = start?.value ?? newest + 1
        var range = begin
        var found: [Line] = []
        for window in Listing.windows {
            edge += rising ? window : -window
            let within: SQL = rising ? "\(key) <= \(edge)" : "\(key) >= \(edge)"
            found += try lines(range + [within], count + 1 - found.count, rising, on: connection)
            if found.count > count { return cut(found, count) }
            if rising ? edge >= newest : edge <= 0 { return (found, nil) }
            range = [rising ? "\(key) > \(edge)" : "\(key) < \(edge)"]
        }
        guard isIndexed else { return (found, place(edge, rising)) }
        found += try lines(range, count + 1 - found.count, rising, byConditions: true, on: connection)
        return cut(found, count)
    }

    private func cut(_ lines: [Line], _ count: Int) -> ([Line], PageCursor?) {
        lines.count > count ? (Array(lines.prefix(count)), lines[count - 1].cursor) : (lines, nil)
    }

    /// - Parameter byConditions: whether the planner must use the conditions' index and sort, and not walk along the key.
    private func lines(
        _ range: [SQL],
        _ count: Int,
        _ rising: Bool,
        byConditions: Bool = false,
        on connection: Connection
    ) throws(PostgresError) -> [Line] {
        let all = conditions + range
        let holds: SQL = all.isEmpty ? "" : "where \(all.joined(separator: " and "))"
        let direction: SQL = rising ? "asc" : "desc"
        let id: SQL = hasID ? ", t.id \(direction)" : ""
        // An expression has no index to be sorted by.
        let sort: SQL = byConditions ? "\(key) + 0 \(direction)\(id)" : "\(column) \(direction)\(id)"
        let rows = try connection.query(
            once: """
                select (\(json))::text, \(key), \(hasID ? "t.id::text" : "null::text" as SQL)
                from (select t.* from \(table) t \(holds) order by \(sort) limit \(count)) t \(joins)
                order by \(column) \(direction)\(id)
                """
        )
        var lines: [Line] = []
        for row in rows {
            lines.append((try row.bytes(0), PageCursor(value: try row.int(1), id: try row.optionalString(2))))
        }
        return lines
    }

    private var isInLog: Bool {
        switch order {
        case .log, .logAndID: true
        case .value, .time: false
        }
    }

    /// Whether the places of this list have an identifier: one without is not of this list.
    var hasID: Bool { if case .log = order { false } else { true } }

    /// What the list is sorted by.
    private var column: SQL {
        switch order {
        case .log(let column), .logAndID(let column), .value(let column), .time(let column): column
        }
    }

    /// The same as a number.
    private var key: SQL {
        // Microseconds, exactly: extract gives a decimal number.
        if case .time(let column) = order { return "(extract(epoch from \(column)) * 1000000)::bigint" }
        return column
    }

    private func beyond(_ cursor: PageCursor, _ rising: Bool) -> SQL {
        let relation: SQL = rising ? ">" : "<"
        let value: SQL =
            if case .time = order { "timestamptz 'epoch' + \(cursor.value)::bigint * interval '1 microsecond'" } else {
                "\(cursor.value)"
            }
        guard hasID, let id = cursor.id else { return "\(column) \(relation) \(value)" }
        return "(\(column), t.id) \(relation) (\(value), \(id)::text::uuid)"
    }

    /// The place at the end of a window.
    private func place(_ edge: Int, _ rising: Bool) -> PageCursor {
        guard hasID else { return PageCursor(value: edge) }
        let digit = rising ? "f" : "0"
        let id = [8, 4, 4, 4, 12].map { String(repeating: digit, count: $0) }.joined(separator: "-")
        return PageCursor(value: edge, id: id)
    }
}

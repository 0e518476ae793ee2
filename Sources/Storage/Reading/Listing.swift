import Postgres
import Records

/// A list that is read page by page along a key (keyset pagination), so that rows which come meanwhile neither repeat nor hide others.
///
/// Rows that fulfil conditions are looked for in steps of bounded work: along the key for a thousand rows, which finds what is frequent;
/// by the conditions' index when that has few, which finds what is rare; and along the key again, farther, where a page may end before it
/// is full. One way alone does not do: along the key passes a million rows for something rare, by the index
/// fetches and sorts every row that ever fulfilled something frequent.
struct Listing: Sendable {
    enum Order: Sendable {
        /// By a `bigint` that each row has alone: its place in the log.
        case unique(SQL)
        /// By a `bigint`, then by `id`.
        case value(SQL)
        /// By a `timestamptz`, then by `id`.
        case time(SQL)
    }

    /// How rows that fulfil the conditions are found.
    enum Finding: Sendable {
        /// An index has them.
        case index
        /// Along the key only: a page may end before it is full.
        case walk
        /// All are sorted: they are few.
        case all
    }

    /// Whose rows are `t`.
    var table: SQL
    var order: Order
    /// What must hold of `t`.
    var conditions: [SQL] = []
    /// The conditions that the index decides by itself, without looking at rows; nil for all.
    var indexed: [SQL]?
    var finding = Finding.index
    /// The columns of the conditions, when the key's index has them all: the way along the key then reads no rows but the page's.
    var walked: SQL?
    /// How many rows are passed along the key, before the index is asked and after.
    var windows = (near: 1000, far: 25_000)
    /// Joins that the JSON needs, for the page's rows only.
    var joins: SQL = ""
    /// A JSON object for each row.
    var json: SQL

    /// When the index has at most so many rows, they are sorted without more ado.
    var few = 1000

    fileprivate typealias Line = (item: [UInt8], cursor: PageCursor)

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
        let search = Search(listing: self, count: count + 1, isRising: rising, connection: connection)
        func cut(_ lines: [Line]) -> ([Line], PageCursor?) {
            lines.count > count ? (Array(lines.prefix(count)), lines[count - 1].cursor) : (lines, nil)
        }
        guard !conditions.isEmpty, finding != .all else { return cut(try search.sorted(start)) }
        var found = try search.along(start, windows.near)
        guard found.count <= count else { return cut(found) }
        guard let near = try search.end(start, windows.near) else { return (found, nil) }
        // Counting what is frequent takes the index long, too; an estimate is good enough to leave it.
        if finding == .index, try search.estimate() <= 3 * few, let rest = try search.allByIndex(near, few) {
            return cut(found + (try search.lines(at: rest)))
        }
        found += try search.along(near, windows.far)
        guard found.count <= count else { return cut(found) }
        return (found, try search.end(near, windows.far))
    }

    /// Whether the places of this list have an identifier: one without is not of this list.
    fileprivate var hasID: Bool { if case .unique = order { false } else { true } }

    /// The same, with nothing an index knows.
    fileprivate var hidden: SQL {
        if case .time(let column) = order { "\(column) + interval '0'" } else { "\(column) + 0" }
    }

    /// A value of the cursor as the column has it.
    fileprivate func value(_ value: Int) -> SQL {
        if case .time = order {
            "timestamptz 'epoch' + \(value)::bigint * interval '1 microsecond'"
        } else {
            "\(value)"
        }
    }

    /// What the list is sorted by.
    fileprivate var column: SQL {
        switch order {
        case .unique(let column), .value(let column), .time(let column): column
        }
    }

    /// The same as a number.
    fileprivate var key: SQL {
        // Microseconds, exactly: extract gives a decimal number.
        if case .time(let column) = order { return "(extract(epoch from \(column)) * 1000000)::bigint" }
        return column
    }
}

/// As much of what `explain (format json)` says as is asked for.
private struct Explained: Decodable {
    struct Plan: Decodable {
        var rows: Double

        private enum CodingKeys: String, CodingKey { case rows = "Plan Rows" }
    }

    var plan: Plan

    private enum CodingKeys: String, CodingKey { case plan = "Plan" }
}

/// The queries of one search through a list.
private struct Search {
    let listing: Listing
    /// The most rows that are wanted.
    let count: Int
    let isRising: Bool
    let connection: Connection

    /// Rows beyond a place in the order of the list.
    func sorted(_ start: PageCursor?) throws(PostgresError) -> [Listing.Line] {
        let holds = all(place(start) + listing.conditions)
        return try lines("select t.* from \(listing.table) t \(holds) order by \(sort) limit \(count)")
    }

    /// Those of the next `most` rows along the key that fulfil the conditions.
    func along(_ start: PageCursor?, _ most: Int) throws(PostgresError) -> [Listing.Line] {
        let columns = listing.walked ?? "t.*"
        let window: SQL =
            "select \(columns) from \(listing.table) t \(all(place(start))) order by \(sort) limit \(most)"
        let found: SQL = "select t.* from (\(window)) t \(all(listing.conditions)) order by \(sort) limit \(count)"
        guard listing.walked != nil else { return try lines(found) }
        return try lines("select t.* from (\(found)) found join \(listing.table) t on t.id = found.id")
    }

    /// The place of the last of the next `most` rows along the key; nil when there are fewer.
    func end(_ start: PageCursor?, _ most: Int) throws(PostgresError) -> PageCursor? {
        let rows = try connection.query(
            once: """
                select \(listing.key), \(id) from \(listing.table) t \(all(place(start)))
                order by \(sort) offset \(most - 1) limit 1
                """
        )
        return rows.count > 0 ? PageCursor(value: try rows[0].int(0), id: try rows[0].optionalString(1)) : nil
    }

    private var indexed: [SQL] { listing.indexed ?? listing.conditions }

    /// How many rows the planner thinks the index has; well enough when they are very many.
    func estimate() throws(PostgresError) -> Int {
        let plan: SQL = "explain (format json) select from \(listing.table) t \(all(indexed))"
        let text = try connection.query(once: plan)[0].bytes(0)
        guard let rows = try? JSON.decode([Explained].self, from: text).first?.plan.rows else {
            throw PostgresError(sqlState: nil, message: "a plan that cannot be read")
        }
        return Int(rows)
    }

    /// The places of all rows beyond a place that fulfil the conditions, as the index has them; nil when it has more than so many.
    func allByIndex(_ start: PageCursor, _ most: Int) throws(PostgresError) -> [PageCursor]? {
        let others: SQL = listing.indexed == nil ? "true" : listing.conditions.joined(separator: " and ")
        let rows = try connection.query(
            once: """
                select \(listing.key), \(id), (\(others)) from \(listing.table) t
                \(all(place(start, byIndex: true) + indexed)) limit \(most + 1)
                """
        )
        guard rows.count <= most else { return nil }
        var places: [PageCursor] = []
        for row in rows {
            guard !row.isNull(2), try row.bool(2) else { continue }
            places.append(PageCursor(value: try row.int(0), id: try row.optionalString(1)))
        }
        return places
    }

    /// The first rows of these places, in the order of the list.
    func lines(at places: [PageCursor]) throws(PostgresError) -> [Listing.Line] {
        let sorted = places.sorted {
            isRising
                ? ($0.value, $0.id ?? "") < ($1.value, $1.id ?? "") : ($0.value, $0.id ?? "") > ($1.value, $1.id ?? "")
        }
        let page = sorted.prefix(count)
        guard !page.isEmpty else { return [] }
        let rows: SQL =
            listing.hasID
            ? "t.id = any(\(page.map(\.id))::text[]::uuid[])" : "\(listing.column) = any(\(page.map(\.value)))"
        return try lines("select t.* from \(listing.table) t where \(rows)")
    }

    private func lines(_ rows: SQL) throws(PostgresError) -> [Listing.Line] {
        let rows = try connection.query(
            once: """
                select (\(listing.json))::text, \(listing.key), \(id) from (\(rows)) t \(listing.joins) order by \(sort)
                """
        )
        var lines: [Listing.Line] = []
        for row in rows {
            lines.append((try row.bytes(0), PageCursor(value: try row.int(1), id: try row.optionalString(2))))
        }
        return lines
    }

    private func all(_ conditions: [SQL]) -> SQL {
        conditions.isEmpty ? "" : "where \(conditions.joined(separator: " and "))"
    }

    private var id: SQL { listing.hasID ? "t.id::text" : "null::text" }

    private var sort: SQL {
        let direction: SQL = isRising ? "asc" : "desc"
        return listing.hasID ? "\(listing.column) \(direction), t.id \(direction)" : "\(listing.column) \(direction)"
    }

    /// What is beyond a place in the direction of the search.
    ///
    /// - Parameter byIndex: as an expression, which has no index, so that the planner takes that of the conditions.
    private func place(_ cursor: PageCursor?, byIndex: Bool = false) -> [SQL] {
        guard let cursor else { return [] }
        let relation: SQL = isRising ? ">" : "<"
        let column = byIndex ? listing.hidden : listing.column
        let value = listing.value(cursor.value)
        guard listing.hasID, let id = cursor.id else { return ["\(column) \(relation) \(value)"] }
        return ["(\(column), t.id) \(relation) (\(value), \(id)::text::uuid)"]
    }
}

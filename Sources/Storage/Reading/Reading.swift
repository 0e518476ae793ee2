import Postgres
package import Records

/// Read queries over what watch makes of the log: lists that come in pages, and single things.
///
/// Everything comes as JSON that the database wrote, records unchanged; ``Page/rows()`` and the types beside the queries read it.
/// All of it can be asked on a connection that may only read, in bounded time however large the tables are.
package enum Reading {
    /// A JSON object of the database.
    package struct Document<Value: Decodable & Sendable>: Sendable {
        package var json: [UInt8]

        package func value() throws -> Value { try JSON.decode(Value.self, from: json) }
    }

    /// Days, both included; ISO 8601.
    package struct Days: Sendable, Equatable {
        package var since: CivilDate?
        package var until: CivilDate?

        package init(since: CivilDate? = nil, until: CivilDate? = nil) {
            self.since = since
            self.until = until
        }

        /// What must hold of `t.day`.
        var conditions: [SQL] {
            let first: [SQL] = since.map { ["t.day >= \($0.description)::text::date"] } ?? []
            let last: [SQL] = until.map { ["t.day <= \($0.description)::text::date"] } ?? []
            return first + last
        }
    }

    /// How incidents and stories are ordered.
    package enum Order: String, Sendable, CaseIterable {
        /// What changed last stands first.
        case last
        /// What began last stands first: a place in this order never moves.
        case first
    }

    /// `2016-12-30T08:15:00.123Z`.
    static func time(_ column: SQL) -> SQL {
        "to_char(\(column) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    }

    /// One document of a query for one text column; nil when it has no row.
    static func document<Value>(_ sql: SQL, on connection: Connection) throws(PostgresError) -> Document<Value>? {
        let rows = try connection.query(sql)
        return rows.count > 0 ? Document(json: try rows[0].bytes(0)) : nil
    }
}

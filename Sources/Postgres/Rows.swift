import CPostgres

/// The rows of one statement, in binary format; freed with the last reference.
package final class Rows {
    private let result: OpaquePointer
    package let count: Int
    /// Rows inserted, updated or deleted by the statement.
    package var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    package subscript(row: Int) -> Row {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        return Row(rows: self, row: Int32(row))
    }

    /// One row; columns are numbered from 0 in the order of the select list.
    package struct Row {
        fileprivate let rows: Rows
        fileprivate let row: Int32

        package func isNull(_ column: Int) -> Bool { PQgetisnull(rows.result, row, Int32(column)) != 0 }

        private func raw(_ column: Int, oneOf types: [UInt32]) throws(PostgresError) -> UnsafeBufferPointer<UInt8> {
            let type = PQftype(rows.result, Int32(column))
            guard types.contains(type) else {
                throw PostgresError(
                    sqlState: "42804",
                    message: "column \(column) has type OID \(type), expected one of \(types)"
                )
            }
            guard !isNull(column) else { throw PostgresError(sqlState: "22004", message: "column \(column) is null") }
            let length = Int(PQgetlength(rows.result, row, Int32(column)))
            guard let value = PQgetvalue(rows.result, row, Int32(column)) else { return .init(start: nil, count: 0) }
            return UnsafeRawBufferPointer(start: value, count: length).bindMemory(to: UInt8.self)
        }

        /// `bigint`, `integer` or `smallint`.
        package func int(_ column: Int) throws(PostgresError) -> Int {
            let bytes = try raw(column, oneOf: [20, 23, 21])
            let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let unused = 64 - bytes.count * 8
            return Int(Int64(bitPattern: value << unused) >> unused)
        }

        /// `text`, `varchar`, `name` or `json`.
        package func string(_ column: Int) throws(PostgresError) -> String {
            String(decoding: try raw(column, oneOf: [25, 1043, 19, 114]), as: UTF8.self)
        }

        package func optionalString(_ column: Int) throws(PostgresError) -> String? {
            isNull(column) ? nil : try string(column)
        }

        /// `bytea`, `text` or `json` as bytes.
        package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
            Array(try raw(column, oneOf: [17, 25, 114]))
        }

        package func bool(_ column: Int) throws(PostgresError) -> Bool { try raw(column, oneOf: [16]).first == 1 }
    }
}

extension Rows: Sequence {
    package func makeIterator() -> AnyIterator<Row> {
        var next = 0
        return AnyIterator {
            guard next < self.count else { return nil }
            defer { next += 1 }
            return self[next]
        }
    }
}

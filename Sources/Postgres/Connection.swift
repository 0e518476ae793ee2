import CPostgres

/// A libpq connection; belongs to the thread that made it and blocks it.
///
/// Not Sendable on purpose. A statement is prepared at its first use and stays prepared for the connection's life.
package final class Connection {
    private let handle: OpaquePointer
    private var prepared: [String: String] = [:]

    /// Connects, or throws with libpq's own explanation.
    ///
    /// - Parameters:
    ///   - database: a libpq connection string or URL; empty takes the PG* variables.
    ///   - application: shown in `pg_stat_activity`.
    package init(_ database: String, application: String) throws(PostgresError) {
        let settings = [
            ("dbname", database), ("fallback_application_name", application), ("connect_timeout", "5"),
            ("tcp_user_timeout", "10000"), ("keepalives_idle", "5"), ("keepalives_interval", "2"),
            ("keepalives_count", "3"), ("client_encoding", "UTF8"),
            (
                "options",
                "-c statement_timeout=60s -c idle_in_transaction_session_timeout=30s -c synchronous_commit=on "
                    + "-c client_min_messages=warning"
            ),
        ]
        let opened = Connection.withCStrings(settings.map(\.0)) { keys in
            Connection.withCStrings(settings.map(\.1)) { values in PQconnectdbParams(keys, values, 1) }
        }
        guard let opened else { throw PostgresError(sqlState: nil, message: "libpq has no memory left") }
        handle = opened
        guard PQstatus(opened) == CONNECTION_OK else {
            throw PostgresError(sqlState: nil, message: Connection.trimmed(PQerrorMessage(opened)))
        }
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
    }

    deinit { PQfinish(handle) }

    /// Runs one statement and returns its rows.
    @discardableResult package func query(_ sql: SQL) throws(PostgresError) -> Rows {
        let name = try prepare(sql)
        let result = Connection.withBinary(sql.parameters) { count, values, lengths, formats in
            PQexecPrepared(handle, name, count, values, lengths, formats, 1)
        }
        return try checked(result, statement: sql.text)
    }

    /// Runs one statement without keeping it prepared: for texts that differ with what was asked.
    ///
    /// It is planned with the values it has, which matters when some are frequent in a table and others rare.
    package func query(once sql: SQL) throws(PostgresError) -> Rows {
        let types = sql.parameters.map { Oid($0.type) }
        let result = Connection.withBinary(sql.parameters) { count, values, lengths, formats in
            PQexecParams(handle, sql.text, count, types, values, lengths, formats, 1)
        }
        return try checked(result, statement: sql.text)
    }

    /// Calls `body` with the parameters as libpq takes them, all in binary format.
    private static func withBinary<Value>(
        _ parameters: [Parameter],
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>
        ) -> Value
    ) -> Value {
        let formats = [Int32](repeating: 1, count: parameters.count)
        let lengths = parameters.map { Int32($0.bytes?.count ?? 0) }
        // One buffer for all values: pointers into it stay valid for the call.
        let joined: [UInt8] = parameters.flatMap { ($0.bytes ?? []) + [0] }
        return joined.withUnsafeBufferPointer { buffer in
            var offset = 0
            let pointers: [UnsafePointer<CChar>?] = parameters.map { parameter in
                guard let bytes = parameter.bytes, let base = buffer.baseAddress else {
                    offset += 1
                    return nil
                }
                defer { offset += bytes.count + 1 }
                return UnsafeRawPointer(base + offset).assumingMemoryBound(to: CChar.self)
            }
            return body(Int32(parameters.count), pointers, lengths, formats)
        }
    }

    /// Runs a script of several statements without parameters or rows, such as a migration.
    package func execute(script: String) throws(PostgresError) {
        _ = try checked(PQexec(handle, script), statement: script)
    }

    /// Runs `body` between BEGIN and COMMIT; rolls back when it throws.
    package func transaction<Value>(_ body: (Connection) throws(PostgresError) -> Value) throws(PostgresError) -> Value
    {
        try execute(script: "begin")
        do {
            let value = try body(self)
            try execute(script: "commit")
            return value
        } catch {
            if PQtransactionStatus(handle) != PQTRANS_IDLE { PQclear(PQexec(handle, "rollback")) }
            throw error
        }
    }

    /// A name of the database, role or user quoted for use inside a script that takes no parameters.
    package func quoted(identifier: String) throws(PostgresError) -> String {
        guard let escaped = PQescapeIdentifier(handle, identifier, identifier.utf8.count) else { throw lastError(nil) }
        defer { PQfreemem(escaped) }
        return String(cString: escaped)
    }

    /// A value quoted for use inside a script that takes no parameters, such as `ALTER ROLE … PASSWORD`.
    package func quoted(literal: String) throws(PostgresError) -> String {
        guard let escaped = PQescapeLiteral(handle, literal, literal.utf8.count) else { throw lastError(nil) }
        defer { PQfreemem(escaped) }
        return String(cString: escaped)
    }

    /// A password as the server stores it, so that the password itself never stands in a statement or a server log.
    package func encrypted(password: String, user: String) throws(PostgresError) -> String {
        guard let encrypted = PQencryptPasswordConn(handle, password, user, "scram-sha-256") else {
            throw lastError(nil)
        }
        defer { PQfreemem(encrypted) }
        return String(cString: encrypted)
    }

    private func prepare(_ sql: SQL) throws(PostgresError) -> String {
        if let name = prepared[sql.text] { return name }
        let name = "s\(prepared.count)"
        let types = sql.parameters.map { Oid($0.type) }
        let result = PQprepare(handle, name, sql.text, Int32(types.count), types)
        _ = try checked(result, statement: sql.text)
        prepared[sql.text] = name
        return name
    }

    private func checked(_ result: OpaquePointer?, statement: String) throws(PostgresError) -> Rows {
        guard let result else { throw lastError(statement) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return Rows(result)
        default:
            defer { PQclear(result) }
            func field(_ code: Character) -> String? {
                PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
            }
            let lost = PQstatus(handle) != CONNECTION_OK
            throw PostgresError(
                sqlState: lost ? nil : field("C"),
                message: field("M") ?? Connection.trimmed(PQerrorMessage(handle)),
                detail: field("D"),
                hint: field("H"),
                statement: statement
            )
        }
    }

    private func lastError(_ statement: String?) -> PostgresError {
        PostgresError(sqlState: nil, message: Connection.trimmed(PQerrorMessage(handle)), statement: statement)
    }

    private static func trimmed(_ message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "no message" }
        return String(cString: message).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func withCStrings<Value>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let owned = strings.map { $0.utf8CString }
        func pointers(_ index: Int, _ collected: inout [UnsafePointer<CChar>?]) -> Value {
            guard index < owned.count else {
                return (collected + [nil]).withUnsafeBufferPointer { buffer in
                    guard let base = buffer.baseAddress else {
                        preconditionFailure("a null-terminated list is never empty")
                    }
                    return body(base)
                }
            }
            return owned[index].withUnsafeBufferPointer { buffer in
                collected.append(buffer.baseAddress)
                return pointers(index + 1, &collected)
            }
        }
        var collected: [UnsafePointer<CChar>?] = []
        return pointers(0, &collected)
    }
}

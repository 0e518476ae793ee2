/// What PostgreSQL or the connection to it refused, with its SQLSTATE.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// Five characters of the SQL standard and PostgreSQL's appendix A; nil when the connection itself failed.
    package let sqlState: String?
    package let message: String
    package let detail: String?
    package let hint: String?
    /// The statement, without its parameters: those may hold what the logs should not.
    package let statement: String?

    package init(
        sqlState: String?,
        message: String,
        detail: String? = nil,
        hint: String? = nil,
        statement: String? = nil
    ) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.statement = statement
    }

    /// The connection is gone or the server is going: connect again and repeat.
    package var isConnectionLost: Bool {
        guard let sqlState else { return true }
        return sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03"].contains(sqlState)
    }

    /// The data itself is refused: repeating the same statement cannot succeed.
    package var isDataError: Bool {
        guard let sqlState else { return false }
        return ["22", "23", "54"].contains { sqlState.hasPrefix($0) }
    }

    /// The server is short of something or two transactions met: repeat later.
    package var isTransient: Bool {
        guard let sqlState else { return true }
        return isConnectionLost || sqlState.hasPrefix("40") || sqlState.hasPrefix("53") || sqlState.hasPrefix("58")
            || ["55P03", "57014", "25006"].contains(sqlState)
    }

    package var description: String {
        var text = "PostgreSQL"
        if let sqlState { text += " \(sqlState)" }
        text += ": \(message)"
        if let detail { text += " (\(detail))" }
        if let hint { text += "; \(hint)" }
        if let statement { text += " [in: \(statement.prefix(200))]" }
        return text
    }
}

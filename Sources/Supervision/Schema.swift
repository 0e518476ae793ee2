import FoundationEssentials
package import Postgres

/// Brings a server to the state that this version needs: schema and passwords.
package enum Schema {
    /// The numbered files of a directory, `0001_foundation.sql`, in order.
    package static func migrations(in directory: String) throws -> [Migration] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".sql") }
            .sorted()
        return try names.compactMap { name in
            let parts = name.dropLast(4).split(separator: "_", maxSplits: 1)
            guard parts.count == 2, let version = Int(parts[0]) else { return nil }
            let script = try String(contentsOf: URL(filePath: "\(directory)/\(name)"), encoding: .utf8)
            return Migration(version: version, name: String(parts[1]), script: script)
        }
    }

    /// Creates a database, unless it exists.
    package static func create(database: String, on connection: Connection) throws(PostgresError) {
        guard try connection.query("select from pg_database where datname = \(database)").count == 0 else { return }
        try connection.execute(script: "create database \(try connection.quoted(identifier: database))")
    }

    /// Gives each role the password of its file, and sets how long a person's transaction may stand still.
    package static func setPasswords(_ keys: Keys, on connection: Connection) throws {
        for role in Keys.Role.allCases where role != .admin {
            let user = try connection.quoted(identifier: role.user)
            let password = try connection.quoted(
                literal: try connection.encrypted(password: try keys.password(role), user: role.user)
            )
            try connection.execute(script: "alter role \(user) password \(password)")
        }
        // A person's transaction that is left open would keep the server from cleaning up behind the queue.
        let person = try connection.quoted(identifier: Keys.Role.operator.user)
        try connection.execute(script: "alter role \(person) set idle_in_transaction_session_timeout = '10min'")
    }
}

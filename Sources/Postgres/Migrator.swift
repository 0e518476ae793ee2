/// One numbered step of the schema, read from a file.
package struct Migration: Sendable {
    package let version: Int
    package let name: String
    package let script: String

    package init(version: Int, name: String, script: String) {
        self.version = version
        self.name = name
        self.script = script
    }
}

/// Applies migrations in order, once each, under an advisory lock; forward only.
///
/// A migration that has been applied must not change: its checksum is compared on every start.
package enum Migrator {
    /// Applies what is missing and returns the versions applied now.
    ///
    /// - Throws: `PostgresError` with SQLSTATE `55000` when the database is newer than the files, when an applied file
    ///   has changed, or when numbers are missing.
    package static func apply(_ migrations: [Migration], on connection: Connection) throws(PostgresError) -> [Int] {
        let ordered = migrations.sorted { $0.version < $1.version }
        for (index, migration) in ordered.enumerated() where migration.version != index + 1 {
            throw refused("migration \(index + 1) is missing: found \(migration.version)_\(migration.name)")
        }
        // Holds within this database; what migrations make for the whole cluster, such as roles, they make with care.
        try connection.query("select pg_advisory_lock(7467364)")
        defer { _ = try? connection.query("select pg_advisory_unlock(7467364)") }
        try connection.execute(
            script: """
                create table if not exists migration (
                    version bigint primary key, name text not null, checksum text not null,
                    applied_at timestamptz not null default now())
                """
        )
        try check(ordered, on: connection)
        var applied: [Int] = []
        let last = try connection.query("select coalesce(max(version), 0) from migration")[0].int(0)
        for migration in ordered where migration.version > last {
            do {
                try connection.transaction { (connection) throws(PostgresError) in
                    try connection.execute(script: migration.script)
                    try connection.query(
                        """
                        insert into migration (version, name, checksum)
                        values (\(migration.version), \(migration.name), encode(sha256(\(Array(migration.script.utf8))), 'hex'))
                        """
                    )
                }
            } catch {
                throw PostgresError(
                    sqlState: error.sqlState,
                    message: "migration \(migration.version)_\(migration.name): \(error.message)",
                    detail: error.detail,
                    hint: error.hint
                )
            }
            applied.append(migration.version)
        }
        return applied
    }

    private static func check(_ ordered: [Migration], on connection: Connection) throws(PostgresError) {
        for row in try connection.query("select version, name, checksum from migration order by version") {
            let version = try row.int(0)
            guard version <= ordered.count else {
                throw refused(
                    "the database has migration \(version)_\(try row.string(1)), which this version does not know; "
                        + "run the newer Tidings, or restore a backup from before the upgrade"
                )
            }
            let migration = ordered[version - 1]
            let checksum = try connection.query("select encode(sha256(\(Array(migration.script.utf8))), 'hex')")[0]
                .string(0)
            guard try row.string(2) == checksum else {
                throw refused(
                    "migration \(version)_\(migration.name) has changed since it was applied; "
                        + "put the old file back and write the change as a new migration"
                )
            }
        }
    }

    private static func refused(_ message: String) -> PostgresError {
        PostgresError(sqlState: "55000", message: message)
    }
}

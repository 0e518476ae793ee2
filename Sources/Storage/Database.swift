package import Logging
package import Postgres
package import ServiceSupport

/// One thread's way to the database: connects when needed, and repeats work that failed for a passing reason.
///
/// Everything run through it is safe to repeat: a commit whose answer was lost may have happened.
package final class Database {
    private let settings: Settings
    private let logger: Logger
    private let stop: StopSwitch
    private var connection: Connection?
    /// Counts connections made; a change tells the caller that something may have been missed.
    package private(set) var generation = 0

    /// Where the database is and who we are to it.
    package struct Settings: Sendable {
        /// A libpq connection string or URL; empty takes the PG* variables.
        package var database: String
        /// Shown in `pg_stat_activity`.
        package var application: String

        package init(database: String, application: String) {
            self.database = database
            self.application = application
        }
    }

    package init(_ settings: Settings, logger: Logger, stop: StopSwitch) {
        self.settings = settings
        self.logger = logger
        self.stop = stop
    }

    package var isConnected: Bool { connection != nil }

    /// Runs `body`, again and again while the database is away, until it succeeds.
    ///
    /// - Parameters:
    ///   - what: for the log: what is being done.
    ///   - patience: the longest time in milliseconds to try; nil tries until the stop switch is thrown.
    ///   - body: may run several times; sees a connection that worked a moment ago.
    /// - Returns: the value, or nil when stopped or out of patience.
    /// - Throws: an error that repeating cannot cure, such as refused data.
    package func run<Value>(
        _ what: String,
        patience: Int? = nil,
        _ body: (Connection) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value? {
        var backoff = Backoff(first: 50, limit: 2000)
        let deadline = patience.map { Monotonic.milliseconds() + $0 }
        var failures = 0
        while !stop.isStopped || failures == 0 {
            do {
                let connection = try open()
                let value = try body(connection)
                if failures > 0 { logger.notice("the database answers again", metadata: ["doing": "\(what)"]) }
                return value
            } catch {
                guard error.isTransient else { throw error }
                if error.isConnectionLost { connection = nil }
                failures += 1
                if failures == 1 || failures % 20 == 0 {
                    logger.warning(
                        "waiting for the database",
                        metadata: ["doing": "\(what)", "error": "\(error)", "tries": "\(failures)"]
                    )
                }
                if let deadline, Monotonic.milliseconds() >= deadline { return nil }
                Monotonic.sleep(milliseconds: backoff.wait())
            }
        }
        return nil
    }

    private func open() throws(PostgresError) -> Connection {
        if let connection { return connection }
        let fresh = try Connection(settings.database, application: settings.application)
        connection = fresh
        generation += 1
        return fresh
    }
}

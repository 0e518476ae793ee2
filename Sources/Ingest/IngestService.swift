import Articles
package import Logging
import ServiceSupport

/// Ingest: takes files out of the inbox, reads them, stores article and job in one transaction, and rings the hub.
package final class IngestService: Sendable {
    /// Where files come from and where articles go.
    package struct Settings: Sendable {
        /// The directory that holds `inbox/`, `done/` and `failed/`, all on one file system.
        package var directory: String
        /// A libpq connection string or URL; empty takes the PG* variables.
        package var database: String
        /// The hub's work endpoint, for the doorbell.
        package var hub: String
        /// The file with ingest's key and the hub's public one.
        package var keyFile: String
        /// Milliseconds without change after which a file that was not moved in is whole.
        package var settle: Int
        /// Milliseconds between full listings of the inbox.
        package var scan: Int

        package init(
            directory: String,
            database: String,
            hub: String,
            keyFile: String,
            settle: Int = 2000,
            scan: Int = 5000
        ) {
            self.directory = directory
            self.database = database
            self.hub = hub
            self.keyFile = keyFile
            self.settle = settle
            self.scan = scan
        }
    }

    private let stop = StopSwitch()
    private let worker: Worker

    /// Opens the directories and starts the service's thread; the database may come later.
    ///
    /// - Throws: an error to be shown to a person when the directories cannot be used.
    package init(_ settings: Settings, logger: Logger) throws {
        let inbox = try Inbox(root: settings.directory)
        let lock = try InboxLock(settings.directory)
        let stop = self.stop
        worker = Worker(name: "ingest") {
            IngestThread(inbox, settings, logger, stop).run()
            lock.release()
        }
    }

    /// Finishes the files in hand and stops.
    package func shutdown() {
        stop.stop()
        worker.join()
    }
}

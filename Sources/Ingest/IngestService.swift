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
        /// Milliseconds without change after which a file that was not moved in is whole.
        package var settle: Int
        /// Milliseconds between full listings of the inbox.
        package var scan: Int
        /// The file of the sources' defaults; nil takes `sources.yaml` in the directory when it is there.
        package var sources: String?

        package init(
            directory: String,
            database: String,
            hub: String,
            settle: Int = 2000,
            scan: Int = 5000,
            sources: String? = nil
        ) {
            self.directory = directory
            self.database = database
            self.hub = hub
            self.settle = settle
            self.scan = scan
            self.sources = sources
        }
    }

    private let stop = StopSwitch()
    private let worker: Worker

    /// Opens the directories and starts the service's thread; the database may come later.
    ///
    /// - Throws: an error to be shown to a person when the directories cannot be used or a file of settings is wrong.
    package init(_ settings: Settings, logger: Logger) throws {
        let inbox = try Inbox(root: settings.directory)
        let lock = try InboxLock(settings.directory)
        let sources = try SettingsFile(
            settings.sources ?? settings.directory + "/sources.yaml",
            isRequired: settings.sources != nil,
            empty: SourceDefaults(),
            parse: { (file) throws(SettingsError) in try SourceDefaults(file) }
        )
        let stop = self.stop
        worker = Worker(name: "ingest") {
            IngestThread(inbox, sources, settings, logger, stop).run()
            lock.release()
        }
    }

    /// Finishes the files in hand and stops.
    package func shutdown() {
        stop.stop()
        worker.join()
    }
}

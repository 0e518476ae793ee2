package import Logging
import ServiceSupport

/// Watch: follows the feed with a cursor of its own and keeps what it learns in its own tables.
package final class WatchService: Sendable {
    /// Which feed to follow and where to store.
    package struct Settings: Sendable {
        /// The hub's feed endpoint.
        package var feed: String
        /// The file with watch's key and the hub's public one.
        package var keyFile: String
        /// A libpq connection string or URL; empty takes the PG* variables.
        package var database: String

        package init(feed: String, keyFile: String, database: String) {
            self.feed = feed
            self.keyFile = keyFile
            self.database = database
        }
    }

    private let stop = StopSwitch()
    private let worker: Worker

    /// Starts the service's thread; hub and database may come later.
    package init(_ settings: Settings, logger: Logger) {
        let stop = self.stop
        worker = Worker(name: "watch") { WatchThread(settings, logger, stop).run() }
    }

    package func shutdown() {
        stop.stop()
        worker.join()
    }
}

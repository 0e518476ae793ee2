package import HTTPSupport
package import Knowledge
package import Logging
import ServiceSupport

/// Watch: follows the feed with a cursor of its own and keeps what it learns in its own tables.
package final class WatchService: Sendable {
    /// Which feed to follow and where to store.
    package struct Settings: Sendable {
        package var feed: FeedSource
        /// A libpq connection string or URL; empty takes the PG* variables.
        package var database: String
        /// What is known of places.
        package var knowledge: Knowledge
        /// The directory of alert rules; nil runs none.
        package var rules: String?
        /// Where sinks of alerts find files, secrets and programs; nil when rules may use none of these.
        package var alerts: AlertPlaces?
        /// The file of webhooks; nil sends none.
        package var webhooks: String?
        /// The stream over HTTP; nil serves none.
        package var stream: StreamServer.Settings?

        package init(
            feed: FeedSource,
            database: String,
            knowledge: Knowledge,
            rules: String? = nil,
            alerts: AlertPlaces? = nil,
            webhooks: String? = nil,
            stream: StreamServer.Settings? = nil
        ) {
            self.stream = stream
            self.feed = feed
            self.database = database
            self.knowledge = knowledge
            self.rules = rules
            self.alerts = alerts
            self.webhooks = webhooks
        }
    }

    private let stop = StopSwitch()
    private let worker: Worker
    private let alerts: AlertCourier
    private let webhooks: WebhookManager?
    private let stream: StreamServer?

    /// Starts the service's threads; hub and database may come later.
    ///
    /// - Throws: when the HTTP server cannot listen.
    package init(_ settings: Settings, logger: Logger) throws(HTTPDoor.Failure) {
        stream =
            if let wanted = settings.stream { try StreamServer(wanted, feed: settings.feed, logger: logger) } else {
                nil
            }
        let stop = self.stop
        alerts = AlertCourier(.init(database: settings.database, places: settings.alerts), logger: logger)
        worker = Worker(name: "watch") { WatchThread(settings, logger, stop).run() }
        webhooks = settings.webhooks.map {
            WebhookManager(.init(file: $0, feed: settings.feed, database: settings.database), logger: logger)
        }
    }

    package func shutdown() {
        stop.stop()
        stream?.shutdown()
        webhooks?.shutdown()
        alerts.shutdown()
        worker.join()
    }
}

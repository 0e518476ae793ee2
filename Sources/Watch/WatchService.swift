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
        package var rules: RulesDirectory?
        /// The file of webhooks; nil sends none.
        package var webhooks: String?
        /// The HTTP server; nil serves none.
        package var web: WebServer.Settings?

        package init(
            feed: FeedSource,
            database: String,
            knowledge: Knowledge,
            rules: RulesDirectory? = nil,
            webhooks: String? = nil,
            web: WebServer.Settings? = nil
        ) {
            self.web = web
            self.feed = feed
            self.database = database
            self.knowledge = knowledge
            self.rules = rules
            self.webhooks = webhooks
        }
    }

    private let stop = StopSwitch()
    private let worker: Worker
    private let alerts: AlertCourier
    private let webhooks: WebhookManager?
    private let web: WebServer?

    /// Starts the service's threads; hub and database may come later.
    ///
    /// - Throws: when the HTTP server cannot listen.
    package init(_ settings: Settings, logger: Logger) throws(HTTPDoor.Failure) {
        web =
            if let wanted = settings.web {
                try WebServer(
                    wanted,
                    feed: settings.feed,
                    database: settings.database,
                    countries: settings.knowledge.countries,
                    dashboard: Dashboard(settings.knowledge, rules: settings.rules),
                    logger: logger
                )
            } else { nil }
        let stop = self.stop
        alerts = AlertCourier(.init(database: settings.database, places: settings.rules?.places), logger: logger)
        worker = Worker(name: "watch") { WatchThread(settings, logger, stop).run() }
        webhooks = settings.webhooks.map {
            WebhookManager(.init(file: $0, feed: settings.feed, database: settings.database), logger: logger)
        }
    }

    package func shutdown() {
        stop.stop()
        web?.shutdown()
        webhooks?.shutdown()
        alerts.shutdown()
        worker.join()
    }
}

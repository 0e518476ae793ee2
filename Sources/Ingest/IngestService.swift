import Articles
package import HTTPSupport
package import Logging
import ServiceSupport
import Settings

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
        /// The file of the sources' defaults; nil takes `sources.yaml` in the directory when it is there.
        package var sources: String?
        /// The list of feeds to poll; nil takes `feeds.yaml` in the directory when it is there.
        package var feeds: String?
        /// Where articles are taken over HTTP; nil takes none.
        package var http: ListenAddress?
        /// The file of the token that HTTP requests carry; made when it is missing.
        package var tokenFile: String

        package init(
            directory: String,
            database: String,
            hub: String,
            keyFile: String,
            settle: Int = 2000,
            scan: Int = 5000,
            sources: String? = nil,
            feeds: String? = nil,
            http: ListenAddress? = nil,
            tokenFile: String = ""
        ) {
            self.directory = directory
            self.database = database
            self.hub = hub
            self.keyFile = keyFile
            self.settle = settle
            self.scan = scan
            self.sources = sources
            self.feeds = feeds
            self.http = http
            self.tokenFile = tokenFile
        }
    }

    private let stop = StopSwitch()
    private let worker: Worker
    private let poller: FeedPoller
    private let door: HTTPDoor?

    /// Opens the directories and starts the service's threads; the database may come later.
    ///
    /// Blocks until the HTTP door listens; not for the cooperative pool.
    ///
    /// - Throws: an error to be shown to a person when the directories or the address cannot be used, or a file of settings
    ///   is wrong.
    package init(_ settings: Settings, logger: Logger) throws {
        let inbox = try Inbox(root: settings.directory)
        let sources = try SettingsFile(
            settings.sources ?? settings.directory + "/sources.yaml",
            isRequired: settings.sources != nil,
            empty: SourceDefaults(),
            parse: { (file) throws(SettingsError) in try SourceDefaults(file) }
        )
        let feeds = try SettingsFile(
            settings.feeds ?? settings.directory + "/feeds.yaml",
            isRequired: settings.feeds != nil,
            empty: FeedList(),
            parse: { (file) throws(SettingsError) in try FeedList(file) }
        )
        let lock = try InboxLock(settings.directory)
        do { door = try IngestService.open(settings, inbox, logger) } catch {
            lock.release()
            throw error
        }
        let poller = FeedPoller(feeds, directory: settings.directory, logger: logger)
        self.poller = poller
        let stop = self.stop
        worker = Worker(name: "ingest") {
            IngestThread(inbox, sources, settings, logger, stop, feedProblems: { poller.problems }).run()
            lock.release()
        }
    }

    private static func open(_ settings: Settings, _ inbox: Inbox, _ logger: Logger) throws -> HTTPDoor? {
        guard let address = settings.http else { return nil }
        let doorkeeper = Doorkeeper(token: try BearerToken(file: settings.tokenFile), hosts: [address.host])
        let door = try HTTPDoor(
            address,
            router: ArticleDoor(inbox.inbox).router(doorkeeper),
            connections: 64,
            logger: logger
        )
        logger.notice("articles are taken over HTTP", metadata: ["url": "http://\(door.address)/articles"])
        if !address.isLoopback {
            logger.warning(
                "the HTTP door is open to other machines, and neither token nor articles are encrypted",
                metadata: ["address": "\(address)", "do": "put a proxy with TLS before it"]
            )
        }
        return door
    }

    /// Where the HTTP door listens, with the port that port 0 was given.
    package var httpAddress: ListenAddress? { door?.address }

    /// Finishes the files in hand and stops.
    package func shutdown() {
        door?.shutdown()
        poller.shutdown()
        stop.stop()
        worker.join()
    }
}

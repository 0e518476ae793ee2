package import HTTPSupport
import Hummingbird
package import Logging
import Records
import Storage

/// The one HTTP server of watch: the pages, the stream, the API under `/api/v1`, and `GET /healthz`.
package final class WebServer: Sendable {
    package struct Settings: Sendable {
        package var address: ListenAddress
        package var keys: DoorKeys
        /// Host names that readers use besides addresses and `localhost`.
        package var names: [String]
        /// Readers of the stream at one time.
        package var streams: Int
        /// Milliseconds of silence of the stream after which a comment is sent.
        package var heartbeat = 15_000
        /// Requests of each token of each address.
        package var rate = TokenBucket.Rate(perSecond: 50)
        /// Threads that read the database.
        package var threads = 4
        /// Requests that may wait for them; more are told to come again.
        package var queue = 100

        package init(address: ListenAddress, keys: DoorKeys, names: [String] = [], streams: Int = 50) {
            self.address = address
            self.keys = keys
            self.names = names
            self.streams = streams
        }
    }

    private let door: HTTPDoor
    private let streams: StreamServer
    private let reads: DatabasePool
    private let writes: DatabasePool

    /// Where it listens.
    package var address: ListenAddress { door.address }

    /// - Parameters:
    ///   - database: a libpq connection string or URL; empty takes the PG* variables.
    ///   - countries: names of countries and groups by code, for briefs.
    ///   - dashboard: the pages; nil serves none, and then nobody can sign in with a browser.
    package init(
        _ settings: Settings,
        feed: FeedSource,
        database: String,
        countries: [String: String] = [:],
        dashboard: Dashboard? = nil,
        logger: Logger
    ) throws(HTTPDoor.Failure) {
        func pool(_ name: String, _ threads: Int, isReadOnly: Bool) -> DatabasePool {
            let database = Database.Settings(database: database, application: "tidings-watch \(name)")
            let pool = DatabasePool.Settings(
                database,
                threads: threads,
                queue: settings.queue,
                isReadOnly: isReadOnly
            )
            return DatabasePool(pool, logger: logger)
        }
        streams = StreamServer(feed, streams: settings.streams, heartbeat: settings.heartbeat)
        reads = pool("reads", settings.threads, isReadOnly: true)
        writes = pool("writes", 1, isReadOnly: false)
        let api = API(reads: reads, writes: writes, streams: streams, countries: countries, logger: logger)
        let router = Router(context: DoorContext.self)
        router.add(
            middleware: Doorkeeper(
                settings.keys,
                hosts: settings.names,
                open: DashboardDoor.open.union(["/healthz"]),
                signIn: dashboard == nil ? nil : DashboardDoor.signIn,
                limit: RequestLimit(settings.rate)
            )
        )
        router.get("/healthz") { _, _ in "ok\n" }
        api.add(API.routes, to: router)
        if let dashboard {
            DashboardDoor(dashboard: dashboard, sessions: Sessions(settings.keys), api: api).add(to: router)
        }
        do {
            // A few more connections than streams: somebody has to hear that all places are taken.
            door = try HTTPDoor(settings.address, router: router, connections: settings.streams + 100, logger: logger)
        } catch {
            reads.shutdown()
            writes.shutdown()
            throw error
        }
        logger.info("the API over HTTP", metadata: ["address": "\(door.address)"])
    }

    package func shutdown() {
        streams.shutdown()
        door.shutdown()
        reads.shutdown()
        writes.shutdown()
    }
}

import Logging
import Postgres
import ServiceSupport
import Storage
import Wire

/// The thread that keeps the subscribers' cursors: one request after another, so that a look-up sees what was stored before it.
final class CursorThread {
    enum Request: Sendable {
        case load(FeedCursor, orElse: FeedCursor.Place?, for: FeedServer.Peer)
        case store([FeedCursor.Place])
    }

    private let database: Database
    private let shared: FeedThread.Shared
    private let logger: Logger

    init(_ database: Database, _ shared: FeedThread.Shared, _ logger: Logger) {
        self.database = database
        self.shared = shared
        self.logger = logger
    }

    func run(until stop: StopSwitch) {
        while !stop.isStopped {
            for request in shared.cursors.wait(milliseconds: 250) { serve(request) }
        }
    }

    /// While the database is away this waits for it: ACKED comes late then, and subscribers with a cursor begin late.
    private func serve(_ request: Request) {
        do {
            switch request {
            case .load(let cursor, let start, let peer):
                let found = try database.run("looking up a cursor") { (connection) throws(PostgresError) in
                    try CursorStore.find(cursor, orElse: start, on: connection)
                }
                switch found {
                case .place(let place): shared.news.post(.loaded(.place(place), for: peer))
                case .absent: shared.news.post(.loaded(.absent, for: peer))
                case .tooMany: shared.news.post(.loaded(.tooMany, for: peer))
                case nil: break
                }
            case .store(let places):
                let missing = try database.run("storing cursors") { (connection) throws(PostgresError) in
                    try CursorStore.advance(places, on: connection)
                }
                if let missing { shared.news.post(.stored(places, missing: missing)) }
            }
        } catch {
            logger.error("a cursor was refused", metadata: ["error": "\(error)"])
            Monotonic.sleep(milliseconds: 1000)
            // A look-up is not answered: the server tells its subscriber to try again.
            if case .store(let places) = request { shared.news.post(.notStored(places)) }
        }
    }
}

package import Logging
import Messaging
import Postgres
import ServiceSupport
import Storage

/// The hub: leases jobs to extractors, stores their answers, orders the log, and serves feed and tap.
///
/// Seven threads: two own the sockets (work; feed and tap), one says whose key may connect, four own a database connection each
/// (work, sequencer, replay, cursors).
package final class HubService: Sendable {
    /// Where the hub listens and stores.
    package struct Settings: Sendable {
        /// A libpq connection string or URL; empty takes the PG* variables.
        package var database: String
        /// The directory that holds `hub/curve.key` and `clients/`.
        package var keys: String
        package var workEndpoint: String
        package var feedEndpoint: String
        package var tapEndpoint: String

        package init(database: String, keys: String, workEndpoint: String, feedEndpoint: String, tapEndpoint: String) {
            self.database = database
            self.keys = keys
            self.workEndpoint = workEndpoint
            self.feedEndpoint = feedEndpoint
            self.tapEndpoint = tapEndpoint
        }
    }

    /// The addresses in use.
    package struct Endpoints: Sendable {
        package let work: String
        package let feed: String
        package let tap: String
    }

    package let endpoints: Endpoints
    private let stop = StopSwitch()
    private let workers: [Worker]

    /// Opens the sockets and starts the threads; the database may come later.
    ///
    /// - Throws: when a key is missing, when an address cannot be listened on, or when a stranger's key gets in.
    package init(_ settings: Settings, logger: Logger) throws {
        let context = MessagingContext()
        let ring = try KeyRing(settings.keys, logger)
        let board = StatusBoard()
        let work = WorkThread.Shared(board: board)
        let feed = FeedThread.Shared(board: board)
        let stop = self.stop
        @Sendable func database(_ part: String) -> Database {
            Database(.init(database: settings.database, application: "tidings-hub \(part)"), logger: logger, stop: stop)
        }
        let opening = Opening()
        var threads = [
            Worker(name: "hub zap") {
                opening.report(.authentication) { () throws(MessagingError) in
                    try AuthenticationThread(context, ring, logger)
                } endpoints: {
                    _ in
                    []
                }?.run(until: stop)
            }
        ]
        do {
            // The handler first: a socket that listens before it would let everybody in.
            try opening.wait(for: [.authentication])
            threads += [
                Worker(name: "hub work") {
                    opening.report(.work) { () throws(MessagingError) in
                        try WorkThread(context, settings.workEndpoint, ring, work, logger)
                    } endpoints: {
                        $0.endpoints
                    }?.run(until: stop)
                },
                Worker(name: "hub feed") {
                    opening.report(.feed) { () throws(MessagingError) in
                        try FeedThread(context, settings.feedEndpoint, settings.tapEndpoint, ring, feed, logger)
                    } endpoints: {
                        $0.endpoints
                    }?.run(until: stop)
                },
            ]
            let found = try opening.wait(for: [.work, .feed])
            for endpoint in found { try LockTest.run(endpoint, serverKey: ring.publicKey) }
            endpoints = Endpoints(work: found[0], feed: found[1], tap: found[2])
        } catch {
            stop.stop()
            threads.forEach { $0.join() }
            throw error
        }
        workers =
            threads + [
                Worker(name: "hub work db") {
                    WorkDatabaseThread(database("work"), work, sequencer: feed.sequencer, logger).run(until: stop)
                },
                Worker(name: "hub sequencer") { SequencerThread(database("sequencer"), feed, logger).run(until: stop) },
                Worker(name: "hub replay") { ReplayThread(database("replay"), feed, logger).run(until: stop) },
                Worker(name: "hub cursors") { CursorThread(database("cursors"), feed, logger).run(until: stop) },
            ]
    }

    /// Stops all threads and waits for them; unanswered leases go back when their time is over.
    package func shutdown() {
        stop.stop()
        workers.forEach { $0.join() }
    }
}

/// Collects the addresses, or the error, of the threads that open sockets.
private final class Opening: Sendable {
    enum Part: Sendable { case authentication, work, feed }

    private let mailbox = Mailbox<(Part, Result<[String], MessagingError>)>()

    /// Makes a thread's state on that thread and reports its addresses.
    func report<Thread>(
        _ part: Part,
        _ make: () throws(MessagingError) -> Thread,
        endpoints: (Thread) -> [String]
    ) -> Thread? {
        do {
            let thread = try make()
            mailbox.post((part, .success(endpoints(thread))))
            return thread
        } catch {
            mailbox.post((part, .failure(error)))
            return nil
        }
    }

    /// Waits until these have reported.
    ///
    /// - Returns: their addresses in the order of `parts`.
    @discardableResult func wait(for parts: [Part]) throws -> [String] {
        var found: [Part: [String]] = [:]
        while found.count < parts.count {
            for (part, result) in mailbox.wait(milliseconds: 1000) { found[part] = try result.get() }
        }
        return parts.flatMap { found[$0] ?? [] }
    }
}

/// What the hub's threads tell about themselves.
final class StatusBoard: Sendable {
    struct State: Encodable, Sendable {
        struct Worker: Encodable, Sendable {
            var name: String
            var coder: String
            var jobs: Int
            var stored: Int
        }
        struct Subscriber: Encodable, Sendable {
            var client: String
            var lag: Int
        }
        var epoch: String?
        var head = 0
        var floor = 0
        var stale_answers = 0
        var workers: [Worker] = []
        var subscribers: [Subscriber] = []

        /// Without the names of those who are there.
        var anonymous: State {
            var state = self
            (state.workers, state.subscribers) = ([], [])
            return state
        }
    }

    private let state = Locked(State())

    var current: State { state.withLock { $0 } }

    func update(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
}

package import Logging
package import Postgres
import ServiceSupport

/// Threads with a connection each, for callers on Swift's cooperative pool, which must not block there.
///
/// What waits for a thread is bounded: a caller is told at once when too much waits already.
package final class DatabasePool: Sendable {
    /// Why there is no answer.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        /// As much waits as may.
        case busy
        /// The database is away, or the pool has ended.
        case away(String)
        /// It took longer than a statement may.
        case slow
        case refused(PostgresError)

        package var description: String {
            switch self {
            case .busy: "too many requests wait for the database"
            case .away(let reason): "the database is away: \(reason)"
            case .slow: "the database did not answer in time"
            case .refused(let error): "\(error)"
            }
        }
    }

    package struct Settings: Sendable {
        package var database: Database.Settings
        package var threads: Int
        /// What may wait.
        package var queue: Int
        /// Whether statements that write are refused.
        package var isReadOnly: Bool
        /// The longest a statement may run.
        package var milliseconds = 5000

        package init(_ database: Database.Settings, threads: Int, queue: Int, isReadOnly: Bool) {
            self.database = database
            self.threads = threads
            self.queue = queue
            self.isReadOnly = isReadOnly
        }
    }

    private typealias Job = @Sendable (Session) -> Void

    private struct State {
        var idle: [Int]
        var waiting: [Job] = []
        var isClosed = false
    }

    private let settings: Settings
    private let state: Locked<State>
    private let mailboxes: [Mailbox<Job?>]
    private let workers: [Worker]

    package init(_ settings: Settings, logger: Logger) {
        let state = Locked(State(idle: Array(0..<settings.threads)))
        let mailboxes = (0..<settings.threads).map { _ in Mailbox<Job?>() }
        self.settings = settings
        self.state = state
        self.mailboxes = mailboxes
        workers = mailboxes.enumerated().map { number, mailbox in
            Worker(name: "database-\(number)") {
                let session = Session(settings, logger)
                while true {
                    for job in mailbox.wait(milliseconds: 60_000) {
                        guard let job else { return }
                        job(session)
                        while let next = state.withLock({ DatabasePool.next(&$0, for: number) }) { next(session) }
                    }
                }
            }
        }
    }

    /// What waits longest, or nil, and then the thread is idle.
    private static func next(_ state: inout State, for thread: Int) -> Job? {
        guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
        state.idle.append(thread)
        return nil
    }

    /// Runs `body` on one of the threads, once more when the connection turned out to be gone and nothing can have been written.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws(PostgresError) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            let failure = submit { session in continuation.resume(returning: session.run(body)) }
            if let failure { continuation.resume(returning: .failure(failure)) }
        }
        return try result.get()
    }

    private func submit(_ job: @escaping Job) -> Failure? {
        let (thread, failure): (Int?, Failure?) = state.withLock { state in
            guard !state.isClosed else { return (nil, .away("the service ends")) }
            if let thread = state.idle.popLast() { return (thread, nil) }
            guard state.waiting.count < settings.queue else { return (nil, .busy) }
            state.waiting.append(job)
            return (nil, nil)
        }
        if let thread { mailboxes[thread].post(job) }
        return failure
    }

    /// Finishes what waits and ends the threads; blocks, and must not be called on the cooperative pool.
    package func shutdown() {
        state.withLock { $0.isClosed = true }
        for mailbox in mailboxes { mailbox.post(nil) }
        for worker in workers { worker.join() }
    }

    /// One thread's connection.
    private final class Session {
        private let settings: Settings
        private let logger: Logger
        private var connection: Connection?
        private var isAway = false

        init(_ settings: Settings, _ logger: Logger) {
            self.settings = settings
            self.logger = logger
        }

        func run<Value>(_ body: (Connection) throws(PostgresError) -> Value) -> Result<Value, Failure> {
            let isFresh = connection == nil
            do { return .success(try body(try open())) } catch {
                guard error.isConnectionLost else {
                    return .failure(error.sqlState == "57014" ? .slow : .refused(error))
                }
                let wasOpen = connection != nil
                connection = nil
                // A server that was started again has closed what idled here.
                if settings.isReadOnly, wasOpen, !isFresh { return run(body) }
                if !isAway { logger.warning("the database is away", metadata: ["error": "\(error)"]) }
                isAway = true
                return .failure(.away(error.message))
            }
        }

        private func open() throws(PostgresError) -> Connection {
            if let connection { return connection }
            let fresh = try Connection(settings.database.database, application: settings.database.application)
            // A plan for a search is cheap and runs once; compiling it would take longer than running it.
            try fresh.execute(
                script: """
                    set statement_timeout = \(settings.milliseconds); set jit = off; set enable_seqscan = off;
                    set default_transaction_read_only = \(settings.isReadOnly ? "on" : "off")
                    """
            )
            connection = fresh
            isAway = false
            return fresh
        }
    }
}

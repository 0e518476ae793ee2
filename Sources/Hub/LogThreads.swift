import Logging
import Postgres
import ServiceSupport
import Storage
import Wire

/// The thread that gives records their places in the log and hands them to the feed, in order and without gaps.
final class SequencerThread {
    private let database: Database
    private let shared: FeedThread.Shared
    private let logger: Logger
    /// The last entry handed to the feed.
    private var published = LogStore.Head(epoch: "", seq: 0, floor: 0)
    private var seenGeneration = 0

    init(_ database: Database, _ shared: FeedThread.Shared, _ logger: Logger) {
        self.database = database
        self.shared = shared
        self.logger = logger
    }

    func run(until stop: StopSwitch) {
        while !stop.isStopped {
            do {
                while try step() {}
            } catch {
                logger.error("the sequencer's statement was refused", metadata: ["error": "\(error)"])
                Monotonic.sleep(milliseconds: 1000)
            }
            // A ring may be lost; the poll finds what it announced.
            _ = shared.sequencer.wait(milliseconds: 100)
        }
    }

    /// One batch; true when there may be more.
    private func step() throws(PostgresError) -> Bool {
        let entries = try database.run("sequencing") { (connection) throws(PostgresError) -> [LogEntry] in
            try self.catchUp(connection)
            return try LogStore.sequence(limit: 1000, on: connection)
        }
        guard let entries, let last = entries.last else { return false }
        if let first = entries.first, first.seq != published.seq + 1 {
            // Another sequencer was at work between: read what it placed.
            _ = try database.run("reading the log") { (connection) throws(PostgresError) in
                try self.read(to: first.seq - 1, connection)
            }
        }
        shared.news.post(.appended(entries))
        published.seq = last.seq
        return entries.count == 1000
    }

    /// After every new connection, looks whether the log is the one we know, and reads what a lost answer had placed.
    private func catchUp(_ connection: Connection) throws(PostgresError) {
        guard database.generation != seenGeneration else { return }
        let head = try LogStore.head(on: connection)
        if head.epoch != published.epoch || head.seq < published.seq {
            published = head
            shared.news.post(.opened(head))
        }
        try read(to: head.seq, connection)
        seenGeneration = database.generation
    }

    private func read(to end: Int, _ connection: Connection) throws(PostgresError) {
        while published.seq < end {
            let entries = try LogStore.read(after: published.seq, limit: 1000, on: connection)
            guard let last = entries.last else { return }
            shared.news.post(.appended(entries))
            published.seq = last.seq
        }
    }
}

/// The thread that reads the log for subscribers who are behind what memory holds.
final class ReplayThread {
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
            for request in shared.fetches.wait(milliseconds: 250) {
                do {
                    let entries = try database.run("replaying") { (connection) throws(PostgresError) in
                        try LogStore.read(after: request.after, limit: request.limit, on: connection)
                    }
                    shared.news.post(.fetched(after: request.after, entries ?? []))
                } catch {
                    logger.error("a replay was refused", metadata: ["after": "\(request.after)", "error": "\(error)"])
                    Monotonic.sleep(milliseconds: 1000)
                    shared.news.post(.fetched(after: request.after, []))
                }
            }
        }
    }
}

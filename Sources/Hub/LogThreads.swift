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
    private var sequencer = Sequencer()

    init(_ database: Database, _ shared: FeedThread.Shared, _ logger: Logger) {
        self.database = database
        self.shared = shared
        self.logger = logger
    }

    func run(until stop: StopSwitch) {
        while !stop.isStopped {
            do {
                try perform([.look])
            } catch {
                logger.error("the sequencer's statement was refused", metadata: ["error": "\(error)"])
                Monotonic.sleep(milliseconds: 1000)
            }
            // A ring may be lost; the poll finds what it announced.
            _ = shared.sequencer.wait(milliseconds: 100)
        }
    }

    private func perform(_ first: [Sequencer.Action]) throws(PostgresError) {
        var actions = first[...]
        while let action = actions.popFirst() {
            switch action {
            case .look:
                let state = try database.run("looking at the log") { (connection) throws(PostgresError) in
                    try LogStore.look(on: connection)
                }
                guard let state else { return }
                actions += sequencer.looked(state.head, waiting: state.waiting)
            case .open(let head): shared.news.post(.opened(head))
            case .append(let entries): shared.news.post(.appended(entries))
            case .read(let after, let limit):
                let entries = try database.run("reading the log") { (connection) throws(PostgresError) in
                    try LogStore.read(after: after, limit: limit, on: connection)
                }
                guard let entries else { return }
                actions += sequencer.read(entries)
            case .sequence(let limit):
                let entries = try database.run("sequencing") { (connection) throws(PostgresError) in
                    try LogStore.sequence(limit: limit, on: connection)
                }
                guard let entries else { return }
                actions += sequencer.sequenced(entries)
            }
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

import Logging
import Postgres
import ServiceSupport
import Storage
import TidingsClient
import Wire

/// The one thread of watch: what a batch of records changes and how far it reaches are stored in one transaction.
final class WatchThread {
    private static let name = "watch"

    private let settings: WatchService.Settings
    private let logger: Logger
    private let stop: StopSwitch
    private let database: Database
    private let fold: Fold
    private var counts = Counts()
    private var nextBeat = 0
    private var nextTick = 0

    /// What status shows of watch.
    struct Counts: Encodable {
        var seq = 0
        var lag = 0
    }

    /// Why the feed refused last, so that it is said once.
    private var refusal: String?

    /// Why following the feed ends for now.
    private enum End: Error {
        case another
        case feed(FeedReader.Failure)
        case database(PostgresError)
    }

    init(_ settings: WatchService.Settings, _ logger: Logger, _ stop: StopSwitch) {
        self.settings = settings
        self.logger = logger
        self.stop = stop
        database = Database(
            .init(database: settings.database, application: "tidings-watch"),
            logger: logger,
            stop: stop
        )
        fold = Fold(
            WatchThread.name,
            Fold.steps(settings.knowledge, rules: settings.rules, logger: logger),
            logger: logger
        )
    }

    func run() {
        while !stop.isStopped {
            do {
                try follow()
            } catch End.another {
                logger.warning("another watch has moved the cursor; starting from where it is")
            } catch End.feed(let failure) {
                // Said once, and tried on: the hub's log may come back.
                if refusal != "\(failure)" {
                    refusal = "\(failure)"
                    logger.error(
                        "the feed refuses; 'tidings status' shows what the log holds, docs/operations.md what to do after a restore",
                        metadata: ["error": "\(failure)"]
                    )
                }
            } catch End.database(let error) {
                logger.error("the database refused", metadata: ["error": "\(error)"])
            } catch { logger.error("\(error)") }
            if !stop.isStopped { Monotonic.sleep(milliseconds: 1000) }
        }
    }

    private func follow() throws {
        fold.forget()
        var cursor = try inDatabase("reading the cursor") { (connection) throws(PostgresError) in
            try fold.cursor(on: connection)
        }
        if stop.isStopped { return }
        let reader = settings.feed.open(
            from: cursor.map { .after(seq: $0.seq, epoch: $0.epoch) } ?? .floor,
            client: WatchThread.name
        )
        defer { reader.close() }
        while !stop.isStopped {
            let deliveries: [FeedMessage.Delivery]
            do { deliveries = try reader.next(milliseconds: 200) } catch { throw End.feed(error) }
            if reader.isLive { refusal = nil }
            if beatWhenDue(reader.subscription) { try check(cursor) }
            guard let epoch = reader.subscription.epoch else { continue }
            for batch in WatchThread.batches(deliveries) where !stop.isStopped {
                guard let last = batch.last else { continue }
                let next = WatchStore.Cursor(epoch: epoch, seq: last.seq)
                try advance(from: cursor, to: next, batch)
                cursor = next
            }
            if deliveries.isEmpty, let cursor { try tickWhenDue(cursor) }
        }
    }

    /// Time passes without records, too.
    private func tickWhenDue(_ cursor: WatchStore.Cursor) throws {
        let now = Monotonic.milliseconds()
        guard now >= nextTick else { return }
        nextTick = now + 5000
        try inDatabase("letting time pass") { (connection) throws(PostgresError) in
            try fold.tick(at: cursor, on: connection)
        }
    }

    private func advance(
        from old: WatchStore.Cursor?,
        to next: WatchStore.Cursor,
        _ deliveries: ArraySlice<FeedMessage.Delivery>
    ) throws {
        let records = deliveries.compactMap(read)[...]
        var isFirst = true
        let moved = try inDatabase("following the log") { (connection) throws(PostgresError) in
            defer { isFirst = false }
            return isFirst
                ? try fold.apply(records, from: old, to: next, on: connection)
                : try fold.applyAgain(records, from: old, to: next, on: connection)
        }
        if moved == false { throw End.another }
    }

    /// A record that cannot be read is logged and left out: one bad record must not stop the rest.
    private func read(_ delivery: FeedMessage.Delivery) -> FoldBatch.Record? {
        do { return try FoldBatch.Record(delivery) } catch {
            logger.error(
                "a record was left out: it cannot be read",
                metadata: ["seq": "\(delivery.seq)", "error": "\(error)"]
            )
            return nil
        }
    }

    /// Cuts deliveries into batches of one transaction each.
    static func batches(
        _ deliveries: [FeedMessage.Delivery],
        records: Int = 500,
        bytes: Int = 8 << 20
    ) -> [ArraySlice<FeedMessage.Delivery>] {
        var batches: [ArraySlice<FeedMessage.Delivery>] = []
        var (start, size) = (0, 0)
        for (index, delivery) in deliveries.enumerated() {
            if index > start, index - start == records || size + delivery.envelope.count > bytes {
                batches.append(deliveries[start..<index])
                (start, size) = (index, 0)
            }
            size += delivery.envelope.count
        }
        if start < deliveries.count { batches.append(deliveries[start...]) }
        return batches
    }

    @discardableResult
    private func inDatabase<Value>(
        _ what: String,
        _ body: (Connection) throws(PostgresError) -> Value?
    ) throws -> Value? {
        do { return try database.run(what, body) ?? nil } catch { throw End.database(error) }
    }

    /// Looks whether the cursor is where we left it: somebody may want the tables made anew while nothing comes.
    private func check(_ cursor: WatchStore.Cursor?) throws {
        let isOurs = try inDatabase("looking at the cursor") { (connection) throws(PostgresError) in
            try fold.cursor(on: connection) == cursor
        }
        if isOurs == false { throw End.another }
    }

    /// - Returns: whether it was due.
    private func beatWhenDue(_ subscription: FeedSubscription) -> Bool {
        let now = Monotonic.milliseconds()
        guard now >= nextBeat else { return false }
        nextBeat = now + 5000
        counts.seq = subscription.scanned ?? 0
        counts.lag = (subscription.head ?? 0) - counts.seq
        let state = ServiceState.json(counts)
        _ = try? database.run("saying that watch lives", patience: 0) { (connection) throws(PostgresError) in
            try ServiceStore.beat(name: "watch", instance: ServiceState.instance, state: state, on: connection)
        }
        return true
    }
}

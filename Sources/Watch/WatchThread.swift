import FoundationEssentials
import Logging
import Postgres
import Records
import ServiceSupport
import Storage
import TidingsClient
import Wire

/// The one thread of watch: what a batch of events changes and how far it reaches are stored in one transaction.
final class WatchThread {
    private static let name = "watch"

    private let settings: WatchService.Settings
    private let logger: Logger
    private let stop: StopSwitch
    private let database: Database
    private var counts = Counts()
    private var nextBeat = 0

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
        var cursor = try inDatabase("reading the cursor") { (connection) throws(PostgresError) in
            try WatchStore.cursor(WatchThread.name, on: connection)
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
            beatWhenDue(reader.subscription)
            guard let last = deliveries.last, let epoch = reader.subscription.epoch else { continue }
            let changes = deliveries.flatMap { WatchThread.dyadEvents($0.envelope) }
            let next = WatchStore.Cursor(epoch: epoch, seq: last.seq)
            try advance(from: cursor, to: next, changes)
            cursor = next
        }
    }

    private func advance(
        from old: WatchStore.Cursor?,
        to next: WatchStore.Cursor,
        _ changes: [(event: WatchStore.DyadEvent, change: Int)]
    ) throws {
        let moved = try inDatabase("counting events") { (connection) throws(PostgresError) in
            // A commit whose answer was lost has moved the cursor already.
            if try WatchStore.cursor(WatchThread.name, on: connection) == next { return true }
            return try WatchStore.advance(WatchThread.name, from: old, to: next, adding: changes, on: connection)
        }
        if moved == false { throw End.another }
    }

    private func inDatabase<Value>(
        _ what: String,
        _ body: (Connection) throws(PostgresError) -> Value?
    ) throws -> Value? {
        do { return try database.run(what, body) ?? nil } catch { throw End.database(error) }
    }

    private func beatWhenDue(_ subscription: FeedSubscription) {
        let now = Monotonic.milliseconds()
        guard now >= nextBeat else { return }
        nextBeat = now + 5000
        counts.seq = subscription.scanned ?? 0
        counts.lag = (subscription.head ?? 0) - counts.seq
        let state = ServiceState.json(counts)
        _ = try? database.run("saying that watch lives", patience: 0) { (connection) throws(PostgresError) in
            try ServiceStore.beat(name: "watch", instance: ServiceState.instance, state: state, on: connection)
        }
    }

    /// What a record changes in the counts: an event counts one, a retraction takes one away, a correction does both.
    ///
    /// An event without a date counts on its article's day.
    static func dyadEvents(_ envelope: [UInt8]) -> [(event: WatchStore.DyadEvent, change: Int)] {
        struct Envelope: Decodable {
            struct Earlier: Decodable { var was: Act? }
            var type: String
            var data: Earlier
        }
        struct Fresh: Decodable { var data: Act }
        guard let record = try? JSON.decode(Envelope.self, from: envelope) else { return [] }
        var changes: [(WatchStore.DyadEvent, Int)] = []
        if record.type == "tidings.event.v1" || record.type == "tidings.event.corrected.v1",
            let fresh = try? JSON.decode(Fresh.self, from: envelope).data.counted
        {
            changes.append((fresh, 1))
        }
        if record.type == "tidings.event.retracted.v1" || record.type == "tidings.event.corrected.v1",
            let was = record.data.was?.counted
        {
            changes.append((was, -1))
        }
        return changes
    }

    /// The part of an event record that the counts need.
    private struct Act: Decodable {
        struct Party: Decodable { var code: String? }
        struct Article: Decodable { var published: String? }
        var date: String?
        var event: String
        var status: String
        var actor: [Party]
        var recipient: [Party]
        var article: Article

        var counted: WatchStore.DyadEvent? {
            guard let day = date ?? article.published.map({ String($0.prefix(10)) }), CivilDate(iso: day) != nil
            else { return nil }
            return .init(
                day: day,
                actor: actor.first?.code ?? "",
                recipient: recipient.first?.code ?? "",
                event: event,
                status: status
            )
        }
    }
}

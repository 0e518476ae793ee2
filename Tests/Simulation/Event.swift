import Hub
import Storage
import Wire

/// What happens at a moment of virtual time.
enum Event {
    enum Packet {
        case work(WorkMessage)
        case feed(FeedMessage)
    }

    /// From the thread of the work database to the work thread.
    enum Answer {
        case leased([Lease], peer: [UInt8], owner: String, limit: Int)
        case committed(Lease, peer: [UInt8], fresh: Bool)
        case refused(Lease, peer: [UInt8])
    }

    /// From sequencer and replay to the feed thread.
    enum News {
        case opened(LogStore.Head)
        case appended([LogEntry])
        case fetched(after: Int, [LogEntry])
    }

    case toHub(link: Int, Packet)
    case toPeer(link: Int, Packet)
    /// A socket's connection is made.
    case connect(socket: Int)
    /// A socket notices that its connection is gone.
    case lost(link: Int)
    case begin(client: Int, token: Int)
    case finish(transaction: Int)
    /// A statement whose sender has given up reaches the database.
    case late(Operation)
    case releaseLock(connection: Int)
    case databaseUp
    case refusalsEnd
    case workTick(hub: Int, life: Int)
    case feedTick(hub: Int, life: Int)
    case workLoop(hub: Int, life: Int)
    case sequencer(hub: Int, life: Int)
    case answer(hub: Int, life: Int, Answer)
    case news(hub: Int, life: Int, News)
    case worker(Int, life: Int)
    case coded(worker: Int, life: Int, Lease)
    case killed(worker: Int, life: Int)
    case subscriber(Int, life: Int)
    case effect(subscriber: Int, life: Int)
    case ingest
    case startHub(Int)
    case startWorker(Int)
    case startSubscriber(Int)
}

/// One transaction's statements.
enum Operation {
    typealias Answered = (peer: [UInt8], lease: Lease, records: [RecordDraft])

    case lock
    case commit([Answered])
    case giveBack([Dispatcher.Returned])
    case lease(owner: String, limit: Int)
    case care(held: [Lease], owners: [String])
    case look
    case read(after: Int, limit: Int)
    case sequence(limit: Int)
    case store([Int])

    /// Whether it is one statement, which may be carried out after its sender has given up.
    var isSingle: Bool {
        switch self {
        case .commit, .giveBack, .store: true
        default: false
        }
    }
}

/// What a transaction gives.
enum Outcome {
    case done
    case locked(Bool)
    case stored(Set<Lease>)
    case badData
    case leased([Lease])
    case looked(LogStore.Head, waiting: Bool)
    case entries([LogEntry])
}

import Access
import Glibc
import Logging
import Messaging
import Records
import ServiceSupport
import Storage
import Wire

/// The thread that owns feed and tap; executes what `FeedServer` decides.
final class FeedThread {
    /// What the feed's threads have in common.
    struct Shared: Sendable {
        let board: StatusBoard
        let news = Mailbox<News>()
        let fetches = Mailbox<(after: Int, limit: Int)>()
        let cursors = Mailbox<CursorThread.Request>()
        /// Rung when the outbox has something.
        let sequencer = Mailbox<Void>()
    }

    /// From the sequencer, the replay and the cursors.
    enum News: Sendable {
        /// The log is known, or is another one than before.
        case opened(LogStore.Head)
        case appended([LogEntry])
        case fetched(after: Int, [LogEntry])
        case loaded(FeedServer.Loaded, for: FeedServer.Peer)
        case stored([FeedCursor.Place], missing: Set<FeedCursor>)
        case notStored([FeedCursor.Place])
    }

    private let feed: Socket
    private let tap: Socket
    private let ring: KeyRing
    private var seenKeys: Int
    /// Whose connection a subscriber's routing id is.
    private var keys: [[UInt8]: String] = [:]
    private let shared: Shared
    private let logger: Logger
    private var server: FeedServer?
    private var heads = TapHeads()

    init(
        _ context: MessagingContext,
        _ feedEndpoint: String,
        _ tapEndpoint: String,
        _ ring: KeyRing,
        _ shared: Shared,
        _ logger: Logger
    ) throws(MessagingError) {
        // Credit bounds what is on its way; the high-water mark lies above every credit and is never reached by who keeps to it.
        feed = try Socket(
            .router,
            in: context,
            limits: .init(messageBytes: 64 << 10, highWater: 20_000),
            security: ring.security(.feed)
        )
        tap = try Socket(
            .publish,
            in: context,
            limits: .init(messageBytes: 64 << 10, highWater: 10_000),
            security: ring.security(.tap)
        )
        try feed.bind(feedEndpoint)
        try tap.bind(tapEndpoint)
        self.ring = ring
        seenKeys = ring.generation
        self.shared = shared
        self.logger = logger
    }

    var endpoints: [String] { feed.endpoints + tap.endpoints }

    func run(until stop: StopSwitch) {
        var poller = Poller(sockets: [feed], descriptors: [shared.news.descriptor])
        var nextTick = 0
        while !stop.isStopped {
            poller.wait(milliseconds: min(100, max(0, nextTick - Monotonic.milliseconds())))
            for news in shared.news.drain() { take(news) }
            checkKeys()
            receive()
            let now = Monotonic.milliseconds()
            execute(server?.flush(now: now) ?? [])
            if now >= nextTick {
                nextTick = now + 1000
                tick(now)
            }
        }
    }

    private func tick(_ now: Int) {
        guard let server else { return }
        execute(self.server?.tick(now: now) ?? [])
        keys = keys.filter { self.server?.knows($0.key) == true }
        publish([Array("~hb/".utf8), heads.heartbeat(epoch: server.epoch, head: server.head, now: now)])
        shared.board.update {
            ($0.epoch, $0.head, $0.floor) = (server.epoch, server.head, server.floor)
            $0.subscribers = server.subscribers.map { .init(client: $0.client, lag: server.head - $0.scanned) }
        }
    }

    private func take(_ news: News) {
        switch news {
        case .opened(let head):
            if server == nil {
                server = FeedServer(epoch: head.epoch, head: head.seq, floor: head.floor)
            } else {
                logger.warning("the log is another one; subscribers start over", metadata: ["epoch": "\(head.epoch)"])
                execute(server?.reset(epoch: head.epoch, head: head.seq, floor: head.floor) ?? [])
            }
        case .appended(let entries):
            for entry in entries {
                heads.note(topic: entry.topic, tseq: entry.tseq, now: Monotonic.milliseconds())
                publish([entry.topic, entry.envelope])
            }
            execute(server?.append(entries) ?? [])
        case .fetched(let after, let entries): execute(server?.fetched(after: after, entries) ?? [])
        case .loaded(let result, let peer):
            execute(server?.loaded(result, for: peer, now: Monotonic.milliseconds()) ?? [])
        case .stored(let places, let missing): execute(server?.stored(places, missing: missing) ?? [])
        case .notStored(let places): server?.notStored(places)
        }
    }

    private func receive() {
        for _ in 0..<1000 {
            do {
                guard let (message, key) = try feed.receiveWithUser() else { return }
                guard let peer = message.first, let request = FeedMessage(message.dropFirst()),
                    let client = ring.client(key), client.may(enter: .feed)
                else { continue }
                if case .subscribe = request { keys[peer] = key }
                if case .status = request {
                    let state = shared.board.current
                    let visible = client.roles.contains(.admin) ? state : state.anonymous
                    send(.statusIs((try? JSON.encode(visible)) ?? []), to: peer)
                } else if server == nil {
                    guard case .subscribe = request else { continue }
                    send(.refused(.init(code: "busy", message: "the hub waits for its database; try again")), to: peer)
                } else {
                    execute(
                        server?.receive(request, from: peer, owner: client.name, now: Monotonic.milliseconds()) ?? []
                    )
                }
            } catch {
                logger.error("the feed socket failed", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    /// Ends the subscriptions of clients whose key was withdrawn, and takes up a new key of our own.
    private func checkKeys() {
        guard seenKeys != ring.generation else { return }
        seenKeys = ring.generation
        for (peer, key) in keys where ring.client(key)?.may(enter: .feed) != true {
            keys[peer] = nil
            server?.unreachable(peer)
        }
        // Connections that are there already are not asked again: let all go. Who may come back resumes where it was.
        do {
            try feed.rebind(ring.security(.feed))
            try tap.rebind(ring.security(.tap))
        } catch {
            logger.critical("feed or tap cannot listen again; ending", metadata: ["error": "\(error)"])
            exit(70)
        }
    }

    private func execute(_ actions: [FeedServer.Action]) {
        for action in actions {
            switch action {
            case .send(let message, let peer): send(message, to: peer)
            case .fetch(let after, let limit): shared.fetches.post((after, limit))
            case .load(let cursor, let start, let peer): shared.cursors.post(.load(cursor, orElse: start, for: peer))
            case .store(let places): shared.cursors.post(.store(places))
            }
        }
    }

    private func send(_ message: FeedMessage, to peer: [UInt8]) {
        do {
            guard try feed.send([peer] + message.frames.message) != .sent else { return }
            server?.unreachable(peer)
        } catch {
            logger.error("the feed socket failed", metadata: ["error": "\(error)"])
        }
    }

    private func publish(_ frames: [[UInt8]]) {
        do { try tap.send(frames) } catch { logger.error("the tap failed", metadata: ["error": "\(error)"]) }
    }
}

/// The last number of each topic that was published lately, for the tap's heartbeat.
struct TapHeads {
    private var topics: [[UInt8]: (tseq: Int, at: Int)] = [:]

    mutating func note(topic: [UInt8], tseq: Int, now: Int) { topics[topic] = (tseq, now) }

    /// The heartbeat's JSON: `epoch`, `head` and the `topics` of the last ten seconds, at most a thousand.
    mutating func heartbeat(epoch: String, head: Int, now: Int) -> [UInt8] {
        struct Body: Encodable {
            var epoch: String
            var head: String
            var topics: [String: String]
        }
        topics = topics.filter { now - $0.value.at <= 10_000 }
        let newest = topics.sorted { $0.value.at > $1.value.at }.prefix(1000)
        let named = newest.map { (String(decoding: $0.key, as: UTF8.self), padded($0.value.tseq)) }
        let body = Body(epoch: epoch, head: padded(head), topics: Dictionary(named) { first, _ in first })
        return (try? JSON.encode(body)) ?? []
    }
}

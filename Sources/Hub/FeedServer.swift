package import Wire

/// Who reads the log and how far: sessions, credit, the tail in memory, and replays.
///
/// A state machine without I/O; times are milliseconds.
package struct FeedServer {
    /// A routing id of the feed socket.
    package typealias Peer = [UInt8]

    package enum Action {
        case send(FeedMessage, to: Peer)
        /// Read up to `limit` entries after `after` from the database.
        case fetch(after: Int, limit: Int)
        /// Look up where a cursor stands, or make it at `orElse`; answered with ``loaded(_:for:now:)``.
        case load(FeedCursor, orElse: FeedCursor.Place?, for: Peer)
        /// Store these places; answered with ``stored(_:missing:)`` or ``notStored(_:)``.
        case store([FeedCursor.Place])
    }

    /// What a cursor was found to be.
    package enum Loaded: Sendable {
        case place(FeedCursor.Place)
        /// There is none of that name, and no place to make it at.
        case absent
        /// Its owner has as many as are allowed.
        case tooMany
    }

    package struct Limits {
        package var sessions: Int
        /// Events on their way to one subscriber.
        package var credit: Int
        /// Bytes on their way to one subscriber.
        package var bytesInFlight: Int
        /// Bytes of the log's tail in memory.
        package var tailBytes: Int
        /// Entries of one replay from the database.
        package var replay: Int
        /// A subscriber that says nothing for so long is gone.
        package var deadAfter: Int
        /// Milliseconds between two commits of cursors.
        package var storeEvery: Int
        /// A subscriber whose cursor was not found in this time is told to try again.
        package var loadPatience: Int

        package init(
            sessions: Int = 256,
            credit: Int = 10_000,
            bytesInFlight: Int = 8 << 20,
            tailBytes: Int = 16 << 20,
            replay: Int = 1000,
            deadAfter: Int = 10_000,
            storeEvery: Int = 200,
            loadPatience: Int = 3000
        ) {
            self.sessions = sessions
            self.credit = credit
            self.bytesInFlight = bytesInFlight
            self.tailBytes = tailBytes
            self.replay = replay
            self.deadAfter = deadAfter
            self.storeEvery = storeEvery
            self.loadPatience = loadPatience
        }
    }

    /// A subscriber whose cursor is being looked up.
    struct Pending {
        var request: FeedMessage.Subscribe
        var filter: Filter
        var cursor: FeedCursor
        var since: Int
    }

    struct Session {
        var client: String
        var filter: Filter
        /// Everything up to here is sent or does not match.
        var scanned: Int
        /// The last event sent, or where the subscription began.
        var last: Int
        var credit: Int
        var lastHeard: Int
        /// Sizes of events sent and not yet paid back with credit, oldest first.
        var inFlight: [Int] = []
        var bytesInFlight = 0
        var isFetching = false
        var cursor: FeedCursor?
        /// The last ACK.
        var acked: Int
    }

    package private(set) var epoch: String
    package private(set) var head: Int
    package private(set) var floor: Int
    let limits: Limits
    var sessions: [Peer: Session] = [:]
    var pending: [Peer: Pending] = [:]
    var cursors: CursorBook
    /// The end of the log, contiguous up to `head`.
    private var tail: [LogEntry] = []
    private var tailStart = 0
    private var tailBytes = 0

    package init(epoch: String, head: Int, floor: Int, limits: Limits = Limits()) {
        self.epoch = epoch
        self.head = head
        self.floor = floor
        self.limits = limits
        cursors = CursorBook(storeEvery: limits.storeEvery)
    }

    /// What status shows of each subscriber.
    package var subscribers: [(client: String, scanned: Int)] {
        sessions.values.map { ($0.client, $0.scanned) }.sorted { $0.0 < $1.0 }
    }

    /// The log has grown; entries follow on each other.
    package mutating func append(_ entries: [LogEntry]) -> [Action] {
        for entry in entries where entry.seq > head {
            if entry.seq != head + 1 {
                // The shell skipped something: what is in memory no longer joins up.
                dropTail()
            }
            tail.append(entry)
            tailBytes += entry.size
            head = entry.seq
        }
        while tailBytes > limits.tailBytes, tailStart < tail.count {
            tailBytes -= tail[tailStart].size
            tailStart += 1
        }
        if tailStart > 1024, tailStart > tail.count / 2 {
            tail.removeFirst(tailStart)
            tailStart = 0
        }
        return pumpAll()
    }

    /// The log is another one: a backup was restored.
    ///
    /// Every subscriber must look at it anew.
    package mutating func reset(epoch: String, head: Int, floor: Int) -> [Action] {
        let peers = Array(sessions.keys) + Array(pending.keys)
        (self.epoch, self.head, self.floor) = (epoch, head, floor)
        dropTail()
        sessions = [:]
        pending = [:]
        cursors.forget()
        return peers.map { .send(.bye, to: $0) }
    }

    /// - Parameter owner: the name that the sender has proved to have; cursors belong to it.
    package mutating func receive(_ message: FeedMessage, from peer: Peer, owner: String = "", now: Int) -> [Action] {
        switch message {
        case .subscribe(let request): return begin(request, peer, owner, now)
        case .credit(let credit):
            guard sessions[peer] != nil else { return pending[peer] == nil ? [.send(.bye, to: peer)] : [] }
            pay(credit, peer, now)
            return pump(peer)
        case .ack(let seq): return acknowledge(seq, peer, now)
        case .bye: return end(peer)
        default: return []
        }
    }

    /// Entries read from the database after `after`; empty means that the log ends there.
    package mutating func fetched(after: Int, _ entries: [LogEntry]) -> [Action] {
        // Read before or after a restore that the other side of this struct does not know of: entries of another log.
        let entries = entries.first.map { $0.epoch == epoch } ?? true ? entries : []
        var actions: [Action] = []
        for peer in sessions.keys where sessions[peer]?.isFetching == true && sessions[peer]?.scanned == after {
            sessions[peer]?.isFetching = false
            actions += deliver(entries[...], to: peer)
            actions += pump(peer)
        }
        return actions
    }

    package mutating func tick(now: Int) -> [Action] {
        var actions: [Action] = []
        for (peer, session) in sessions where now - session.lastHeard > limits.deadAfter { actions += end(peer) }
        for (peer, waiting) in pending where now - waiting.since > limits.loadPatience {
            pending[peer] = nil
            actions.append(refuse(peer, "busy", "the hub waits for its database; try again"))
        }
        for (peer, session) in sessions {
            actions.append(.send(.heartbeat(.init(head: head, scanned: session.scanned, last: session.last)), to: peer))
        }
        return actions + pumpAll()
    }

    /// Whether a peer has a session.
    package func knows(_ peer: Peer) -> Bool { sessions[peer] != nil || pending[peer] != nil }

    /// The socket could not take a message: the subscriber is gone, or does not keep to its credit.
    ///
    /// What it acknowledged before is stored with the next ``flush(now:)``.
    package mutating func unreachable(_ peer: Peer) {
        sessions[peer] = nil
        pending[peer] = nil
    }

    // MARK: -

    func refuse(_ peer: Peer, _ code: String, _ message: String) -> Action {
        .send(.refused(.init(code: code, message: message)), to: peer)
    }

    /// Where a request wants to begin: 0 is everything there is, wherever that begins by now.
    func start(of request: FeedMessage.Subscribe) -> Int { request.after.map { $0 == 0 ? floor : $0 } ?? head }

    /// The refusal of a place that the log does not reach, or nil.
    func outside(_ after: Int, _ peer: Peer) -> Action? {
        if after < floor {
            return refuse(
                peer,
                "gone",
                "events up to \(floor) are no longer kept; the earliest start is after \(floor)"
            )
        }
        return after > head ? refuse(peer, "ahead", "the log ends at \(head); \(after) is not in it yet") : nil
    }

    private mutating func begin(
        _ request: FeedMessage.Subscribe,
        _ peer: Peer,
        _ owner: String,
        _ now: Int
    ) -> [Action] {
        guard request.version == FeedMessage.version else {
            return [
                refuse(peer, "version", "this hub speaks feed version \(FeedMessage.version), not \(request.version)")
            ]
        }
        let isKnown = sessions[peer] != nil || pending[peer] != nil
        guard isKnown || sessions.count + pending.count < limits.sessions else {
            return [refuse(peer, "busy", "the hub has \(limits.sessions) subscribers already; try again later")]
        }
        let filter: Filter
        do { filter = try Filter(request.filter) } catch { return [refuse(peer, "filter", error.description)] }
        if let wanted = request.epoch, wanted != epoch {
            return [
                refuse(
                    peer,
                    "epoch-changed",
                    "the log was restored: it is \(epoch) now, not \(wanted); subscribe again without an epoch to start over"
                )
            ]
        }
        let after = start(of: request)
        guard let name = request.cursor else {
            if let refusal = outside(after, peer) { return [refusal] }
            return end(peer) + open(request, filter, nil, after: after, peer, now)
        }
        guard FeedCursor.isName(name) else {
            return [refuse(peer, "cursor", "a cursor's name is 1 to 64 of a-z 0-9 . _ -, for example desk-1")]
        }
        let cursor = FeedCursor(owner: owner, name: name)
        let ended = end(peer) + evict(cursor, for: peer)
        pending[peer] = Pending(request: request, filter: filter, cursor: cursor, since: now)
        // An existing cursor counts, wherever the client would begin a new one.
        let start = FeedCursor.Place(
            cursor: cursor,
            client: FeedServer.shown(request.client),
            epoch: epoch,
            seq: after
        )
        return ended + [.load(cursor, orElse: outside(after, peer) == nil ? start : nil, for: peer)]
    }

    mutating func open(
        _ request: FeedMessage.Subscribe,
        _ filter: Filter,
        _ cursor: FeedCursor?,
        after: Int,
        _ peer: Peer,
        _ now: Int
    ) -> [Action] {
        sessions[peer] = Session(
            client: FeedServer.shown(request.client),
            filter: filter,
            scanned: after,
            last: after,
            credit: min(max(request.credit, 0), limits.credit),
            lastHeard: now,
            cursor: cursor,
            acked: after
        )
        return [.send(.welcome(.init(epoch: epoch, floor: floor, head: head, after: after)), to: peer)] + pump(peer)
    }

    /// A client's name as status, logs and the database show it: 100 characters at most, no control characters.
    private static func shown(_ client: String) -> String {
        var shown = String.UnicodeScalarView()
        let printable = client.unicodeScalars.lazy.filter { $0.properties.generalCategory != .control }
        shown.append(contentsOf: printable.prefix(100))
        return String(shown)
    }

    private mutating func pay(_ credit: Int, _ peer: Peer, _ now: Int) {
        guard var session = sessions[peer] else { return }
        session.lastHeard = now
        session.credit = min(session.credit + max(0, credit), limits.credit)
        let paid = min(max(0, credit), session.inFlight.count)
        session.bytesInFlight -= session.inFlight[..<paid].reduce(0, +)
        session.inFlight.removeFirst(paid)
        sessions[peer] = session
    }

    private mutating func pumpAll() -> [Action] { sessions.keys.flatMap { pump($0) } }

    /// Sends what the session's credit allows from memory, or asks the database for what memory no longer has.
    private mutating func pump(_ peer: Peer) -> [Action] {
        guard let session = sessions[peer], session.scanned < head, !session.isFetching, hasRoom(session) else {
            return []
        }
        if tailStart < tail.count, session.scanned + 1 >= tail[tailStart].seq {
            return deliver(tail[(tailStart + session.scanned + 1 - tail[tailStart].seq)...], to: peer)
        }
        sessions[peer]?.isFetching = true
        // A session that waits for the same place shares the answer.
        let isAsked = sessions.contains { $0.key != peer && $0.value.isFetching && $0.value.scanned == session.scanned }
        return isAsked ? [] : [.fetch(after: session.scanned, limit: limits.replay)]
    }

    private func hasRoom(_ session: Session) -> Bool {
        session.credit > 0 && session.bytesInFlight < limits.bytesInFlight
    }

    private mutating func deliver(_ entries: ArraySlice<LogEntry>, to peer: Peer) -> [Action] {
        guard var session = sessions[peer] else { return [] }
        defer { sessions[peer] = session }
        var actions: [Action] = []
        for entry in entries {
            guard entry.seq == session.scanned + 1, hasRoom(session) else { break }
            session.scanned = entry.seq
            guard session.filter.matches(entry.keys) else { continue }
            let delivery = FeedMessage.Delivery(seq: entry.seq, prev: session.last, envelope: entry.envelope)
            actions.append(.send(.event(delivery), to: peer))
            session.last = entry.seq
            session.credit -= 1
            session.inFlight.append(entry.size)
            session.bytesInFlight += entry.size
        }
        return actions
    }

    private mutating func dropTail() {
        tail = []
        tailStart = 0
        tailBytes = 0
    }
}

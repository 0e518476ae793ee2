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

        package init(
            sessions: Int = 256,
            credit: Int = 10_000,
            bytesInFlight: Int = 8 << 20,
            tailBytes: Int = 16 << 20,
            replay: Int = 1000,
            deadAfter: Int = 10_000
        ) {
            self.sessions = sessions
            self.credit = credit
            self.bytesInFlight = bytesInFlight
            self.tailBytes = tailBytes
            self.replay = replay
            self.deadAfter = deadAfter
        }
    }

    private struct Session {
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
    }

    package private(set) var epoch: String
    package private(set) var head: Int
    package private(set) var floor: Int
    private let limits: Limits
    private var sessions: [Peer: Session] = [:]
    /// The end of the log, contiguous up to `head`.
    private var tail: [LogEntry] = []
    private var tailStart = 0
    private var tailBytes = 0

    package init(epoch: String, head: Int, floor: Int, limits: Limits = Limits()) {
        self.epoch = epoch
        self.head = head
        self.floor = floor
        self.limits = limits
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
        let peers = sessions.keys
        (self.epoch, self.head, self.floor) = (epoch, head, floor)
        dropTail()
        sessions = [:]
        return peers.map { .send(.bye, to: $0) }
    }

    package mutating func receive(_ message: FeedMessage, from peer: Peer, now: Int) -> [Action] {
        switch message {
        case .subscribe(let request): return begin(request, peer, now)
        case .credit(let credit):
            guard sessions[peer] != nil else { return [.send(.bye, to: peer)] }
            pay(credit, peer, now)
            return pump(peer)
        case .bye:
            sessions[peer] = nil
            return []
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
        for (peer, session) in sessions where now - session.lastHeard > limits.deadAfter { sessions[peer] = nil }
        return sessions.map { peer, session in
            .send(.heartbeat(.init(head: head, scanned: session.scanned, last: session.last)), to: peer)
        } + pumpAll()
    }

    /// The socket could not take a message: the subscriber is gone, or does not keep to its credit.
    package mutating func unreachable(_ peer: Peer) { sessions[peer] = nil }

    // MARK: -

    private mutating func begin(_ request: FeedMessage.Subscribe, _ peer: Peer, _ now: Int) -> [Action] {
        func refuse(_ code: String, _ message: String) -> [Action] {
            [.send(.refused(.init(code: code, message: message)), to: peer)]
        }
        guard request.version == FeedMessage.version else {
            return refuse("version", "this hub speaks feed version \(FeedMessage.version), not \(request.version)")
        }
        guard sessions[peer] != nil || sessions.count < limits.sessions else {
            return refuse("busy", "the hub has \(limits.sessions) subscribers already; try again later")
        }
        let filter: Filter
        do { filter = try Filter(request.filter) } catch { return refuse("filter", error.description) }
        if let wanted = request.epoch, wanted != epoch {
            return refuse(
                "epoch-changed",
                "the log was restored: it is \(epoch) now, not \(wanted); subscribe again without an epoch to start over"
            )
        }
        let after = request.after ?? head
        guard after >= floor else {
            return refuse("gone", "events up to \(floor) are no longer kept; the earliest start is after \(floor)")
        }
        guard after <= head else { return refuse("ahead", "the log ends at \(head); \(after) is not in it yet") }
        sessions[peer] = Session(
            client: String(request.client.prefix(100)),
            filter: filter,
            scanned: after,
            last: after,
            credit: min(max(request.credit, 0), limits.credit),
            lastHeard: now
        )
        return [.send(.welcome(.init(epoch: epoch, floor: floor, head: head, after: after)), to: peer)] + pump(peer)
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

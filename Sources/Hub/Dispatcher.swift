package import Wire

/// Who works on what: leases in, answers out.
///
/// A state machine without I/O and without a clock; times are milliseconds.
package struct Dispatcher {
    /// A routing id of the work socket.
    package typealias Peer = [UInt8]

    /// What the shell is to do.
    package enum Action: Equatable {
        case send(WorkMessage, to: Peer)
        /// Lease up to `limit` jobs for the peer's session.
        case lease(peer: Peer, owner: String, limit: Int)
        case commit(peer: Peer, lease: Lease, records: [RecordDraft])
        case giveBack([Returned])
    }

    /// A lease that goes back to the queue.
    package struct Returned: Equatable {
        package var lease: Lease
        /// Whether the delivery counts against the job.
        package var charged: Bool
        /// Whether the job is dead at once.
        package var dead: Bool
        package var reason: String

        package init(lease: Lease, charged: Bool, dead: Bool, reason: String) {
            self.lease = lease
            self.charged = charged
            self.dead = dead
            self.reason = reason
        }
    }

    /// One job of a worker.
    private struct Held {
        var lease: Lease
        /// The article's JSON while it waits to be sent; nil once it is on its way.
        var waiting: [UInt8]?
        var started = false
        var answered = false
        /// Has killed or failed a worker before: it runs alone, so that no other job is charged with it.
        var alone: Bool { lease.attempt > 1 }
        var isInFlight: Bool { waiting == nil }
    }

    /// One extractor process, since its last READY.
    private struct Session {
        var name: String
        var coder: String
        var owner: String
        var credit: Int
        var lastHeard: Int
        var isLeasing = false
        /// In the order of leasing.
        var held: [Held] = []
        /// Answers of this session that were stored.
        var stored = 0

        var free: Int { held.contains { $0.alone } ? 0 : max(0, credit - held.count) }
    }

    private var sessions: [Peer: Session] = [:]
    /// Whether the queue may have ready jobs; false after a lease came back short.
    private var mayHaveJobs = true
    private let deadAfter: Int
    private let creditLimit: Int
    package private(set) var staleAnswers = 0

    /// - Parameters:
    ///   - deadAfter: a worker that says nothing for so many milliseconds is gone.
    ///   - creditLimit: more credit than this is not used.
    package init(deadAfter: Int = 3000, creditLimit: Int = 256) {
        self.deadAfter = deadAfter
        self.creditLimit = creditLimit
    }

    /// The leases that live workers hold, or are about to get.
    package var held: [Lease] { peers.flatMap { sessions[$0]?.held.map(\.lease) ?? [] } }

    /// In one order, so that the same events always give the same actions.
    private var peers: [Peer] { sessions.keys.sorted { $0.lexicographicallyPrecedes($1) } }

    /// What status shows of each worker: the jobs it holds and how many of its answers were stored.
    package var workers: [(name: String, coder: String, jobs: Int, stored: Int)] {
        sessions.values.map { ($0.name, $0.coder, $0.held.count, $0.stored) }.sorted { $0.0 < $1.0 }
    }

    /// Takes a message.
    ///
    /// - Parameter freshOwner: a new UUID, used when the message begins a session.
    package mutating func receive(_ message: WorkMessage, from peer: Peer, now: Int, freshOwner: String) -> [Action] {
        switch message {
        case .ready(let ready): return begin(ready, peer, now, freshOwner)
        case .ring: return rung()
        case .bye:
            let actions = end(peer, reason: "worker left", charging: false)
            return actions + leaseMore()
        case .heartbeat, .started, .result, .fail:
            guard sessions[peer] != nil else { return [.send(.unknown, to: peer)] }
            sessions[peer]?.lastHeard = now
        case .job, .stored, .unknown: return []
        }
        switch message {
        case .started(let lease):
            edit(lease, of: peer) { $0.started = true }
            return []
        case .result(let lease, let records):
            guard edit(lease, of: peer, { $0.answered = true }) else { return stale(lease, peer) }
            return [.commit(peer: peer, lease: lease, records: records)]
        case .fail(let failure):
            guard edit(failure.lease, of: peer, { $0.answered = true }) else { return stale(failure.lease, peer) }
            return [
                .giveBack([
                    Returned(
                        lease: failure.lease,
                        charged: true,
                        dead: failure.kind == .poison,
                        reason: String(failure.reason.prefix(1000))
                    )
                ])
            ] + finished(failure.lease, of: peer, fresh: true)
        default: return []
        }
    }

    /// New jobs are there, or may be.
    package mutating func rung() -> [Action] {
        mayHaveJobs = true
        return leaseMore()
    }

    /// The answer to `.lease`, for the session that `owner` names.
    package mutating func leased(
        _ jobs: [(lease: Lease, article: [UInt8])],
        for peer: Peer,
        owner: String,
        limit: Int
    ) -> [Action] {
        if jobs.count < limit { mayHaveJobs = false }
        guard sessions[peer]?.owner == owner else {
            // The worker went while the lease was on its way.
            guard !jobs.isEmpty else { return [] }
            return [
                .giveBack(jobs.map { Returned(lease: $0.lease, charged: false, dead: false, reason: "worker left") })
            ]
        }
        sessions[peer]?.isLeasing = false
        sessions[peer]?.held += jobs.map { Held(lease: $0.lease, waiting: $0.article) }
        return pump(peer) + leaseMore()
    }

    /// The answer to `.commit`; `fresh` is false when the fence refused it.
    package mutating func committed(_ lease: Lease, of peer: Peer, fresh: Bool) -> [Action] {
        if !fresh { staleAnswers += 1 }
        if fresh { sessions[peer]?.stored += 1 }
        return finished(lease, of: peer, fresh: fresh)
    }

    /// The answer to `.commit` when the database refused the records themselves.
    package mutating func refused(_ lease: Lease, of peer: Peer, reason: String) -> [Action] {
        let returned = Returned(lease: lease, charged: true, dead: true, reason: reason)
        return [.giveBack([returned])] + finished(lease, of: peer, fresh: false)
    }

    /// Ends the sessions of silent workers.
    package mutating func tick(now: Int) -> [Action] {
        var actions: [Action] = []
        let peers = peers
        for peer in peers where now - (sessions[peer]?.lastHeard ?? now) > deadAfter {
            actions += end(peer, reason: "the worker died while coding it", charging: true)
        }
        for peer in peers where sessions[peer] != nil { actions.append(.send(.heartbeat, to: peer)) }
        return actions + leaseMore()
    }

    /// The peer's key was withdrawn: its session ends at once, and nothing is charged.
    mutating func withdraw(_ peer: Peer) -> [Action] {
        end(peer, reason: "the worker's key was withdrawn", charging: false) + leaseMore()
    }

    /// Whether a peer has a session.
    func knows(_ peer: Peer) -> Bool { sessions[peer] != nil }

    /// The socket could not reach the peer: its connection is gone.
    package mutating func unreachable(_ peer: Peer, now: Int) -> [Action] {
        // The worker may reconnect under another routing id and claim its leases; silence decides.
        let lastHeard = sessions[peer]?.lastHeard ?? now
        sessions[peer]?.lastHeard = min(lastHeard, now - deadAfter / 2)
        return []
    }

    // MARK: -

    private mutating func begin(_ ready: WorkMessage.Ready, _ peer: Peer, _ now: Int, _ freshOwner: String) -> [Action]
    {
        guard ready.version == WorkMessage.version else { return [.send(.bye, to: peer)] }
        // Another connection of the same process may hold its leases here, or have got them.
        var held: [Held] = []
        var earlier: [Peer] = []
        for lease in ready.held {
            for other in peers {
                guard let session = sessions[other],
                    session.owner == lease.owner || session.held.contains(where: { $0.lease == lease })
                else { continue }
                sessions[other]?.held.removeAll { $0.lease == lease }
                if other != peer { earlier.append(other) }
            }
            held.append(Held(lease: lease, waiting: nil, started: true))
        }
        var actions = end(peer, reason: "worker started over", charging: false)
        // A session that lost its leases to this one has nothing left; it must not keep them alive.
        for other in earlier { actions += end(other, reason: "worker moved", charging: false) }
        sessions[peer] = Session(
            name: String(ready.worker.prefix(100)),
            coder: String(ready.coder.prefix(100)),
            owner: freshOwner,
            credit: min(max(ready.credit, 1), creditLimit),
            lastHeard: now,
            held: held
        )
        mayHaveJobs = true
        return actions + leaseMore()
    }

    private mutating func end(_ peer: Peer, reason: String, charging: Bool) -> [Action] {
        guard let session = sessions.removeValue(forKey: peer) else { return [] }
        let returned = session.held.filter { !$0.answered }.map {
            Returned(lease: $0.lease, charged: charging && $0.started, dead: false, reason: reason)
        }
        mayHaveJobs = true
        return returned.isEmpty ? [] : [.giveBack(returned)]
    }

    private mutating func stale(_ lease: Lease, _ peer: Peer) -> [Action] {
        staleAnswers += 1
        return [.send(.stored(.init(lease: lease, fresh: false)), to: peer)]
    }

    private mutating func finished(_ lease: Lease, of peer: Peer, fresh: Bool) -> [Action] {
        guard sessions[peer] != nil else { return [] }
        sessions[peer]?.held.removeAll { $0.lease == lease }
        return [.send(.stored(.init(lease: lease, fresh: fresh)), to: peer)] + pump(peer) + leaseMore()
    }

    @discardableResult
    private mutating func edit(_ lease: Lease, of peer: Peer, _ change: (inout Held) -> Void) -> Bool {
        guard let index = sessions[peer]?.held.firstIndex(where: { $0.lease == lease }) else { return false }
        sessions[peer]?.held[index].started = true
        if var held = sessions[peer]?.held[index] {
            change(&held)
            sessions[peer]?.held[index] = held
        }
        return true
    }

    /// Sends what waits: everything that may share the worker, or, when nothing is in flight, one job that must run alone.
    private mutating func pump(_ peer: Peer) -> [Action] {
        guard var session = sessions[peer] else { return [] }
        defer { sessions[peer] = session }
        guard !session.held.contains(where: { $0.alone && $0.isInFlight }) else { return [] }
        var actions: [Action] = []
        for index in session.held.indices where !session.held[index].alone {
            guard let article = session.held[index].waiting else { continue }
            session.held[index].waiting = nil
            actions.append(.send(.job(.init(lease: session.held[index].lease), article: article), to: peer))
        }
        if !session.held.contains(where: \.isInFlight), let index = session.held.firstIndex(where: \.alone),
            let article = session.held[index].waiting
        {
            session.held[index].waiting = nil
            actions.append(.send(.job(.init(lease: session.held[index].lease), article: article), to: peer))
        }
        return actions
    }

    /// Asks for jobs for the workers with the most room first.
    private mutating func leaseMore() -> [Action] {
        guard mayHaveJobs else { return [] }
        var actions: [Action] = []
        let order = sessions.keys.sorted {
            let (left, right) = (sessions[$0]?.free ?? 0, sessions[$1]?.free ?? 0)
            return left != right ? left > right : $0.lexicographicallyPrecedes($1)
        }
        for peer in order {
            guard let session = sessions[peer], !session.isLeasing, session.free > 0 else { continue }
            sessions[peer]?.isLeasing = true
            actions.append(.lease(peer: peer, owner: session.owner, limit: session.free))
        }
        return actions
    }
}

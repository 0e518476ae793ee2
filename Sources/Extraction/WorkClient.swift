package import Wire

/// An extractor's side of the work protocol: what it holds, what runs, what awaits its STORED.
///
/// A state machine without I/O; times are milliseconds.
package struct WorkClient {
    package enum Action: Equatable {
        case send(WorkMessage)
        /// Give the job to a worker; its STARTED has been sent.
        case run(Lease, article: [UInt8])
        /// Close the socket and open another.
        case reconnect(reason: String)
        /// A worker does not come back from this job: answer for it and end the process.
        case abandon(Lease, reason: String)
    }

    private enum State: Equatable {
        case waiting([UInt8])
        case running(since: Int)
        /// Answered; kept until STORED in case the hub did not get it.
        case answered(WorkMessage)
    }

    private struct Held {
        var lease: Lease
        var state: State
    }

    private let name: String
    private let coder: String
    private let workers: Int
    private let hangAfter: Int
    private let silentAfter: Int
    private var held: [Held] = []
    private var isConnected = false
    private var lastHeard = 0
    private var lastReady = 0
    private var lastBeat = 0
    package private(set) var stored = 0
    package private(set) var stale = 0

    /// - Parameters:
    ///   - name: who this is, for the hub's status.
    ///   - workers: jobs that run at one time; as many again wait here, so that no worker waits for the network.
    ///   - hangAfter: a job that runs longer is given up together with this process.
    ///   - silentAfter: a hub that is silent for so long is gone; it speaks twice a second.
    package init(name: String, coder: String, workers: Int, hangAfter: Int, silentAfter: Int = 3500) {
        self.name = name
        self.coder = coder
        self.workers = workers
        self.hangAfter = hangAfter
        self.silentAfter = silentAfter
    }

    /// Jobs that may be here at one time.
    package var credit: Int { max(4, workers * 4) }

    /// A fresh socket is connecting.
    package mutating func connected(now: Int) -> [Action] {
        isConnected = true
        lastHeard = now
        return introduce(now)
    }

    package mutating func receive(_ message: WorkMessage, now: Int) -> [Action] {
        lastHeard = now
        switch message {
        case .job(let job, let article):
            guard !held.contains(where: { $0.lease == job.lease }) else { return [] }
            held.append(Held(lease: job.lease, state: .waiting(article)))
            return assign(now)
        case .stored(let answer):
            guard let index = held.firstIndex(where: { $0.lease == answer.lease }), case .answered = held[index].state
            else { return [] }
            held.remove(at: index)
            if answer.fresh { stored += 1 } else { stale += 1 }
            return []
        case .unknown:
            // One answer to the several messages that an unknown sender had on their way.
            return now - lastReady >= 500 ? introduce(now) : []
        case .bye:
            isConnected = false
            return [.reconnect(reason: "the hub turned this extractor away: it speaks another version of the protocol")]
        default: return []
        }
    }

    /// A worker is done with a job.
    package mutating func finished(_ lease: Lease, with answer: WorkMessage, now: Int) -> [Action] {
        guard let index = held.firstIndex(where: { $0.lease == lease }) else { return assign(now) }
        held[index].state = .answered(answer)
        return [.send(answer)] + assign(now)
    }

    package mutating func tick(now: Int) -> [Action] {
        for one in held {
            guard case .running(let since) = one.state, now - since > hangAfter else { continue }
            return [.abandon(one.lease, reason: "coding it took more than \(hangAfter / 1000) s")]
        }
        guard isConnected else { return [] }
        if now - lastHeard > silentAfter {
            isConnected = false
            return [.reconnect(reason: "the hub was silent for \(now - lastHeard) ms")]
        }
        guard now - lastBeat >= 1000 else { return [] }
        lastBeat = now
        return [.send(.heartbeat)]
    }

    private mutating func introduce(_ now: Int) -> [Action] {
        lastReady = now
        // A job that waits here is not held: the hub may give it to another at once.
        held.removeAll { if case .waiting = $0.state { true } else { false } }
        let ready = WorkMessage.Ready(worker: name, coder: coder, credit: credit, held: held.map(\.lease))
        let answers = held.compactMap { one -> Action? in
            if case .answered(let message) = one.state { .send(message) } else { nil }
        }
        return [.send(.ready(ready))] + answers
    }

    private mutating func assign(_ now: Int) -> [Action] {
        var actions: [Action] = []
        var running = held.count { if case .running = $0.state { true } else { false } }
        for index in held.indices where running < workers {
            guard case .waiting(let article) = held[index].state else { continue }
            held[index].state = .running(since: now)
            running += 1
            actions += [.send(.started(held[index].lease)), .run(held[index].lease, article: article)]
        }
        return actions
    }
}

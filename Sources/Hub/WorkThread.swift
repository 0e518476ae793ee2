import Access
import FoundationEssentials
import Glibc
import Logging
import Messaging
import ServiceSupport
import Storage
import Wire

/// The thread that owns the work socket; executes what `Dispatcher` decides.
final class WorkThread {
    /// What the work threads have in common.
    struct Shared: Sendable {
        let board: StatusBoard
        let answers = Mailbox<Answer>()
        let commands = Mailbox<Command>()
    }

    /// To the database thread.
    enum Command: Sendable {
        case lease(peer: [UInt8], owner: String, limit: Int)
        case commit(peer: [UInt8], lease: Lease, records: [RecordDraft])
        case giveBack([(lease: Lease, charged: Bool, dead: Bool, reason: String)])
        /// What live workers hold.
        case held([Lease])
    }

    /// From the database thread.
    enum Answer: Sendable {
        case leased([WorkStore.Leased], peer: [UInt8], owner: String, limit: Int)
        case committed(Lease, peer: [UInt8], fresh: Bool)
        case refused(Lease, peer: [UInt8], reason: String)
    }

    private let socket: Socket
    private let ring: KeyRing
    private var seenKeys: Int
    /// Whose connection a worker's routing id is.
    private var keys: [[UInt8]: String] = [:]
    private let shared: Shared
    private let logger: Logger
    private var dispatcher = Dispatcher()

    init(
        _ context: MessagingContext,
        _ endpoint: String,
        _ ring: KeyRing,
        _ shared: Shared,
        _ logger: Logger
    ) throws(MessagingError) {
        socket = try Socket(
            .router,
            in: context,
            limits: .init(messageBytes: 8 << 20, highWater: 2000),
            security: ring.security(.work)
        )
        try socket.bind(endpoint)
        self.ring = ring
        seenKeys = ring.generation
        self.shared = shared
        self.logger = logger
    }

    var endpoints: [String] { socket.endpoints }

    func run(until stop: StopSwitch) {
        var poller = Poller(sockets: [socket], descriptors: [shared.answers.descriptor])
        var nextTick = 0
        while !stop.isStopped {
            poller.wait(milliseconds: min(100, max(0, nextTick - Monotonic.milliseconds())))
            for answer in shared.answers.drain() { take(answer) }
            checkKeys()
            receive()
            let now = Monotonic.milliseconds()
            if now >= nextTick {
                nextTick = now + 500
                execute(dispatcher.tick(now: now))
                keys = keys.filter { dispatcher.knows($0.key) }
                execute(dispatcher.rung())
                shared.commands.post(.held(dispatcher.held))
                shared.board.update {
                    $0.stale_answers = dispatcher.staleAnswers
                    $0.workers = dispatcher.workers.map {
                        .init(name: $0.name, coder: $0.coder, jobs: $0.jobs, stored: $0.stored)
                    }
                }
            }
        }
    }

    private func receive() {
        for _ in 0..<1000 {
            do {
                guard let (message, key) = try socket.receiveWithUser() else { return }
                guard let peer = message.first, let work = WorkMessage(message.dropFirst()), isAllowed(work, key)
                else { continue }
                if case .ready = work { keys[peer] = key }
                let freshOwner = UUID().uuidString.lowercased()
                execute(dispatcher.receive(work, from: peer, now: Monotonic.milliseconds(), freshOwner: freshOwner))
            } catch {
                logger.error("the work socket failed", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    /// What a key may say here: ring, or work.
    private func isAllowed(_ message: WorkMessage, _ key: String?) -> Bool {
        guard let roles = ring.client(key)?.roles else { return false }
        if case .ring = message { return roles.contains(.ingest) || roles.contains(.worker) }
        return roles.contains(.worker)
    }

    /// Ends the sessions of workers whose key was withdrawn, and takes up a new key of our own.
    private func checkKeys() {
        guard seenKeys != ring.generation else { return }
        seenKeys = ring.generation
        for (peer, key) in keys where ring.client(key)?.roles.contains(.worker) != true {
            keys[peer] = nil
            execute(dispatcher.withdraw(peer))
        }
        // Connections that are there already are not asked again: let all go, and those that may come back.
        do { try socket.rebind(ring.security(.work)) } catch {
            logger.critical("the work socket cannot listen again; ending", metadata: ["error": "\(error)"])
            exit(70)
        }
    }

    private func take(_ answer: Answer) {
        switch answer {
        case .leased(let jobs, let peer, let owner, let limit):
            execute(dispatcher.leased(jobs.map { ($0.lease, $0.article) }, for: peer, owner: owner, limit: limit))
        case .committed(let lease, let peer, let fresh): execute(dispatcher.committed(lease, of: peer, fresh: fresh))
        case .refused(let lease, let peer, let reason):
            logger.error(
                "the database refused an answer",
                metadata: ["article": "\(lease.article)", "error": "\(reason)"]
            )
            execute(dispatcher.refused(lease, of: peer, reason: reason))
        }
    }

    private func execute(_ actions: [Dispatcher.Action]) {
        for action in actions {
            switch action {
            case .send(let message, let peer): send(message, to: peer)
            case .lease(let peer, let owner, let limit):
                shared.commands.post(.lease(peer: peer, owner: owner, limit: limit))
            case .commit(let peer, let lease, let records):
                shared.commands.post(.commit(peer: peer, lease: lease, records: records))
            case .giveBack(let returned):
                for job in returned {
                    logger.notice(
                        "a job goes back",
                        metadata: [
                            "article": "\(job.lease.article)", "charged": "\(job.charged)", "reason": "\(job.reason)",
                        ]
                    )
                }
                shared.commands.post(.giveBack(returned.map { ($0.lease, $0.charged, $0.dead, $0.reason) }))
            }
        }
    }

    private func send(_ message: WorkMessage, to peer: [UInt8]) {
        do {
            guard try socket.send([peer] + message.frames.message) != .sent else { return }
            execute(dispatcher.unreachable(peer, now: Monotonic.milliseconds()))
        } catch {
            logger.error("the work socket failed", metadata: ["error": "\(error)"])
        }
    }
}

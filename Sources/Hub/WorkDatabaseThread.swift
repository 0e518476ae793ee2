import Logging
import Postgres
import ServiceSupport
import Storage
import Wire

/// The thread that owns the work connection: one commit for all answers that came while the last commit ran.
final class WorkDatabaseThread {
    private let database: Database
    private let shared: WorkThread.Shared
    private let sequencer: Mailbox<Void>
    private let logger: Logger
    private var lockedGeneration = 0
    /// What live workers hold.
    private var held: [Lease] = []
    // What the commands ask for and is not done yet: a statement that was refused must not take the others with it.
    private var answers: [Answer] = []
    private var returned: [(lease: Lease, charged: Bool, dead: Bool, reason: String)] = []
    private var wanted: [(peer: [UInt8], owner: String, limit: Int)] = []
    private var nextCare = 0
    private var nextBeat = 0

    private typealias Answer = (peer: [UInt8], lease: Lease, records: [RecordDraft])

    init(_ database: Database, _ shared: WorkThread.Shared, sequencer: Mailbox<Void>, _ logger: Logger) {
        self.database = database
        self.shared = shared
        self.sequencer = sequencer
        self.logger = logger
    }

    func run(until stop: StopSwitch) {
        while !stop.isStopped {
            do {
                take(shared.commands.wait(milliseconds: 250))
                guard try holdLock(until: stop) else { continue }
                try commit()
                try giveBack()
                try lease()
                try care()
            } catch {
                // A statement of ours is wrong, or the schema is: repeating at full speed would not help, forgetting would lose jobs.
                logger.error("the work database refused a statement", metadata: ["error": "\(error)"])
                Monotonic.sleep(milliseconds: 1000)
            }
        }
    }

    private func take(_ commands: [WorkThread.Command]) {
        for command in commands {
            switch command {
            case .commit(let peer, let lease, let records): answers.append((peer, lease, records))
            case .giveBack(let jobs): returned += jobs
            case .lease(let peer, let owner, let limit): wanted.append((peer, owner, limit))
            case .held(let held): self.held = held
            }
        }
    }

    /// One hub works on a database at a time; another waits here.
    ///
    /// Correctness does not need it: the fence does that.
    private func holdLock(until stop: StopSwitch) throws(PostgresError) -> Bool {
        while !stop.isStopped {
            let taken = try database.run("taking the hub lock") { (connection) throws(PostgresError) in
                guard self.database.generation != self.lockedGeneration else { return true }
                guard try connection.query("select pg_try_advisory_lock(7467365)")[0].bool(0) else { return false }
                try WorkStore.shorten(graceSeconds: 3, on: connection)
                self.lockedGeneration = self.database.generation
                return true
            }
            if taken == true { return true }
            logger.notice("another hub works on this database; waiting")
            Monotonic.sleep(milliseconds: 1000)
        }
        return false
    }

    private func commit() throws(PostgresError) {
        while !answers.isEmpty {
            var bytes = 0
            let count = answers.prefix { answer in
                defer { bytes += answer.records.reduce(0) { $0 + $1.data.count } }
                return bytes < 8 << 20
            }.count
            guard try commit(first: min(count, 256)) else { return }
        }
    }

    /// Stores answers from the front of the queue; false when stopped.
    private func commit(first count: Int) throws(PostgresError) -> Bool {
        let batch = answers.prefix(count)
        do {
            let stored = try database.run("storing answers") { (connection) throws(PostgresError) in
                try WorkStore.commit(batch.map { ($0.lease, $0.records) }, on: connection)
            }
            guard let stored else { return false }
            sequencer.post(())
            for answer in batch {
                shared.answers.post(.committed(answer.lease, peer: answer.peer, fresh: stored.contains(answer.lease)))
            }
        } catch  where error.isDataError {
            // One answer spoils the batch: find it by storing them one by one.
            guard count == 1 else {
                for _ in 0..<count { guard try commit(first: 1) else { return false } }
                return true
            }
            shared.answers.post(.refused(answers[0].lease, peer: answers[0].peer, reason: "\(error)"))
        }
        answers.removeFirst(count)
        return true
    }

    private func giveBack() throws(PostgresError) {
        guard !returned.isEmpty else { return }
        _ = try database.run("giving jobs back") { (connection) throws(PostgresError) in
            try WorkStore.giveBack(self.returned, on: connection)
        }
        returned = []
    }

    private func lease() throws(PostgresError) {
        while let (peer, owner, limit) = wanted.first {
            let jobs = try database.run("leasing jobs") { (connection) throws(PostgresError) in
                try WorkStore.lease(owner: owner, limit: limit, on: connection)
            }
            shared.answers.post(.leased(jobs ?? [], peer: peer, owner: owner, limit: limit))
            wanted.removeFirst()
        }
    }

    /// Keeps leases of the living, ends those of the dead, and says that the hub lives.
    private func care() throws(PostgresError) {
        let now = Monotonic.milliseconds()
        guard now >= nextCare else { return }
        nextCare = now + 1000
        let beats = now >= nextBeat
        if beats { nextBeat = now + 5000 }
        let state = ServiceState.json(shared.board.current)
        _ = try database.run("keeping leases") { (connection) throws(PostgresError) in
            try WorkStore.renew(self.held, on: connection)
            if beats {
                try ServiceStore.beat(name: "hub", instance: ServiceState.instance, state: state, on: connection)
            }
            let reaped = try WorkStore.reap(on: connection)
            if reaped > 0 { self.logger.notice("leases expired", metadata: ["jobs": "\(reaped)"]) }
        }
    }
}

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
    private var owners: [String] = []
    private var nextCare = 0
    private var nextBeat = 0

    init(_ database: Database, _ shared: WorkThread.Shared, sequencer: Mailbox<Void>, _ logger: Logger) {
        self.database = database
        self.shared = shared
        self.sequencer = sequencer
        self.logger = logger
    }

    func run(until stop: StopSwitch) {
        while !stop.isStopped {
            do {
                let commands = shared.commands.wait(milliseconds: 250)
                guard try holdLock(until: stop) else { continue }
                try commit(commands)
                try giveBack(commands)
                try lease(commands)
                for case .owners(let owners) in commands { self.owners = owners }
                try care()
            } catch {
                // A statement of ours is wrong, or the schema is: repeating at full speed would not help.
                logger.error("the work database refused a statement", metadata: ["error": "\(error)"])
                Monotonic.sleep(milliseconds: 1000)
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

    private func commit(_ commands: [WorkThread.Command]) throws(PostgresError) {
        var batch: [(peer: [UInt8], lease: Lease, records: [RecordDraft])] = []
        for case .commit(let peer, let lease, let records) in commands { batch.append((peer, lease, records)) }
        while !batch.isEmpty {
            var bytes = 0
            let count = batch.prefix { answer in
                defer { bytes += answer.records.reduce(0) { $0 + $1.data.count } }
                return bytes < 8 << 20
            }.count
            try commit(batch: Array(batch.prefix(min(count, 256))))
            batch.removeFirst(min(count, 256))
        }
    }

    private func commit(batch: [(peer: [UInt8], lease: Lease, records: [RecordDraft])]) throws(PostgresError) {
        do {
            let stored = try database.run("storing answers") { (connection) throws(PostgresError) in
                try WorkStore.commit(batch.map { ($0.lease, $0.records) }, on: connection)
            }
            guard let stored else { return }
            sequencer.post(())
            for answer in batch {
                shared.answers.post(
                    .committed(answer.lease, peer: answer.peer, fresh: stored.contains(answer.lease.article))
                )
            }
        } catch  where error.isDataError {
            // One answer spoils the batch: find it by storing them one by one.
            guard batch.count > 1 else {
                shared.answers.post(.refused(batch[0].lease, peer: batch[0].peer, reason: "\(error)"))
                return
            }
            for answer in batch { try commit(batch: [answer]) }
        }
    }

    private func giveBack(_ commands: [WorkThread.Command]) throws(PostgresError) {
        var returned: [(lease: Lease, charged: Bool, dead: Bool, reason: String)] = []
        for case .giveBack(let jobs) in commands { returned += jobs }
        guard !returned.isEmpty else { return }
        _ = try database.run("giving jobs back") { (connection) throws(PostgresError) in
            try WorkStore.giveBack(returned, on: connection)
        }
    }

    private func lease(_ commands: [WorkThread.Command]) throws(PostgresError) {
        for case .lease(let peer, let owner, let limit) in commands {
            let jobs = try database.run("leasing jobs") { (connection) throws(PostgresError) in
                try WorkStore.lease(owner: owner, limit: limit, on: connection)
            }
            shared.answers.post(.leased(jobs ?? [], peer: peer, limit: limit))
        }
    }

    /// Keeps leases of the living, ends those of the dead, and says that the hub lives.
    private func care() throws(PostgresError) {
        let now = Monotonic.milliseconds()
        guard now >= nextCare else { return }
        nextCare = now + 1000
        let owners = self.owners
        let beats = now >= nextBeat
        if beats { nextBeat = now + 5000 }
        let state = ServiceState.json(shared.board.current)
        _ = try database.run("keeping leases") { (connection) throws(PostgresError) in
            if beats {
                try WorkStore.renew(owners: owners, on: connection)
                try ServiceStore.beat(name: "hub", instance: ServiceState.instance, state: state, on: connection)
            }
            let reaped = try WorkStore.reap(on: connection)
            if reaped > 0 { self.logger.notice("leases expired", metadata: ["jobs": "\(reaped)"]) }
        }
    }
}

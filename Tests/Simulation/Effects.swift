import Hub
import Storage
import Wire

/// What transactions leave behind when they commit, each watched by the oracle.
extension World {
    func apply(_ effects: DatabaseModel.Effects) {
        if !effects.leased.isEmpty { return lease(effects) }
        var changes = false
        for article in effects.articles {
            database.tables.articles |= 1 << UInt64(article)
            database.tables.jobs.append(.init(article: article, name: Oracle.names[article], runAt: now))
            changes = true
        }
        for (article, lease) in effects.fenced {
            note("stored: \(lease)")
            require(oracle.stored(article, lease))
            database.tables.jobs.removeAll { $0.article == article }
            changes = true
        }
        for (id, code) in effects.records {
            database.tables.records[id] = code
            database.tables.outbox.append(id)
        }
        for returned in effects.given { giveBack(returned) }
        if let (held, owners) = effects.care { care(held, owners) }
        if !effects.taken.isEmpty { place(effects) }
        if !effects.records.isEmpty || !effects.placed.isEmpty { pokeSequencers() }
        if changes || !effects.given.isEmpty || !effects.placed.isEmpty { database.unflushed = [] }
    }

    private func lease(_ effects: DatabaseModel.Effects) {
        for (article, owner) in effects.leased {
            guard let index = database.tables.jobs.firstIndex(where: { $0.article == article }) else { continue }
            database.unflushed.append(database.tables.jobs[index])
            database.unflushed[database.unflushed.count - 1].lock = 0
            database.tables.jobs[index].state = 1
            database.tables.jobs[index].attempt += 1
            database.tables.jobs[index].owner = owner
            database.tables.jobs[index].until = now + WorkStore.leaseSeconds * 1000
            let job = database.tables.jobs[index]
            note("leased: \(job.name) attempt \(job.attempt) to \(owner)")
            oracle.leased(article, Lease(article: job.name, attempt: job.attempt, owner: owner))
        }
    }

    private func giveBack(_ returned: Dispatcher.Returned) {
        guard let index = database.tables.jobs.firstIndex(where: { $0.name == returned.lease.article }) else { return }
        var job = database.tables.jobs[index]
        let charged = returned.charged && mutation != .chargesNothing
        if charged {
            let wait = min(300_000, 1000 << job.attempt)
            job.runAt = now + wait / 2 + random.below(wait / 2)
        }
        job.state = returned.dead || charged && job.attempt >= WorkStore.lastAttempt ? 3 : 0
        if !charged, !returned.dead { job.attempt = max(0, job.attempt - 1) }
        job.owner = ""
        database.tables.jobs[index] = job
        note("given back: \(returned.lease) charged \(charged), state \(job.state): \(returned.reason)")
        require(oracle.givenBack(job.article, returned.lease, charged: charged, dead: job.state == 3))
    }

    private func care(_ held: [Lease], _ owners: [String]) {
        for index in database.tables.jobs.indices where database.tables.jobs[index].state == 1 {
            let job = database.tables.jobs[index]
            if mutation == .renewByOwner ? owners.contains(job.owner) : held.contains(where: { job.matches($0) }) {
                let until = now + WorkStore.leaseSeconds * 1000
                if job.until < now + WorkStore.leaseSeconds * 5000 / 6 { database.tables.jobs[index].until = until }
            } else if job.until < now {
                note("reaped: \(job.name) attempt \(job.attempt) of \(job.owner)")
                database.tables.jobs[index].state = 0
                database.tables.jobs[index].attempt = max(0, job.attempt - 1)
                database.tables.jobs[index].owner = ""
                oracle.unleased(job.article)
                database.unflushed = []
            }
        }
    }

    private func place(_ effects: DatabaseModel.Effects) {
        for entry in effects.placed {
            note("placed: record \(DatabaseModel.code(entry)) as \(entry.seq) of \(entry.epoch)")
            require(oracle.placed(entry, database))
            database.tables.log.append(entry)
        }
        database.tables.outbox.removeAll { effects.taken.contains($0) }
        if mutation == .serialTailing {
            database.tables.outbox = []
            database.tables.tailed = max(database.tables.tailed, effects.taken.last ?? 0)
        }
    }

    /// The poll of every sequencer comes within its interval.
    func pokeSequencers() {
        for hub in hubs.indices where hubs[hub].isUp {
            push(.sequencer(hub: hub, life: hubs[hub].life), in: random.between(1, 100))
        }
    }

    // MARK: Ingest

    /// Files are claimed and stored, again and again until the database has said so; a crash begins again with what is in hand.
    func ingest() {
        guard !inbox.isEmpty, clients[World.ingestClient].operation == nil else { return }
        run(World.ingestClient, .store(Array(inbox.prefix(random.between(1, 4)))))
    }

    func ingestStored() {
        inbox.removeAll { database.tables.articles & (1 << UInt64($0)) != 0 }
        send(.work(.ring), from: doorbell)
        if !inbox.isEmpty { push(.ingest, in: random.between(1, 800)) }
    }
}

import Wire

/// What may go wrong between two steps.
extension World {
    func injectFault() {
        switch random.below(14) {
        case 0: chargeable { crash(worker: random.below(workers.count)) }
        case 1: leave(worker: random.below(workers.count))
        case 2: chargeable { breakAny(feed: false) }
        case 3: chargeable { stall(feed: false) }
        case 4, 5:
            let hub = random.below(hubs.count)
            if hubs[hub].isUp { crash(hub: hub, restarts: true) }
        case 6: crash(subscriber: random.below(subscribers.count), for: random.between(1, 3000))
        case 7: breakAny(feed: true)
        case 8: stall(feed: true)
        case 9:
            if let link = anyLink(feed: true) { links[link].losesNext = true }
        case 10:
            guard database.isUp else { return }
            note("the database ends")
            crashDatabase(keepsConnections: false)
        case 11: restore()
        case 12:
            note("the database refuses statements")
            refusesStatements = true
            push(.refusalsEnd, in: random.between(1, random.chance(700) ? 3000 : 9000))
        default:
            note("ingest ends and begins again with what it had in hand")
            end(World.ingestClient)
            inbox = Array(scenario.kinds.indices.prefix(random.between(0, scenario.kinds.count))) + inbox
            inbox = Array(Set(inbox)).sorted()
            push(.ingest, in: random.between(100, 1000))
        }
    }

    private func chargeable(_ fault: () -> Void) {
        guard scenario.chargeable > 0 else { return }
        scenario.chargeable -= 1
        fault()
    }

    private func anyLink(feed: Bool) -> Int? {
        var found: [Int] = []
        for link in links.indices where links[link].isUp && !sockets[links[link].socket].isClosed {
            if case .subscriber = sockets[links[link].socket].owner {
                if feed { found.append(link) }
            } else if !feed {
                found.append(link)
            }
        }
        return found.isEmpty ? nil : found[random.below(found.count)]
    }

    private func breakAny(feed: Bool) {
        guard let link = anyLink(feed: feed) else { return }
        note("connection \(link) breaks")
        breakLink(link, noticedWithin: random.chance(800) ? 50 : 6000)
    }

    private func stall(feed: Bool) {
        guard let link = anyLink(feed: feed) else { return }
        links[link].stalledUntil = now + random.between(100, 8000)
        note("connection \(link) stalls until \(links[link].stalledUntil)")
        // Trouble seldom comes alone.
        if database.isUp, random.chance(200) { crashDatabase(keepsConnections: false) }
    }

    // MARK: Processes

    func crash(worker: Int) {
        guard workers[worker].isUp else { return }
        note("worker \(worker) ends")
        workers[worker].isUp = false
        workers[worker].life += 1
        if let socket = workers[worker].socket { closeSocket(socket) }
        workers[worker].socket = nil
        push(.startWorker(worker), in: random.between(100, 2000))
    }

    private func leave(worker: Int) {
        guard workers[worker].isUp else { return }
        if let socket = workers[worker].socket { send(.work(.bye), from: socket) }
        crash(worker: worker)
    }

    func crash(subscriber: Int, for milliseconds: Int) {
        guard subscribers[subscriber].isUp else { return }
        note("subscriber \(subscriber) ends")
        subscribers[subscriber].isUp = false
        subscribers[subscriber].life += 1
        if let socket = subscribers[subscriber].socket { closeSocket(socket) }
        subscribers[subscriber].socket = nil
        push(.startSubscriber(subscriber), in: milliseconds)
    }

    func crash(hub: Int, restarts: Bool) {
        note("hub \(hub) ends")
        hubs[hub].isUp = false
        hubs[hub].life += 1
        let noticed = random.chance(800) ? 50 : 5000
        for link in links.indices where links[link].hub == hub { breakLink(link, noticedWithin: noticed) }
        for client in (hub * 3)..<(hub * 3 + 3) { end(client) }
        if restarts { push(.startHub(hub), in: random.between(50, 2500)) }
    }

    // MARK: Backups

    /// Takes a backup, or gives one back: the log has another name then, and the articles behind the backup are dropped again.
    private func restore() {
        guard let tables = backup else {
            backup = database.tables
            for index in backup?.jobs.indices ?? 0..<0 { backup?.jobs[index].lock = 0 }
            return note("a backup is taken")
        }
        guard database.isUp, database.tables.epoch < 9 else { return }
        crashDatabase(keepsConnections: random.chance(500))
        let epoch = database.tables.epoch + 1
        database.tables = tables
        database.tables.epoch = epoch
        database.tables.log = tables.log.map {
            DatabaseModel.entry(DatabaseModel.code($0), seq: $0.seq, epoch: epoch)
        }
        database.headLock = 0
        database.articleLock = 0
        oracle.restored(database)
        note("the backup is restored as \(DatabaseModel.epochs[epoch])")
        inbox = Array(scenario.kinds.indices)
        push(.ingest, in: random.between(10, 2000))
        if database.isUp { pokeSequencers() }
    }
}

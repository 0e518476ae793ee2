import Hub
import Storage
import Wire

/// A hub's threads, after WorkThread, WorkDatabaseThread, SequencerThread, ReplayThread and FeedThread.
struct HubModel {
    var isUp = false
    var life = 0
    /// Will not be started again.
    var isRetired = false
    var lastAnswer = 0
    var lastNews = 0

    // The work socket's thread.
    var dispatcher = Dispatcher()
    /// Owners of live sessions, for the mutation that renews by owner.
    var owners: [String] = []

    // The thread of the work database: its mailbox and what it has in hand.
    enum Command {
        case commit(Operation.Answered)
        case giveBack([Dispatcher.Returned])
        case lease(peer: [UInt8], owner: String, limit: Int)
        case held([Lease])
    }
    var mailbox: [Command] = []
    var answers: [Operation.Answered] = []
    var returned: [Dispatcher.Returned] = []
    var wanted: [(peer: [UInt8], owner: String, limit: Int)] = []
    var held: [Lease] = []
    var stage = 0
    var isBusy = false
    var storesSingly = 0
    var lockedGeneration = 0
    var nextCare = 0
    var plannedCare = -1

    // The sequencer.
    var sequencer = Sequencer()
    var actions: [Sequencer.Action] = []
    var isSequencing = false
    var isRung = false
    var lookedGeneration = 0

    // Feed and replay.
    var feed: FeedServer?
    var fetches: [(after: Int, limit: Int)] = []
    var isFetching = false
}

extension World {
    func startHub(_ hub: Int) {
        guard !hubs[hub].isUp, !hubs[hub].isRetired else { return }
        var fresh = HubModel()
        fresh.isUp = true
        fresh.life = hubs[hub].life
        fresh.sequencer = Sequencer(batch: scenario.batch)
        hubs[hub] = fresh
        for client in (hub * 3)..<(hub * 3 + 3) {
            clients[client].generation = 0
        }
        note("hub \(hub) starts")
        push(.workTick(hub: hub, life: fresh.life), in: 0)
        push(.workLoop(hub: hub, life: fresh.life), in: 1)
        push(.feedTick(hub: hub, life: fresh.life), in: 2)
        push(.sequencer(hub: hub, life: fresh.life), in: 1)
    }

    // MARK: The work socket

    func workTick(_ hub: Int) {
        execute(hubs[hub].dispatcher.tick(now: now), hub)
        execute(hubs[hub].dispatcher.rung(), hub)
        post(.held(hubs[hub].dispatcher.held), hub)
        push(.workTick(hub: hub, life: hubs[hub].life), in: 500)
    }

    func receive(_ message: WorkMessage, _ peer: [UInt8], _ hub: Int) {
        note("hub \(hub) has from \(World.link(peer)): \(message)")
        drawnOwners += 1
        execute(hubs[hub].dispatcher.receive(message, from: peer, now: now, freshOwner: "o\(drawnOwners)"), hub)
    }

    func take(_ answer: Event.Answer, _ hub: Int) {
        switch answer {
        case .leased(let leases, let peer, let owner, let limit):
            let jobs = leases.map { (lease: $0, article: [] as [UInt8]) }
            execute(hubs[hub].dispatcher.leased(jobs, for: peer, owner: owner, limit: limit), hub)
            let most = max(4, scenario.threads * 4)
            for worker in hubs[hub].dispatcher.workers where worker.jobs > most {
                fail("hub \(hub) has \(worker.jobs) jobs for a worker with credit for \(most)")
            }
        case .committed(let lease, let peer, let fresh):
            execute(hubs[hub].dispatcher.committed(lease, of: peer, fresh: fresh), hub)
        case .refused(let lease, let peer):
            execute(hubs[hub].dispatcher.refused(lease, of: peer, reason: "refused"), hub)
        }
    }

    private func execute(_ actions: [Dispatcher.Action], _ hub: Int) {
        for action in actions {
            switch action {
            case .send(let message, let peer):
                note("hub \(hub) sends to \(World.link(peer)): \(message)")
                guard !send(.work(message), to: peer) else { continue }
                execute(hubs[hub].dispatcher.unreachable(peer, now: now), hub)
            case .lease(let peer, let owner, let limit):
                if !hubs[hub].owners.contains(owner) { hubs[hub].owners.append(owner) }
                post(.lease(peer: peer, owner: owner, limit: limit), hub)
            case .commit(let peer, let lease, let records): post(.commit((peer, lease, records)), hub)
            case .giveBack(let returned): post(.giveBack(returned), hub)
            }
        }
    }

    // MARK: The work database

    private func post(_ command: HubModel.Command, _ hub: Int) {
        if hubs[hub].mailbox.isEmpty, !hubs[hub].isBusy {
            push(.workLoop(hub: hub, life: hubs[hub].life), in: random.below(2))
        }
        hubs[hub].mailbox.append(command)
    }

    func workLoop(_ hub: Int) {
        guard !hubs[hub].isBusy else { return }
        for command in hubs[hub].mailbox {
            switch command {
            case .commit(let answer): hubs[hub].answers.append(answer)
            case .giveBack(let jobs): hubs[hub].returned += jobs
            case .lease(let peer, let owner, let limit): hubs[hub].wanted.append((peer, owner, limit))
            case .held(let held): hubs[hub].held = held
            }
        }
        hubs[hub].mailbox.removeAll(keepingCapacity: true)
        hubs[hub].isBusy = true
        hubs[hub].stage = 0
        advance(hub)
    }

    private func advance(_ hub: Int) {
        let client = hub * 3
        while true {
            switch hubs[hub].stage {
            case 0:
                hubs[hub].stage = 1
                guard clients[client].connection != 0, clients[client].generation == hubs[hub].lockedGeneration else {
                    return run(client, .lock)
                }
            case 1:
                guard hubs[hub].answers.isEmpty else {
                    let all = Array(hubs[hub].answers.prefix(hubs[hub].storesSingly > 0 ? 1 : 256))
                    return run(client, .commit(all))
                }
                hubs[hub].stage = 2
            case 2:
                hubs[hub].stage = 3
                guard hubs[hub].returned.isEmpty else { return run(client, .giveBack(hubs[hub].returned)) }
            case 3:
                if let want = hubs[hub].wanted.first {
                    return run(client, .lease(owner: want.owner, limit: want.limit))
                }
                hubs[hub].stage = 4
            case 4:
                hubs[hub].stage = 5
                guard now < hubs[hub].nextCare else {
                    hubs[hub].nextCare = now + 1000
                    return run(client, .care(held: hubs[hub].held, owners: hubs[hub].owners))
                }
            default: return rest(hub)
            }
        }
    }

    private func rest(_ hub: Int) {
        hubs[hub].isBusy = false
        guard hubs[hub].mailbox.isEmpty else { return push(.workLoop(hub: hub, life: hubs[hub].life), in: 0) }
        guard hubs[hub].plannedCare != hubs[hub].nextCare else { return }
        hubs[hub].plannedCare = hubs[hub].nextCare
        push(.workLoop(hub: hub, life: hubs[hub].life), at: hubs[hub].nextCare)
    }

    func workDatabase(_ hub: Int, _ operation: Operation, _ outcome: Outcome) {
        switch (operation, outcome) {
        case (.lock, .locked(true)): hubs[hub].lockedGeneration = clients[hub * 3].generation
        case (.lock, _):
            return run(hub * 3, .lock, in: 1000)
        case (.commit(let batch), .stored(let stored)):
            hubs[hub].answers.removeFirst(batch.count)
            hubs[hub].storesSingly = max(0, hubs[hub].storesSingly - 1)
            wakeSequencer(hub)
            for answer in batch {
                tell(.committed(answer.lease, peer: answer.peer, fresh: stored.contains(answer.lease)), hub)
            }
        case (.commit(let batch), _):
            if batch.count > 1 {
                hubs[hub].storesSingly = batch.count
            } else {
                hubs[hub].answers.removeFirst()
                hubs[hub].storesSingly = max(0, hubs[hub].storesSingly - 1)
                tell(.refused(batch[0].lease, peer: batch[0].peer), hub)
            }
        case (.giveBack, _): hubs[hub].returned = []
        case (.lease, .leased(let leases)):
            let want = hubs[hub].wanted.removeFirst()
            tell(.leased(leases, peer: want.peer, owner: want.owner, limit: want.limit), hub)
        default: break
        }
        advance(hub)
    }

    func workRefused(_ hub: Int) {
        if mutation == .forgetsCommands {
            hubs[hub].answers = []
            hubs[hub].returned = []
            hubs[hub].wanted = []
        }
        hubs[hub].isBusy = false
        // Busy sleeping: what is posted waits for the loop.
        hubs[hub].plannedCare = -1
        push(.workLoop(hub: hub, life: hubs[hub].life), in: 1000)
    }

    private func tell(_ answer: Event.Answer, _ hub: Int) {
        hubs[hub].lastAnswer = max(hubs[hub].lastAnswer, now + random.below(3))
        push(.answer(hub: hub, life: hubs[hub].life, answer), at: hubs[hub].lastAnswer)
    }
}

import Hub
import Storage
import Wire

/// The hub's sequencer, replay and feed threads.
extension World {
    // MARK: The sequencer

    func wakeSequencer(_ hub: Int) {
        guard !hubs[hub].isSequencing else { return hubs[hub].isRung = true }
        hubs[hub].isSequencing = true
        hubs[hub].actions = [.look]
        sequence(hub)
    }

    private func sequence(_ hub: Int) {
        while !hubs[hub].actions.isEmpty {
            switch hubs[hub].actions.removeFirst() {
            case .look: return run(hub * 3 + 1, .look)
            case .read(let after, let limit): return run(hub * 3 + 1, .read(after: after, limit: limit))
            case .sequence(let limit): return run(hub * 3 + 1, .sequence(limit: limit))
            case .open(let head): tell(.opened(head), hub)
            case .append(let entries): tell(.appended(entries), hub)
            }
        }
        hubs[hub].isSequencing = false
        guard hubs[hub].isRung else { return }
        hubs[hub].isRung = false
        wakeSequencer(hub)
    }

    func sequencer(_ hub: Int, _ operation: Operation, _ outcome: Outcome) {
        switch outcome {
        case .looked(let head, let waiting):
            let generation = clients[hub * 3 + 1].generation
            if mutation == .looksForOutboxOnly, !waiting, generation == hubs[hub].lookedGeneration { break }
            hubs[hub].lookedGeneration = generation
            hubs[hub].actions += hubs[hub].sequencer.looked(head, waiting: waiting)
        case .entries(let entries):
            if case .sequence = operation {
                hubs[hub].actions += hubs[hub].sequencer.sequenced(entries)
            } else {
                hubs[hub].actions += hubs[hub].sequencer.read(entries)
            }
        default: break
        }
        sequence(hub)
    }

    func sequencerRefused(_ hub: Int) {
        hubs[hub].isSequencing = false
        hubs[hub].actions = []
        push(.sequencer(hub: hub, life: hubs[hub].life), in: 1000)
    }

    private func tell(_ news: Event.News, _ hub: Int) {
        hubs[hub].lastNews = max(hubs[hub].lastNews, now + random.below(3))
        push(.news(hub: hub, life: hubs[hub].life, news), at: hubs[hub].lastNews)
    }

    // MARK: The replay

    private func fetch(_ after: Int, _ limit: Int, _ hub: Int) {
        hubs[hub].fetches.append((after, limit))
        guard !hubs[hub].isFetching else { return }
        hubs[hub].isFetching = true
        run(hub * 3 + 2, .read(after: after, limit: limit))
    }

    func replayed(_ hub: Int, _ operation: Operation, _ outcome: Outcome) {
        guard case .entries(var entries) = outcome, case .read(let after, _) = operation else { return }
        if mutation == .anyLog, let epoch = hubs[hub].feed?.epoch {
            entries = entries.map {
                LogEntry(
                    seq: $0.seq,
                    tseq: $0.tseq,
                    epoch: epoch,
                    topic: $0.topic,
                    keys: $0.keys,
                    envelope: $0.envelope
                )
            }
        }
        tell(.fetched(after: after, entries), hub)
        hubs[hub].fetches.removeFirst()
        if let next = hubs[hub].fetches.first {
            run(hub * 3 + 2, .read(after: next.after, limit: next.limit))
        } else {
            hubs[hub].isFetching = false
        }
    }

    // MARK: The feed

    func feedTick(_ hub: Int) {
        push(.feedTick(hub: hub, life: hubs[hub].life), in: 1000)
        guard hubs[hub].feed != nil else { return }
        execute(hubs[hub].feed?.tick(now: now) ?? [], hub)
    }

    func take(_ news: Event.News, _ hub: Int) {
        switch news {
        case .opened(let head):
            if hubs[hub].feed == nil {
                let limits = FeedServer.Limits(tailBytes: scenario.tailBytes, replay: scenario.replay)
                hubs[hub].feed = FeedServer(epoch: head.epoch, head: head.seq, floor: head.floor, limits: limits)
            } else {
                execute(hubs[hub].feed?.reset(epoch: head.epoch, head: head.seq, floor: head.floor) ?? [], hub)
            }
            note("hub \(hub) knows the log \(head.epoch) up to \(head.seq)")
        case .appended(let entries): execute(hubs[hub].feed?.append(entries) ?? [], hub)
        case .fetched(let after, let entries):
            execute(hubs[hub].feed?.fetched(after: after, entries) ?? [], hub)
        }
    }

    func receive(_ message: FeedMessage, _ peer: [UInt8], _ hub: Int) {
        note("hub \(hub) has from \(World.link(peer)): \(message)")
        guard hubs[hub].feed != nil else {
            guard case .subscribe = message else { return }
            _ = send(.feed(.refused(.init(code: "busy", message: "no database yet"))), to: peer)
            return
        }
        execute(hubs[hub].feed?.receive(message, from: peer, now: now) ?? [], hub)
    }

    private func execute(_ actions: [FeedServer.Action], _ hub: Int) {
        for action in actions.count > 1 ? World.ordered(actions) : actions {
            switch action {
            case .send(let message, let peer):
                note("hub \(hub) sends to \(World.link(peer)): \(message)")
                if !send(.feed(message), to: peer) { hubs[hub].feed?.unreachable(peer) }
            case .fetch(let after, let limit): fetch(after, limit, hub)
            case .load, .store: preconditionFailure("subscribers of the simulation keep their own places")
            }
        }
    }

    /// Actions for different peers may come in any order: a run that can be repeated needs one.
    private static func ordered(_ actions: [FeedServer.Action]) -> [FeedServer.Action] {
        actions.enumerated().map { offset, action in
            switch action {
            case .send(_, let peer): (key: link(peer), offset: offset, action: action)
            case .fetch(let after, _): (key: 1 << 30 + after, offset: offset, action: action)
            case .load, .store: (key: 1 << 31, offset: offset, action: action)
            }
        }.sorted { ($0.key, $0.offset) < ($1.key, $1.offset) }.map(\.action)
    }
}

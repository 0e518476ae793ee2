import Extraction
import Wire

/// An extractor, after ExtractionThread and its coding threads.
struct WorkerModel {
    var isUp = false
    var life = 0
    var client: WorkClient
    var socket: Int?
    var connectAt = 0
    /// The version of the coder, part of every record's identity.
    var coder: Int
    let threads: Int

    init(_ threads: Int, coder: Int) {
        self.threads = threads
        self.coder = coder
        client = WorkClient(name: "w", coder: "c", workers: threads, hangAfter: 3000)
    }
}

extension World {
    func startWorker(_ worker: Int) {
        guard !workers[worker].isUp else { return }
        let old = workers[worker]
        workers[worker] = WorkerModel(old.threads, coder: random.chance(200) ? 1 - old.coder : old.coder)
        workers[worker].isUp = true
        workers[worker].life = old.life
        note("worker \(worker) starts")
        workerLoop(worker)
    }

    func workerLoop(_ worker: Int) {
        if workers[worker].socket == nil, now >= workers[worker].connectAt {
            workers[worker].socket = openSocket(.worker(worker, life: workers[worker].life))
            execute(workers[worker].client.connected(now: now), worker)
        }
        execute(workers[worker].client.tick(now: now), worker)
        guard workers[worker].isUp else { return }
        push(.worker(worker, life: workers[worker].life), in: random.between(200, 300))
    }

    func receive(_ message: WorkMessage, worker: Int) {
        note("worker \(worker) has: \(message)")
        execute(workers[worker].client.receive(message, now: now), worker)
    }

    func coded(_ worker: Int, _ lease: Lease) {
        execute(workers[worker].client.finished(lease, with: answer(worker, lease), now: now), worker)
    }

    private func answer(_ worker: Int, _ lease: Lease) -> WorkMessage {
        let article = Oracle.article(lease.article)
        if scenario.kinds[article] == .poison {
            return .fail(.init(lease: lease, kind: .poison, reason: "poison"))
        }
        let isRefused: UInt8 = scenario.kinds[article] == .refused ? 1 : 0
        return .result(
            lease,
            (0..<scenario.records[article]).map { number in
                let code = article * 100 + number * 10 + workers[worker].coder
                let head = RecordHead(id: "", type: "event", topic: "event/", keys: "")
                return RecordDraft(head: head, data: [UInt8(code & 255), UInt8(code >> 8), isRefused])
            }
        )
    }

    private func execute(_ actions: [WorkClient.Action], _ worker: Int) {
        for action in actions {
            switch action {
            case .send(let message):
                if let socket = workers[worker].socket { send(.work(message), from: socket) }
            case .run(let lease, _): code(worker, lease)
            case .reconnect(let reason):
                note("worker \(worker): \(reason)")
                if let socket = workers[worker].socket { closeSocket(socket) }
                workers[worker].socket = nil
                workers[worker].connectAt = now + random.between(50, 2000)
            case .abandon(let lease, let reason):
                note("worker \(worker): \(reason)")
                let failure = WorkMessage.fail(.init(lease: lease, kind: .poison, reason: reason))
                if let socket = workers[worker].socket { send(.work(failure), from: socket) }
                return crash(worker: worker)
            }
        }
    }

    private func code(_ worker: Int, _ lease: Lease) {
        note("worker \(worker) begins \(lease)")
        let life = workers[worker].life
        let article = Oracle.article(lease.article)
        let time =
            switch random.below(20) {
            case 0: random.between(500, 2500)
            case 1...3: random.between(50, 500)
            default: random.between(1, 50)
            }
        switch scenario.kinds[article] {
        case .killer: push(.killed(worker: worker, life: life), in: time)
        case .flaky where !oracle.hasKilled(article):
            oracle.kills(article)
            push(.killed(worker: worker, life: life), in: time)
        case .hanging: break
        default: push(.coded(worker: worker, life: life, lease), in: time)
        }
    }
}

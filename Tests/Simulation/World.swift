import Extraction
import Hub
import Storage
import TidingsClient
import Wire

/// One seeded run: the state machines of the services on a virtual clock, with a model of all that lies between them.
///
/// The same seed gives the same run, step by step. Time is milliseconds.
package final class World {
    /// What a run came to.
    package struct Result: Sendable {
        package var steps: Int
        /// Virtual milliseconds.
        package var time: Int
        /// The invariant that broke, or nil.
        package var failure: String?
    }

    var random: Random
    var scenario: Scenario
    let mutation: Mutation?
    private let print: ((String) -> Void)?
    private var queue = EventQueue<Event>()
    private(set) var now = 0
    private(set) var steps = 0
    private(set) var failure: String?
    /// Whether the faults are over.
    private(set) var isHealed = false
    private var deadline = Int.max

    // What there is.
    var hubs: [HubModel] = []
    var workers: [WorkerModel] = []
    var subscribers: [SubscriberModel] = []
    var sockets: [SocketModel] = []
    var links: [LinkModel] = []
    var clients: [ClientModel]
    var transactions: [TransactionModel] = []
    var database: DatabaseModel
    var backup: DatabaseModel.Tables?
    /// Articles that ingest has yet to store.
    var inbox: [Int] = []
    var doorbell = 0
    /// While a statement of ours is wrong for the database, as during a migration.
    var refusesStatements = false
    var drawnOwners = 0
    var connections = 0
    var oracle: Oracle

    package init(seed: UInt64, mutation: Mutation? = nil, print: ((String) -> Void)? = nil) {
        random = Random(seed: seed)
        scenario = Scenario(&random)
        self.mutation = mutation
        self.print = print
        database = DatabaseModel(mutation: mutation, scenario: scenario)
        clients = Array(repeating: ClientModel(), count: 7)
        oracle = Oracle(scenario)
        hubs = Array(repeating: HubModel(), count: scenario.hasSecondHub ? 2 : 1)
        workers = (0..<scenario.workers).map { WorkerModel(scenario.threads, coder: $0 % 2) }
        subscribers = scenario.subscribers.map { SubscriberModel($0.filter, $0.window) }
    }

    /// Runs until everything is drained, an invariant breaks, or the time for that is over.
    package func run() -> Result {
        begin()
        while failure == nil, let (time, event) = queue.pop() {
            now = time
            steps += 1
            if !isHealed {
                if now >= scenario.healAt {
                    heal()
                } else if scenario.faults > 0, random.chance(scenario.rate) {
                    scenario.faults -= 1
                    injectFault()
                }
            }
            handle(event)
            if isHealed { if isDrained { break } }
            if now > deadline { fail("not drained \(now - scenario.healAt) ms after the last fault: \(undone)") }
            if steps > 200_000 { fail("200,000 steps in \(now) ms: something runs hot") }
        }
        if failure == nil, let broken = oracle.final(database) { fail(broken) }
        return Result(steps: steps, time: now, failure: failure)
    }

    private func begin() {
        for hub in hubs.indices { push(.startHub(hub), in: hub == 0 ? 0 : random.between(0, 3000)) }
        for worker in workers.indices { push(.startWorker(worker), in: random.below(300)) }
        for subscriber in subscribers.indices { push(.startSubscriber(subscriber), in: random.below(2000)) }
        inbox = Array(scenario.kinds.indices)
        doorbell = openSocket(.doorbell)
        push(.ingest, in: random.below(500))
    }

    private func heal() {
        isHealed = true
        scenario.faults = 0
        scenario.statementFaults = 0
        deadline = now + 300_000
        note("the faults are over")
        guard hubs.count == 2 else { return }
        let other = random.below(2)
        if hubs[other].isUp { crash(hub: other, restarts: false) }
        hubs[other].isRetired = true
        if !hubs[1 - other].isUp { push(.startHub(1 - other), in: 100) }
    }

    private func handle(_ event: Event) {
        switch event {
        case .toHub(let link, let packet): arriveAtHub(link, packet)
        case .toPeer(let link, let packet): arriveAtPeer(link, packet)
        case .connect(let socket): connect(socket)
        case .lost(let link): noticeLoss(link)
        case .begin(let client, let token): begin(client, token)
        case .finish(let transaction): finish(transaction)
        case .late(let operation): late(operation)
        case .releaseLock(let connection): if database.lockHolder == connection { database.lockHolder = 0 }
        case .databaseUp: databaseUp()
        case .refusalsEnd: refusesStatements = false
        case .workTick(let hub, let life): if lives(hub, life) { workTick(hub) }
        case .feedTick(let hub, let life): if lives(hub, life) { feedTick(hub) }
        case .workLoop(let hub, let life): if lives(hub, life) { workLoop(hub) }
        case .sequencer(let hub, let life): if lives(hub, life) { wakeSequencer(hub) }
        case .answer(let hub, let life, let answer): if lives(hub, life) { take(answer, hub) }
        case .news(let hub, let life, let news): if lives(hub, life) { take(news, hub) }
        case .worker(let worker, let life): if workers[worker].life == life { workerLoop(worker) }
        case .coded(let worker, let life, let lease): if workers[worker].life == life { coded(worker, lease) }
        case .killed(let worker, let life):
            if workers[worker].life == life {
                note("worker \(worker) is killed by its article")
                crash(worker: worker)
            }
        case .subscriber(let subscriber, let life):
            if subscribers[subscriber].life == life {
                subscribers[subscriber].wakes = false
                subscriberLoop(subscriber)
            }
        case .effect(let subscriber, let life): if subscribers[subscriber].life == life { effect(subscriber) }
        case .ingest: ingest()
        case .startHub(let hub): startHub(hub)
        case .startWorker(let worker): startWorker(worker)
        case .startSubscriber(let subscriber): startSubscriber(subscriber)
        }
    }

    private func lives(_ hub: Int, _ life: Int) -> Bool { hubs[hub].isUp && hubs[hub].life == life }

    func push(_ event: Event, in delay: Int) { queue.push(event, at: now + delay) }

    func push(_ event: Event, at time: Int) { queue.push(event, at: max(now, time)) }

    func note(_ text: @autoclosure () -> String) {
        guard let print else { return }
        print("\(now) \(text())")
    }

    func fail(_ text: String) {
        note("BROKEN: \(text)")
        if failure == nil { failure = text }
    }

    func require(_ broken: String?) { if let broken { fail(broken) } }

    // MARK: The end

    private var isDrained: Bool {
        guard inbox.isEmpty, database.tables.outbox.isEmpty, !database.tables.jobs.contains(where: { $0.state != 3 })
        else { return false }
        return subscribers.indices.allSatisfy { oracle.isComplete(subscribers[$0], database) }
    }

    private var undone: String {
        let jobs = database.tables.jobs.filter { $0.state != 3 }.map { "\($0.name) state \($0.state) of \($0.owner)" }
        let behind = subscribers.indices.filter { !oracle.isComplete(subscribers[$0], database) }
        return "jobs \(jobs), inbox \(inbox), outbox \(database.tables.outbox), subscribers behind \(behind)"
    }
}

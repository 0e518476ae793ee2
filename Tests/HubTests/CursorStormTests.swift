import Testing
import TidingsClient
import Wire

@testable import Hub

/// A hub's and a subscriber's state machines with a named cursor between them, while connections, hub, database and subscriber fail.
@Suite("Cursors in a storm") struct CursorStormTests {
    @Test(arguments: 1...150 as ClosedRange<UInt64>)
    func `nothing acknowledged comes again after a crash, and nothing else is skipped`(_ seed: UInt64) {
        var storm = Storm(seed: seed)
        var step = 0
        while !storm.isDone, step < 20_000 {
            step += 1
            storm.step()
        }
        #expect(
            storm.isDone,
            "seed \(seed): stuck at \(storm.client.seq ?? -1), acknowledged \(storm.client.acked ?? -1)"
        )
        #expect(storm.faults.isEmpty, "seed \(seed): \(storm.faults)")
    }

    private struct Storm {
        private static let cursor = FeedCursor(owner: "", name: "desk")
        private static let filter = "event=COERCE"
        private static let length = 150

        private var random: UInt64
        private var log: [LogEntry] = []
        private var matching: [Int] = []
        private var server = FeedServer(epoch: "e", head: 0, floor: 0, limits: .init(tailBytes: 3000, replay: 7))
        private(set) var client = Storm.freshClient()
        private var peer: [UInt8] = [0]
        private var connections = 0
        private var isConnected = false
        private var now = 0
        /// What is on its way; a lost connection or a crash of the hub loses it.
        private var toServer: [FeedMessage] = []
        private var toClient: [FeedMessage] = []
        private var requests: [FeedServer.Action] = []
        private var stored: FeedCursor.Place?
        // What the subscriber's program knows.
        private var last: Int?
        private var acknowledged = 0
        /// The highest ACKED that a subscriber has heard, over all its lives.
        private var confirmed = 0
        private(set) var faults: [String] = []

        init(seed: UInt64) {
            random = seed
            for seq in 1...Storm.length {
                let isMatch = draw(3) == 0
                if isMatch { matching.append(seq) }
                log.append(.sample(seq, keys: isMatch ? "event=COERCE" : "event=AID", bytes: draw(200)))
            }
        }

        private static func freshClient() -> FeedSubscription {
            FeedSubscription(filter: filter, start: .floor, cursor: cursor.name, client: "storm", window: 8)
        }

        var isDone: Bool { server.head == Storm.length && (client.acked ?? 0) == Storm.length }

        private mutating func draw(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }

        mutating func step() {
            switch draw(40) {
            case 0..<4: append()
            case 4..<14: if !toServer.isEmpty { execute(server.receive(toServer.removeFirst(), from: peer, now: now)) }
            case 14..<24: if !toClient.isEmpty { hear(toClient.removeFirst()) }
            case 24..<30: answer()
            case 30..<35: passTime()
            case 35..<38: acknowledge()
            default: fail()
            }
            if !isConnected { connect() }
        }

        private mutating func append() {
            let end = min(Storm.length, server.head + 1 + draw(9))
            if server.head < end { execute(server.append(Array(log[server.head..<end]))) }
        }

        private mutating func passTime() {
            now += draw(300)
            execute(server.flush(now: now))
            if draw(4) == 0 { execute(server.tick(now: now)) }
            perform(client.tick(now: now))
        }

        /// The program has done with some of what it has.
        private mutating func acknowledge() {
            guard let last else { return }
            let place = max(acknowledged, last - draw(12))
            acknowledged = place
            perform(client.acknowledge(place))
            perform(client.processed(draw(4), now: now))
        }

        private mutating func fail() {
            switch draw(12) {
            case 0:
                // The hub crashes. What it had asked of the database may have happened.
                while draw(2) == 0, !requests.isEmpty { answer(isHeard: false) }
                requests = []
                server = FeedServer(epoch: "e", head: server.head, floor: 0, limits: .init(tailBytes: 3000, replay: 7))
                isConnected = false
            case 1:
                client = Storm.freshClient()
                last = nil
                isConnected = false
            case 2...4: isConnected = false
            default: break
            }
        }

        private mutating func connect() {
            connections += 1
            peer = [UInt8(connections & 255), UInt8(connections >> 8)]
            (toServer, toClient) = ([], [])
            isConnected = true
            perform(client.connected(now: now))
        }

        /// The database does the oldest thing it was asked, or refuses it.
        private mutating func answer(isHeard: Bool = true) {
            guard !requests.isEmpty else { return }
            switch requests.removeFirst() {
            case .store(let places):
                guard draw(5) > 0 else {
                    if isHeard { server.notStored(places) }
                    return
                }
                for place in places where place.seq > stored?.seq ?? 0 { stored = place }
                if isHeard { execute(server.stored(places, missing: [])) }
            case .load(_, let start, let peer):
                if stored == nil { stored = start }
                let found: FeedServer.Loaded = stored.map(FeedServer.Loaded.place) ?? .absent
                if isHeard { execute(server.loaded(found, for: peer, now: now)) }
            case .fetch(let after, let limit):
                let end = min(server.head, after + limit)
                if isHeard { execute(server.fetched(after: after, Array(log[min(after, end)..<end]))) }
            case .send: break
            }
        }

        private mutating func execute(_ actions: [FeedServer.Action]) {
            for action in actions {
                if case .send(let message, let to) = action {
                    if to == peer { toClient.append(message) }
                } else {
                    requests.append(action)
                }
            }
        }

        private mutating func hear(_ message: FeedMessage) {
            if case .acked(let seq) = message { confirmed = max(confirmed, seq) }
            if case .welcome(let welcome) = message {
                if welcome.after < confirmed { faults.append("begins at \(welcome.after), ACKED was \(confirmed)") }
                if let skipped = matching.first(where: { $0 <= welcome.after && $0 > acknowledged }) {
                    faults.append("\(skipped) is skipped: begins at \(welcome.after), acknowledged \(acknowledged)")
                }
                // What an earlier life acknowledged may be stored late: this life never sees it.
                last = max(last ?? 0, welcome.after)
            }
            perform(client.receive(message, now: now))
        }

        private mutating func perform(_ actions: [FeedSubscription.Action]) {
            for action in actions {
                switch action {
                case .send(let message): toServer.append(message)
                case .deliver(let delivery):
                    let expected = matching.first { $0 > last ?? 0 }
                    if delivery.seq != expected { faults.append("\(delivery.seq) came, not \(expected ?? -1)") }
                    last = delivery.seq
                case .reconnect: isConnected = false
                case .fail(let refusal): faults.append("refused: \(refusal.code) \(refusal.message)")
                }
            }
        }
    }
}

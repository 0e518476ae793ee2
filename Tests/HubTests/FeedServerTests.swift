import Testing
import Wire

@testable import Hub

@Suite("Feed server") struct FeedServerTests {
    private let ann: [UInt8] = [1]
    private let bob: [UInt8] = [2]

    private func subscribe(_ after: Int?, filter: String = "", epoch: String? = nil, credit: Int = 100) -> FeedMessage {
        .subscribe(.init(filter: filter, after: after, epoch: epoch, credit: credit, client: "test"))
    }

    private func events(_ actions: [FeedServer.Action], to peer: [UInt8]) -> [(seq: Int, prev: Int)] {
        actions.compactMap { if case .send(.event(let event), peer) = $0 { (event.seq, event.prev) } else { nil } }
    }

    private func refusal(_ actions: [FeedServer.Action]) -> String? {
        for case .send(.refused(let refusal), _) in actions { return refusal.code }
        return nil
    }

    private func fetches(_ actions: [FeedServer.Action]) -> [Int] {
        actions.compactMap { if case .fetch(let after, _) = $0 { after } else { nil } }
    }

    @Test func `prev is the last event sent in this subscription, over what the filter leaves out`() {
        var server = FeedServer(epoch: "e", head: 0, floor: 0)
        _ = server.receive(subscribe(0, filter: "event=COERCE"), from: ann, now: 0)
        let actions = server.append([
            .sample(1, keys: "event=COERCE"), .sample(2), .sample(3), .sample(4, keys: "event=COERCE"),
        ])
        #expect(events(actions, to: ann).map(\.seq) == [1, 4])
        #expect(events(actions, to: ann).map(\.prev) == [0, 1])
    }

    @Test func `credit bounds what is sent, and paying it goes on where it stopped`() {
        var server = FeedServer(epoch: "e", head: 0, floor: 0)
        _ = server.receive(subscribe(0, credit: 2), from: ann, now: 0)
        _ = server.receive(subscribe(0), from: bob, now: 0)
        let actions = server.append((1...5).map { LogEntry.sample($0) })
        #expect(events(actions, to: ann).map(\.seq) == [1, 2])
        #expect(events(actions, to: bob).map(\.seq) == [1, 2, 3, 4, 5], "a slow one delays nobody else")
        let more = server.receive(.credit(2), from: ann, now: 1)
        #expect(events(more, to: ann).map(\.seq) == [3, 4] && events(more, to: ann).map(\.prev) == [2, 3])
    }

    @Test func `a join between old and new misses nothing and repeats nothing`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 0)
        let joined = server.receive(subscribe(7), from: ann, now: 0)
        #expect(fetches(joined) == [7])
        // The log grows while the database is being read.
        #expect(events(server.append([.sample(11), .sample(12)]), to: ann).isEmpty)
        let actions = server.fetched(after: 7, [.sample(8), .sample(9), .sample(10)])
        #expect(events(actions, to: ann).map(\.seq) == [8, 9, 10, 11, 12])
    }

    @Test func `from now on means behind the head`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 0)
        let actions = server.receive(subscribe(nil), from: ann, now: 0)
        guard case .send(.welcome(let welcome), _) = actions.first else { Issue.record("no welcome"); return }
        #expect(welcome.after == 10 && fetches(actions).isEmpty)
        #expect(events(server.append([.sample(11)]), to: ann).map(\.prev) == [10])
    }

    /// Subscribers that ask for everything were refused once the log no longer began at 1.
    @Test func `everything there is begins where the log begins`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 5)
        let actions = server.receive(subscribe(0), from: ann, now: 0)
        guard case .send(.welcome(let welcome), _) = actions.first else { Issue.record("no welcome"); return }
        #expect(welcome.after == 5 && fetches(actions) == [5])
    }

    @Test func `what cannot be served is refused with its reason`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 5, limits: .init(sessions: 1))
        #expect(refusal(server.receive(subscribe(4), from: ann, now: 0)) == "gone")
        #expect(refusal(server.receive(subscribe(11), from: ann, now: 0)) == "ahead")
        #expect(refusal(server.receive(subscribe(6, epoch: "other"), from: ann, now: 0)) == "epoch-changed")
        #expect(refusal(server.receive(subscribe(6, filter: "colour=red"), from: ann, now: 0)) == "filter")
        #expect(refusal(server.receive(subscribe(6, epoch: "e"), from: ann, now: 0)) == nil)
        #expect(refusal(server.receive(subscribe(6), from: bob, now: 0)) == "busy")
    }

    @Test func `bytes in flight are bounded too`() {
        var server = FeedServer(epoch: "e", head: 0, floor: 0, limits: .init(bytesInFlight: 1000))
        _ = server.receive(subscribe(0), from: ann, now: 0)
        let actions = server.append((1...5).map { LogEntry.sample($0, bytes: 800) })
        #expect(events(actions, to: ann).count == 1)
        #expect(events(server.receive(.credit(1), from: ann, now: 0), to: ann).map(\.seq) == [2])
    }

    @Test func `what memory has dropped is read from the database`() {
        var server = FeedServer(epoch: "e", head: 0, floor: 0, limits: .init(tailBytes: 2000))
        for seq in 1...20 { _ = server.append([.sample(seq, bytes: 400)]) }
        #expect(fetches(server.receive(subscribe(0), from: ann, now: 0)) == [0])
        #expect(fetches(server.receive(subscribe(0), from: bob, now: 0)).isEmpty, "the same place is read once")
        let actions = server.fetched(after: 0, (1...20).map { LogEntry.sample($0) })
        #expect(events(actions, to: ann).count == 20 && events(actions, to: bob).count == 20)
    }

    @Test func `a silent subscriber is forgotten, and told so when it comes back`() {
        var server = FeedServer(epoch: "e", head: 0, floor: 0)
        _ = server.receive(subscribe(0), from: ann, now: 0)
        #expect(!server.tick(now: 10_000).isEmpty)
        #expect(server.tick(now: 10_001).isEmpty && server.subscribers.isEmpty)
        guard case .send(.bye, ann) = server.receive(.credit(1), from: ann, now: 10_002).first else {
            Issue.record("it was not told")
            return
        }
    }

    @Test func `a restored log sends everybody away`() {
        var server = FeedServer(epoch: "e", head: 3, floor: 0)
        _ = server.receive(subscribe(nil), from: ann, now: 0)
        guard case .send(.bye, ann) = server.reset(epoch: "f", head: 1, floor: 0).first else {
            Issue.record("no bye"); return
        }
        #expect(refusal(server.receive(subscribe(1, epoch: "e"), from: ann, now: 0)) == "epoch-changed")
    }

    /// What was read from the restored log before the feed knew of it, or from the old one after, went out under the wrong epoch.
    @Test func `entries of another log are not delivered`() {
        var server = FeedServer(epoch: "e", head: 3, floor: 0)
        #expect(fetches(server.receive(subscribe(0), from: ann, now: 0)) == [0])
        _ = server.reset(epoch: "f", head: 3, floor: 0)
        #expect(fetches(server.receive(subscribe(0), from: ann, now: 0)) == [0])
        let actions = server.fetched(after: 0, [.sample(1), .sample(2)])
        #expect(events(actions, to: ann).isEmpty && fetches(actions) == [0], "it asks again")
    }

    /// Every subscriber, at any place with any filter and credit, gets exactly what matches, in order and chained.
    @Test func `a seeded storm of joins, credits and fetches loses nothing`() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var state = seed
            func random(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            let log = (1...200).map {
                LogEntry.sample($0, keys: random(3) == 0 ? "event=COERCE" : "event=SANCTION", bytes: random(300))
            }
            var server = FeedServer(
                epoch: "e",
                head: 0,
                floor: 0,
                limits: .init(bytesInFlight: 2000, tailBytes: 3000, replay: 7)
            )
            var received: [[UInt8]: [(seq: Int, prev: Int)]] = [:]
            var starts: [[UInt8]: (after: Int, filter: String)] = [:]
            var pending: [(after: Int, limit: Int)] = []
            func take(_ actions: [FeedServer.Action]) {
                for action in actions {
                    switch action {
                    case .send(.event(let event), let peer): received[peer, default: []].append((event.seq, event.prev))
                    case .fetch(let after, let limit): pending.append((after, limit))
                    default: break
                    }
                }
            }
            var step = 0
            while step < 4000,
                server.head < 200 || received.contains(where: { $0.value.count < expected($0.key) }) || starts.count < 4
            {
                step += 1
                switch random(4) {
                case 0 where server.head < 200:
                    let end = min(200, server.head + 1 + random(9))
                    take(server.append(Array(log[server.head..<end])))
                case 1 where starts.count < 4:
                    let peer = [UInt8(starts.count + 1)]
                    let start = (after: random(server.head + 1), filter: random(2) == 0 ? "" : "event=COERCE")
                    starts[peer] = start
                    received[peer] = []
                    take(
                        server.receive(
                            subscribe(start.after, filter: start.filter, credit: 1 + random(20)),
                            from: peer,
                            now: 0
                        )
                    )
                case 2 where !pending.isEmpty:
                    let fetch = pending.remove(at: random(pending.count))
                    take(
                        server.fetched(
                            after: fetch.after,
                            Array(log[fetch.after..<min(server.head, fetch.after + fetch.limit)])
                        )
                    )
                default:
                    for peer in starts.keys { take(server.receive(.credit(random(10)), from: peer, now: 0)) }
                }
            }
            func expected(_ peer: [UInt8]) -> Int {
                guard let start = starts[peer] else { return 0 }
                return log.count {
                    $0.seq > start.after
                        && (start.filter.isEmpty || String(decoding: $0.keys, as: UTF8.self) == start.filter)
                }
            }
            for (peer, start) in starts {
                let events = received[peer] ?? []
                #expect(events.count == expected(peer), "seed \(seed)")
                #expect(zip(events, [start.after] + events.map(\.seq)).allSatisfy { $0.prev == $1 }, "seed \(seed)")
            }
        }
    }
}

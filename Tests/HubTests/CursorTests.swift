import Testing
import Wire

@testable import Hub

/// Named cursors: what the feed server stores, answers and refuses.
@Suite("Cursors") struct CursorTests {
    private let ann: [UInt8] = [1]
    private let bob: [UInt8] = [2]
    private let desk = FeedCursor(owner: "", name: "desk")

    private func subscribe(_ cursor: String = "desk", after: Int? = 0, filter: String = "") -> FeedMessage {
        .subscribe(.init(filter: filter, after: after, epoch: nil, credit: 100, client: "test", cursor: cursor))
    }

    private func place(_ seq: Int, epoch: String = "e") -> FeedCursor.Place {
        .init(cursor: desk, client: "test", epoch: epoch, seq: seq)
    }

    private func stores(_ actions: [FeedServer.Action]) -> [Int] {
        actions.flatMap { if case .store(let places) = $0 { places.map(\.seq) } else { [Int]() } }
    }

    private func acked(_ actions: [FeedServer.Action], _ peer: [UInt8]) -> [Int] {
        actions.compactMap { if case .send(.acked(let seq), peer) = $0 { seq } else { nil } }
    }

    private func refusal(_ actions: [FeedServer.Action], _ peer: [UInt8]) -> String? {
        for case .send(.refused(let refusal), peer) in actions { return refusal.code }
        return nil
    }

    private func welcome(_ actions: [FeedServer.Action], _ peer: [UInt8]) -> Int? {
        for case .send(.welcome(let welcome), peer) in actions { return welcome.after }
        return nil
    }

    /// A server with ten entries and ann reading with the cursor from 3.
    private func server() -> FeedServer {
        var server = FeedServer(epoch: "e", head: 0, floor: 0)
        _ = server.append((1...10).map { .sample($0) })
        _ = server.receive(subscribe(), from: ann, now: 0)
        _ = server.loaded(.place(place(3)), for: ann, now: 0)
        return server
    }

    @Test func `a cursor is looked up first, and begins where it stands whatever the client asks for`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 5)
        let asked = server.receive(subscribe(after: 4), from: ann, now: 0)
        guard case .load(desk, orElse: nil, for: ann) = asked.first else {
            Issue.record("not looked up, or made at a place that is gone")
            return
        }
        #expect(server.receive(.credit(1), from: ann, now: 1).isEmpty, "it is not sent away while it waits")
        #expect(welcome(server.loaded(.place(place(7)), for: ann, now: 2), ann) == 7)
        #expect(refusal(server.receive(subscribe("other", after: 4), from: bob, now: 0), bob) == nil)
        #expect(refusal(server.loaded(.absent, for: bob, now: 1), bob) == "gone")
    }

    @Test func `a new cursor is made where the client wants to begin`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 0)
        for (after, wanted) in [(4, 4), (nil, 10)] as [(Int?, Int)] {
            let asked = server.receive(subscribe(after: after), from: ann, now: 0)
            guard case .load(desk, orElse: let start?, for: ann) = asked.last else {
                Issue.record("not looked up")
                return
            }
            #expect(start.seq == wanted && start.epoch == "e")
        }
    }

    @Test func `ACKED comes after the commit, and commits keep their distance`() {
        var server = server()
        #expect(stores(server.receive(.ack(4), from: ann, now: 1000)) == [4], "the first goes at once")
        #expect(stores(server.receive(.ack(5), from: ann, now: 1010)).isEmpty)
        #expect(stores(server.receive(.ack(6), from: ann, now: 1020)).isEmpty)
        #expect(stores(server.flush(now: 1300)).isEmpty, "the first is not answered yet")
        #expect(acked(server.stored([place(4)], missing: []), ann) == [4])
        #expect(stores(server.flush(now: 1300)) == [6], "only the last counts")
        #expect(acked(server.stored([place(6)], missing: []), ann) == [6])
        #expect(stores(server.receive(.ack(7), from: ann, now: 1400)).isEmpty)
        #expect(stores(server.flush(now: 1499)).isEmpty)
        #expect(stores(server.flush(now: 1500)) == [7])
    }

    @Test func `what the database refused is stored again, unless a later place waits`() {
        var server = server()
        _ = server.receive(.ack(4), from: ann, now: 1000)
        _ = server.receive(.ack(5), from: ann, now: 1001)
        server.notStored([place(4)])
        #expect(stores(server.flush(now: 2000)) == [5])
        server.notStored([place(5)])
        #expect(stores(server.flush(now: 3000)) == [5])
    }

    @Test func `leaving stores at once, and is answered`() {
        var server = server()
        _ = server.receive(.ack(4), from: ann, now: 1000)
        _ = server.receive(.ack(6), from: ann, now: 1001)
        #expect(stores(server.receive(.bye, from: ann, now: 1002)) == [6])
        #expect(acked(server.stored([place(4)], missing: []) + server.stored([place(6)], missing: []), ann) == [4, 6])
    }

    @Test func `a silent subscriber's acknowledgement is stored`() {
        var server = server()
        _ = server.receive(.ack(4), from: ann, now: 1000)
        _ = server.receive(.ack(6), from: ann, now: 1001)
        #expect(stores(server.tick(now: 20_000)) == [6])
        server.unreachable(ann)
    }

    @Test func `a second client takes the cursor over, behind what the first has acknowledged`() {
        var server = server()
        _ = server.receive(.ack(4), from: ann, now: 1000)
        _ = server.receive(.ack(8), from: ann, now: 1001)
        let actions = server.receive(subscribe(), from: bob, now: 1002)
        #expect(refusal(actions, ann) == "taken")
        guard case .load = actions.last else { Issue.record("not looked up"); return }
        #expect(stores(actions) == [8], "before the look-up, so that it finds it")
        #expect(welcome(server.loaded(.place(place(8)), for: bob, now: 1003), bob) == 8)
        guard case .send(.bye, ann) = server.receive(.ack(9), from: ann, now: 1004).first else {
            Issue.record("the first still moves it"); return
        }
    }

    @Test func `two that come at once: one reads, one is told`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 0)
        _ = server.receive(subscribe(), from: ann, now: 0)
        _ = server.receive(subscribe(), from: bob, now: 0)
        _ = server.loaded(.place(place(3)), for: ann, now: 1)
        let second = server.loaded(.place(place(3)), for: bob, now: 1)
        #expect(refusal(second, ann) == "taken" && welcome(second, bob) == 3)
        #expect(server.subscribers.count == 1)
    }

    @Test func `the same name of two owners is two cursors`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 0)
        _ = server.receive(subscribe(), from: ann, owner: "ann", now: 0)
        _ = server.loaded(
            .place(.init(cursor: .init(owner: "ann", name: "desk"), client: "", epoch: "e", seq: 1)),
            for: ann,
            now: 0
        )
        #expect(refusal(server.receive(subscribe(), from: bob, owner: "bob", now: 0), ann) == nil)
    }

    @Test func `only what was sent, and only with a cursor, can be acknowledged`() {
        var first = FeedServer(epoch: "e", head: 0, floor: 0)
        _ = first.append((1...10).map { .sample($0) })
        _ = first.receive(
            .subscribe(.init(filter: "", after: 0, epoch: nil, credit: 2, client: "c", cursor: "desk")),
            from: ann,
            now: 0
        )
        _ = first.loaded(.place(place(0)), for: ann, now: 0)
        #expect(refusal(first.receive(.ack(3), from: ann, now: 0), ann) == "ack")
        #expect(first.subscribers.isEmpty)
        _ = first.receive(
            .subscribe(.init(filter: "", after: 0, epoch: nil, credit: 2, client: "c")),
            from: bob,
            now: 0
        )
        #expect(refusal(first.receive(.ack(1), from: bob, now: 0), bob) == "ack")
    }

    @Test(arguments: ["", "Desk", "a b", "ä", String(repeating: "a", count: 65)])
    func `a wrong name is refused`(_ name: String) {
        var server = FeedServer(epoch: "e", head: 10, floor: 0)
        #expect(refusal(server.receive(subscribe(name), from: ann, now: 0), ann) == "cursor")
    }

    @Test func `a cursor of another log, or one removed, is refused`() {
        var server = server()
        _ = server.receive(subscribe("other"), from: bob, now: 0)
        #expect(refusal(server.loaded(.place(place(3, epoch: "old")), for: bob, now: 0), bob) == "epoch-changed")
        _ = server.receive(subscribe("other"), from: bob, now: 0)
        #expect(refusal(server.loaded(.tooMany, for: bob, now: 0), bob) == "cursor")
        _ = server.receive(.ack(4), from: ann, now: 0)
        #expect(refusal(server.stored([place(4)], missing: [desk]), ann) == "cursor")
        #expect(server.subscribers.isEmpty)
    }

    @Test func `while the database is away a subscriber with a cursor is told to try again`() {
        var server = FeedServer(epoch: "e", head: 10, floor: 0)
        _ = server.receive(subscribe(), from: ann, now: 0)
        #expect(server.tick(now: 3000).isEmpty)
        #expect(refusal(server.tick(now: 3001), ann) == "busy")
        #expect(server.loaded(.place(place(3)), for: ann, now: 3002).isEmpty, "the answer comes too late")
    }

    @Test func `a restored log forgets acknowledgements of the old one`() {
        var server = server()
        _ = server.receive(.ack(4), from: ann, now: 0)
        _ = server.receive(.ack(5), from: ann, now: 1)
        _ = server.reset(epoch: "f", head: 2, floor: 0)
        _ = server.stored([place(4)], missing: [desk])
        #expect(stores(server.flush(now: 5000)).isEmpty)
    }
}

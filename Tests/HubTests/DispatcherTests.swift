import Testing
import Wire

@testable import Hub

@Suite("Dispatcher") struct DispatcherTests {
    private typealias Action = Dispatcher.Action
    private let ann: [UInt8] = [1]
    private let bob: [UInt8] = [2]

    private func lease(_ number: Int, attempt: Int = 1, owner: String = "A") -> Lease {
        Lease(article: "article-\(number)", attempt: attempt, owner: owner)
    }

    private func ready(_ credit: Int = 2, held: [Lease] = []) -> WorkMessage {
        .ready(.init(worker: "w", coder: "c", credit: credit, held: held))
    }

    private func job(_ lease: Lease) -> WorkMessage { .job(.init(lease: lease), article: [UInt8(lease.attempt)]) }

    /// A dispatcher with one worker that holds two jobs.
    private func working() -> Dispatcher {
        var dispatcher = Dispatcher()
        #expect(
            dispatcher.receive(ready(), from: ann, now: 0, freshOwner: "A") == [.lease(peer: ann, owner: "A", limit: 2)]
        )
        let sent = dispatcher.leased([(lease(1), [1]), (lease(2), [1])], for: ann, owner: "A", limit: 2)
        #expect(sent == [.send(job(lease(1)), to: ann), .send(job(lease(2)), to: ann)])
        return dispatcher
    }

    @Test func `credit bounds what a worker holds, and an answer makes room`() {
        var dispatcher = working()
        #expect(dispatcher.rung().isEmpty, "two of two are taken")
        let result = dispatcher.receive(.result(lease(1), []), from: ann, now: 1, freshOwner: "-")
        #expect(result == [.commit(peer: ann, lease: lease(1), records: [])])
        let stored = dispatcher.committed(lease(1), of: ann, fresh: true)
        #expect(
            stored == [
                .send(.stored(.init(lease: lease(1), fresh: true)), to: ann), .lease(peer: ann, owner: "A", limit: 1),
            ]
        )
        #expect(dispatcher.workers.map(\.stored) == [1])
    }

    @Test func `an empty queue is asked again only after a ring`() {
        var dispatcher = Dispatcher()
        _ = dispatcher.receive(ready(), from: ann, now: 0, freshOwner: "A")
        #expect(dispatcher.leased([], for: ann, owner: "A", limit: 2).isEmpty)
        #expect(dispatcher.rung() == [.lease(peer: ann, owner: "A", limit: 2)])
        #expect(dispatcher.rung().isEmpty, "one question at a time")
    }

    @Test func `a worker that vanishes is charged only with what it had started`() {
        var dispatcher = working()
        _ = dispatcher.receive(.started(lease(1)), from: ann, now: 10, freshOwner: "-")
        #expect(!dispatcher.tick(now: 3010).contains { if case .giveBack = $0 { true } else { false } })
        let returned = dispatcher.tick(now: 3011).compactMap { if case .giveBack(let all) = $0 { all } else { nil } }
            .flatMap { $0 }
        #expect(returned.map(\.charged) == [true, false])
        #expect(returned.map(\.lease) == [lease(1), lease(2)])
        #expect(dispatcher.held.isEmpty)
    }

    @Test func `a worker that says goodbye is charged with nothing`() {
        var dispatcher = working()
        _ = dispatcher.receive(.started(lease(1)), from: ann, now: 0, freshOwner: "-")
        let actions = dispatcher.receive(.bye, from: ann, now: 1, freshOwner: "-")
        guard case .giveBack(let returned) = actions.first else { Issue.record("\(actions)"); return }
        #expect(returned.allSatisfy { !$0.charged && !$0.dead })
    }

    @Test func `an answer whose lease is not held is refused and nothing is committed`() {
        var dispatcher = working()
        let actions = dispatcher.receive(.result(lease(1, attempt: 9), []), from: ann, now: 1, freshOwner: "-")
        #expect(actions == [.send(.stored(.init(lease: lease(1, attempt: 9), fresh: false)), to: ann)])
        #expect(dispatcher.staleAnswers == 1)
    }

    @Test func `a stranger is told to introduce itself`() {
        var dispatcher = Dispatcher()
        #expect(dispatcher.receive(.heartbeat, from: bob, now: 0, freshOwner: "-") == [.send(.unknown, to: bob)])
        #expect(
            dispatcher.receive(.result(lease(1), []), from: bob, now: 0, freshOwner: "-") == [.send(.unknown, to: bob)]
        )
    }

    @Test func `a job that has failed before runs alone`() {
        var dispatcher = Dispatcher()
        _ = dispatcher.receive(ready(4), from: ann, now: 0, freshOwner: "A")
        let second = lease(2, attempt: 2)
        let sent = dispatcher.leased([(lease(1), [1]), (second, [2])], for: ann, owner: "A", limit: 4)
        #expect(sent == [.send(job(lease(1)), to: ann)], "the other waits, and no more are leased")
        _ = dispatcher.receive(.result(lease(1), []), from: ann, now: 1, freshOwner: "-")
        #expect(dispatcher.committed(lease(1), of: ann, fresh: true).contains(.send(job(second), to: ann)))
    }

    @Test func `after a new connection the leases move and the old session keeps none alive`() {
        var dispatcher = working()
        let actions = dispatcher.receive(ready(held: [lease(1)]), from: bob, now: 5, freshOwner: "B")
        guard case .giveBack(let returned) = actions.first else { Issue.record("\(actions)"); return }
        #expect(returned.map(\.lease) == [lease(2)], "what the worker no longer holds goes to others")
        #expect(dispatcher.held == [lease(1)])
        #expect(
            dispatcher.receive(.result(lease(1), []), from: bob, now: 6, freshOwner: "-")
                == [.commit(peer: bob, lease: lease(1), records: [])]
        )
    }

    @Test func `what was leased for a worker that has left goes back`() {
        var dispatcher = Dispatcher()
        _ = dispatcher.receive(ready(), from: ann, now: 0, freshOwner: "A")
        _ = dispatcher.receive(.bye, from: ann, now: 0, freshOwner: "-")
        let actions = dispatcher.leased([(lease(1), [1])], for: ann, owner: "A", limit: 2)
        #expect(actions == [.giveBack([.init(lease: lease(1), charged: false, dead: false, reason: "worker left")])])
    }

    @Test func `a poisoned article is dead at once, a retry is not`() {
        for (kind, dead) in [(WorkMessage.Failure.Kind.poison, true), (.retry, false)] {
            var dispatcher = working()
            let failure = WorkMessage.fail(.init(lease: lease(1), kind: kind, reason: "why"))
            let actions = dispatcher.receive(failure, from: ann, now: 1, freshOwner: "-")
            #expect(actions.first == .giveBack([.init(lease: lease(1), charged: true, dead: dead, reason: "why")]))
        }
    }

    @Test func `another protocol version is turned away`() {
        var dispatcher = Dispatcher()
        var head = WorkMessage.Ready(worker: "w", coder: "c", credit: 1, held: [])
        head.version = 2
        #expect(dispatcher.receive(.ready(head), from: ann, now: 0, freshOwner: "A") == [.send(.bye, to: ann)])
    }

    /// The session kept the owner of the one before it, and took what had been leased for that one beside what it had asked for itself.
    @Test func `what was asked for before a worker was lost does not come on top of what it asks for when it is back`()
    {
        var dispatcher = Dispatcher()
        _ = dispatcher.receive(ready(4), from: ann, now: 0, freshOwner: "A")
        _ = dispatcher.leased([(lease(1), [1])], for: ann, owner: "A", limit: 4)
        #expect(dispatcher.rung() == [.lease(peer: ann, owner: "A", limit: 3)])
        _ = dispatcher.tick(now: 3001)
        #expect(dispatcher.receive(.heartbeat, from: ann, now: 3002, freshOwner: "-") == [.send(.unknown, to: ann)])
        let again = dispatcher.receive(ready(4, held: [lease(1)]), from: ann, now: 3003, freshOwner: "B")
        #expect(again == [.lease(peer: ann, owner: "B", limit: 3)])
        let late = dispatcher.leased((2...4).map { (lease($0), [1]) }, for: ann, owner: "A", limit: 3)
        guard case .giveBack(let returned) = late.first else { Issue.record("\(late)"); return }
        #expect(returned.map(\.lease) == (2...4).map { lease($0) } && !returned.contains { $0.charged })
        _ = dispatcher.leased((5...7).map { (lease($0, owner: "B"), [1]) }, for: ann, owner: "B", limit: 3)
        #expect(dispatcher.workers.map(\.jobs) == [4])
    }

    @Test func `a worker that moves twice leaves no session behind`() {
        var dispatcher = working()
        _ = dispatcher.receive(ready(held: [lease(1)]), from: bob, now: 5, freshOwner: "B")
        _ = dispatcher.receive(ready(held: [lease(1)]), from: [3], now: 6, freshOwner: "C")
        #expect(dispatcher.workers.map(\.jobs) == [1])
        #expect(dispatcher.held == [lease(1)])
    }
}

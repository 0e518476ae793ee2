import Testing
import TidingsClient
import Wire

@Suite("Feed subscription") struct FeedSubscriptionTests {
    private func live(_ start: FeedSubscription.Start = .floor, after: Int = 0) -> FeedSubscription {
        var subscription = FeedSubscription(filter: "", start: start, client: "test", window: 4)
        _ = subscription.connected(now: 0)
        _ = subscription.receive(.welcome(.init(epoch: "e", floor: 0, head: 9, after: after)), now: 0)
        return subscription
    }

    private func event(_ seq: Int, _ prev: Int) -> FeedMessage { .event(.init(seq: seq, prev: prev, envelope: [])) }

    private func request(_ actions: [FeedSubscription.Action]) -> FeedMessage.Subscribe? {
        for case .send(.subscribe(let request)) in actions { return request }
        return nil
    }

    private func reconnects(_ actions: [FeedSubscription.Action]) -> Bool {
        actions.contains { if case .reconnect = $0 { true } else { false } }
    }

    @Test func `events that follow on each other are delivered`() {
        var subscription = live()
        for (seq, prev) in [(1, 0), (2, 1), (7, 2)] {
            guard case .deliver(let delivery) = subscription.receive(event(seq, prev), now: 1).first else {
                Issue.record("\(seq) is lost")
                return
            }
            #expect(delivery.seq == seq)
        }
    }

    @Test func `a hole starts over behind the last event, in the same log`() {
        var subscription = live()
        _ = subscription.receive(event(3, 0), now: 1)
        #expect(reconnects(subscription.receive(event(5, 4), now: 2)))
        let again = request(subscription.connected(now: 3))
        #expect(again?.after == 3 && again?.epoch == "e")
        #expect(
            subscription.receive(event(5, 3), now: 4).isEmpty,
            "what the old socket still had is not taken before the welcome"
        )
    }

    @Test func `an event twice is a hole too, and never delivered again`() {
        var subscription = live()
        _ = subscription.receive(event(3, 0), now: 1)
        let actions = subscription.receive(event(3, 0), now: 2)
        #expect(reconnects(actions) && actions.count == 1)
    }

    @Test func `a heartbeat shows what was lost at the end`() {
        var subscription = live()
        _ = subscription.receive(event(3, 0), now: 1)
        #expect(subscription.receive(.heartbeat(.init(head: 9, scanned: 8, last: 3)), now: 2).isEmpty)
        #expect(subscription.scanned == 8, "what did not match need not be asked for again")
        #expect(reconnects(subscription.receive(.heartbeat(.init(head: 9, scanned: 9, last: 9)), now: 3)))
        #expect(request(subscription.connected(now: 4))?.after == 8)
    }

    /// Every tick put the next attempt off, so that a long absence of the hub ended by chance only.
    @Test func `a silent hub is left once`() {
        var subscription = live()
        #expect(!reconnects(subscription.tick(now: 3500)))
        #expect(reconnects(subscription.tick(now: 3501)))
        #expect(subscription.tick(now: 3600).isEmpty && subscription.tick(now: 20_000).isEmpty)
    }

    @Test func `credit goes back in portions and with the heartbeat`() {
        var subscription = live()
        #expect(subscription.processed(1, now: 1).isEmpty)
        guard case .send(.credit(2)) = subscription.processed(1, now: 2).first else {
            Issue.record("no credit"); return
        }
        guard case .send(.credit(0)) = subscription.tick(now: 1500).first else {
            Issue.record("no sign of life"); return
        }
    }

    @Test func `a stored cursor is resumed with its epoch, and a refusal ends it`() {
        var subscription = FeedSubscription(filter: "", start: .after(seq: 41, epoch: "e"), client: "test")
        let first = request(subscription.connected(now: 0))
        #expect(first?.after == 41 && first?.epoch == "e")
        let actions = subscription.receive(.refused(.init(code: "epoch-changed", message: "m")), now: 1)
        guard case .fail(let refusal) = actions.first else { Issue.record("it goes on"); return }
        #expect(refusal.code == "epoch-changed")
        #expect(reconnects(subscription.receive(.refused(.init(code: "busy", message: "m")), now: 2)))
    }

    /// Heartbeats kept a subscription whose WELCOME was lost waiting for ever.
    @Test func `without a welcome it starts over, heartbeats or not`() {
        var subscription = FeedSubscription(filter: "", start: .floor, client: "test")
        _ = subscription.connected(now: 0)
        for now in [1000, 2000, 3000] {
            _ = subscription.receive(.heartbeat(.init(head: 5, scanned: 5, last: 5)), now: now)
            #expect(subscription.tick(now: now).isEmpty)
        }
        guard case .reconnect = subscription.tick(now: 3501).first else { Issue.record("it waits on"); return }
    }
}

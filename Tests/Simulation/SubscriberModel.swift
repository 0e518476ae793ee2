import TidingsClient
import Wire

/// A subscriber, after FeedReader and WatchThread: what it stores outlives it.
struct SubscriberModel {
    let filter: String
    let window: Int
    var isUp = false
    var life = 0
    var wakes = false
    var subscription: FeedSubscription
    var socket: Int?
    var connectAt = 0
    /// What the socket holds.
    var waiting: [FeedMessage] = []
    /// Delivered and not handed out.
    var ready: [FeedMessage.Delivery] = []
    var handedOut = 0
    /// Handed out; the effects are being stored.
    var inHand: [FeedMessage.Delivery] = []
    var isStoring = false
    var refusal: FeedMessage.Refusal?
    /// Events that may still come before credit is paid.
    var credit = 0

    // What it stores.
    var cursor: (epoch: String, seq: Int)?
    /// The log that the effects are of.
    var epoch: String?
    /// The event of the last effect; what is behind it is checked by the oracle.
    var effect = 0

    init(_ filter: String, _ window: Int) {
        self.filter = filter
        self.window = window
        subscription = FeedSubscription(filter: filter, start: .floor, client: "s", window: window)
    }
}

extension World {
    func startSubscriber(_ subscriber: Int) {
        guard !subscribers[subscriber].isUp else { return }
        let old = subscribers[subscriber]
        var fresh = SubscriberModel(old.filter, old.window)
        (fresh.isUp, fresh.life) = (true, old.life)
        (fresh.cursor, fresh.epoch, fresh.effect) = (old.cursor, old.epoch, old.effect)
        if let cursor = old.cursor {
            let epoch = mutation == .noEpoch ? nil : cursor.epoch
            fresh.subscription = FeedSubscription(
                filter: old.filter,
                start: .after(seq: cursor.seq, epoch: epoch),
                client: "s",
                window: old.window
            )
        }
        subscribers[subscriber] = fresh
        note("subscriber \(subscriber) starts at \(old.cursor.map { "\($0)" } ?? "the floor")")
        subscriberLoop(subscriber)
    }

    func receive(_ message: FeedMessage, subscriber: Int) {
        if case .event = message {
            subscribers[subscriber].credit -= 1
            if subscribers[subscriber].credit < 0 {
                fail(
                    "subscriber \(subscriber) has more than the \(subscribers[subscriber].window) events it has credit for"
                )
            }
        }
        subscribers[subscriber].waiting.append(message)
        guard !subscribers[subscriber].isStoring, !subscribers[subscriber].wakes else { return }
        subscribers[subscriber].wakes = true
        push(.subscriber(subscriber, life: subscribers[subscriber].life), in: random.below(2))
    }

    /// `FeedReader.next`, up to its return with events or its next wait.
    func subscriberLoop(_ subscriber: Int) {
        guard !subscribers[subscriber].isStoring else { return }
        let handedOut = subscribers[subscriber].handedOut
        subscribers[subscriber].handedOut = 0
        perform(subscribers[subscriber].subscription.processed(handedOut, now: now), subscriber)
        if subscribers[subscriber].socket == nil, now >= subscribers[subscriber].connectAt {
            subscribers[subscriber].socket = openSocket(.subscriber(subscriber, life: subscribers[subscriber].life))
            subscribers[subscriber].credit = subscribers[subscriber].window
            perform(subscribers[subscriber].subscription.connected(now: now), subscriber)
        }
        let messages = subscribers[subscriber].waiting
        subscribers[subscriber].waiting.removeAll(keepingCapacity: true)
        for message in messages where subscribers[subscriber].socket != nil {
            note("subscriber \(subscriber) has: \(message)")
            perform(subscribers[subscriber].subscription.receive(unproved(message, subscriber), now: now), subscriber)
        }
        if let refusal = subscribers[subscriber].refusal { return refused(subscriber, refusal) }
        perform(subscribers[subscriber].subscription.tick(now: now), subscriber)
        guard !subscribers[subscriber].ready.isEmpty else {
            if !subscribers[subscriber].wakes {
                subscribers[subscriber].wakes = true
                push(.subscriber(subscriber, life: subscribers[subscriber].life), in: random.between(150, 250))
            }
            return
        }
        store(subscriber)
    }

    private func store(_ subscriber: Int) {
        subscribers[subscriber].inHand = subscribers[subscriber].ready
        subscribers[subscriber].handedOut = subscribers[subscriber].ready.count
        subscribers[subscriber].ready.removeAll(keepingCapacity: true)
        subscribers[subscriber].isStoring = true
        if mutation == .cursorBeforeEffect { moveCursor(subscriber) }
        if mutation == .effectBeforeCursor { addEffects(subscriber) }
        let time =
            switch random.below(40) {
            case 0: random.between(1000, 12_000)
            case 1...5: random.between(10, 300)
            default: random.between(0, 10)
            }
        push(.effect(subscriber: subscriber, life: subscribers[subscriber].life), in: time)
    }

    /// The transaction that holds effects and cursor commits.
    func effect(_ subscriber: Int) {
        if mutation != .effectBeforeCursor { addEffects(subscriber) }
        if mutation != .cursorBeforeEffect { moveCursor(subscriber) }
        subscribers[subscriber].isStoring = false
        subscriberLoop(subscriber)
    }

    private func moveCursor(_ subscriber: Int) {
        guard let last = subscribers[subscriber].inHand.last, let epoch = subscribers[subscriber].subscription.epoch
        else { return }
        subscribers[subscriber].cursor = (epoch, last.seq)
    }

    private func addEffects(_ subscriber: Int) {
        for delivery in subscribers[subscriber].inHand {
            note("subscriber \(subscriber) has the effect of \(delivery.seq)")
            require(oracle.effect(delivery, of: &subscribers[subscriber]))
        }
    }

    /// A log that is another one means to begin anew; other refusals pass.
    private func refused(_ subscriber: Int, _ refusal: FeedMessage.Refusal) {
        note("subscriber \(subscriber) is refused: \(refusal.code)")
        switch refusal.code {
        case "epoch-changed":
            subscribers[subscriber].cursor = nil
            subscribers[subscriber].epoch = nil
            subscribers[subscriber].effect = 0
        case "ahead": break
        default: fail("subscriber \(subscriber) is refused: \(refusal)")
        }
        crash(subscriber: subscriber, for: 1000)
    }

    /// What the mutation that does not look at `prev` makes of a message.
    private func unproved(_ message: FeedMessage, _ subscriber: Int) -> FeedMessage {
        guard mutation == .noPrevCheck, case .event(var delivery) = message,
            let seq = subscribers[subscriber].subscription.seq
        else { return message }
        delivery.prev = seq
        return .event(delivery)
    }

    private func perform(_ actions: [FeedSubscription.Action], _ subscriber: Int) {
        for action in actions {
            switch action {
            case .send(let message):
                if case .credit(let credit) = message { subscribers[subscriber].credit += credit }
                if let socket = subscribers[subscriber].socket { send(.feed(message), from: socket) }
            case .deliver(let delivery): subscribers[subscriber].ready.append(delivery)
            case .reconnect(let reason):
                note("subscriber \(subscriber): \(reason)")
                if let socket = subscribers[subscriber].socket { closeSocket(socket) }
                subscribers[subscriber].socket = nil
                subscribers[subscriber].waiting = []
                subscribers[subscriber].connectAt = now + random.between(50, 2000)
            case .fail(let refusal): subscribers[subscriber].refusal = refusal
            }
        }
    }
}

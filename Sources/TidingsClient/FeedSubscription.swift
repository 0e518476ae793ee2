package import Wire

/// A subscriber's side of the feed: where it stands, what it may still receive, and whether anything is missing.
///
/// A state machine without I/O; times are milliseconds.
package struct FeedSubscription: Sendable {
    /// Where a subscription begins.
    package enum Start: Sendable, Equatable {
        /// The earliest event that is kept.
        case floor
        /// What comes from now on.
        case now
        /// After a place of a log that was read before; the epoch is checked when known.
        case after(seq: Int, epoch: String?)
    }

    package enum Action: Sendable, Equatable {
        case send(FeedMessage)
        case deliver(FeedMessage.Delivery)
        /// Close the socket and open another: what the old one still holds must not be seen.
        case reconnect(reason: String)
        /// The hub refuses for good.
        case fail(FeedMessage.Refusal)
    }

    private var isConnected = false
    private let filter: String
    private let client: String
    private let window: Int
    private let silentAfter: Int
    private let start: Start
    private let cursor: String?
    private var lastHeard = 0
    /// Whether the hub has answered the present SUBSCRIBE.
    package private(set) var isWelcome = false
    private var unpaid = 0
    private var lastCreditSent = 0
    /// The log's identity, once known.
    package private(set) var epoch: String?
    /// The last event received in this subscription, or where it began; nil before the first WELCOME.
    package private(set) var seq: Int?
    /// The last event handed to the caller.
    ///
    /// A named cursor begins at what was acknowledged, and may send some again.
    private var delivered: Int?
    /// The last event that the caller acknowledged.
    private var acknowledged: Int?
    /// The last ACK on this connection, or where the subscription began.
    private var ackSent = 0
    /// Where the hub has stored the named cursor, as far as it has said so.
    package private(set) var acked: Int?
    /// The end of the log as last heard.
    package private(set) var head: Int?
    /// Everything up to here was delivered or did not match.
    package private(set) var scanned: Int?
    /// Times that the subscription was begun anew after a loss.
    package private(set) var restarts = -1

    /// - Parameters:
    ///   - start: where to begin; with a cursor, where that begins when it is new.
    ///   - cursor: the name of a place that the hub keeps; it moves with ``acknowledge(_:)``.
    ///   - window: events that may be on their way at one time.
    ///   - silentAfter: milliseconds of silence after which the hub is taken for gone; it speaks once a second.
    package init(
        filter: String,
        start: Start,
        cursor: String? = nil,
        client: String,
        window: Int = 1000,
        silentAfter: Int = 3500
    ) {
        self.cursor = cursor
        self.filter = filter
        self.start = start
        self.client = client
        self.window = window
        self.silentAfter = silentAfter
    }

    /// A fresh socket is connecting.
    package mutating func connected(now: Int) -> [Action] {
        isConnected = true
        lastHeard = now
        lastCreditSent = now
        isWelcome = false
        unpaid = 0
        restarts += 1
        return [.send(.subscribe(request))]
    }

    private var request: FeedMessage.Subscribe {
        let (after, epoch): (Int?, String?) =
            if let seq { (max(seq, scanned ?? seq), epoch) } else {
                switch start {
                case .floor: (0, nil)
                case .now: (nil, nil)
                case .after(let seq, let epoch): (seq, epoch)
                }
            }
        return .init(filter: filter, after: after, epoch: epoch, credit: window, client: client, cursor: cursor)
    }

    /// Something came that this version does not know: it is ignored, and the hub lives.
    package mutating func heard(now: Int) { lastHeard = now }

    package mutating func receive(_ message: FeedMessage, now: Int) -> [Action] {
        // Before its WELCOME a subscription does not live, whatever else is heard.
        if isWelcome { lastHeard = now }
        switch message {
        case .welcome(let welcome):
            isWelcome = true
            lastHeard = now
            epoch = welcome.epoch
            seq = welcome.after
            scanned = welcome.after
            head = welcome.head
            ackSent = welcome.after
            if cursor != nil {
                acked = welcome.after
                acknowledged = max(acknowledged ?? 0, welcome.after)
                delivered = max(delivered ?? 0, welcome.after)
            }
            return []
        case .event(let delivery):
            guard isWelcome, let seq else { return [] }
            guard delivery.prev == seq else {
                return startOver("event \(delivery.seq) follows \(delivery.prev), but \(seq) was the last")
            }
            self.seq = delivery.seq
            scanned = delivery.seq
            head = max(head ?? 0, delivery.seq)
            if cursor != nil, let delivered, delivery.seq <= delivered {
                // The caller has it already: it was not acknowledged before the connection was lost.
                return processed(1, now: now) + sendAck()
            }
            delivered = delivery.seq
            return [.deliver(delivery)]
        case .heartbeat(let heads):
            guard isWelcome, let seq else { return [] }
            head = heads.head
            guard heads.last == seq else {
                return heads.last > seq
                    ? startOver("the hub has sent up to \(heads.last), but \(seq) was the last to arrive")
                    : []
            }
            scanned = max(scanned ?? 0, heads.scanned)
            return sendAck()
        case .acked(let seq):
            acked = max(acked ?? 0, seq)
            return []
        case .refused(let refusal):
            return refusal.code == "busy" ? startOver(refusal.message) : [.fail(refusal)]
        case .bye: return startOver("the hub does not know this subscription any more")
        case .subscribe, .credit, .ack, .status, .statusIs: return []
        }
    }

    /// The caller has done with `count` delivered events: their credit goes back in portions.
    package mutating func processed(_ count: Int, now: Int) -> [Action] {
        unpaid += count
        guard unpaid >= max(1, window / 2) else { return [] }
        return payCredit(now)
    }

    /// The caller has done with all events up to `seq`: the hub may move the named cursor there.
    package mutating func acknowledge(_ seq: Int) -> [Action] {
        guard cursor != nil, let delivered else { return [] }
        acknowledged = max(acknowledged ?? 0, min(seq, delivered))
        return sendAck()
    }

    /// Whether everything acknowledged is stored.
    package var isAckStored: Bool { acknowledged.map { $0 <= acked ?? 0 } ?? true }

    /// Acknowledges what this connection has brought, and with the last event also what did not match behind it: a cursor with
    /// a rare filter must not fall behind.
    private mutating func sendAck() -> [Action] {
        guard isWelcome, let acknowledged, let seq, seq >= acknowledged else { return [] }
        let place = acknowledged == delivered && seq == acknowledged ? max(seq, scanned ?? seq) : acknowledged
        guard place > ackSent else { return [] }
        ackSent = place
        return [.send(.ack(place))]
    }

    package mutating func tick(now: Int) -> [Action] {
        guard isConnected else { return [] }
        if now - lastHeard > silentAfter { return startOver("the hub was silent for \(now - lastHeard) ms") }
        // Credit is also our heartbeat.
        return now - lastCreditSent >= 1000 && isWelcome ? payCredit(now) : []
    }

    private mutating func startOver(_ reason: String) -> [Action] {
        isConnected = false
        return [.reconnect(reason: reason)]
    }

    private mutating func payCredit(_ now: Int) -> [Action] {
        defer { unpaid = 0 }
        lastCreditSent = now
        return [.send(.credit(unpaid))]
    }
}

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
    private var lastHeard = 0
    /// Whether the hub has answered the present SUBSCRIBE.
    package private(set) var isWelcome = false
    private var unpaid = 0
    private var lastCreditSent = 0
    /// The log's identity, once known.
    package private(set) var epoch: String?
    /// The last event delivered, or where the subscription began; nil before the first WELCOME.
    package private(set) var seq: Int?
    /// The end of the log as last heard.
    package private(set) var head: Int?
    /// Everything up to here was delivered or did not match.
    package private(set) var scanned: Int?
    /// Times that the subscription was begun anew after a loss.
    package private(set) var restarts = -1

    /// - Parameters:
    ///   - window: events that may be on their way at one time.
    ///   - silentAfter: milliseconds of silence after which the hub is taken for gone; it speaks once a second.
    package init(filter: String, start: Start, client: String, window: Int = 1000, silentAfter: Int = 3500) {
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
        return .init(filter: filter, after: after, epoch: epoch, credit: window, client: client)
    }

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
            return []
        case .event(let delivery):
            guard isWelcome, let seq else { return [] }
            guard delivery.prev == seq else {
                return startOver("event \(delivery.seq) follows \(delivery.prev), but \(seq) was the last")
            }
            self.seq = delivery.seq
            scanned = delivery.seq
            head = max(head ?? 0, delivery.seq)
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
            return []
        case .refused(let refusal):
            return refusal.code == "busy" ? startOver(refusal.message) : [.fail(refusal)]
        case .bye: return startOver("the hub does not know this subscription any more")
        case .subscribe, .credit, .status, .statusIs: return []
        }
    }

    /// The caller has done with `count` delivered events: their credit goes back in portions.
    package mutating func processed(_ count: Int, now: Int) -> [Action] {
        unpaid += count
        guard unpaid >= max(1, window / 2) else { return [] }
        return payCredit(now)
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

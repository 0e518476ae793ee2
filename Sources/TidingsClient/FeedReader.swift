package import Messaging
import ServiceSupport
package import Wire

/// Reads the feed on the calling thread: joins without loss, resumes after every fault, and proves that nothing is missing.
///
/// Store the cursor (`epoch`, `seq`) in the transaction of an event's effect, and every event has its effect exactly once.
package final class FeedReader {
    /// Why a feed cannot be read.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        case messaging(MessagingError)
        case refused(FeedMessage.Refusal)

        package var description: String {
            switch self {
            case .messaging(let error): error.description
            case .refused(let refusal): "the hub refuses (\(refusal.code)): \(refusal.message)"
            }
        }
    }

    private let context: MessagingContext
    private let endpoint: String
    private let keyFile: String
    private let window: Int
    /// Ends a wait when it becomes readable: a mailbox of the thread that reads.
    private let wakeUp: Int32?
    private var socket: Socket?
    private var handshake: Handshake?
    /// Connections tried since the hub last welcomed us.
    private var attempt = 0
    private var connectAt = 0
    private var backoff = Backoff(first: 100, limit: 2000)
    private var ready: [FeedMessage.Delivery] = []
    private var handedOut = 0
    private var refusal: FeedMessage.Refusal?
    /// Where this subscription stands.
    package private(set) var subscription: FeedSubscription
    /// The last reason for starting over, for a person to read.
    package private(set) var lastTrouble: String?

    /// Whether the hub has welcomed this subscription on the present connection.
    package var isLive: Bool { socket != nil && subscription.isWelcome }

    /// - Parameters:
    ///   - endpoint: the feed's address, `tcp://127.0.0.1:7401`.
    ///   - keyFile: the file with this client's key and the hub's public one; read again at every connection.
    ///   - filter: `event=SANCTION actor=RUS`; empty for everything.
    ///   - start: where to begin; with a cursor, where that begins when it is new.
    ///   - cursor: the name of a place that the hub keeps; it moves with ``acknowledge(_:)``.
    ///   - client: a name for the hub's status and logs.
    ///   - window: events that may be on their way at one time.
    ///   - wakeUp: a descriptor that ends a wait when it becomes readable.
    package init(
        _ endpoint: String,
        keyFile: String,
        filter: String = "",
        from start: FeedSubscription.Start,
        cursor: String? = nil,
        client: String,
        window: Int = 1000,
        wakeUp: Int32? = nil,
        context: MessagingContext = MessagingContext()
    ) {
        self.context = context
        self.endpoint = endpoint
        self.keyFile = keyFile
        self.window = window
        self.wakeUp = wakeUp
        self.subscription = FeedSubscription(
            filter: filter,
            start: start,
            cursor: cursor,
            client: client,
            window: window
        )
    }

    /// Waits up to `milliseconds` for events and returns them in order; empty when none came.
    ///
    /// Asking for more says that the events returned before have had their effect: their credit goes back to the hub.
    package func next(milliseconds: Int) throws(Failure) -> [FeedMessage.Delivery] {
        let deadline = Monotonic.milliseconds() + milliseconds
        perform(subscription.processed(handedOut, now: Monotonic.milliseconds()))
        handedOut = 0
        repeat {
            if try !wait(milliseconds: deadline - Monotonic.milliseconds()) { break }
        } while ready.isEmpty && Monotonic.milliseconds() < deadline
        defer { ready.removeAll(keepingCapacity: true) }
        handedOut = ready.count
        return ready
    }

    /// Whether the hub has refused this client's key, or has another key than the one we know.
    package var isRefused: Bool { (try? handshake?.look()) == .refused }

    /// Keeps the subscription alive while the caller is busy with what it has: nothing is handed out, and no credit goes back.
    package func keepAlive(milliseconds: Int) throws(Failure) { _ = try wait(milliseconds: milliseconds) }

    /// The events up to `seq` have had their effect: the hub may move the named cursor there.
    package func acknowledge(_ seq: Int) { perform(subscription.acknowledge(seq)) }

    /// Waits up to `milliseconds`, at most 100, and takes what has come.
    ///
    /// - Returns: false when something came and the owner of `wakeUp` may want to look after its own.
    private func wait(milliseconds: Int) throws(Failure) -> Bool {
        try connect(Monotonic.milliseconds())
        let isWoken: Bool
        if let socket {
            var poller = Poller(sockets: [socket], descriptors: wakeUp.map { [$0] } ?? [])
            isWoken = poller.wait(milliseconds: min(100, max(0, milliseconds)))
            try receive(socket)
        } else {
            var poller = Poller(sockets: [], descriptors: wakeUp.map { [$0] } ?? [])
            isWoken = poller.wait(milliseconds: min(20, max(1, milliseconds)))
        }
        // What came before the refusal is handed out first.
        if let refusal, ready.isEmpty { throw .refused(refusal) }
        perform(subscription.tick(now: Monotonic.milliseconds()))
        return wakeUp == nil || !isWoken
    }

    /// Tells the hub that this reader leaves; with a cursor, waits up to `milliseconds` until what was acknowledged is stored.
    ///
    /// - Returns: whether it is stored; if not, the last events come again next time.
    @discardableResult package func close(milliseconds: Int = 2000) -> Bool {
        let deadline = Monotonic.milliseconds() + milliseconds
        while socket != nil, !subscription.isAckStored, Monotonic.milliseconds() < deadline {
            guard (try? wait(milliseconds: 20)) != nil else { break }
        }
        if let socket { _ = try? socket.send(FeedMessage.bye.frames.message) }
        socket = nil
        return subscription.isAckStored
    }

    private func connect(_ now: Int) throws(Failure) {
        guard socket == nil, now >= connectAt else { return }
        do {
            (socket, handshake) = try Socket.connecting(
                .dealer,
                to: endpoint,
                keyFile: keyFile,
                attempt: attempt,
                in: context,
                limits: .init(messageBytes: 16 << 20, highWater: window * 2 + 1000, lingerMilliseconds: 100)
            )
            attempt += 1
            perform(subscription.connected(now: now))
        } catch { throw .messaging(error) }
    }

    private func receive(_ socket: Socket) throws(Failure) {
        do {
            for _ in 0..<window {
                guard self.socket === socket, let frames = try socket.receive() else { return }
                guard let message = FeedMessage(frames) else {
                    subscription.heard(now: Monotonic.milliseconds())
                    continue
                }
                if case .welcome = message {
                    backoff.reset()
                    attempt = 0
                }
                perform(subscription.receive(message, now: Monotonic.milliseconds()))
            }
        } catch { throw .messaging(error) }
    }

    private func perform(_ actions: [FeedSubscription.Action]) {
        for action in actions {
            switch action {
            case .send(let message): _ = try? socket?.send(message.frames.message)
            case .deliver(let delivery): ready.append(delivery)
            case .reconnect(let reason):
                lastTrouble = isRefused ? "the hub refuses the key in \(keyFile)" : reason
                socket = nil
                connectAt = Monotonic.milliseconds() + backoff.wait()
            case .fail(let refusal): self.refusal = refusal
            }
        }
    }
}

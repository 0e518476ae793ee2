/// What subscribers and the hub say to each other on the feed; docs/protocol.md has the grammar.
package enum FeedMessage: Sendable, Equatable {
    // Subscriber to hub.
    case subscribe(Subscribe)
    /// So many more events may come; also says that the subscriber lives.
    case credit(Int)
    /// Everything up to this sequence number has had its effect; only with a named cursor.
    case ack(Int)
    /// Asks for the state of the services, without a subscription.
    case status
    // Hub to subscriber.
    case welcome(Welcome)
    case event(Delivery)
    case heartbeat(Heads)
    /// The hub has stored the cursor at this place.
    case acked(Int)
    case statusIs([UInt8])
    case refused(Refusal)
    /// From the hub: subscribe again. From the subscriber: it leaves.
    case bye

    package static let version = 1

    package struct Subscribe: Codable, Sendable, Equatable {
        package var version: Int
        /// `event=SANCTION actor=RUS`; empty for everything.
        package var filter: String
        /// Events after this sequence number; null begins with what comes from now on.
        package var after: Int?
        /// The log that `after` belongs to, when the subscriber has one; another log is refused.
        package var epoch: String?
        package var credit: Int
        /// A name for status and logs.
        package var client: String
        /// A cursor that the hub keeps: the subscription begins where it stands, and `after` counts only when it is new.
        package var cursor: String?

        package init(
            filter: String,
            after: Int?,
            epoch: String?,
            credit: Int,
            client: String,
            cursor: String? = nil
        ) {
            self.version = FeedMessage.version
            self.filter = filter
            self.after = after
            self.epoch = epoch
            self.credit = credit
            self.client = client
            self.cursor = cursor
        }
    }

    package struct Welcome: Codable, Sendable, Equatable {
        package var epoch: String
        /// Events up to here are no longer kept.
        package var floor: Int
        /// The last event of the log.
        package var head: Int
        /// Where this subscription begins: the first event's `prev`.
        package var after: Int

        package init(epoch: String, floor: Int, head: Int, after: Int) {
            self.epoch = epoch
            self.floor = floor
            self.head = head
            self.after = after
        }
    }

    /// One event of the log for one subscription.
    package struct Delivery: Sendable, Equatable {
        package var seq: Int
        /// The event before it in this subscription, or where the subscription began.
        package var prev: Int
        /// CloudEvents 1.0 structured JSON.
        package var envelope: [UInt8]

        package init(seq: Int, prev: Int, envelope: [UInt8]) {
            self.seq = seq
            self.prev = prev
            self.envelope = envelope
        }
    }

    package struct Heads: Codable, Sendable, Equatable {
        /// The last event of the log.
        package var head: Int
        /// Everything up to here has been sent, or did not match the filter.
        package var scanned: Int
        /// The last event sent in this subscription, or where it began.
        package var last: Int

        package init(head: Int, scanned: Int, last: Int) {
            self.head = head
            self.scanned = scanned
            self.last = last
        }
    }

    package struct Refusal: Codable, Sendable, Equatable, Error {
        /// `version`, `filter`, `cursor`, `taken`, `ack`, `epoch-changed`, `gone`, `ahead` or `busy`.
        package var code: String
        package var message: String

        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    private struct CreditHead: Codable { var credit: Int }
    private struct PlaceHead: Codable { var seq: Int }

    package var frames: Frames {
        switch self {
        case .subscribe(let head): Frames("SUBSCRIBE", head)
        case .credit(let credit): Frames("CREDIT", CreditHead(credit: credit))
        case .ack(let seq): Frames("ACK", PlaceHead(seq: seq))
        case .status: Frames("STATUS")
        case .welcome(let head): Frames("WELCOME", head)
        case .event(let delivery):
            Frames("EVENT", head: Self.numbers(delivery.seq, delivery.prev), bodies: [delivery.envelope])
        case .heartbeat(let head): Frames("HEARTBEAT", head)
        case .acked(let seq): Frames("ACKED", PlaceHead(seq: seq))
        case .statusIs(let head): Frames("STATUS", head: head)
        case .refused(let head): Frames("REFUSED", head)
        case .bye: Frames("BYE")
        }
    }

    /// Reads a message, or nil for a kind or a head that this version does not know.
    package init?(_ message: some Collection<[UInt8]>) {
        guard let frames = Frames(message) else { return nil }
        switch frames.kind {
        case "EVENT":
            guard frames.head.count >= 16, let envelope = frames.bodies.first else { return nil }
            self = .event(
                Delivery(
                    seq: Self.number(frames.head[0..<8]),
                    prev: Self.number(frames.head[8..<16]),
                    envelope: envelope
                )
            )
        case "SUBSCRIBE":
            guard let head = frames.head(Subscribe.self) else { return nil }
            self = .subscribe(head)
        case "CREDIT":
            guard let head = frames.head(CreditHead.self) else { return nil }
            self = .credit(head.credit)
        case "ACK":
            guard let head = frames.head(PlaceHead.self) else { return nil }
            self = .ack(head.seq)
        case "ACKED":
            guard let head = frames.head(PlaceHead.self) else { return nil }
            self = .acked(head.seq)
        case "STATUS": self = frames.head == Array("{}".utf8) ? .status : .statusIs(frames.head)
        case "WELCOME":
            guard let head = frames.head(Welcome.self) else { return nil }
            self = .welcome(head)
        case "HEARTBEAT":
            guard let head = frames.head(Heads.self) else { return nil }
            self = .heartbeat(head)
        case "REFUSED":
            guard let head = frames.head(Refusal.self) else { return nil }
            self = .refused(head)
        case "BYE": self = .bye
        default: return nil
        }
    }

    /// Two 64-bit numbers, big-endian.
    private static func numbers(_ first: Int, _ second: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for number in [first, second] { withUnsafeBytes(of: Int64(number).bigEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        Int(truncatingIfNeeded: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

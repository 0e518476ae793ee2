import Messaging
import Records
import ServiceSupport
import Wire

/// A subscription to the reliable feed of a Tidings hub, read on the calling thread.
///
/// It joins without loss, resumes by itself after every fault of network and hub, and checks with every event that none before it is
/// missing. Not `Sendable`: use it from one thread, which it may block; in `async` code use ``deliveries(_:)``.
///
/// **Exactly once.** Store ``Delivery/place`` in the transaction that stores the effect of the event, and begin ``Start/after(_:)`` that
/// place the next time. **At least once**, with nothing to store here: name a ``Configuration/cursor`` and call ``acknowledge(_:)`` after
/// the effect; the hub keeps the place.
public final class Feed {
    /// A place in a log: behind this event everything is new.
    public struct Place: Sendable, Hashable, Codable {
        /// The log's identity; a restored log has another, and its sequence numbers mean other events.
        public var epoch: String?
        /// The sequence number of the last event that has had its effect.
        public var seq: Int

        /// Makes a place; without an epoch the hub cannot notice that the log is another one.
        public init(epoch: String?, seq: Int) {
            self.epoch = epoch
            self.seq = seq
        }
    }

    /// Where a subscription begins.
    public enum Start: Sendable, Hashable {
        /// The earliest event.
        case floor
        /// What comes from now on.
        case now
        /// Behind a place that was stored.
        case after(Place)
    }

    /// What to read, and as whom.
    public struct Configuration: Sendable {
        /// The feed's address, `tcp://127.0.0.1:7401`.
        public var endpoint: String
        /// The file with this client's key and the hub's public one, as `tidings client add` prints it.
        public var keyFile: String
        /// Terms such as `event=SANCTION,COERCE actor=RUS confidence>=0.7`; empty for everything.
        ///
        /// docs/protocol.md has the grammar.
        public var `where`: String
        /// Where to begin; with a cursor, where that begins when it is new.
        public var start: Start
        /// The name of a place that the hub keeps: 1 to 64 of `a-z 0-9 . _ -`.
        public var cursor: String?
        /// A name for the hub's status and logs.
        public var client: String
        /// Events that may be on their way at one time, 1 to 10,000.
        public var window: Int

        /// Makes a configuration that begins with what comes from now on.
        public init(
            endpoint: String,
            keyFile: String,
            where filter: String = "",
            start: Start = .now,
            cursor: String? = nil,
            client: String = "swift",
            window: Int = 1000
        ) {
            self.endpoint = endpoint
            self.keyFile = keyFile
            self.where = filter
            self.start = start
            self.cursor = cursor
            self.client = client
            self.window = window
        }

        func check() throws(FeedError) {
            do { _ = try Filter(self.where) } catch { throw FeedError(code: .filter, message: error.description) }
            guard cursor.map(FeedCursor.isName) ?? true else {
                throw FeedError(code: .cursor, message: "a cursor's name is 1 to 64 of a-z 0-9 . _ -, such as desk-1")
            }
        }
    }

    private let reader: FeedReader

    /// Opens a subscription; the hub may come later.
    ///
    /// - Throws: `FeedError` for a filter or a cursor's name that cannot be understood.
    public convenience init(_ configuration: Configuration) throws(FeedError) {
        try self.init(configuration, wakeUp: nil)
    }

    init(_ configuration: Configuration, wakeUp: Int32?) throws(FeedError) {
        try configuration.check()
        let start: FeedSubscription.Start =
            switch configuration.start {
            case .floor: .floor
            case .now: .now
            case .after(let place): .after(seq: place.seq, epoch: place.epoch)
            }
        reader = FeedReader(
            configuration.endpoint,
            keyFile: configuration.keyFile,
            filter: configuration.where,
            from: start,
            cursor: configuration.cursor,
            client: configuration.client,
            window: min(max(configuration.window, 1), 10_000),
            wakeUp: wakeUp
        )
    }

    /// Waits up to `milliseconds` for events and returns them in order; empty when none came.
    ///
    /// Asking for more says that the events returned before are done with: the hub sends as many new ones. Ask at least every 10
    /// seconds, or the hub forgets the subscription, which then resumes by itself.
    ///
    /// - Throws: `FeedError` when the hub refuses for good; while it cannot be reached this waits.
    public func next(milliseconds: Int) throws(FeedError) -> [Delivery] {
        do {
            let deliveries = try reader.next(milliseconds: milliseconds)
            let epoch = reader.subscription.epoch
            return deliveries.map { Delivery(place: Place(epoch: epoch, seq: $0.seq), bytes: $0.envelope) }
        } catch { throw FeedError(error) }
    }

    /// Says that everything up to this event has had its effect; moves the cursor, without which it does nothing.
    public func acknowledge(_ delivery: Delivery) { reader.acknowledge(delivery.place.seq) }

    /// The place behind which everything is new, once the hub has answered.
    ///
    /// Moves on over events that do not match the filter.
    public var place: Place? {
        let known = reader.subscription
        return known.seq.map { .init(epoch: known.epoch, seq: max($0, known.scanned ?? 0)) }
    }

    /// Whether the hub answers at present.
    public var isLive: Bool { reader.isLive }

    /// Why the subscription was begun anew last, for a person to read.
    public var lastTrouble: String? { reader.lastTrouble }

    /// Leaves; with a cursor, waits up to two seconds until what was acknowledged is stored.
    ///
    /// - Returns: whether it is stored; if not, the last events come again next time.
    @discardableResult public func close() -> Bool { reader.close() }

    func keepAlive(milliseconds: Int) throws(FeedError) {
        do { try reader.keepAlive(milliseconds: milliseconds) } catch { throw FeedError(error) }
    }
}

/// One event of the feed.
public struct Delivery: Sendable, Hashable {
    /// Store this with the event's effect.
    public let place: Feed.Place
    /// The event as it came: CloudEvents 1.0 structured JSON.
    public let bytes: [UInt8]

    /// The envelope around the record.
    ///
    /// - Throws: `DecodingError` when the bytes are no envelope.
    public func envelope() throws -> Envelope { try JSON.decode(Envelope.self, from: bytes) }

    /// The record: the envelope's `data` as a type of yours with the members you need.
    ///
    /// - Throws: `DecodingError` when it does not fit.
    public func data<Record: Decodable>(as type: Record.Type) throws -> Record {
        try JSON.decode(Body<Record>.self, from: bytes).data
    }

    private struct Body<Record: Decodable>: Decodable { var data: Record }
}

/// What CloudEvents 1.0 says about a record, without the record.
public struct Envelope: Sendable, Hashable, Decodable {
    /// The record's UUID; the same when the same article is coded again.
    public var id: String
    /// `tidings.event.v1`, `tidings.quote.v1`, `tidings.article.v1`; others may be added.
    public var type: String
    /// When it was put into the log, RFC 3339.
    public var time: String
    /// Its place in the log: 20 digits.
    public var sequence: String
    /// The log's identity.
    public var epoch: String
    /// Where the tap publishes it.
    public var topic: String
    /// Its number within the topic: 20 digits.
    public var tseq: String
}

/// Why a feed cannot be read.
public struct FeedError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of refusal it is; hubs may have codes that this version does not name.
    public struct Code: Sendable, Hashable, RawRepresentable {
        /// The code as the protocol spells it.
        public var rawValue: String
        /// Makes a code.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The filter cannot be understood.
        public static let filter = Code(rawValue: "filter")
        /// The hub speaks another version.
        public static let version = Code(rawValue: "version")
        /// The cursor's name is wrong, there are too many, or it was removed.
        public static let cursor = Code(rawValue: "cursor")
        /// Another client reads with this cursor now.
        public static let taken = Code(rawValue: "taken")
        /// The log was restored from a backup: start over.
        public static let epochChanged = Code(rawValue: "epoch-changed")
        /// Older than what the log keeps.
        public static let gone = Code(rawValue: "gone")
        /// The log is shorter than the place asked for.
        public static let ahead = Code(rawValue: "ahead")
        /// The address cannot be used.
        public static let socket = Code(rawValue: "socket")
    }

    /// What kind of refusal it is.
    public let code: Code
    /// What happened and what to do.
    public let message: String

    /// The code and the message.
    public var description: String { "\(code.rawValue): \(message)" }

    init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    init(_ failure: FeedReader.Failure) {
        switch failure {
        case .messaging(let error): self.init(code: .socket, message: error.description)
        case .refused(let refusal): self.init(code: Code(rawValue: refusal.code), message: refusal.message)
        }
    }
}

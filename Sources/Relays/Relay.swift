import FoundationEssentials
package import Logging
import Messaging
import Records
package import ServiceSupport
import TidingsClient
import Wire

/// A place in the log.
package struct RelayPlace: Sendable, Equatable, CustomStringConvertible {
    package var epoch: String
    package var seq: Int

    package init(epoch: String, seq: Int) {
        self.epoch = epoch
        self.seq = seq
    }

    /// Reads `epoch:seq`.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 36, let seq = Int(parts[1]), seq >= 0 else { return nil }
        self.init(epoch: String(parts[0]), seq: seq)
    }

    package var description: String { "\(epoch):\(seq)" }
}

/// One event on its way to a broker.
package struct RelayEvent: Sendable {
    package var place: RelayPlace
    /// The record's UUID.
    package var id: String
    package var envelope: [UInt8]

    package init(place: RelayPlace, id: String, envelope: [UInt8]) {
        self.place = place
        self.id = id
        self.envelope = envelope
    }
}

/// Why a broker does not take what it should.
package enum RelayFailure: Error, Sendable, CustomStringConvertible {
    /// Connect again, look where the broker's copy ends, and go on.
    case again(String)
    /// A person has to mend it.
    case fatal(String)

    package var description: String {
        switch self {
        case .again(let reason), .fatal(let reason): reason
        }
    }
}

/// A broker's copy of the log; belongs to one thread, which it blocks.
package protocol RelayTarget: AnyObject {
    /// For logs and the hub's status: `nats`, `kafka`.
    var name: String { get }
    /// Connects and finds the last event of the copy; nil when it is empty.
    func open() throws(RelayFailure) -> RelayPlace?
    /// Appends events; when it returns, the broker has acknowledged all of them.
    func append(_ events: [RelayEvent]) throws(RelayFailure)
    /// Called several times a second between events.
    func idle() throws(RelayFailure)
    func close()
}

/// Copies the log to a broker, each event once and in order: it goes on behind the last event that the broker holds.
package final class Relay {
    package struct Settings: Sendable {
        /// The hub's feed endpoint.
        package var feed: String
        /// The file with the relay's key and the hub's public one.
        package var keyFile: String
        /// What to copy; empty for everything.
        package var filter: String

        package init(feed: String, keyFile: String, filter: String = "") {
            self.feed = feed
            self.keyFile = keyFile
            self.filter = filter
        }
    }

    private let settings: Settings
    private let target: any RelayTarget
    private let logger: Logger
    private let stop: StopSwitch

    package init(_ settings: Settings, to target: any RelayTarget, logger: Logger, stop: StopSwitch) {
        self.settings = settings
        self.target = target
        self.logger = logger
        self.stop = stop
    }

    /// Runs until the switch is thrown.
    ///
    /// - Throws: `RelayFailure.fatal` when a person has to mend something.
    package func run() throws(RelayFailure) {
        var backoff = Backoff(first: 100, limit: 5000)
        var said: String?
        while !stop.isStopped {
            do {
                let tail = try target.open()
                logger.info("connected", metadata: ["after": "\(tail.map(\.description) ?? "nothing")"])
                said = nil
                try follow(tail) { backoff.reset() }
            } catch {
                target.close()
                guard case .again(let reason) = error else { throw error }
                if said != reason { logger.warning("connecting again", metadata: ["reason": "\(reason)"]) }
                said = reason
                Monotonic.sleep(milliseconds: backoff.wait())
            }
        }
        target.close()
    }

    private func follow(_ tail: RelayPlace?, onProgress: () -> Void) throws(RelayFailure) {
        let reader = FeedReader(
            settings.feed,
            keyFile: settings.keyFile,
            filter: settings.filter,
            from: tail.map { .after(seq: $0.seq, epoch: $0.epoch) } ?? .floor,
            client: "relay-\(target.name)",
            window: 500
        )
        defer { reader.close() }
        while !stop.isStopped {
            let deliveries: [FeedMessage.Delivery]
            do { deliveries = try reader.next(milliseconds: 200) } catch {
                // The copy cannot be continued by itself: what it would skip or repeat is for a person to decide.
                throw .fatal("\(error); the copy ends at \(tail.map(\.description) ?? "its beginning")")
            }
            guard !deliveries.isEmpty, let epoch = reader.subscription.epoch else {
                try target.idle()
                continue
            }
            var events: [RelayEvent] = []
            for delivery in deliveries { events.append(try event(delivery, epoch)) }
            try target.append(events)
            onProgress()
        }
    }

    private func event(_ delivery: FeedMessage.Delivery, _ epoch: String) throws(RelayFailure) -> RelayEvent {
        struct Envelope: Decodable { var id: String }
        guard let id = try? JSON.decode(Envelope.self, from: delivery.envelope).id else {
            throw .fatal("event \(delivery.seq) has no id: the hub is not ours")
        }
        return RelayEvent(place: .init(epoch: epoch, seq: delivery.seq), id: id, envelope: delivery.envelope)
    }
}

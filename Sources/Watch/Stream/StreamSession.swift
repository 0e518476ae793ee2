import FoundationEssentials
import HTTPSupport
import Hummingbird
import Messaging
import Records
import ServiceSupport
import TidingsClient
import Wire

/// One reader of the stream: a thread with a feed of its own, which writes server-sent events into a hand-off.
final class StreamSession: Sendable {
    /// What the thread hands over, in this order: one `open` or `refused`, then events.
    enum Part: Sendable {
        case open
        case refused(Problem)
        case bytes([UInt8])
    }

    let parts = Handoff<Part>()
    private let heartbeat: Int

    /// - Parameters:
    ///   - start: where it begins.
    ///   - heartbeat: milliseconds of silence after which a comment is sent.
    ///   - onEnd: called once when the thread ends.
    init(
        _ feed: FeedSource,
        filter: String,
        from start: FeedSubscription.Start,
        heartbeat: Int,
        stop: StopSwitch,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.heartbeat = heartbeat
        Worker(name: "stream") { [self] in
            run(feed.open(filter: filter, from: start, client: "http", window: 200), stop)
            parts.end()
            onEnd()
        }
        .detach()
    }

    private func run(_ reader: FeedReader, _ stop: StopSwitch) {
        defer { reader.close() }
        var isOpen = false
        let started = Monotonic.milliseconds()
        var lastSaid = started
        while !stop.isStopped, !parts.isEnded {
            let deliveries: [FeedMessage.Delivery]
            do { deliveries = try reader.next(milliseconds: 100) } catch {
                let problem = StreamSession.problem(error)
                let part: Part = isOpen ? .bytes(StreamSession.event(problem)) : .refused(problem)
                _ = parts.put(part)
                return
            }
            let now = Monotonic.milliseconds()
            if !isOpen, reader.subscription.epoch != nil {
                isOpen = true
                guard parts.put(.open), parts.put(.bytes(Array("retry: 2000\n".utf8) + mark(reader))) else { return }
            } else if !isOpen, now - started > 5000 {
                _ = parts.put(
                    .refused(
                        .init(.serviceUnavailable, "the hub does not answer; try again", headers: [.retryAfter: "5"])
                    )
                )
                return
            }
            guard isOpen, let epoch = reader.subscription.epoch else { continue }
            var bytes: [UInt8] = []
            for delivery in deliveries { bytes += StreamSession.event(delivery, epoch) }
            if bytes.isEmpty, now - lastSaid >= heartbeat { bytes = mark(reader) }
            guard !bytes.isEmpty else { continue }
            guard parts.put(.bytes(bytes)) else { return }
            lastSaid = Monotonic.milliseconds()
        }
    }

    /// A heartbeat: a comment, and an id without data, which moves the place a reader resumes from and is no event.
    private func mark(_ reader: FeedReader) -> [UInt8] {
        let (subscription, scanned) = (reader.subscription, reader.subscription.scanned ?? 0)
        return Array(": head \(subscription.head ?? 0)\nid: \(subscription.epoch ?? ""):\(scanned)\n\n".utf8)
    }

    private static func event(_ delivery: FeedMessage.Delivery, _ epoch: String) -> [UInt8] {
        struct Envelope: Decodable { var type: String }
        // A record of a type that cannot be read is still a record.
        let type = (try? JSON.decode(Envelope.self, from: delivery.envelope).type) ?? "message"
        var bytes = Array("id: \(epoch):\(delivery.seq)\nevent: \(type)\ndata: ".utf8)
        // JSON holds line ends between its tokens only.
        bytes += delivery.envelope.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        bytes += "\n\n".utf8
        return bytes
    }

    /// The end of a stream that cannot go on: what would have been the answer's status, as an event.
    private static func event(_ problem: Problem) -> [UInt8] {
        struct Body: Encodable {
            var status: Int
            var detail: String
        }
        let body = (try? JSON.encode(Body(status: problem.status.code, detail: problem.detail))) ?? []
        return Array("event: tidings.error\ndata: ".utf8) + body + Array("\n\n".utf8)
    }

    private static func problem(_ failure: FeedReader.Failure) -> Problem {
        switch failure {
        case .messaging(let error): return Problem(.serviceUnavailable, error.description, headers: [.retryAfter: "5"])
        case .refused(let refusal):
            switch refusal.code {
            case "gone": return Problem(.gone, refusal.message)
            case "epoch-changed", "ahead": return Problem(.conflict, refusal.message)
            case "filter": return Problem(.badRequest, refusal.message)
            default: return Problem(.serviceUnavailable, refusal.message, headers: [.retryAfter: "5"])
            }
        }
    }
}

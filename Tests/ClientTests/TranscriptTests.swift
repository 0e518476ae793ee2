import FoundationEssentials
import TestSupport
import Testing
import TidingsClient
import Wire

/// docs/vectors/transcripts.json: what a subscriber must do, in any language.
@Suite("Transcripts") struct TranscriptTests {
    private struct File: Decodable { var transcripts: [Transcript] }

    private struct Transcript: Decodable {
        var name: String
        var subscription: Settings
        var steps: [Step]
    }

    private struct Settings: Decodable {
        var filter: String
        var start: FeedSubscription.Start
        var window: Int
        var cursor: String?

        private enum CodingKeys: String, CodingKey {
            case start, window, cursor
            case filter = "where"
        }
        private struct Place: Decodable {
            var seq: Int
            var epoch: String?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            filter = try container.decode(String.self, forKey: .filter)
            window = try container.decode(Int.self, forKey: .window)
            cursor = try container.decodeIfPresent(String.self, forKey: .cursor)
            if let name = try? container.decode(String.self, forKey: .start) {
                start = name == "now" ? .now : .floor
            } else {
                let place = try container.decode(Place.self, forKey: .start)
                start = .after(seq: place.seq, epoch: place.epoch)
            }
        }
    }

    private struct Step: Decodable {
        var at: Int
        var connected: Bool?
        var receive: [String]?
        var processed: Int?
        var ack: Int?
        var expect: [Outcome]
    }

    /// An action as the vectors write it.
    private struct Outcome: Decodable, Equatable {
        struct Head: Decodable, Equatable {
            var version: Int?
            var filter: String?
            var after: Int?
            var epoch: String?
            var credit: Int?
            var client: String?
            var cursor: String?
            var seq: Int?
        }
        var send: String?
        var head: Head?
        var deliver: Int?
        var prev: Int?
        var reconnect: Bool?
        var fail: String?

        init(_ action: FeedSubscription.Action) throws {
            switch action {
            case .send(let message):
                send = message.frames.kind
                head = try JSONDecoder().decode(Head.self, from: Data(message.frames.head))
            case .deliver(let delivery): (deliver, prev) = (delivery.seq, delivery.prev)
            case .reconnect: reconnect = true
            case .fail(let refusal): fail = refusal.code
            }
        }
    }

    private static func bytes(_ frame: String) -> [UInt8] {
        guard frame.hasPrefix("0x") else { return Array(frame.utf8) }
        let digits = Array(frame.utf8.dropFirst(2))
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }

    private func perform(_ step: Step, _ subscription: inout FeedSubscription) -> [FeedSubscription.Action] {
        if step.connected == true { return subscription.connected(now: step.at) }
        if let count = step.processed { return subscription.processed(count, now: step.at) }
        if let seq = step.ack { return subscription.acknowledge(seq) }
        guard let frames = step.receive else { return subscription.tick(now: step.at) }
        guard let message = FeedMessage(frames.map(TranscriptTests.bytes)) else {
            subscription.heard(now: step.at)
            return []
        }
        return subscription.receive(message, now: step.at)
    }

    @Test func `a subscriber does what the transcripts say`() throws {
        let file = URL(filePath: "\(LiveStack.packageRoot)/docs/vectors/transcripts.json")
        let transcripts = try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).transcripts
        #expect(transcripts.count > 25)
        for transcript in transcripts {
            let settings = transcript.subscription
            var subscription = FeedSubscription(
                filter: settings.filter,
                start: settings.start,
                cursor: settings.cursor,
                client: "test",
                window: settings.window
            )
            for step in transcript.steps {
                let actions = try perform(step, &subscription).map(Outcome.init)
                #expect(actions == step.expect, "\(transcript.name), at \(step.at)")
            }
        }
    }
}

import FoundationEssentials
import TestSupport
import Testing
import Wire

/// docs/vectors/: what every client and every later version of the hub must agree with.
@Suite("Vectors") struct VectorTests {
    private struct Frames: Decodable {
        struct Vector: Decodable {
            var name: String
            var from: String
            var frames: [String]
            var means: Meaning?
        }
        var frames: [Vector]
    }

    private struct Recorded: Decodable {
        struct Work: Decodable {
            struct Meaning: Decodable {
                var kind: String
                var lease: Lease?
                var bodies: [String]
            }
            var name: String
            var frames: [String]
            var means: Meaning
        }
        struct Tap: Decodable {
            struct Meaning: Decodable { var topic: String }
            var frames: [String]
            var means: Meaning
        }
        var feed: [Frames.Vector]
        var work: [Work]
        var tap: [Tap]
    }

    /// The kind and whatever members it has.
    struct Meaning: Decodable, Equatable {
        var kind: String
        var version: Int?
        var filter: String?
        var after: Int?
        var epoch: String?
        var credit: Int?
        var client: String?
        var cursor: String?
        var seq: Int?
        var prev: Int?
        var envelope: String?
        var floor: Int?
        var head: Int?
        var scanned: Int?
        var last: Int?
        var code: String?
        var message: String?

        init(_ message: FeedMessage) {
            kind = message.frames.kind
            switch message {
            case .subscribe(let head):
                (version, filter, after, epoch) = (head.version, head.filter, head.after, head.epoch)
                (credit, client, cursor) = (head.credit, head.client, head.cursor)
            case .credit(let credit): self.credit = credit
            case .ack(let seq), .acked(let seq): self.seq = seq
            case .welcome(let head): (epoch, floor, self.head, after) = (head.epoch, head.floor, head.head, head.after)
            case .event(let event):
                (seq, prev, envelope) = (event.seq, event.prev, String(decoding: event.envelope, as: UTF8.self))
            case .heartbeat(let heads): (head, scanned, last) = (heads.head, heads.scanned, heads.last)
            case .refused(let refusal): (code, self.message) = (refusal.code, refusal.message)
            case .status, .statusIs, .bye: break
            }
        }
    }

    private struct Filters: Decodable {
        struct Vector: Decodable {
            var filter: String
            var keys: String?
            var matches: Bool?
            var error: String?
        }
        var filters: [Vector]
    }

    private func read<Content: Decodable>(_ type: Content.Type, _ name: String) throws -> Content {
        let file = URL(filePath: "\(LiveStack.packageRoot)/docs/vectors/\(name).json")
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal.utf8)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }

    @Test func `frames mean what the vectors say`() throws {
        let vectors = try read(Frames.self, "frames").frames
        #expect(vectors.count > 30)
        for vector in vectors {
            let message = FeedMessage(vector.frames.map(VectorTests.bytes))
            #expect(message.map(Meaning.init) == vector.means, "\(vector.name)")
        }
    }

    /// Frames that a hub of release 0.1 sent are read by every later version.
    @Test func `frames of earlier releases are understood`() throws {
        let vectors = try read(Recorded.self, "recorded-0.1").feed
        #expect(
            Set(vectors.compactMap(\.means?.kind)).isSuperset(of: ["WELCOME", "EVENT", "HEARTBEAT", "ACKED", "REFUSED"])
        )
        for vector in vectors {
            let message = try #require(FeedMessage(vector.frames.map(VectorTests.bytes)), "\(vector.name)")
            #expect(Meaning(message) == vector.means, "\(vector.name)")
        }
    }

    @Test func `work messages of earlier releases are understood`() throws {
        let vectors = try read(Recorded.self, "recorded-0.1").work
        #expect(
            Set(vectors.map(\.means.kind)).isSuperset(of: ["READY", "JOB", "STARTED", "RESULT", "STORED", "UNKNOWN"])
        )
        for vector in vectors {
            let message = try #require(WorkMessage(vector.frames.map(VectorTests.bytes)), "\(vector.name)")
            let frames = message.frames
            #expect(frames.kind == vector.means.kind)
            #expect(frames.bodies.map { String(decoding: $0, as: UTF8.self) } == vector.means.bodies, "\(vector.name)")
            struct Head: Decodable { var lease: Lease? }
            #expect(frames.head(Head.self)?.lease == vector.means.lease, "\(vector.name)")
        }
    }

    @Test func `topics of earlier releases are those of today`() throws {
        struct Envelope: Decodable { var topic: String }
        for vector in try read(Recorded.self, "recorded-0.1").tap where vector.means.topic != "~hb/" {
            let frames = vector.frames.map(VectorTests.bytes)
            #expect(frames.map { String(decoding: $0, as: UTF8.self) }.first == vector.means.topic)
            #expect(try JSONDecoder().decode(Envelope.self, from: Data(frames[1])).topic == vector.means.topic)
        }
    }

    @Test func `filters match, and say what is wrong with them, as the vectors say`() throws {
        let vectors = try read(Filters.self, "filters").filters
        #expect(vectors.count > 60)
        for vector in vectors {
            do {
                let filter = try Filter(vector.filter)
                #expect(vector.error == nil, "\(vector.filter) is understood")
                #expect(filter.matches(Array((vector.keys ?? "").utf8)) == vector.matches, "\(vector.filter)")
            } catch {
                let wanted = vector.error ?? "no error"
                #expect(error.description.contains(wanted), "\(vector.filter): \(error.description)")
            }
        }
    }

    @Test func `filters of any bytes match any keys, or are errors, without harm`() {
        var random = Seeded(state: 11)
        let pieces = [
            "event", "=", "!=", ">=", "<=", ",", " ", "confidence", "0.7", "-", "%", "%20", "SANCTION", "quad", "4",
            "é",
        ]
        var understood = 0
        for _ in 0..<20_000 {
            func text(_ most: Int) -> String {
                (0..<Int.random(in: 0...most, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                    .joined()
            }
            guard let filter = try? Filter(text(8)) else { continue }
            understood += 1
            _ = filter.matches(Array(text(12).utf8))
        }
        #expect(understood > 100)
    }
}

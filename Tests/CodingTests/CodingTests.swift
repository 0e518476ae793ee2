import Coding
import FoundationEssentials
import Knowledge
import Records
import Testing

/// Coding against the tables as they are shipped.
enum Shipped {
    static let seeds: String = {
        var place = URL(filePath: #filePath)
        for _ in 0..<3 { place.deleteLastPathComponent() }
        return place.appending(path: "seeds").path(percentEncoded: false)
    }()
    static let knowledge = Result { try Knowledge(directory: seeds) }

    static func code(_ text: String, published: String? = "2016-12-30") throws -> Coded {
        var article = Article(sha256: sha256(of: Array(text.utf8)), format: .text, text: text)
        article.published = published
        return try Coder(knowledge: knowledge.get()).code(article) { false }
    }

    static func party(_ actors: [Actor]) -> String {
        actors.isEmpty ? "-" : actors.map { $0.code ?? $0.sector?.rawValue ?? "-" }.joined(separator: "+")
    }

    /// `TYPE/mode ACTOR>RECIPIENT status`.
    static func line(_ event: Event) -> String {
        let kind = ([event.event.rawValue] + event.mode).joined(separator: "/")
        return "\(kind) \(party(event.actor))>\(party(event.recipient)) \(event.status.rawValue)"
    }
}

@Suite("Frames") struct FrameTests {
    @Test(arguments: try Shipped.knowledge.get().frames.all.map(\.id)) func `the example of a frame gives what it expects`(_ id: String) throws {
        let frame = try #require(try Shipped.knowledge.get().frames.all.first { $0.id == id })
        let lines = try Shipped.code(frame.example).events.map(Shipped.line)
        for expected in frame.expected.split(separator: "; ") {
            #expect(lines.contains(String(expected)), "\(frame.example): \(lines)")
        }
        if frame.expected.isEmpty { #expect(lines.isEmpty, "\(frame.example)") }
    }
}

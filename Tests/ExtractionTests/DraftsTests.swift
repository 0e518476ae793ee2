import Records
import Testing
import Wire

@testable import Extraction

@Suite("Drafts") struct DraftsTests {
    private func event() -> Event {
        var article = Article(sha256: String(repeating: "0", count: 64), format: .text, text: "x")
        article.source = "The New York Times"
        var event = Event(
            event: .sanction,
            evidence: Evidence(sentence: 0, text: "x", event: [], actor: [], recipient: [], date: [], rule: "r"),
            article: ArticleReference(article),
            coder: "c"
        )
        event.mode = ["expel"]
        event.context = ["diplomatic"]
        event.cameo = "1612"
        event.confidence = 0.8364
        event.actor = [Actor(text: "USA", code: "USA", sector: .gov)]
        event.recipient = [Actor(text: "Russia", code: "RUS"), Actor(text: "rebels")]
        event.location = Place(text: "Kiev", name: "Kyiv  Oblast é", country: "UKR")
        return event
    }

    private func keys(_ events: [Event], quotes: [Quote] = []) throws -> [[UInt8]] {
        let article = Article(sha256: String(repeating: "0", count: 64), format: .text, text: "x")
        let coded = Coded(article: article, entities: [], quotes: quotes, events: events)
        return try Drafts.records(coded, coder: "c").map { Array($0.head.keys.utf8) }
    }

    @Test(arguments: [
        "type=event event=SANCTION mode=expel", "context=diplomatic", "cameo=16", "cameo=161", "cameo=1612",
        "confidence>=0.836 confidence<=0.836", "historical=false", "quad>=4", "status=happened", "country=UKR",
        "country=RUS country=USA", "place=kyiv%20oblast%20%C3%A9", "place=UKR", "source=The%20New%20York%20Times",
        "sector=GOV recipient=RUS actor=USA",
    ])
    func `filters find an event by each of its slots`(_ filter: String) throws {
        #expect(try Filter(filter).matches(keys([event()])[0]))
    }

    @Test func `keys are printable ASCII within the column's bounds, whatever an event holds`() throws {
        var event = event()
        event.actor = (0..<500).map { Actor(text: "a", code: "A\($0)\u{7f} é") }
        event.location = Place(text: "x", name: String(repeating: "日本 ", count: 200), country: nil)
        let keys = try keys([event])[0]
        #expect(keys.count <= 4000 && keys.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(try Filter("event=SANCTION status=happened cameo=16").matches(keys), "the first are kept")
    }

    @Test func `a place longer than a key holds is found by its whole name`() throws {
        var event = event()
        let name = String(repeating: "日本", count: 40)
        event.location = Place(text: "x", name: name, country: nil)
        #expect(try Filter("place=\(name)").matches(keys([event])[0]))
    }

    @Test func `a quote is found by its speaker's country`() throws {
        let article = ArticleReference(Article(sha256: String(repeating: "0", count: 64), format: .text, text: "x"))
        var quote = Quote(text: "no", spans: [], kind: .direct, article: article)
        quote.speaker = .init(name: nil, text: "Lavrov", code: "RUS")
        let first = try keys([], quotes: [quote])[0]
        #expect(try Filter("type=quote country=RUS actor=RUS").matches(first))
    }
}

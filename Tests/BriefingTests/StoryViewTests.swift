import Records
import Testing

@testable import Briefing

@Suite("What readers see of a story") struct StoryViewTests {
    private static func digest(
        _ number: Int,
        day: Int,
        title: String? = nil,
        text: String = "A report.",
        entities: [Entity] = [],
        events: [StoryEvent] = [],
        similarity: Float = 0.5
    ) -> StoryDigest {
        StoryDigest(
            article: "a\(number)",
            day: day,
            title: title ?? "Report \(number)",
            text: text,
            entities: entities,
            events: events,
            similarity: similarity
        )
    }

    private static func entity(_ name: String, _ type: Entity.EntityType, _ code: String?, mentions: Int) -> Entity {
        var entity = Entity(name: name, type: type, code: code, sector: nil)
        entity.mentions = (0..<mentions).map { .init(text: name, span: Span($0, $0 + 1), sentence: 0) }
        return entity
    }

    private static func event(
        _ id: String,
        scale: Double,
        status: String = "happened",
        historical: Bool = false
    ) -> StoryEvent {
        StoryEvent(
            id: id,
            event: "SANCTION",
            actor: "RUS",
            recipient: "USA",
            status: status,
            historical: historical,
            scale: scale,
            date: nil,
            text: "Sentence of \(id)."
        )
    }

    @Test func `people, places and countries are ranked by the articles that name them`() {
        let (ann, bob) = (Self.entity("Ann", .person, nil, mentions: 1), Self.entity("Bob", .person, nil, mentions: 9))
        var dateline = Self.entity("Lima", .place, "PER", mentions: 1)
        dateline.roles = ["dateline"]
        let town = Self.entity("Amatrice", .place, "ITA", mentions: 2)
        let view = StoryView([
            Self.digest(1, day: 10, entities: [ann, bob, town, dateline]),
            Self.digest(2, day: 11, entities: [ann, Self.entity("Italy", .country, "ITA", mentions: 1)]),
        ])
        #expect(view.people.map(\.name) == ["Ann", "Bob"])
        #expect(view.people.map(\.articles) == [2, 1] && view.people.map(\.mentions) == [2, 9])
        #expect(view.places.map(\.name) == ["Amatrice"], "where the reporter sat is no place of the story")
        #expect(view.countries == [.init(code: "ITA", articles: 2)])
    }

    @Test func `a day shows its gravest act that is news, else its most typical article`() {
        let view = StoryView([
            Self.digest(1, day: 12, similarity: 0.4),
            Self.digest(2, day: 12, similarity: 0.9),
            Self.digest(3, day: 10, events: [Self.event("small", scale: -2), Self.event("large", scale: -6)]),
            Self.digest(4, day: 10, events: [Self.event("threat", scale: -10, status: "threatened")], similarity: 1),
            Self.digest(5, day: 10, events: [Self.event("old", scale: -10, historical: true)], similarity: 1),
            Self.digest(6, day: 10, events: [Self.event("not", scale: -10, status: "negated")], similarity: 1),
        ])
        #expect(view.timeline.map(\.day.daysSinceEpoch) == [10, 12])
        #expect(view.timeline.map(\.articles) == [4, 2])
        #expect(view.timeline[0].event?.id == "large" && view.timeline[0].text == "Sentence of large.")
        #expect(view.timeline[1].article == "a2" && view.timeline[1].text == "Report 2")
    }

    @Test func `what a story shows is bounded, its first day stays`() throws {
        var view = StoryView()
        for number in 0..<400 {
            let names = (0..<30).map { Self.entity("P\(number * 30 + $0)", .person, nil, mentions: 1) }
            view.add(
                Self.digest(number, day: 1000 + number, title: String(repeating: "x", count: 5000), entities: names)
            )
        }
        #expect(view.people.count == StoryView.names && view.timeline.count == StoryView.days)
        #expect(view.timeline.first?.day.daysSinceEpoch == 1000 && view.timeline.last?.day.daysSinceEpoch == 1399)
        let bytes = try JSON.encode(view)
        #expect(bytes.count < 80_000)
        let back = try JSON.decode(StoryView.self, from: bytes)
        #expect(back == view)
    }

    @Test func `the headline is that of the recent article which the story is most about`() {
        let vectors = [("quake rubble tents", 1), ("quake rubble", 9), ("football", 10), ("quake rubble rescuers", 10)]
            .map {
                (StoryTests.article($0.1, day: $0.1, $0.0).vector, $0.1)
            }
        let centroid = vectors.reduce(TermVector()) { $0.adding($1.0, times: 1) }
        let story = Story(
            id: "s",
            lastSeq: 1,
            lastAt: 1,
            state: .init(firstDay: 1, lastDay: 10, articles: 4, centroid: centroid)
        )
        let recent = vectors.enumerated().map { (Self.digest($0.offset, day: $0.element.1), $0.element.0) }
        #expect(StoryView.headline(recent, of: story) == "Report 1")
        #expect(StoryView.headline(Array(recent.prefix(1)), of: story) == "Report 0", "the best there is")
        #expect(StoryView.headline([], of: story) == nil)
    }

    @Test(arguments: [
        ("One. Two.", "One."), ("\n  No stop here\nSecond line.", "No stop here"),
        ("It rose 3.5 percent in J. Smith's town. Then.", "It rose 3.5 percent in J. Smith's town."), ("", ""),
    ])
    func `an article without a title is called by its first sentence`(_ text: String, _ expected: String) {
        #expect(StoryDigest.firstSentence(text) == expected)
        let digest = StoryDigest(article: "a", day: 1, title: nil, text: text, entities: [], events: [], similarity: 1)
        #expect(digest.headline == expected)
    }
}

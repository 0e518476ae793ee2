import Knowledge
import Records
import Testing

@testable import Briefing

@Suite("Stories") struct StoryTests {
    private static let reader = StoryReader(WordFrequencies())
    private static let day = 86_400_000

    /// An article of a few words, all of them rare, that comes into the log on its day.
    static func article(_ seq: Int, day: Int, _ text: String, at: Int? = nil) -> StoryArticle {
        StoryArticle(
            id: UUIDv5.name("\(seq)", in: UUIDv5.articleNamespace),
            seq: seq,
            at: at ?? day * Self.day,
            day: day,
            vector: reader.vector(title: nil, text: text, entities: [], events: [])
        )
    }

    private static let quake = "quake rubble rescuers tremor epicentre village shaking aftershock magnitude collapse"
    private static let vote = "ballot turnout candidate polling runoff tally electoral voters campaign mandate"
    private static let both = "quake rubble rescuers tremor epicentre ballot turnout candidate polling runoff"

    // MARK: Words

    @Test(arguments: [
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("caress", "caress"), ("agreed", "agree"),
        ("feed", "feed"), ("plastered", "plaster"), ("motoring", "motor"), ("sing", "sing"), ("hopping", "hop"),
        ("falling", "fall"), ("filing", "file"), ("sized", "size"), ("conflated", "conflate"), ("happy", "happi"),
        ("sky", "sky"), ("élections", "élections"), ("mh17", "mh17"),
    ])
    func `endings are taken off as in step 1 of Porter's paper`(_ word: String, _ stem: String) {
        #expect(String(decoding: StoryWords.stem(Array(word.utf8)), as: UTF8.self) == stem)
    }

    @Test func `words are runs of letters and digits in lower case`() {
        var words: [String] = []
        StoryWords.each(in: "Élysée’s 298 dead—“MH17”, U.S. café\u{A0}São 2014–15".utf8) {
            words.append(String(decoding: $0, as: UTF8.self))
        }
        #expect(words == ["élysée", "dead", "mh17", "café", "são"])
    }

    @Test func `the logarithm is one`() {
        for value: Float in [0.5, 1, 1.5, 1.999, 2, 15_000, 3e30] {
            #expect(
                abs(Double(logarithm(value)) - reference(Double(value))) < 1e-4 * max(1, abs(reference(Double(value))))
            )
        }
    }

    /// The integral of 1/x by Simpson's rule, after taking out powers of two.
    private func reference(_ value: Double) -> Double {
        let (steps, top) = (2000, value.significand)
        let width = (top - 1) / Double(steps)
        let sum = (0...steps).reduce(0.0) {
            $0 + ($1 == 0 || $1 == steps ? 1 : $1 % 2 == 1 ? 4 : 2) / (1 + Double($1) * width)
        }
        return Double(value.exponent) * 0.693147180559945 + sum * width / 3
    }

    @Test func `vectors survive storage bit by bit, and broken ones are refused`() throws {
        let vector = Self.article(1, day: 0, Self.quake).vector
        #expect(TermVector(bytes: vector.bytes) == vector)
        let back = try JSON.decode(TermVector.self, from: JSON.encode(vector))
        #expect(back == vector)
        #expect(TermVector(bytes: Array(vector.bytes.dropLast())) == nil)
        #expect(TermVector(bytes: Array(vector.bytes.suffix(8) + vector.bytes.prefix(8))) == nil)
    }

    @Test func `words of the title weigh more, a place of the dateline less than a scene`() {
        let plain = Self.reader.vector(title: nil, text: Self.quake, entities: [], events: [])
        let titled = Self.reader.vector(title: "quake", text: Self.quake, entities: [], events: [])
        let weights = Dictionary(uniqueKeysWithValues: zip(titled.terms, titled.weights))
        let term = StoryWords.term(word: Array("quake".utf8))
        #expect(weights.allSatisfy { $0.key == term || $0.value < weights[term] ?? 0 })
        #expect(plain.cosine(titled) < 1)

        func like(_ role: String) -> Float {
            func place(_ name: String, _ role: String) -> Entity {
                var place = Entity(name: name, type: .place, code: nil, sector: nil)
                place.roles = [role]
                return place
            }
            func vector(_ places: [Entity]) -> TermVector {
                Self.reader.vector(title: nil, text: "", entities: places, events: [])
            }
            return vector([place("Kyiv", role), place("Lima", "event")]).cosine(vector([place("Kyiv", "event")]))
        }
        #expect(like("dateline") < 0.3 && like("event") > 0.7)
    }

    // MARK: Placing

    @Test func `articles on one matter are one story, on two matters two`() {
        var book = StoryBook()
        let first = book.place(Self.article(1, day: 100, Self.quake))
        let second = book.place(Self.article(2, day: 101, Self.vote))
        let third = book.place(Self.article(3, day: 102, "tremor aftershock rubble village hospital tents"))
        #expect(first.isNew && second.isNew && !third.isNew)
        #expect(third.story == first.story && second.story != first.story)
        #expect(book[first.story]?.state.articles == 2)
        #expect(book[first.story]?.state.lastDay == 102)
    }

    @Test func `two stories become one when an article brings them together`() {
        var book = StoryBook()
        let first = book.place(Self.article(1, day: 100, Self.quake))
        let second = book.place(Self.article(2, day: 101, Self.vote))
        let third = book.place(Self.article(3, day: 102, Self.both))
        #expect(third.story == first.story, "the older one stays")
        #expect(third.merged == second.story)
        #expect(book[second.story] == nil && book[first.story]?.state.articles == 3)
    }

    @Test func `a story whose articles have nothing to do with each other is parted`() throws {
        var book = StoryBook()
        let texts = [Self.quake, Self.vote, Self.quake, Self.vote, Self.quake, Self.vote, Self.quake]
        let articles = texts.enumerated().map { Self.article($0.offset + 1, day: 100 + $0.offset, $0.element) }
        let home = book.place(articles[0]).story
        let placements = articles[1...5].map { book.place($0, home: home) }
        #expect(placements.map(\.story) == Array(repeating: home, count: 5), "they go to their home whatever they say")
        #expect(placements.map(\.isDue) == [false, false, false, false, true])
        let parted = book.split(home, recent: Array(articles.prefix(6)))
        let split = try #require(parted)
        #expect(
            Set(split.moved) == Set([0, 2, 4].map { articles[$0].id })
                || Set(split.moved) == Set([1, 3, 5].map { articles[$0].id })
        )
        #expect(book[home]?.state.articles == 3 && book[split.story]?.state.articles == 3)
        let next = book.place(articles[6])
        #expect(next.story == (split.moved.contains(articles[0].id) ? split.story : home))
        #expect(next.similarity > 0.9, "nothing of the other half is left")
    }

    @Test func `a story that holds together is not parted`() {
        var book = StoryBook()
        let articles = (1...6).map { Self.article($0, day: 100 + $0, Self.quake + " detail\($0)") }
        let home = articles.map { book.place($0).story }[0]
        let parted = book.split(home, recent: articles)
        #expect(parted == nil && book.count == 1)
    }

    @Test func `an article that leaves takes its words along; the last one closes the story`() {
        var book = StoryBook()
        let (one, two) = (Self.article(1, day: 100, Self.quake), Self.article(2, day: 103, Self.vote))
        let home = book.place(one).story
        let before = book[home]?.state.centroid
        _ = book.place(two, home: home)
        let stays = book.remove(two, from: home)
        #expect(stays)
        let after = book[home]?.state.centroid
        #expect(after.map { $0.terms.count } == before?.terms.count)
        #expect(after.flatMap { vector in before.map { vector.cosine($0) } } ?? 0 > 0.999)
        let stillStays = book.remove(one, from: home)
        #expect(!stillStays && book.count == 0)
    }

    // MARK: Closing and bounds

    @Test func `nothing joins a story that is too far away in time, in whatever order they come`() {
        let idle = StoryBook.Settings().idle
        for (days, joins) in [(idle, true), (idle + 1, false), (-idle, true), (-idle - 1, false)] {
            var book = StoryBook()
            let first = book.place(Self.article(1, day: 1000, Self.quake, at: 2000 * Self.day))
            let second = book.place(Self.article(2, day: 1000 + days, Self.quake, at: 2000 * Self.day))
            #expect((second.story == first.story) == joins, "\(days) days")
        }
    }

    @Test
    func `a story to which nothing came for long in the log is closed, and nothing joins it before that is noticed`() {
        let idle = StoryBook.Settings().idle
        var book = StoryBook()
        let first = book.place(Self.article(1, day: 1000, Self.quake, at: 1000 * Self.day))
        let late = (1000 + idle) * Self.day + 1
        let second = book.place(Self.article(2, day: 1001, Self.quake, at: late))
        let closed = book.closeIdle(at: late)
        #expect(second.isNew && closed == [first.story] && book.count == 1)
    }

    @Test func `of too many open stories the one that was longest without an article is closed`() {
        var settings = StoryBook.Settings()
        settings.open = 3
        var book = StoryBook(settings)
        let ids = (1...3).map { book.place(Self.article($0, day: 100, "alpha\($0) beta\($0) gamma\($0)")).story }
        _ = book.place(Self.article(4, day: 100, "alpha1 beta1 gamma1"))
        let before = book.closeSurplus()
        _ = book.place(Self.article(5, day: 100, "delta epsilon"))
        let after = book.closeSurplus()
        #expect(before.isEmpty && after.map(\.id) == [ids[1]] && book.count == 3)
    }

    @Test func `a story keeps at most two hundred terms, an article eighty`() {
        var book = StoryBook()
        var home: String?
        for seq in 1...40 {
            let article = Self.article(seq, day: 100, (0..<300).map { "word\(seq * 300 + $0)x" }.joined(separator: " "))
            #expect(article.vector.terms.count == StoryReader.terms)
            home = book.place(article, home: home).story
        }
        #expect(home.flatMap { book[$0] }?.state.centroid.terms.count == StoryBook.terms)
    }

    @Test func `an article without a rare word is a story of its own`() {
        var book = StoryBook()
        let placements = (1...2).map { book.place(Self.article($0, day: 100, "")) }
        #expect(placements.map(\.isNew) == [true, true])
    }

    @Test func `the day is of publication, but never after the arrival`() {
        let at = 17_000 * Self.day + 5
        #expect(StoryArticle.day(published: nil, at: at) == 17_000)
        #expect(StoryArticle.day(published: "1970-01-11", at: at) == 10)
        #expect(StoryArticle.day(published: "2999-01-01", at: at) == 17_000)
        #expect(StoryArticle.day(published: "soon", at: at) == 17_000)
    }

    // MARK: Determinism

    /// Reports on matters that drift: each draws words from a window that moves.
    private static func stream(_ count: Int) -> [StoryArticle] {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        return (1...count).map { seq in
            let matter = next(60)
            let words = (0..<12).map { _ in "m\(next(8) == 0 ? next(60) : matter)w\(seq / 60 + next(14))" }
            return article(seq, day: 100 + seq / 4, words.joined(separator: " "))
        }
    }

    @Test func `the same log gives the same stories, also when they are read from their rows at every step`() throws {
        let articles = Self.stream(400)
        var settings = StoryBook.Settings()
        settings.open = 40
        func run(reload: Bool) throws -> [StoryBook.Placement] {
            var book = StoryBook(settings)
            var known: Set<String> = []
            var byStory: [String: [StoryArticle]] = [:]
            return try articles.map { article in
                let placement = book.place(article)
                byStory[placement.story, default: []].append(article)
                if let merged = placement.merged {
                    byStory[placement.story, default: []] += byStory.removeValue(forKey: merged) ?? []
                    byStory[placement.story]?.sort { $0.seq < $1.seq }
                }
                known.insert(placement.story)
                let recent = byStory[placement.story]?.suffix(StoryBook.examined) ?? []
                if placement.isDue, let split = book.split(placement.story, recent: Array(recent)) {
                    known.insert(split.story)
                    byStory[split.story] = byStory[placement.story]?.filter { split.moved.contains($0.id) }
                    byStory[placement.story]?.removeAll { split.moved.contains($0.id) }
                }
                _ = book.closeSurplus()
                guard reload else { return placement }
                var fresh = StoryBook(settings)
                for story in known.compactMap({ book[$0] }).shuffled() {
                    let state = try JSON.decode(Story.State.self, from: JSON.encode(story.state))
                    fresh.open(Story(id: story.id, lastSeq: story.lastSeq, lastAt: story.lastAt, state: state))
                }
                book = fresh
                return placement
            }
        }
        let straight = try run(reload: false)
        let again = try run(reload: true)
        #expect(again == straight)
        #expect(straight.contains { $0.merged != nil }, "the stream has no merger: this shows less than it says")
        #expect(Set(straight.map(\.story)).count > settings.open, "no story was closed: this shows less than it says")
    }
}

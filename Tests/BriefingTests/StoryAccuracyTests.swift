import Briefing
import Coding
import FoundationEssentials
import Knowledge
import Linguistics
import Records
import Testing

/// Articles with the story that each belongs to (Sets/README.md): how well they are grouped as they come.
///
/// Figures: B³, the mean over articles of how pure an article's group is (precision) and how much of its story is in it (recall); A. Bagga and
/// B. Baldwin, "Algorithms for scoring coreference chains" (1998).
@Suite("Accuracy of stories", .timeLimit(.minutes(5))) struct StoryAccuracyTests {
    private static let root: URL = {
        var place = URL(filePath: #filePath)
        for _ in 0..<3 { place.deleteLastPathComponent() }
        return place
    }()
    private static let wikinews =
        ProcessInfo.processInfo.environment["TIDINGS_SHARED"].map { "\($0)/articles/wikinews.jsonl" }
        ?? root.appending(path: "../shared/articles/wikinews.jsonl").standardized.path(percentEncoded: false)

    /// A line of a set; Wikinews articles have their label only, and are read where they lie.
    private struct Row: Decodable {
        var id: String
        var story: String
        var date: String?
        var title: String?
        var text: String?
    }

    private struct Labelled {
        var story: String
        var date: CivilDate
        var article: StoryArticle
    }

    private static func rows(_ path: String) throws -> [Row] {
        let data = try Data(contentsOf: URL(filePath: path))
        return try String(decoding: data, as: UTF8.self).split(separator: "\n").map {
            try JSON.decode(Row.self, from: Array($0.utf8))
        }
    }

    /// What a line of wikinews.jsonl has instead of a story.
    private struct Text: Decodable {
        var id: String
        var title: String
        var date: String
        var text: String
    }

    private static func texts() throws -> [String: Text] {
        guard let data = FileManager.default.contents(atPath: wikinews) else {
            print("stories: \(wikinews) is not there; the set is scored without its Wikinews articles")
            return [:]
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        let texts = try lines.map { try JSON.decode(Text.self, from: Array($0.utf8)) }
        return Dictionary(uniqueKeysWithValues: texts.map { ($0.id, $0) })
    }

    /// The articles of a set in the order of their dates, coded as the stack codes them.
    private static func articles(_ name: String) throws -> [Labelled] {
        let knowledge = try Knowledge(directory: root.appending(path: "seeds").path(percentEncoded: false))
        let model = try LanguageModel(path: root.appending(path: "models/english.model").path(percentEncoded: false))
        let worker = Coder(knowledge: knowledge, model: model).makeWorker()
        let reader = StoryReader(knowledge.words)
        let texts = try texts()
        let path = root.appending(path: "Tests/BriefingTests/Sets/\(name)").path(percentEncoded: false)
        let labelled = try rows(path).compactMap { row -> Labelled? in
            guard let text = row.text ?? texts[row.id]?.text, let date = row.date ?? texts[row.id]?.date else {
                return nil
            }
            var article = Article(sha256: sha256(of: Array(text.utf8)), format: .json, text: text)
            article.title = row.title ?? texts[row.id]?.title
            article.published = date
            let coded = try worker.code(article) { false }
            let vector = reader.vector(
                title: article.title,
                text: text,
                entities: coded.entities,
                events: coded.events.map(StoryEvent.init)
            )
            let day = try #require(CivilDate(iso: date))
            let placed = StoryArticle(id: row.id, seq: 0, at: 0, day: day.daysSinceEpoch, vector: vector)
            return Labelled(story: row.story, date: day, article: placed)
        }
        return labelled.sorted { ($0.date, $0.article.id) < ($1.date, $1.article.id) }
    }

    /// The group of each article when they come in this order.
    private static func groups(_ articles: [Labelled]) -> [String] {
        var book = StoryBook()
        var groups: [String] = []
        var arrived: [StoryArticle] = []
        for (number, labelled) in articles.enumerated() {
            var article = labelled.article
            article.seq = number + 1
            article.at = 2_000_000_000_000 + number
            arrived.append(article)
            let placement = book.place(article)
            groups.append(placement.story)
            if let merged = placement.merged { groups = groups.map { $0 == merged ? placement.story : $0 } }
            guard placement.isDue else { continue }
            let members = arrived.indices.filter { groups[$0] == placement.story }.suffix(StoryBook.examined)
            guard let split = book.split(placement.story, recent: members.map { arrived[$0] }) else { continue }
            for member in members where split.moved.contains(arrived[member].id) { groups[member] = split.story }
        }
        return groups
    }

    private struct Score: CustomStringConvertible {
        var precision = 0.0
        var recall = 0.0
        var f1: Double { 2 * precision * recall / (precision + recall) }
        var description: String {
            func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 10)" }
            return "B³ precision \(percent(precision)), recall \(percent(recall)), F1 \(percent(f1))"
        }

        init(_ groups: [String], _ labels: [String]) {
            for one in groups.indices {
                let group = groups.indices.filter { groups[$0] == groups[one] }
                let story = labels.indices.filter { labels[$0] == labels[one] }
                let both = Double(Set(group).intersection(story).count)
                precision += both / Double(group.count * groups.count)
                recall += both / Double(story.count * groups.count)
            }
        }
    }

    private static func score(_ articles: [Labelled]) -> Score { Score(groups(articles), articles.map(\.story)) }

    /// The mean over ten orders drawn from a fixed seed.
    private static func shuffled(_ articles: [Labelled]) -> Score {
        var state: UInt64 = 1
        var sum = Score([], [])
        for _ in 0..<10 {
            var order = articles
            for index in order.indices.dropFirst().reversed() {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                order.swapAt(index, Int(state >> 33) % (index + 1))
            }
            let score = score(order)
            sum.precision += score.precision / 10
            sum.recall += score.recall / 10
        }
        return sum
    }

    @Test func `the score is that of the paper's example`() {
        // Response {1…5}, {6, 7, 8, 9, A, B, C} against key {1…5}, {6, 7}, {8, 9, A, B, C}: precision 16/21, recall 1 (by hand).
        let labels = Array("111112233333").map(String.init)
        let groups = Array("aaaaabbbbbbb").map(String.init)
        let score = Score(groups, labels)
        #expect(abs(score.precision - 16.0 / 21) < 1e-9 && abs(score.recall - 1) < 1e-9)
    }

    @Test(arguments: [("stories-dev.jsonl", "tuned on", 42, 13), ("stories.jsonl", "measured once", 59, 24)])
    func `articles are grouped by story as they come`(
        _ name: String,
        _ use: String,
        _ count: Int,
        _ stories: Int
    ) throws {
        let articles = try Self.articles(name)
        let sizes = Dictionary(articles.map { ($0.story, 1) }, uniquingKeysWith: +)
        let several = articles.filter { sizes[$0.story] ?? 0 > 1 }
        let (all, shuffled, hard) = (Self.score(articles), Self.shuffled(articles), Self.score(several))
        print("stories, \(use): \(articles.count) articles, \(sizes.count) stories")
        print("  by date: \(all)\n  without stories of one article: \(hard)\n  shuffled, mean of ten: \(shuffled)")
        #expect(articles.count >= count && sizes.count >= stories)
        #expect(all.f1 >= 0.85 && hard.f1 >= 0.85 && shuffled.f1 >= 0.85)
    }
}

import FoundationEssentials
import Glibc
import Knowledge
import Postgres
import Records
import ServiceSupport
import Supervision
import TestSupport
import Testing

@testable import Watch

/// How many articles a second one core groups, with all rows written, and what the open stories take in memory.
///
/// `TIDINGS_STORY_ARTICLES=20000 swift test -c release --filter StorySpeedTests`
@Suite("Speed of stories", .timeLimit(.minutes(30))) struct StorySpeedTests {
    private static let asked = ProcessInfo.processInfo.environment["TIDINGS_STORY_ARTICLES"].flatMap(Int.init)

    /// Reports of about 330 words: a fifth are on one of the matters of the day, the others on something of their own.
    private struct Source {
        let words: [String]
        private var state: UInt64 = 11

        init(_ knowledge: Knowledge) { words = knowledge.words.counts.keys.sorted() }

        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }

        mutating func article(_ number: Int) -> (Article, Coded) {
            let matter = next(5) == 0 ? "m\(number / 2000)x\(next(100))" : "own\(number)"
            let own = (0..<330).map { $0 % 11 == 0 ? "\(matter)w\(next(20))" : words[next(words.count)] }
            let text = own.joined(separator: " ")
            var article = Article(sha256: sha256(of: Array(text.utf8)), format: .text, text: text)
            article.title = own.prefix(8).joined(separator: " ")
            let entities = (0..<12).map { index -> Entity in
                let name = index < 4 ? "\(matter)n\(index)" : "n\(next(3000))"
                let types: [Entity.EntityType] = [.person, .organisation, .place, .country]
                var entity = Entity(name: name, type: types[index % 4], code: index % 4 == 3 ? "RUS" : nil, sector: nil)
                entity.mentions = [.init(text: name, span: Span(0, 1), sentence: 0)]
                return entity
            }
            return (article, Coded(article: article, entities: entities, quotes: [], events: []))
        }
    }

    /// Kilobytes of memory that the process holds.
    private static func resident() throws -> Int {
        let status = String(decoding: try Data(contentsOf: URL(filePath: "/proc/self/status")), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
    }

    /// Milliseconds that a process has spent on a processor: fields 14 and 15 of proc(5), in hundredths of a second.
    private static func spent(_ process: Int) throws -> Int {
        let stat = String(decoding: try Data(contentsOf: URL(filePath: "/proc/\(process)/stat")), as: UTF8.self)
        let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
        return try #require(Int(fields[11])) * 10 + (try #require(Int(fields[12])) * 10)
    }

    @Test(.enabled(if: asked != nil, "TIDINGS_STORY_ARTICLES says how many")) func `articles a second`() throws {
        let count = Self.asked ?? 0
        let knowledge = try Knowledge(directory: LiveStack.packageRoot + "/seeds")
        let connection = try Connection(try PrivatePostgres.shared.get().freshDatabase(), application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: connection)
        let step = StoryStep(knowledge)
        var source = Source(knowledge)
        let processes = [Int(getpid()), try connection.query("select pg_backend_pid()")[0].int(0)]
        var (spent, busy) = (0, 0)
        let before = try Self.resident()
        for start in stride(from: 0, to: count, by: 500) {
            var records: [FoldBatch.Record] = []
            var articles: [Article] = []
            for number in start..<min(start + 500, count) {
                let (article, coded) = source.article(number)
                articles.append(article)
                let at = 1_700_000_000_000 + number * 300_000
                records.append(.init(seq: number + 1, at: at, kind: .article(ArticleRecord(coded, coder: "t"))))
            }
            try connection.query(
                """
                insert into article (id, sha256, format, title, text)
                select id::uuid, decode(hash, 'hex'), 'text', title, text
                from unnest(\(articles.map(\.id) as [String?]), \(articles.map(\.sha256) as [String?]), \(articles.map(\.title)),
                    \(articles.map(\.text) as [String?])) as a(id, hash, title, text)
                """
            )
            let batch = FoldBatch(records)
            let began = Monotonic.milliseconds()
            let idle = try processes.reduce(0) { $0 + (try Self.spent($1)) }
            try connection.transaction { (connection) throws(PostgresError) in try step.apply(batch, on: connection) }
            spent += Monotonic.milliseconds() - began
            busy += try processes.reduce(-idle) { $0 + (try Self.spent($1)) }
        }
        let open = try connection.query("select count(*) from story where not closed")[0].int(0)
        let grown = try Self.resident() - before
        print(
            "stories: \(count) articles, \(count * 1000 / max(busy, 1)) a second of one core, database included; in "
                + "\(Double(spent) / 1000) s; \(open) open, \(grown / 1024) MB more"
        )
        #expect(open > 0 && open <= 10_000)
    }
}

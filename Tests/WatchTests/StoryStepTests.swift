import Briefing
import Knowledge
import Postgres
import Records
import Storage
import Supervision
import TestSupport
import Testing

@testable import Watch

/// Stories in a real database, written by the role that watch has.
@Suite("Stories in the fold", .timeLimit(.minutes(2))) struct StoryStepTests {
    private static let knowledge = Result { try Knowledge(directory: LiveStack.packageRoot + "/seeds") }
    private static let day = 86_400_000
    private static let start = 1_480_000_000_000

    private let connection: Connection

    init() throws {
        let string = try PrivatePostgres.shared.get().freshDatabase()
        connection = try Connection(string, application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: connection)
    }

    // MARK: A log

    /// An article on its way into the log.
    private struct Report {
        var title: String
        var text: String
        var day: Int
        var origin: Int?
        /// The one whose place it takes.
        var replaces: Int?
        var notCoded: String?
        /// The intensity of an act that it reports.
        var scale: EventType?
    }

    private static let quake = "The quake left rubble in the village; rescuers felt another tremor near the epicentre."
    private static let vote =
        "The ballot had a high turnout; the candidate led the polling before the runoff and the tally."
    private static let strike =
        "Dockers walked out; cranes idle, containers unloaded by nobody, wages disputed, pickets at the quay."
    private static let storm =
        "The hurricane nears: gusts, surge, evacuees, shutters and sandbags, and landfall by dawn."

    private static let reports: [Report] = [
        Report(title: "Quake hits village", text: quake, day: 0),
        Report(title: "Ballot draws turnout", text: vote, day: 1),
        Report(title: "Quake hits village, agencies say", text: quake + " More.", day: 1, origin: 0),
        Report(title: "Sanctions after the tremor", text: quake + " Sanctions followed.", day: 2, scale: .sanction),
        Report(title: "Rapport en français", text: "Le séisme a détruit le village.", day: 2, notCoded: "language"),
        Report(title: "Quake toll rises in village", text: quake + " The toll rose.", day: 3, replaces: 0),
        Report(title: "Runoff tally disputed", text: vote + " It was disputed.", day: 4),
        // A copy says something else and still goes where its origin is: seven of them make a story of two matters.
        Report(
            title: "Orchestra tours",
            text: "The orchestra and its violinist toured the concert halls with a symphony.",
            day: 5,
            origin: 6
        ),
        Report(
            title: "Orchestra ends tour",
            text: "The violinist praised the orchestra, the symphony and the concert halls.",
            day: 5,
            origin: 6
        ),
        Report(
            title: "Symphony cheered",
            text: "A symphony by the orchestra with its violinist filled concert halls.",
            day: 6,
            origin: 6
        ),
        Report(title: "Candidate concedes", text: vote + " The candidate conceded the runoff.", day: 6),
        Report(title: "Glacier retreats", text: "Glaciologists drilled ice cores from a shrinking glacier.", day: 7),
        Report(title: "Dockers walk out", text: strike, day: 8),
        Report(title: "Hurricane nears", text: storm, day: 8),
        Report(title: "Dockers walk out as hurricane nears", text: strike + " " + storm, day: 9),
        Report(title: "Pickets leave before landfall", text: strike + " " + storm, day: 10),
    ]

    private func article(_ number: Int) -> Article {
        let report = Self.reports[number]
        var article = Article(sha256: sha256(of: Array("\(number)".utf8)), format: .text, text: report.text)
        article.title = report.title
        article.published = CivilDate(daysSinceEpoch: Self.start / Self.day + report.day).description
        article.origin = report.origin.map { self.article($0).id }
        return article
    }

    /// The records of all reports, stored as the hub stores them: an event comes before its article.
    private func log() throws -> [FoldBatch.Record] {
        var records: [FoldBatch.Record] = []
        for (number, report) in Self.reports.enumerated() {
            let article = article(number)
            _ = try ArticleStore.store([.init(article: article, fileName: [0x61])], on: connection)
            let at = Self.start + report.day * Self.day + number
            var coded =
                report.notCoded.map { Coded(article: article, notCoded: $0) }
                ?? Coded(article: article, entities: entities(report), quotes: [], events: [])
            if let type = report.scale {
                let evidence = Evidence(
                    sentence: 0,
                    text: report.text,
                    event: [],
                    actor: [],
                    recipient: [],
                    date: [],
                    rule: "t"
                )
                var event = Event(event: type, evidence: evidence, article: ArticleReference(article), coder: "t")
                event.actor = [Actor(text: "Russia", code: "RUS")]
                event.identify()
                coded.events = [event]
                try store(event.id, article.id, "event", JSON.encode(event))
                records.append(
                    .init(
                        seq: records.count + 1,
                        at: at,
                        kind: .event(.init(seq: records.count + 1, at: at, event: event))
                    )
                )
            }
            let closing = ArticleRecord(coded, coder: "t")
            try store(closing.id, article.id, "article", JSON.encode(closing))
            records.append(.init(seq: records.count + 1, at: at, kind: .article(closing)))
        }
        return records
    }

    private func entities(_ report: Report) -> [Entity] {
        guard report.text.hasPrefix(Self.quake) else { return [] }
        var town = Entity(name: "Amatrice", type: .place, code: "ITA", sector: nil)
        town.mentions = [.init(text: "village", span: Span(0, 3), sentence: 0)]
        return [town]
    }

    private func store(_ id: String, _ article: String, _ type: String, _ data: [UInt8]) throws {
        try connection.query(
            """
            insert into record (uuid, article_id, type, topic, keys, data)
            values (\(id)::text::uuid, \(article)::text::uuid, \(type)::text, 'article/', '',
                \(String(decoding: data, as: UTF8.self))::text::json)
            """
        )
    }

    // MARK: Folding

    /// Folds the log in batches of a size, as watch's role, and returns the rows that it made; they are gone afterwards.
    private func fold(
        _ log: [FoldBatch.Record],
        by size: Int,
        forgetting: Bool = false,
        settings: StoryBook.Settings = .init()
    ) throws -> [String: [String]] {
        try connection.execute(script: "set role tidings_watch")
        defer { try? connection.execute(script: "reset role; truncate story, story_article, story_change") }
        let step = StoryStep(try Self.knowledge.get(), settings: settings)
        for start in stride(from: 0, to: log.count, by: size) {
            let records = Array(log[start..<min(start + size, log.count)])
            var superseded: [String: String] = [:]
            for case .article(let closing) in records.map(\.kind) {
                guard let number = Self.reports.indices.first(where: { article($0).id == closing.article.id }),
                    let old = Self.reports[number].replaces
                else { continue }
                superseded[article(old).id] = closing.article.id
            }
            let batch = FoldBatch(records, superseded: superseded)
            try connection.transaction { (connection) throws(PostgresError) in try step.apply(batch, on: connection) }
            for case .article(let closing) in records.map(\.kind) where closing.notCoded == nil {
                let stored = try texts(
                    "select story_id::text from story_article where article_id = \(closing.article.id)::text::uuid"
                )
                #expect(batch.stories[closing.article.id] == stored.first, "later steps learn where articles are")
            }
            if forgetting { step.forget() }
        }
        return [
            "story": try texts("select to_jsonb(t)::text from story t order by 1"),
            "story_article": try texts("select to_jsonb(t)::text from story_article t order by 1"),
            "story_change": try texts("select (to_jsonb(t) - 'id')::text from story_change t order by 1"),
            "groups": try texts(
                "select string_agg(a.title, ' + ' order by m.seq) from story_article m join article a on a.id = m.article_id group by m.story_id order by min(m.seq)"
            ),
            "changes": try texts("select kind from story_change order by id"),
            "shown": try texts(
                "select concat_ws(' | ', headline, articles, origins, closed, array_to_string(countries, ' ')) from story where articles > 0 order by first_seq"
            ),
            "acts": try texts(
                """
                select concat_ws(' ', d -> 'event' ->> 'event', d -> 'event' ->> 'actor')
                from story, json_array_elements(data -> 'timeline') d where articles > 0 and d -> 'event' is not null
                """
            ),
            "lost": try texts("select merged_into::text from story where articles = 0 and closed order by id"),
        ]
    }

    private func texts(_ sql: SQL) throws -> [String] {
        try connection.query(sql).map { try $0.optionalString(0) ?? "null" }
    }

    @Test func `copies follow their origin, versions take the place of earlier ones, mergers and splits are noted`()
        throws
    {
        let rows = try fold(try log(), by: 1000)
        // The English article that was replaced and the one that is not coded are in none.
        #expect(
            rows["groups"] == [
                "Ballot draws turnout + Runoff tally disputed + Candidate concedes",
                "Quake hits village, agencies say + Sanctions after the tremor + Quake toll rises in village",
                "Orchestra tours + Orchestra ends tour + Symphony cheered", "Glacier retreats",
                "Dockers walk out + Hurricane nears + Dockers walk out as hurricane nears + Pickets leave before landfall",
            ]
        )
        #expect(rows["changes"] == ["split", "merge"])
        #expect(rows["lost"]?.count == 1 && rows["lost"] != ["null"], "the story that was merged says where it went")
        // Copies count as one origin.
        #expect(
            rows["shown"]?.map { $0.drop { $0 != "|" } } == [
                "| 3 | 3 | f | ", "| 3 | 3 | f | ITA", "| 3 | 1 | f | ", "| 1 | 1 | f | ", "| 4 | 4 | f | ",
            ]
        )
        #expect(rows["shown"]?.last?.hasPrefix("Dockers walk out as hurricane nears") == true, "what it is most about")
        #expect(rows["acts"] == ["SANCTION RUS"], "the timeline shows the act")
    }

    @Test func `the rows do not depend on where batches end, nor on what was forgotten`() throws {
        let log = try log()
        let whole = try fold(log, by: 1000)
        for (size, forgetting) in [(1, false), (1, true), (2, true), (3, false), (5, true)] {
            let rows = try fold(log, by: size, forgetting: forgetting)
            for (table, expected) in whole { #expect(rows[table] == expected, "\(table) in batches of \(size)") }
        }
        var few = StoryBook.Settings()
        few.open = 2
        let closing = try fold(log, by: 1000, settings: few)
        #expect(closing["shown"]?.contains { $0.contains("| t |") } == true, "\(closing["shown"] ?? [])")
        for size in [1, 2, 4] {
            let rows = try fold(log, by: size, forgetting: true, settings: few)
            for (table, expected) in closing {
                #expect(rows[table] == expected, "\(table) in batches of \(size), two open")
            }
        }
    }
}

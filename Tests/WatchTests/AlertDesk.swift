import Briefing
import FoundationEssentials
import Knowledge
import Logging
import Postgres
import Records
import ServiceSupport
import Storage
import Supervision
import TestSupport
import Testing
import Wire

@testable import Watch

/// A database with events in it, a directory of rules, and the fold's steps that rules rest on.
final class AlertDesk {
    static let minute = 60_000
    static let start = CivilDate(year: 2024, month: 1, day: 1)!.daysSinceEpoch * 86_400_000
    private static let known = Result { try Knowledge(directory: Installation.seeds()) }

    let connection: Connection
    /// Its connection string.
    let database: String
    let places: AlertPlaces
    let knowledge: Knowledge
    let directory: String
    private(set) var records: [FoldBatch.Record] = []
    private(set) var fold: Fold
    private var cursor: WatchStore.Cursor?
    private let epoch: String

    init(_ rules: [String: String]) throws {
        database = try PrivatePostgres.shared.get().freshDatabase()
        connection = try Connection(database, application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: Installation.migrations()), on: connection)
        knowledge = try AlertDesk.known.get()
        directory = "/tmp/tidings-rules-\(UUID().uuidString)"
        places = AlertPlaces("\(directory)/alerts")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        epoch = try connection.query("select epoch::text from log_head")[0].string(0)
        fold = AlertDesk.fold(directory, knowledge, places)
        for (name, text) in rules { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private static func fold(_ directory: String, _ knowledge: Knowledge, _ places: AlertPlaces) -> Fold {
        let rules = RulesDirectory(directory, knowledge: knowledge, places: places)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return Fold(
            "watch",
            [IncidentStep(knowledge), ReportStep(knowledge), AlertFold(rules, knowledge: knowledge, logger: logger)],
            logger: logger
        )
    }

    /// The events' ids.
    var ids: [String] {
        records.compactMap { if case .event(let logged) = $0.kind { logged.event.id } else { nil } }
    }

    /// A service that was killed and started again.
    func restart() { fold = AlertDesk.fold(directory, knowledge, places) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"), options: .atomic)
    }

    /// Adds events to the log, each of an article of its own: `TYPE ACTOR RECIPIENT status`, so many minutes after the start.
    func report(_ events: [(minutes: Int, text: String)]) throws {
        for (minutes, text) in events {
            let (seq, words) = (records.count + 1, text.split(separator: " ").map(String.init))
            let sentence = "Sentence \(seq) of \(text)."
            var article = Article(sha256: sha256(of: Array("\(seq)".utf8)), format: .text, text: sentence)
            article.title = "Title \(seq)"
            let evidence = Evidence(
                sentence: 0,
                text: sentence,
                event: [],
                actor: [],
                recipient: [],
                date: [],
                rule: "test"
            )
            let type = try #require(EventType(rawValue: words[0]))
            var event = Event(event: type, evidence: evidence, article: ArticleReference(article), coder: "test")
            event.date = CivilDate(daysSinceEpoch: (AlertDesk.start + minutes * AlertDesk.minute) / 86_400_000)
            event.actor = [Actor(text: words[1], code: words[1], sector: .mil)]
            event.recipient = [Actor(text: words[2], code: words[2])]
            event.status = try #require(EventStatus(rawValue: words[3]))
            event.confidence = 0.8
            event.identify()
            try connection.query(
                """
                insert into article (id, sha256, format, title, text)
                values (\(event.article.id)::text::uuid, decode(\(article.sha256), 'hex'), 'text', \(article.title), \(article.text))
                """
            )
            try connection.query(
                """
                insert into record (uuid, article_id, type, topic, keys, data)
                values (\(event.id)::text::uuid, \(event.article.id)::text::uuid, 'event', 'event/', \(RecordKeys.event(event)),
                    \(String(decoding: JSON.encode(event), as: UTF8.self))::text::json)
                """
            )
            let at = AlertDesk.start + minutes * AlertDesk.minute
            records.append(.init(seq: seq, at: at, kind: .event(.init(seq: seq, at: at, event: event))))
        }
    }

    /// Folds what is new, in batches of so many records.
    func follow(batch: Int = 1000) throws {
        while (cursor?.seq ?? 0) < records.count {
            let first = cursor?.seq ?? 0
            let slice = records[first..<min(first + batch, records.count)]
            let next = WatchStore.Cursor(epoch: epoch, seq: slice.endIndex)
            #expect(try fold.apply(slice, from: cursor, to: next, on: connection))
            cursor = next
        }
    }

    /// Time passes while nothing comes; returns whether the log ended where the cursor stands.
    func tick() throws -> Bool {
        guard let cursor else { return false }
        return try fold.tick(at: cursor, on: connection)
    }

    /// The log reaches so far.
    func setHead(_ seq: Int) throws { try connection.query("update log_head set seq = \(seq)") }

    func column(_ sql: SQL) throws -> [String] {
        var values: [String] = []
        for row in try connection.query(sql) { values.append(try row.string(0)) }
        return values
    }

    /// Minutes, rule and reason of every alert.
    func alerts() throws -> [String] {
        try column(
            "select data ->> 'at' || ' ' || rule || ': ' || (data ->> 'why') from alert order by seq, at, id"
        )
    }
}

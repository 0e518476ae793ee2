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

@testable import Watch

@Suite("Alert rules over the log") struct AlertFoldTests {
    private static let minute = 60_000
    private static let start = CivilDate(year: 2024, month: 1, day: 1)!.daysSinceEpoch * 86_400_000
    private static let knowledge = Result { try Knowledge(directory: Installation.seeds()) }

    /// A database with articles and events of theirs, and a directory of rules.
    private final class Desk {
        let connection: Connection
        let directory: String
        private(set) var records: [FoldBatch.Record] = []

        init(_ rules: [String: String]) throws {
            connection = try Connection(PrivatePostgres.shared.get().freshDatabase(), application: "tests")
            try Migrator.apply(Schema.migrations(in: Installation.migrations()), on: connection)
            directory = "/tmp/tidings-rules-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for (name, text) in rules { try write(text, to: name) }
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        func write(_ text: String, to name: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"), options: .atomic)
        }

        /// Events of articles of their own, `TYPE ACTOR RECIPIENT status`, so many minutes after the start.
        func report(_ events: [(minutes: Int, text: String)]) throws {
            for (minutes, text) in events {
                let seq = records.count + 1
                let words = text.split(separator: " ").map(String.init)
                var article = Article(sha256: sha256(of: Array("\(seq)".utf8)), format: .text, text: "Sentence \(seq).")
                article.title = "Title \(seq)"
                let evidence = Evidence(
                    sentence: 0,
                    text: "Sentence \(seq).",
                    event: [],
                    actor: [],
                    recipient: [],
                    date: [],
                    rule: "test"
                )
                let type = try #require(EventType(rawValue: words[0]))
                var event = Event(event: type, evidence: evidence, article: ArticleReference(article), coder: "test")
                event.actor = [Actor(text: words[1], name: "Name of \(words[1])", code: words[1], sector: .mil)]
                event.recipient = [Actor(text: words[2], code: words[2])]
                event.status = try #require(EventStatus(rawValue: words[3]))
                if words.count > 4 { event.location = Place(text: words[4], name: words[4], country: nil) }
                event.identify()
                try connection.query(
                    """
                    insert into article (id, sha256, format, bytes, text) values
                        (\(event.article.id)::text::uuid, \(article.sha256), 'text', 1, \(article.text))
                    """
                )
                try connection.query(
                    """
                    insert into record (uuid, article_id, type, topic, keys, data)
                    values (\(event.id)::text::uuid, \(event.article.id)::text::uuid, 'event', 'event/',
                        \(RuleKeys.text(event)), \(JSON.encode(event))::bytea::text::json)
                    """
                )
                let at = AlertFoldTests.start + minutes * AlertFoldTests.minute
                records.append(.init(seq: seq, at: at, kind: .event(.init(seq: seq, at: at, event: event))))
            }
        }
    }

    @Test func placeholder() {}
}

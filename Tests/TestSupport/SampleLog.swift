package import Briefing
package import Postgres
package import Records
import Storage
import Supervision
import Wire

/// A database of ours with a log in it, and with what watch makes of that: small, the same every time, with rare and frequent values.
package final class SampleLog {
    /// For the superuser.
    package let string: String
    package let connection: Connection
    /// In the order of the log.
    package private(set) var events: [LoggedEvent] = []
    package private(set) var articles: [Article] = []
    package private(set) var quotes: [Quote] = []
    package let russia: Entity
    private var seq = 0
    /// 2016-12-30T12:00:00Z, in milliseconds.
    package static let noon = 1_483_099_200_000

    package init() throws {
        string = try PrivatePostgres.shared.get().freshDatabase()
        connection = try Connection(string, application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: connection)
        var russia = Entity(name: "Russia", type: .country, code: "RUS", sector: nil)
        russia.mentions = [.init(text: "Russia", span: Span(0, 6), sentence: 0)]
        self.russia = russia
    }

    /// Adds an article with events, a quote and an entity, as if it had just been coded and read from the feed.
    ///
    /// - Parameter events: how many, made by `shape` from what would be the first.
    @discardableResult
    package func add(
        events count: Int = 1,
        title: String? = nil,
        source: String = "Reuters",
        text: String = "Russia expelled 35 American diplomats. \"Enough is enough,\" Vladimir Putin said.",
        shape: (inout Event, Int) -> Void = { _, _ in }
    ) throws -> Article {
        let number = articles.count
        var article = Article(sha256: sha256(of: Array("\(number) \(text)".utf8)), format: .text, text: text)
        article.title = title ?? "Report \(number)"
        article.source = source
        article.published = "2016-12-\(1 + number % 30 < 10 ? "0" : "")\(1 + number % 30)"
        articles.append(article)
        _ = try ArticleStore.store([.init(article: article, fileName: [0x61])], on: connection)
        try connection.query("delete from job where article_id = \(article.id)::text::uuid")
        let reference = ArticleReference(article)
        var made: [Event] = []
        for index in 0..<count {
            var event = SampleLog.event(reference)
            event.evidence.sentence = index
            event.evidence.event = [Span(7, 15 + index)]
            shape(&event, index)
            event.identify()
            made.append(event)
        }
        try log(made, reference)
        return article
    }

    /// Leaves places of the log to records of other kinds.
    package func skip(_ places: Int) { seq += places }

    /// Russia expels diplomats of the United States.
    private static func event(_ article: ArticleReference) -> Event {
        let evidence = Evidence(
            sentence: 0,
            text: "Russia expelled 35 American diplomats.",
            start: 0,
            event: [Span(7, 15)],
            actor: [Span(0, 6)],
            recipient: [Span(16, 37)],
            date: [],
            rule: "verb expel"
        )
        var event = Event(event: .sanction, evidence: evidence, article: article, coder: "tests")
        event.mode = ["expel"]
        event.cameo = "161"
        event.confidence = 0.84
        event.actor = [Actor(text: "Russia", name: "Russia", code: "RUS")]
        event.recipient = [Actor(text: "35 American diplomats", code: "USA", sector: .gov)]
        event.locationReason = "no place in the clause"
        return event
    }

    private func log(_ made: [Event], _ reference: ArticleReference) throws {
        var quote = Quote(text: "Enough is enough,", spans: [Span(40, 57)], kind: .direct, article: reference)
        quote.speaker = .init(name: "Vladimir Putin", text: "Vladimir Putin", code: "RUS")
        quotes.append(quote)
        var coded = Coded(
            article: articles[articles.count - 1],
            entities: [russia],
            quotes: [quote],
            events: made
        )
        coded.article = reference
        let closing = ArticleRecord(coded, coder: "tests")
        let at = SampleLog.noon + articles.count * 60_000
        try connection.transaction { (connection) throws(PostgresError) in
            var logged: [LoggedEvent] = []
            for event in made {
                let keys = RecordKeys.event(event)
                let place = try record(event.id, "event", keys, SampleLog.json(event), reference.id, at)
                logged.append(LoggedEvent(seq: place, at: at, event: event))
            }
            let keys = RecordKeys.quote(quote)
            let said = try record(quote.id, "quote", keys, SampleLog.json(quote), reference.id, at)
            let last = try record(
                closing.id,
                "article",
                RecordKeys.article(reference),
                SampleLog.json(closing),
                reference.id,
                at
            )
            try follow(logged, (said, at, quote), .init(seq: last, at: at, closing: closing))
            events += logged
        }
    }

    /// What watch's fold would store of these records: an incident for every act that differs, one story.
    private func follow(
        _ logged: [LoggedEvent],
        _ quote: (seq: Int, at: Int, quote: Quote),
        _ entry: ArticleEntryStore.Entry
    ) throws(PostgresError) {
        let reports = logged.map { logged in
            Report(
                logged: logged,
                incident: UUIDv5.name("incident \(logged.event.summary)", in: UUIDv5.recordNamespace)
            )
        }
        for report in reports { try incident(report) }
        try ReportStore.insert(reports, on: connection)
        try QuoteEntryStore.insert([quote], on: connection)
        try ArticleEntryStore.insert([entry], on: connection)
        try EntityStore.upsert([.init(entity: russia, firstSeq: entry.seq, lastSeq: entry.seq)], on: connection)
        let appearance = EntityStore.Appearance(
            entity: russia.id,
            seq: entry.seq,
            article: entry.closing.article.id,
            mentions: 1
        )
        try EntityStore.appear([appearance], leaving: [], on: connection)
        try DyadStore.add(reports.map(\.count), takingAway: [], on: connection)
        try connection.query(
            """
            insert into subscription_cursor (name, epoch, seq) select 'watch', epoch, \(entry.seq) from log_head
            on conflict (name) do update set seq = excluded.seq
            """
        )
    }

    private func incident(_ report: Report) throws(PostgresError) {
        let (event, count) = (report.logged.event, report.count)
        let countries = [count.key.actor, count.key.recipient].filter { !$0.isEmpty }
        try connection.query(
            """
            insert into incident (id, first_seq, last_seq, first_at, last_at, day, event, mode, quad, status, actor, recipient,
                countries, reports, origins, confidence, data)
            values (\(report.incident)::text::uuid, \(report.logged.seq), \(report.logged.seq),
                to_timestamp(\(report.logged.at) / 1000.0), to_timestamp(\(report.logged.at) / 1000.0),
                \(count.key.day)::text::date, \(count.key.event), \(event.mode.first), \(count.quad), \(count.key.status),
                \(count.key.actor), \(count.key.recipient), \(countries as [String?]), 1, 1,
                \(event.confidence.map { "\($0)" })::text::real, '{}')
            on conflict (id) do update set last_seq = excluded.last_seq, reports = incident.reports + 1
            """
        )
    }

    private func record(
        _ id: String,
        _ type: String,
        _ keys: String,
        _ data: String,
        _ article: String,
        _ at: Int
    ) throws(PostgresError) -> Int {
        seq += 1
        try connection.query(
            """
            with fresh as (
                insert into record (uuid, article_id, type, topic, keys, data)
                values (\(id)::text::uuid, \(article)::text::uuid, \(type), \(type + "/"), \(keys), \(data)::text::json)
                returning id)
            insert into log (seq, tseq, record_id, at) select \(seq), \(seq), id, to_timestamp(\(at) / 1000.0) from fresh
            """
        )
        try connection.query("update log_head set seq = \(seq)")
        return seq
    }

    private static func json(_ value: some Encodable) -> String {
        guard let bytes = try? JSON.encode(value) else { preconditionFailure("a record of ours is JSON") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

import Briefing
import Glibc
import Knowledge
import Logging
import Postgres
import Records
import Storage
import Supervision
import TestSupport
import Testing

@testable import Watch

@Suite("Incident step", .timeLimit(.minutes(3))) struct IncidentStepTests {
    private static let knowledge = Result { try Knowledge(directory: LiveStack.packageRoot + "/seeds") }

    private func database() throws -> Connection {
        let string = try PrivatePostgres.shared.get().freshDatabase()
        let connection = try Connection(string, application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: connection)
        return connection
    }

    // MARK: A log

    /// Numbers that look random and are the same on every run (Knuth's MMIX generator).
    private struct Dice {
        var state: UInt64
        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }
    }

    /// Reports by `count` articles of acts among a few countries on a few days, some of them corrected or retracted later.
    private static func log(_ count: Int, days: Int, seed: UInt64) -> (records: [FoldBatch.Record], events: [Event]) {
        var dice = Dice(state: seed)
        var (records, events, standing): ([FoldBatch.Record], [Event], [Event]) = ([], [], [])
        func append(_ kind: FoldBatch.Record.Kind) {
            records.append(.init(seq: records.count + 1, at: 1_600_000_000_000 + records.count * 1000, kind: kind))
        }
        func logged(_ event: Event) -> LoggedEvent {
            events.append(event)
            return LoggedEvent(seq: records.count + 1, at: 1_600_000_000_000 + records.count * 1000, event: event)
        }
        for number in 0..<count {
            let event = event(number, days: days, &dice)
            switch dice.roll(10) {
            case 0 where standing.count > 5:
                let old = standing.remove(at: dice.roll(standing.count))
                append(.corrected(logged(event), corrects: old.id))
                standing.append(event)
            case 1 where standing.count > 5:
                append(.retracted(standing.remove(at: dice.roll(standing.count)).id))
                fallthrough
            default:
                append(.event(logged(event)))
                standing.append(event)
            }
        }
        return (records, events)
    }

    private static let codes = ["RUS", "USA", "UKR", "CHN", "IRN", "ISR"]
    private static let acts: [(type: EventType, mode: [String], verb: String)] = [
        (.sanction, ["expel"], "expelled"), (.sanction, [], "imposed sanctions on"), (.consult, [], "met"),
        (.accuse, [], "accused"),
        (.assault, ["aerial"], "bombed"), (.agree, [], "agreed with"), (.coerce, ["arrest"], "arrested"),
    ]

    private static func event(_ number: Int, days: Int, _ dice: inout Dice) -> Event {
        let (from, to) = (codes[dice.roll(codes.count)], codes[dice.roll(codes.count)])
        let act = acts[dice.roll(acts.count)]
        let town = ["Odesa", "Homs", "Kazan", "Haifa", "Lviv", "Tabriz"][dice.roll(6)]
        let text =
            "The government of \(from) \(act.verb) \(to) in \(town) over \(["grain", "spies", "gas", "missiles"][dice.roll(4)])."
        let day = CivilDate(daysSinceEpoch: 18_500 + dice.roll(days))
        var article = Article(sha256: sha256(of: Array("article \(number)".utf8)), format: .text, text: text)
        article.published = "\(day)"
        if dice.roll(4) == 0 { article.origin = UUIDv5.name("origin \(dice.roll(20))", in: UUIDv5.articleNamespace) }
        let evidence = Evidence(
            sentence: 0,
            text: text,
            event: [Span(0, 3)],
            actor: [],
            recipient: [],
            date: [],
            rule: "test"
        )
        var event = Event(event: act.type, evidence: evidence, article: ArticleReference(article), coder: "test")
        event.mode = act.mode
        event.date = dice.roll(3) == 0 ? nil : day
        event.status = [.happened, .happened, .alleged, .announced, .proposed, .denied][dice.roll(6)]
        event.actor = dice.roll(6) == 0 ? [] : [Actor(text: from, name: from, code: from, sector: .gov)]
        event.recipient = dice.roll(6) == 0 ? [] : [Actor(text: to, name: to, code: to, sector: .gov)]
        if dice.roll(3) == 0 {
            event.quantity = [
                Quantity(value: Double(dice.roll(3) * 20 + 10), qualifier: "exactly", unit: "men", slot: "recipient")
            ]
        }
        event.confidence = 0.5 + Double(dice.roll(5)) / 10
        event.identify()
        return event
    }

    /// The articles and records that reports refer to.
    private func store(_ events: [Event], on connection: Connection) throws {
        let ids = events.map(\.article.id) as [String?]
        try connection.query(
            """
            insert into article (id, sha256, format, text)
            select id::uuid, sha256(id::bytea), 'text', 'x' from unnest(\(ids)) as a(id) on conflict do nothing
            """
        )
        try connection.query(
            """
            insert into record (uuid, article_id, type, topic, keys, data)
            select id::uuid, article::uuid, 'event', 'event/', '', '{}'
            from unnest(\(events.map(\.id) as [String?]), \(ids)) as e(id, article)
            """
        )
    }

    // MARK: The fold

    /// Everything the step has written, as text.
    private func rows(_ connection: Connection) throws -> [String] {
        var lines: [String] = []
        for sql: SQL in [
            "select incident::text from incident order by id", "select incident_key::text from incident_key order by 1",
            "select report::text from report order by seq",
        ] {
            for row in try connection.query(sql) { lines.append(try row.string(0)) }
        }
        return lines
    }

    /// Folds records in batches of the given sizes, over and over.
    private func fold(
        _ records: [FoldBatch.Record],
        batches sizes: [Int],
        forgetting: Bool = false,
        on connection: Connection
    ) throws {
        let knowledge = try Self.knowledge.get()
        let steps: [any FoldStep] = [IncidentStep(knowledge), ReportStep(knowledge)]
        let fold = Fold("test", steps, logger: Logger(label: "test"))
        var (rest, turn) = (records[...], 0)
        var cursor: WatchStore.Cursor?
        while let first = rest.first {
            let batch = rest.prefix(sizes[turn % sizes.count])
            let epoch = "00000000-0000-0000-0000-000000000001"
            let next = WatchStore.Cursor(epoch: epoch, seq: batch.last?.seq ?? first.seq)
            #expect(try fold.apply(batch, from: cursor, to: next, on: connection))
            if forgetting { fold.forget() }
            (rest, turn, cursor) = (rest.dropFirst(batch.count), turn + 1, next)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `rows follow from the log, wherever its batches end`(_ seed: UInt64) throws {
        let (records, events) = Self.log(400, days: 12, seed: seed)
        var results: [[String]] = []
        for (sizes, forgetting) in [([1000], false), ([1], false), ([7, 50, 1, 120], true)] {
            let connection = try database()
            try store(events, on: connection)
            try fold(records, batches: sizes, forgetting: forgetting, on: connection)
            results.append(try rows(connection))
            func number(_ sql: SQL) throws -> Int { try connection.query(sql)[0].int(0) }
            // Every report is of an incident that stands, which counts it.
            #expect(
                try number(
                    """
                    select count(*) from incident i where merged_into is null and (reports, origins) <>
                        (select count(*), count(distinct origin_id) from report r where r.incident_id = i.id)
                    """
                ) == 0
            )
            #expect(
                try number(
                    "select count(*) from report r join incident i on i.id = r.incident_id where i.merged_into is not null"
                ) == 0
            )
            // The log is of the kind that tries the step: with joins, merges and retractions of the last report.
            #expect(try number("select count(*) from incident where reports > 2 and merged_into is null") > 5)
            #expect(try number("select count(*) from incident where merged_into is not null") > 0)
            #expect(try number("select count(*) from incident where status = 'retracted'") > 0)
        }
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
    }

    @Test func `every event of a batch learns its incident and how many origins it has`() throws {
        let (records, events) = Self.log(60, days: 3, seed: 9)
        let connection = try database()
        try store(events, on: connection)
        let batch = FoldBatch(records)
        try IncidentStep(try Self.knowledge.get()).apply(batch, on: connection)
        #expect(Set(batch.memberships.keys) == Set(events.map(\.id)))
        #expect(batch.memberships.values.contains { $0.origins > 1 })
        for membership in batch.memberships.values {
            let rows = try connection.query(
                "select merged_into is null from incident where id = \(membership.incident)::text::uuid"
            )
            let stands = try rows.count == 1 && rows[0].bool(0)
            #expect(stands)
        }
    }

    /// Processor time of this process, in seconds: other work on the machine does not change it.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func `a thousand events a second of a core`() throws {
        let (records, events) = Self.log(4000, days: 60, seed: 4)
        let connection = try database()
        try store(events, on: connection)
        let step = IncidentStep(try Self.knowledge.get())
        let start = Self.processorTime()
        for start in stride(from: 0, to: records.count, by: 500) {
            let batch = FoldBatch(Array(records[start..<min(start + 500, records.count)]))
            try connection.transaction { (connection) throws(PostgresError) in try step.apply(batch, on: connection) }
        }
        let rate = Int(Double(records.count) / (Self.processorTime() - start))
        print("incident step: \(rate) events in a second of processor time")
        #if DEBUG
        #expect(rate > 400)
        #else
        #expect(rate > 1000)
        #endif
    }
}

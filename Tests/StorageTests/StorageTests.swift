import Postgres
import Records
import Supervision
import TestSupport
import Testing
import Wire

@testable import Storage

@Suite("Storage", .timeLimit(.minutes(2))) struct StorageTests {
    private let admin: Connection
    private let string: String

    init() throws {
        string = try PrivatePostgres.shared.get().freshDatabase()
        admin = try Connection(string, application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: admin)
    }

    private func another(_ role: String? = nil) throws -> Connection {
        let connection = try Connection(string, application: "tests")
        if let role { try connection.execute(script: "set role \(try connection.quoted(identifier: role))") }
        return connection
    }

    /// Stores articles with the given texts and returns their identifiers, in order.
    @discardableResult
    private func store(_ texts: String...) throws -> [String] {
        let articles = texts.map { Article(sha256: sha256(of: Array($0.utf8)), format: .text, text: $0) }
        _ = try ArticleStore.store(articles.map { .init(article: $0, fileName: [0x61]) }, on: admin)
        return articles.map(\.id)
    }

    private func draft(_ id: String, _ topic: String = "event/A/", data: String = "{}") -> RecordDraft {
        let uuid = UUIDv5.name(id, in: UUIDv5.recordNamespace)
        return RecordDraft(
            head: .init(id: uuid, type: "event", topic: topic, keys: "type=event"),
            data: Array(data.utf8)
        )
    }

    private func uuid(_ text: String) -> String { UUIDv5.name(text, in: UUIDv5.recordNamespace) }

    private func number(_ sql: SQL) throws -> Int { try admin.query(sql)[0].int(0) }

    // MARK: Jobs

    @Test func `the same bytes are one article and one job, seen twice`() throws {
        try store("a")
        try store("a", "a", "b")
        #expect(try number("select count(*) from article") == 2)
        #expect(try number("select count(*) from job") == 2)
        #expect(try number("select count(*) from sighting") == 4)
    }

    // Two versions of an item that came in one batch took each other's place, and neither was ever coded.
    @Test func `of two versions that are stored at once the later one holds`() throws {
        let versions = ["first", "second", "third"].map { text in
            var article = Article(sha256: sha256(of: Array(text.utf8)), format: .text, text: text)
            (article.item, article.source) = ("item-1", "Wire")
            return article
        }
        _ = try ArticleStore.store(versions.map { .init(article: $0, fileName: [0x61]) }, on: admin)
        #expect(try number("select count(*) from article where superseded_by is null") == 1)
        let successors = try ArticleStore.superseded(by: [versions[2].id], on: admin)
        #expect(Set(successors.keys) == [versions[0].id, versions[1].id])
        #expect(successors[versions[1].id] == versions[2].id)
    }

    @Test func `two hubs lease different jobs`() throws {
        try store("a", "b", "c")
        let other = try another()
        let mine = try WorkStore.lease(owner: uuid("A"), limit: 2, on: admin)
        let theirs = try WorkStore.lease(owner: uuid("B"), limit: 5, on: other)
        #expect(mine.count == 2 && theirs.count == 1)
        #expect(Set((mine + theirs).map(\.lease.article)).count == 3)
        #expect((mine + theirs).allSatisfy { $0.lease.attempt == 1 }, "an attempt counts before delivery")
    }

    @Test func `an answer is stored once, and only the holder's`() throws {
        try store("a")
        let first = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)[0].lease
        try WorkStore.giveBack([(lease: first, charged: true, dead: false, reason: "vanished")], on: admin)
        try admin.execute(script: "update job set run_at = now()")
        let second = try WorkStore.lease(owner: uuid("B"), limit: 1, on: admin)[0].lease
        #expect(second.attempt == 2)
        #expect(try WorkStore.commit([(lease: first, records: [draft("late")])], on: admin).isEmpty)
        #expect(try WorkStore.commit([(lease: second, records: [draft("good")])], on: admin) == [second])
        #expect(try WorkStore.commit([(lease: second, records: [draft("good")])], on: admin).isEmpty)
        #expect(try number("select count(*) from record") == 1)
        #expect(try number("select count(*) from outbox") == 1 && number("select count(*) from job") == 0)
    }

    @Test func `a broken record leaves nothing of its answer`() throws {
        try store("a")
        let lease = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)[0].lease
        #expect(throws: PostgresError.self) {
            try WorkStore.commit([(lease: lease, records: [draft("x"), draft("y", data: "{broken")])], on: admin)
        }
        #expect(
            try number("select count(*) from record") == 0 && number("select count(*) from job where state = 1") == 1
        )
    }

    @Test func `the fifth charged attempt makes a job dead, and uncharged ones never do`() throws {
        try store("a")
        for attempt in 1...8 {
            let lease = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)[0].lease
            #expect(lease.attempt == 1, "attempt \(attempt)")
            try WorkStore.giveBack([(lease: lease, charged: false, dead: false, reason: "left")], on: admin)
        }
        for attempt in 1...5 {
            let lease = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)[0].lease
            #expect(lease.attempt == attempt)
            try WorkStore.giveBack([(lease: lease, charged: true, dead: false, reason: "killed")], on: admin)
            let waits = try number("select (run_at > now())::int from job")
            #expect(waits == 1, "it waits before the next attempt")
            try admin.execute(script: "update job set run_at = now()")
        }
        #expect(try number("select count(*) from job where state = 3 and last_error = 'killed'") == 1)
        #expect(try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin).isEmpty)
    }

    @Test func `a lease that ended is ready again, a renewed one is not`() throws {
        try store("a", "b")
        let mine = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)
        _ = try WorkStore.lease(owner: uuid("B"), limit: 1, on: admin)
        try admin.execute(script: "update job set lease_until = now() - interval '1 s'")
        try WorkStore.renew(mine.map(\.lease), on: admin)
        #expect(try WorkStore.reap(on: admin) == 1)
        #expect(try number("select count(*) from job where state = 0 and attempt = 0") == 1, "nobody is charged")
    }

    /// Leases were renewed by owner: one whose answer was lost in a broken connection was kept from everybody as long as its owner lived.
    @Test func `a lease that its owner does not know of ends`() throws {
        try store("a", "b")
        let known = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)
        _ = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)
        try WorkStore.shorten(graceSeconds: 0, on: admin)
        try WorkStore.renew(known.map(\.lease), on: admin)
        try admin.execute(script: "select pg_sleep(0.01)")
        #expect(try WorkStore.reap(on: admin) == 1)
        #expect(try number("select count(*) from job where state = 1 and lease_until > now() + interval '29 s'") == 1)
    }

    /// Records were joined to their fence by article only: the stale answer beside the fresh one put its records into the log too.
    @Test func `a stale answer in the batch of the fresh one for its article has no effect`() throws {
        try store("a")
        let first = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)[0].lease
        try WorkStore.giveBack([(lease: first, charged: true, dead: false, reason: "vanished")], on: admin)
        try admin.execute(script: "update job set run_at = now()")
        let second = try WorkStore.lease(owner: uuid("B"), limit: 1, on: admin)[0].lease
        let answers = [(lease: first, records: [draft("old")]), (lease: second, records: [draft("new")])]
        #expect(try WorkStore.commit(answers, on: admin) == [second])
        #expect(try number("select count(*) from record") == 1)
    }

    // MARK: The log

    @Test func `what commits late gets a later place, and no place is left out`() throws {
        let ids = try store("a", "b")
        let slow = try another()
        // The earlier record commits after the later one was sequenced.
        try slow.execute(script: "begin")
        for (connection, id, name) in [(slow, ids[0], "slow"), (admin, ids[1], "fast")] {
            try connection.query(
                """
                with r as (insert into record (uuid, article_id, type, topic, keys, data)
                values (\(uuid(name))::text::uuid, \(id)::text::uuid, 'event', 'event/A/', '', '{}') returning id)
                insert into outbox select id from r
                """
            )
        }
        let first = try LogStore.sequence(limit: 10, on: admin)
        try slow.execute(script: "commit")
        let second = try LogStore.sequence(limit: 10, on: admin)
        #expect((first + second).map(\.seq) == [1, 2])
        #expect((first + second).map(\.tseq) == [1, 2])
        #expect(
            try number("select record_id from log where seq = 1") > number("select record_id from log where seq = 2")
        )
        #expect(try LogStore.sequence(limit: 10, on: admin).isEmpty)
    }

    @Test func `each topic counts for itself, and reading gives the bytes that went out`() throws {
        try store("a")
        let lease = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)[0].lease
        let topics = ["event/A/", "event/B/", "event/A/", "event/A/", "event/B/"]
        let drafts = topics.enumerated().map { draft("\($0.offset)", $0.element, data: "{\"n\":\($0.offset)}") }
        _ = try WorkStore.commit([(lease: lease, records: drafts)], on: admin)
        let sent = try LogStore.sequence(limit: 3, on: admin) + LogStore.sequence(limit: 3, on: admin)
        #expect(sent.map(\.seq) == [1, 2, 3, 4, 5] && sent.map(\.tseq) == [1, 1, 2, 3, 2])
        let read = try LogStore.read(after: 0, limit: 10, on: admin)
        #expect(read.map(\.envelope) == sent.map(\.envelope), "to the byte")
        #expect(try LogStore.read(after: 4, limit: 10, on: admin).map(\.seq) == [5])
        #expect(try LogStore.look(on: admin).head.seq == 5)
    }

    @Test func `two sequencers share the outbox without a hole`() async throws {
        let ids = try store("a")
        try admin.query(
            """
            with r as (insert into record (uuid, article_id, type, topic, keys, data)
            select gen_random_uuid(), \(ids[0])::text::uuid, 'event', 'event/' || n % 7 || '/', '', '{}'
            from generate_series(1, 2000) n returning id)
            insert into outbox select id from r
            """
        )
        try await withThrowingTaskGroup { group in
            for _ in 0..<2 {
                group.addTask { [string] in
                    let connection = try Connection(string, application: "tests")
                    for _ in 0..<40 { _ = try LogStore.sequence(limit: 37, on: connection) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try number("select count(*) from log") == 2000 && number("select max(seq) from log") == 2000)
        #expect(try number("select seq from log_head") == 2000)
        #expect(
            try number(
                """
                select count(*) from (select topic, max(tseq) <> count(*) as wrong from log join record r on r.id = record_id
                group by topic) t where wrong
                """
            ) == 0
        )
    }

    // MARK: Watch

    @Test func `a cursor that another has moved does not move`() throws {
        let start = WatchStore.Cursor(epoch: uuid("e"), seq: 0)
        let next = WatchStore.Cursor(epoch: start.epoch, seq: 2)
        #expect(try WatchStore.move("w", from: nil, to: start, on: admin))
        #expect(try !WatchStore.move("w", from: nil, to: next, on: admin))
        #expect(try WatchStore.move("w", from: start, to: next, on: admin))
        #expect(try !WatchStore.move("w", from: start, to: next, on: admin))
        #expect(try WatchStore.cursor("w", on: admin) == next)
    }

    // MARK: Roles

    @Test(arguments: [
        ("tidings_ingest", "select * from record"), ("tidings_ingest", "delete from article"),
        ("tidings_ingest", "select * from job"),
        ("tidings_hub", "delete from record"), ("tidings_hub", "update log set tseq = 0"),
        ("tidings_hub", "delete from article"),
        ("tidings_hub", "select * from dyad_day"), ("tidings_watch", "delete from job"),
        ("tidings_watch", "update article set title = 'x'"), ("tidings_watch", "update record set data = '{}'"),
        ("tidings_watch", "insert into log values (1, 1, 1)"), ("tidings_operator", "delete from record"),
        ("tidings_operator", "update log_head set seq = 0"), ("tidings_operator", "create table t (n int)"),
    ])
    func `a role cannot do what its service does not do`(_ role: String, _ statement: String) throws {
        let connection = try another(role)
        let error = #expect(throws: PostgresError.self) { try connection.execute(script: statement) }
        #expect(error?.sqlState == "42501", "\(error?.message ?? "")")
    }

    @Test func `each role can do its service's work`() throws {
        let article = Article(sha256: sha256(of: [1]), format: .text, text: "x")
        #expect(
            try ArticleStore.store([.init(article: article, fileName: [0x61])], on: another("tidings_ingest")).count
                == 1
        )
        let hub = try another("tidings_hub")
        let lease = try WorkStore.lease(owner: uuid("A"), limit: 1, on: hub)[0].lease
        #expect(try WorkStore.commit([(lease: lease, records: [draft("x")])], on: hub).count == 1)
        #expect(
            try LogStore.sequence(limit: 9, on: hub).count == 1 && LogStore.read(after: 0, limit: 9, on: hub).count == 1
        )
        let cursor = WatchStore.Cursor(epoch: uuid("e"), seq: 1)
        #expect(try WatchStore.move("w", from: nil, to: cursor, on: another("tidings_watch")))
        #expect(try OperatorStore.figures(on: another("tidings_operator")).head == 1)
    }

    @Test func `the view shows an event's fields as columns`() throws {
        let ids = try store("a")
        var event = Event(
            event: .sanction,
            evidence: Evidence(sentence: 0, text: "s", event: [], actor: [], recipient: [], date: [], rule: "r"),
            article: ArticleReference(Article(sha256: sha256(of: [0x61]), format: .text, text: "a")),
            coder: "c"
        )
        (event.mode, event.cameo, event.date) = (["expel"], "161", CivilDate(year: 2016, month: 12, day: 29))
        event.actor = [Actor(text: "Obama", name: "Barack Obama", code: "USA", sector: .gov)]
        event.recipient = [Actor(text: "spies", code: "RUS", sector: .spy)]
        event.identify()
        let lease = try WorkStore.lease(owner: uuid("A"), limit: 1, on: admin)[0].lease
        let record = RecordDraft(
            head: .init(id: event.id, type: "event", topic: "event/", keys: ""),
            data: try JSON.encode(event)
        )
        _ = try WorkStore.commit([(lease: lease, records: [record])], on: admin)
        let row = try admin.query(
            """
            select id::text, article_id::text, date::text, event, mode, cameo, quad_code::bigint, event_scale::text, goldstein::text, status,
                actor_code, actor_sector, actor_name, actor_text, recipient_code, recipient_sector, recipient_text from event
            """
        )[0]
        let expected = [event.id, ids[0], "2016-12-29", "SANCTION", "expel", "161"]
        for (column, value) in expected.enumerated() { #expect(try row.string(column) == value) }
        #expect(try row.int(6) == 4)
        let rest = ["-5.5", "-4", "happened", "USA", "GOV", "Barack Obama", "Obama", "RUS", "SPY", "spies"]
        for (offset, value) in rest.enumerated() { #expect(try row.string(7 + offset) == value) }
    }

    // MARK: Cursors

    @Test func `a cursor is made once, moves forward only, and belongs to its owner and its log`() throws {
        let hub = try another("tidings_hub")
        let epoch = try LogStore.look(on: admin).head.epoch
        let desk = FeedCursor(owner: "", name: "desk")
        func place(_ seq: Int, _ cursor: FeedCursor, epoch other: String? = nil) -> FeedCursor.Place {
            .init(cursor: cursor, client: "c", epoch: other ?? epoch, seq: seq)
        }
        #expect(try CursorStore.find(desk, orElse: nil, on: hub) == .absent)
        #expect(try CursorStore.find(desk, orElse: place(4, desk), on: hub) == .place(place(4, desk)))
        #expect(try CursorStore.find(desk, orElse: place(9, desk), on: hub) == .place(place(4, desk)))
        let anns = FeedCursor(owner: "ann", name: "desk")
        #expect(try CursorStore.find(anns, orElse: place(1, anns), most: 1, on: hub) == .place(place(1, anns)))
        let second = FeedCursor(owner: "ann", name: "second")
        #expect(try CursorStore.find(second, orElse: place(1, second), most: 1, on: hub) == .tooMany)
        let gone = FeedCursor(owner: "", name: "gone")
        #expect(try CursorStore.advance([place(7, desk), place(3, gone)], on: hub) == [gone])
        #expect(try CursorStore.advance([place(6, desk)], on: hub).isEmpty)
        #expect(try CursorStore.find(desk, orElse: nil, on: hub) == .place(place(7, desk)), "it never goes back")
        #expect(try CursorStore.advance([place(8, desk, epoch: uuid("other log"))], on: hub) == [desk])
        let person = try another("tidings_operator")
        #expect(try CursorStore.list(on: person).map(\.seq) == [7, 1])
        #expect(try CursorStore.remove(desk, on: person))
        #expect(try !CursorStore.remove(desk, on: person))
        #expect(throws: PostgresError.self, "the hub cannot remove cursors") {
            try CursorStore.remove(anns, on: hub)
        }
    }

    // MARK: Webhooks

    @Test func `a webhook's row follows a person's change, and its history is bounded`() throws {
        let (watch, person) = (try another("tidings_watch"), try another("tidings_operator"))
        try WebhookStore.create("desk", on: watch)
        var state = try #require(try WebhookStore.state("desk", on: watch))
        #expect(state == WebhookStore.State())
        state.cursor = .init(epoch: uuid("epoch"), seq: 3)
        state.reason = "status 500"
        state.failures = 2
        (state.failingSince, state.nextAt) = (1_700_000_000_123, 1_700_000_005_456)
        for number in 0..<WebhookStore.history + 5 {
            let attempt = WebhookStore.Attempt(
                at: 1_700_000_000_000 + number,
                seq: 4,
                record: "r",
                number: number + 1,
                outcome: .failed,
                status: number == 0 ? nil : 500,
                milliseconds: 7,
                detail: "status 500"
            )
            #expect(try WebhookStore.store("desk", state, attempt: attempt, on: watch))
            // A commit whose answer was lost is repeated.
            if number == 3 { #expect(try WebhookStore.store("desk", state, attempt: attempt, on: watch)) }
        }
        #expect(try WebhookStore.state("desk", on: watch) == state)
        #expect(try number("select count(*) from webhook_attempt") == WebhookStore.history)
        #expect(try number("select min(attempt) from webhook_attempt") == 6)

        #expect(try WebhookStore.enable("desk", from: 2, on: person))
        #expect(try !WebhookStore.store("desk", state, on: watch), "what was decided on the old row has no effect")
        let replayed = try #require(try WebhookStore.state("desk", on: watch))
        #expect(replayed.cursor?.seq == 1 && replayed.failures == 0 && replayed.nextAt == nil && replayed.revision == 1)
        let overview = try #require(try WebhookStore.overviews(on: person).first)
        #expect(overview.state == "active" && overview.lastStatus == 500 && overview.lastOutcome == "failed")
        #expect(throws: PostgresError.self) { try person.query("delete from webhook_attempt") }
        try WebhookStore.remove("desk", on: person)
        #expect(try number("select count(*) from webhook_attempt") == 0)
        #expect(try !WebhookStore.enable("desk", on: person))
    }
}

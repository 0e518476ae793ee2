import Briefing
import Postgres
import Records
import Supervision
import TestSupport
import Testing
import Wire

@testable import Storage

/// Briefs of tables filled as watch fills them.
@Suite("Briefs of the database", .timeLimit(.minutes(2))) struct BriefTests {
    private let admin: Connection
    private let countries = ["USA": "United States", "RUS": "Russia", "FRA": "France"]

    init() throws {
        admin = try Connection(PrivatePostgres.shared.get().freshDatabase(), application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: admin)
    }

    private func uuid(_ text: String) -> String { UUIDv5.name(text, in: UUIDv5.recordNamespace) }

    private func store(_ text: String, title: String) throws -> Article {
        var article = Article(sha256: sha256(of: Array(text.utf8)), format: .text, text: text)
        (article.title, article.published, article.source) = (title, "2016-12-30", "Wire")
        _ = try ArticleStore.store([.init(article: article, fileName: [0x61])], on: admin)
        return article
    }

    /// One event as record and report, in the incident with the name `incident`.
    private func report(
        _ seq: Int,
        of article: Article,
        incident: String,
        day: Int = 29,
        number: Double = 35,
        status: EventStatus = .happened,
        actor: String = "USA",
        recipient: String = "RUS"
    ) throws {
        let evidence = Evidence(
            sentence: 0,
            text: "x",
            start: 0,
            event: [],
            actor: [],
            recipient: [],
            date: [],
            rule: "test"
        )
        var event = Event(event: .sanction, evidence: evidence, article: ArticleReference(article), coder: "test")
        event.id = uuid("event \(seq)")
        event.mode = ["expel"]
        event.status = status
        event.date = CivilDate(year: 2016, month: 12, day: day)
        event.actor = [Actor(text: "x", name: countries[actor], code: actor)]
        event.recipient = [Actor(text: "\(Int(number)) diplomats", code: recipient)]
        event.quantity = [Quantity(value: number, qualifier: "exactly", unit: "diplomats", slot: "recipient")]
        let data = String(decoding: try JSON.encode(event), as: UTF8.self)
        let keys = RecordKeys.event(event).split(separator: " ").map { String($0) as String? }
        try admin.query(
            """
            insert into record (uuid, article_id, type, topic, keys, data)
            values (\(event.id)::text::uuid, \(article.id)::text::uuid, 'event', 'event/A/', 'type=event', \(data)::text::json)
            """
        )
        try admin.query(
            """
            insert into incident (id, first_seq, last_seq, first_at, last_at, day, event, mode, quad, status, actor, recipient,
                countries, reports, origins, data)
            values (\(uuid(incident))::text::uuid, \(seq), \(seq), now(), now(), \(event.date!.description)::text::date, 'SANCTION',
                'expel', 4, 'happened', \(actor), \(recipient), '{}', 1, 1, '{}') on conflict do nothing
            """
        )
        try admin.query(
            """
            insert into report (seq, id, at, article_id, origin_id, incident_id, day, is_dated, event, mode, quad, scale, status,
                historical, actor, recipient, names, keys)
            values (\(seq), \(event.id)::text::uuid, now(), \(article.id)::text::uuid, \(article.id)::text::uuid,
                \(uuid(incident))::text::uuid, \(event.date!.description)::text::date, true, 'SANCTION', 'expel', 4, -5.5,
                \(status.rawValue), false, \(actor), \(recipient), '{}', \(keys)::text[])
            """
        )
        try follow(to: seq)
    }

    /// Watch has come so far.
    private func follow(to seq: Int) throws {
        try admin.query(
            """
            insert into subscription_cursor (name, epoch, seq) select 'watch', epoch, \(seq) from log_head
            on conflict (name) do update set seq = excluded.seq
            """
        )
    }

    private func make(
        _ scope: BriefScope,
        _ since: Int? = nil,
        _ until: Int? = nil,
        as role: String? = nil
    ) throws -> BriefAnswer {
        if let role { try admin.execute(script: "set role \(role)") }
        let answer = try Briefs.make(
            scope,
            since: since.flatMap { CivilDate(year: 2016, month: 12, day: $0) },
            until: until.flatMap { CivilDate(year: 2016, month: 12, day: $0) },
            length: .sentences(2),
            countries: countries,
            on: admin
        )
        if role != nil { try admin.execute(script: "reset role") }
        return answer
    }

    private func brief(_ answer: BriefAnswer) throws -> Brief {
        guard case .brief(let brief) = answer else { throw Failure(description: "\(answer)") }
        return brief
    }

    private struct Failure: Error { let description: String }

    private static let expulsion =
        "The United States expelled 35 Russian diplomats on Thursday. Moscow promised an answer in kind. The diplomats left on Sunday."

    @Test func `a dyad is what either did to the other, in the period, with all reports of an incident`() throws {
        let one = try store(Self.expulsion, title: "Expulsions")
        let two = try store("Russia expelled diplomats of the United States. It was an answer.", title: "Answer")
        try report(1, of: one, incident: "a")
        try report(2, of: two, incident: "b", day: 30, actor: "RUS", recipient: "USA")
        try report(3, of: two, incident: "a", day: 29)
        try report(4, of: two, incident: "c", day: 30, actor: "FRA", recipient: "RUS")
        let brief = try brief(make(.dyad("RUS", "USA"), 28, 31, as: "tidings_operator"))
        #expect(brief.title == "Russia and United States" && brief.changes == nil)
        let counts = brief.counts
        #expect([counts.articles, counts.incidents, counts.reports, counts.origins] == [2, 2, 3, 2])
        #expect(brief.events.map(\.text).first?.contains("29 December 2016 (2 reports, 2 independent origins)") == true)
        #expect(brief.events[1].citations.first == .incident(uuid("b")))
        #expect(brief.summary.count == 2)
        #expect(Set(brief.sources.map(\.id)) == Set(brief.summary.flatMap(\.citations).map(\.id)))
        let again = try self.brief(make(.dyad("RUS", "USA"), 28, 31))
        #expect(again == brief, "made again of the same log it is the same brief")
        #expect(try admin.query("select count(*) from brief where scope = 'dyad:RUS-USA'")[0].int(0) == 1)
        #expect(try self.brief(make(.country("FRA"), 28, 31)).counts.incidents == 1)
    }

    /// Only so many reports and incidents are read; what was not read was not counted, and a late denial not told.
    @Test func `all reports and incidents are counted, and a denial is told however late it came`() throws {
        let one = try store(Self.expulsion, title: "Expulsions")
        let two = try store("Moscow denied it. It was a long denial.", title: "Denial")
        for seq in 1...30 { try report(seq, of: one, incident: "a") }
        try report(31, of: two, incident: "a", status: .denied)
        for seq in 32...60 { try report(seq, of: one, incident: "other \(seq)") }
        let brief = try brief(make(.country("RUS"), 28, 31))
        let told = brief.events.map(\.text).first { $0.contains("31 reports") }
        #expect(
            told?.contains("(31 reports, 2 independent origins; it is denied)") == true,
            "\(brief.events.map(\.text))"
        )
        #expect([brief.counts.articles, brief.counts.incidents, brief.counts.reports] == [2, 30, 60])
    }

    @Test func `the next brief says what changed`() throws {
        let one = try store(Self.expulsion, title: "Expulsions")
        for (seq, incident) in [(1, "a"), (2, "b"), (3, "c")] { try report(seq, of: one, incident: incident) }
        _ = try brief(make(.country("RUS"), 28, 31))
        let two = try store("The United States expelled 60 diplomats. They left at once.", title: "More")
        try report(11, of: two, incident: "a", number: 60)
        try report(12, of: two, incident: "d", day: 30)
        try admin.query("delete from report where seq = 2")
        try admin.query("delete from report where seq = 3")
        try admin.query(
            "update incident set merged_into = \(uuid("a"))::text::uuid where id = \(uuid("c"))::text::uuid"
        )
        let changes = try #require(try brief(make(.country("RUS"), 28, 31)).changes)
        let told = changes.sentences.map { String($0.text.prefix { $0 != ":" }) }
        #expect(
            told == [
                "Retracted", "Now told as part of another incident", "The number of diplomats went from 35 to 60",
                "New",
            ]
        )
        #expect(changes.sentences[0].citations == [.incident(uuid("b")), .event(uuid("event 2"))])
    }

    @Test func `a story and an article are told as a whole`() throws {
        let one = try store(Self.expulsion, title: "Expulsions")
        let two = try store("Quite another matter is told here. It has no events at all.", title: "Other")
        try report(1, of: one, incident: "a")
        let id = uuid("story")
        try admin.query(
            """
            insert into story (id, first_seq, last_seq, first_at, last_at, headline, articles, origins, countries, data, state)
            values (\(id)::text::uuid, 1, 1, now(), now(), 'Diplomats expelled', 2, 2, '{}', '{}', '{}')
            """
        )
        for article in [one, two] {
            try admin.query(
                """
                insert into story_article (article_id, story_id, origin_id, seq, at, day, similarity, terms, digest)
                values (\(article.id)::text::uuid, \(id)::text::uuid, \(article.id)::text::uuid, 1, now(), current_date, 1, '', '{}')
                """
            )
        }
        let story = try brief(make(.story(id)))
        #expect(story.title == "Diplomats expelled" && story.counts.articles == 2 && story.counts.incidents == 1)
        let article = try brief(make(.article(two.id)))
        #expect(article.counts.incidents == 0 && article.summary.count == 2 && article.title == "Other")
        let country = try brief(make(.country("RUS"), 28, 31))
        #expect(country.state.stories == [.init(id: id, headline: "Diplomats expelled")])
        let other = uuid("other story")
        try admin.query(
            """
            insert into story (id, first_seq, last_seq, first_at, last_at, headline, articles, origins, countries, data, state,
                merged_into)
            values (\(other)::text::uuid, 1, 1, now(), now(), 'Diplomats go', 1, 1, '{}', '{}', '{}', \(id)::text::uuid)
            """
        )
        guard case .nothing(let reason) = try make(.story(other)) else { throw Failure(description: "found") }
        #expect(reason.hasSuffix("has become part of another story, \(id)"))
    }

    @Test func `what is not there is said, and what would find something`() throws {
        let one = try store(Self.expulsion, title: "Expulsions")
        try report(1, of: one, incident: "a")
        for scope in [
            BriefScope.story(uuid("nobody")), .article("'; drop table brief; --"), .country("XXX"), .dyad("RUS", "XXX"),
        ] {
            guard case .unknown(let reason) = try make(scope) else { throw Failure(description: "\(scope)") }
            #expect(reason.hasPrefix("no "))
        }
        guard case .nothing(let reason) = try make(.country("RUS"), 1, 5) else { throw Failure(description: "found") }
        #expect(
            reason
                == "nothing about country:RUS from 2016-12-01 to 2016-12-05; the nearest after is of 2016-12-29"
        )
        guard case .nothing(let none) = try make(.country("FRA"), 1, 5) else { throw Failure(description: "found") }
        #expect(none.hasSuffix("nor on any other day"))
    }
}

import Briefing
import Postgres
import Records
import TestSupport
import Testing
import Wire

@testable import Storage

@Suite("Reading", .timeLimit(.minutes(2))) struct ReadingTests {
    /// A generator that gives the same every time (SplitMix64).
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }

        mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &self)] }
    }

    private static let codes = ["RUS", "USA", "UKR", "CHN"]

    /// An event with anything that filters can see.
    private static func shuffle(_ event: inout Event, _ dice: inout Dice) {
        event.event = dice.pick(EventType.allCases)
        event.mode =
            event.event.modes.isEmpty || Bool.random(using: &dice) ? [] : [dice.pick(event.event.modes.keys.sorted())]
        event.context = dice.pick([[], ["diplomatic"], ["military", "New Year"]])
        event.cameo = dice.pick([nil, "161", "1612", "042"])
        event.status = dice.pick(EventStatus.allCases)
        event.historical = Bool.random(using: &dice)
        event.confidence = dice.pick([nil, 0.5, 0.7, 0.71, 0.84, 1])
        func party(_ text: String) -> [Actor] {
            dice.pick([[], [Actor(text: text, name: text, code: dice.pick(codes), sector: dice.pick(Sector.allCases))]])
        }
        event.actor = party("one")
        event.recipient = party("other")
        event.location = dice.pick([nil, Place(text: "Moscow", name: "Moscow", country: "RUS")])
    }

    /// A filter that can be understood, of up to three terms.
    private static func filter(_ dice: inout Dice) -> String {
        let values: [(String, [String])] = [
            ("event", EventType.allCases.map(\.rawValue)), ("status", EventStatus.allCases.map(\.rawValue)),
            ("actor", codes), ("recipient", codes), ("country", codes), ("context", ["diplomatic", "new%20year"]),
            ("cameo", ["16", "161", "1612", "04"]), ("historical", ["true", "false"]), ("quad", ["1", "2", "3", "4"]),
            ("confidence", ["0.5", "0.7", "0.705", "0.84", "1"]), ("sector", Sector.allCases.map(\.rawValue)),
            ("place", ["moscow", "rus"]), ("source", ["reuters", "tass"]), ("type", ["event", "quote"]),
            ("mode", ["expel", "arrest", "visit"]),
        ]
        let terms = (0..<Int.random(in: 1...3, using: &dice)).map { _ in
            let (name, known) = dice.pick(values)
            let isNumber = name == "quad" || name == "confidence"
            let relation = dice.pick(isNumber ? ["=", "!=", ">=", "<="] : ["=", "!="])
            let count = relation.count == 2 && relation != "!=" ? 1 : Int.random(in: 1...3, using: &dice)
            return name + relation + (0..<count).map { _ in dice.pick(known) }.joined(separator: ",")
        }
        return terms.joined(separator: " ")
    }

    @Test func `a filter finds in the database what it matches in the stream`() throws {
        var dice = Dice(state: 2016)
        let log = try SampleLog()
        for _ in 0..<40 {
            try log.add(events: 5, source: dice.pick(["Reuters", "TASS"])) { event, _ in
                ReadingTests.shuffle(&event, &dice)
            }
        }
        var found = 0
        for _ in 0..<150 {
            let text = ReadingTests.filter(&dice)
            let filter = try Filter(text)
            let wanted = log.events.filter { filter.matches(Array(RecordKeys.event($0.event).utf8)) }.map(\.seq)
            let page = try Reading.events(.init(filter), PageRequest(count: 200), on: log.connection)
            #expect(try page.rows().map(\.seq) == wanted.reversed(), "\(text)")
            found += wanted.count
        }
        #expect(found > 1000, "filters that find nothing show nothing")
    }

    @Test func `what incidents have not cannot be asked of them`() throws {
        #expect(throws: Filter.Unsuited.self) { try Reading.IncidentQuestion(Filter("source=reuters")) }
        let log = try SampleLog()
        try log.add(events: 1)
        try log.add(events: 1) { event, _ in event.recipient = [Actor(text: "Ukraine", name: "Ukraine", code: "UKR")] }
        for (text, count) in [
            ("event=SANCTION", 2), ("country=UKR", 1), ("country!=UKR", 1), ("actor=RUS recipient=USA,UKR", 2),
            ("mode!=expel", 0), ("quad>=4 confidence>=0.84", 2), ("confidence>=0.85", 0), ("status!=happened", 0),
        ] {
            let page = try Reading.incidents(.init(Filter(text)), PageRequest(), on: log.connection)
            #expect(page.items.count == count, "\(text)")
        }
    }

    /// All rows of a list, page by page, with what `between` does meanwhile.
    private func walk<Row>(
        _ page: (PageRequest) throws -> Page<Row>,
        _ count: Int,
        between: () throws -> Void = {}
    ) throws -> [[UInt8]] {
        var items: [[UInt8]] = []
        var request = PageRequest(count: count)
        for _ in 0..<1000 {
            let page = try page(request)
            #expect(page.items.count <= count)
            items += page.items
            guard let older = page.older else { return items }
            // What a client sends back is text.
            request.place = .before(try #require(PageCursor("\(older)")))
            try between()
        }
        Issue.record("a list without end")
        return items
    }

    @Test(arguments: [Listing.Finding.index, .walk, .all], [0, 3, 100])
    func `what is rare or frequent is found across all windows, each once, in both directions`(
        finding: Listing.Finding,
        few: Int
    ) throws {
        let log = try SampleLog()
        // Dense, then nothing for long, then dense: denied ones stand together.
        for index in 0..<12 {
            try log.add(events: 5) { event, number in if index % 5 == 0 && number > 1 { event.status = .denied } }
        }
        for text in ["status=denied", "status!=denied", "status=proposed"] {
            let filter = try Filter(text)
            let wanted = log.events.filter { filter.matches(Array(RecordKeys.event($0.event).utf8)) }.map(\.seq)
            var listing = Listing(
                table: "report",
                order: .unique("t.seq"),
                conditions: filter.reportConditions,
                finding: finding,
                json: "to_json(t.seq)"
            )
            listing.few = few
            listing.windows = (near: 3, far: 7)
            func page(_ request: PageRequest) throws -> Page<Int> { try listing.page(request, on: log.connection) }
            for count in [1, 2, 7, 200] {
                #expect(try walk(page, count).map { try JSON.decode(Int.self, from: $0) } == wanted.reversed())
                var (place, seen) = (PageCursor(value: 0), [Int]())
                for _ in 0..<80 {
                    let page = try page(PageRequest(count: count, from: .after(place)))
                    seen += try page.rows().reversed()
                    place = try #require(page.newer)
                }
                #expect(seen == wanted, "\(text) by \(count)")
            }
        }
    }

    @Test func `reading on towards the newest finds all that came, however rare`() throws {
        let log = try SampleLog()
        try log.add(events: 2)
        let question = Reading.EventQuestion(try Filter("status=denied"))
        var request = PageRequest(count: 2)
        let first = try Reading.events(question, request, on: log.connection)
        #expect(first.items.isEmpty && first.older == nil)
        request.place = .after(PageCursor(value: 0))
        var seen: [Int] = []
        for gap in [0, 9000, 60_000, 400_000] {
            log.skip(gap)
            try log.add(events: 3) { event, _ in event.status = .denied }
            for _ in 0..<10 {
                let page = try Reading.events(question, request, on: log.connection)
                seen += try page.rows().map(\.seq).reversed()
                if let newer = page.newer { request.place = .after(newer) }
            }
        }
        #expect(seen == log.events.filter { $0.event.status == .denied }.map(\.seq))
    }

    @Test func `rows that come while a list is read neither repeat nor hide others`() throws {
        let log = try SampleLog()
        for index in 0..<20 { try log.add(events: 2) { event, number in event.mode = ["m\(index)\(number)"] } }
        let before = log.events.map(\.seq)
        let read = try walk({ try Reading.events(.init(), $0, on: log.connection) }, 3) { try log.add(events: 2) }
        #expect(try read.map { try JSON.decode(Reading.EventRow.self, from: $0).seq } == before.reversed())
        var first = try Reading.IncidentQuestion()
        first.order = .first
        let count = try log.connection.query("select count(*) from incident")[0].int(0)
        let incidents = try walk({ try Reading.incidents(first, $0, on: log.connection) }, 4) {
            try log.add(events: 1) { event, _ in event.mode = ["m00"] }
        }
        let ids = try incidents.map { try JSON.decode(Reading.IncidentRow.self, from: $0).id }
        #expect(ids.count == count && Set(ids).count == count)
    }

    @Test func `everything can be read by the role of watch on a connection that may not write`() throws {
        let log = try SampleLog()
        let article = try log.add(events: 2)
        let role = try Connection(log.string, application: "tests")
        try role.execute(script: "set role tidings_watch; set default_transaction_read_only = on")
        let event = try #require(log.events.first)
        let detail = try #require(try Reading.event(event.event.id, on: role)?.value())
        #expect(detail.record == event.event && detail.article.text == article.text && detail.feedback.isEmpty)
        let page = try #require(try Reading.article(article.id, on: role)?.value())
        #expect(page.events.count == 2 && page.quotes.count == 1 && page.record?.entities.map(\.id) == [log.russia.id])
        #expect(try Reading.incident(detail.incident, on: role)?.value().incident.reports == 2)
        #expect(try Reading.entity(log.russia.id, on: role)?.value().articles == 1)
        #expect(try Reading.stories(PageRequest(), on: role).items.isEmpty)
        #expect(try Reading.alerts(PageRequest(), on: role).items.isEmpty)
        #expect(try Reading.briefs(PageRequest(), on: role).items.isEmpty)
        #expect(try Reading.system(on: role).value().watch?.lag == 0)
        #expect(throws: PostgresError.self) { try role.query("delete from report") }
    }

    @Test func `names are found by parts of them and with slips`() throws {
        let log = try SampleLog()
        try log.add()
        let article = try log.connection.query("select article_id::text from article_entry limit 1")[0].string(0)
        // The last is of articles that were all replaced: nobody finds it.
        for name in ["Barack Obama", "Michelle Obama", "Obama%_Town", "Sergei Lavrov", "Malia Obama"] {
            let entity = Entity(name: name, type: .person, code: "USA", sector: nil)
            try EntityStore.upsert([.init(entity: entity, firstSeq: 1, lastSeq: 1)], on: log.connection)
            guard name != "Malia Obama" else { continue }
            let place = EntityStore.Appearance(entity: entity.id, seq: 1, article: article, mentions: 1)
            try EntityStore.appear([place], leaving: [], on: log.connection)
        }
        func found(_ text: String) throws -> [String] {
            var question = Reading.EntityQuestion()
            question.text = text
            let items = try walk({ try Reading.entities(question, $0, on: log.connection) }, 1)
            return try items.map { try JSON.decode(Reading.EntityRow.self, from: $0).name }
        }
        #expect(try Set(found("obama")) == ["Barack Obama", "Michelle Obama", "Obama%_Town"])
        #expect(try found("Barak Obama").first == "Barack Obama")
        #expect(try found("a%_t") == ["Obama%_Town"], "signs of patterns stand for themselves")
        #expect(try found("zzz").isEmpty)
    }

    @Test func `a search finds articles by their words and shows where`() throws {
        let log = try SampleLog()
        for index in 0..<5 { try log.add(text: "Protesters marched in city \(index). <b>Russia</b> looked on.") }
        try log.add(text: "Nothing of the kind happened.")
        let page = try #require(
            try Reading.search("marching russia", .init(), PageRequest(count: 3), on: log.connection)
        )
        let rows = try page.rows()
        #expect(rows.count == 3 && page.older != nil)
        #expect(rows[0].article.id == log.articles[4].id)
        #expect(rows[0].snippet.contains("⟦marched⟧") && rows[0].snippet.contains("⟦Russia⟧"))
        #expect(try Reading.search("the of", .init(), PageRequest(), on: log.connection) == nil, "no word that is kept")
        #expect(
            try Reading.search("\"looked in\" -russia", .init(), PageRequest(), on: log.connection)?.items.isEmpty
                == true
        )
        // Signs that mean something in a query are no error in a search.
        for text in ["'", "a & b | (", "\"", "-", "\\", "russia' or 1=1 --"] {
            _ = try Reading.search(text, .init(), PageRequest(), on: log.connection)
        }
    }

    @Test func `an index counts days, directions and quads`() throws {
        let log = try SampleLog()
        try log.add(events: 2)
        try log.add(events: 1) { event, _ in
            (event.actor, event.recipient) = (event.recipient, event.actor)
            event.status = .proposed
        }
        let (since, until) = (try #require(CivilDate(iso: "2016-12-01")), try #require(CivilDate(iso: "2016-12-31")))
        let happened = try Reading.index(
            ofDyad: "RUS",
            "USA",
            from: since,
            to: until,
            statuses: ["happened"],
            on: log.connection
        ).value()
        #expect(happened.series.map(\.direction) == ["RUS-USA", "USA-RUS"])
        #expect(happened.series.map(\.days.count) == [1, 0])
        let day = try #require(happened.series[0].days.first)
        #expect(day.day.description == "2016-12-01" && day.events == 2 && day.quads == [0, 0, 0, 2])
        #expect(day.scaleMean == log.events[0].event.eventScale)
        let all = try Reading.index(
            ofCountry: "USA",
            from: since,
            to: until,
            statuses: ["happened", "proposed"],
            on: log.connection
        ).value()
        #expect(all.series.map(\.direction) == ["actor", "recipient"] && all.series.map(\.days.count) == [1, 1])
    }

    @Test func `sums of countries and months are those of their dyads, also when reports leave`() throws {
        var dice = Dice(state: 7)
        let log = try SampleLog()
        for _ in 0..<20 { try log.add(events: 5) { event, _ in ReadingTests.shuffle(&event, &dice) } }
        func differing() throws -> Int {
            try log.connection.query(
                """
                with dyads as (
                    select actor as code, 'actor' as direction, day, quad, status, count, scale_sum from dyad_day
                    union all select recipient, 'recipient', day, quad, status, count, scale_sum from dyad_day),
                sums as (
                    select code, direction, day, quad, status, sum(count) as count, round(sum(scale_sum)::numeric, 3) as scale
                    from dyads where code <> '' group by code, direction, day, quad, status)
                select count(*) from sums full join country_day c using (code, direction, day, quad, status)
                where sums.count is distinct from c.count or sums.scale is distinct from round(c.scale_sum::numeric, 3)
                """
            )[0].int(0)
        }
        func differingMonths() throws -> Int {
            try log.connection.query(
                """
                with sums as (
                    select actor, recipient, date_trunc('month', day)::date as month, quad, sum(count) as count,
                        coalesce(sum(count) filter (where status = 'happened'), 0) as happened
                    from dyad_day group by 1, 2, 3, 4)
                select count(*) from sums full join dyad_month m using (actor, recipient, month, quad)
                where sums.count is distinct from m.count or sums.happened is distinct from m.happened
                """
            )[0].int(0)
        }
        #expect(try differing() == 0 && differingMonths() == 0)
        let gone = log.events.filter { _ in Bool.random(using: &dice) }.map(\.event.id)
        try DyadStore.add([], takingAway: ReportStore.remove(gone, on: log.connection), on: log.connection)
        #expect(try differing() == 0 && differingMonths() == 0 && gone.count > 30)
        try DyadStore.add(
            [],
            takingAway: ReportStore.remove(log.events.map(\.event.id), on: log.connection),
            on: log.connection
        )
        #expect(try log.connection.query("select count(*) from country_day")[0].int(0) == 0)
        #expect(try log.connection.query("select count(*) from dyad_month")[0].int(0) == 0)
    }
}

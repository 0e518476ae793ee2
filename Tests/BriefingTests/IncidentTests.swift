import Briefing
import FoundationEssentials
import Knowledge
import Records
import Testing

@Suite("Incidents") struct IncidentTests {
    private static let countries: Result<CountryNames, any Error> = Result {
        var place = URL(filePath: #filePath)
        for _ in 0..<3 { place.deleteLastPathComponent() }
        return CountryNames(try Knowledge(directory: place.path(percentEncoded: false) + "seeds"))
    }

    private var book = IncidentBook()
    private var seq = 0

    /// An expulsion of American diplomats by Russia, unless told otherwise.
    private struct Report {
        var day: String? = "2016-12-30"
        var status = EventStatus.happened
        var type = EventType.sanction
        var mode = ["expel"]
        var from: String? = "RUS"
        var to: String? = "USA"
        var count: Double?
        var by: String?
        var origin: String?
        var published = "2016-12-30"
        var text = "Russia expelled diplomats of the United States."
        var confidence: Double? = 0.9
    }

    private mutating func report(_ told: Report) throws -> IncidentReport {
        seq += 1
        var article = Article(sha256: sha256(of: Array("\(seq)".utf8)), format: .text, text: told.text)
        article.published = told.published
        article.source = "source \(seq)"
        article.origin = told.origin
        let evidence = Evidence(
            sentence: 0,
            text: told.text,
            event: [],
            actor: [],
            recipient: [],
            date: [],
            rule: "test"
        )
        var event = Event(event: told.type, evidence: evidence, article: ArticleReference(article), coder: "test")
        event.mode = told.mode
        event.date = told.day.flatMap { CivilDate(iso: $0) }
        event.status = told.status
        event.actor = told.from.map { [Actor(text: $0, code: $0, sector: .gov)] } ?? []
        event.recipient = told.to.map { [Actor(text: $0, code: $0, sector: .gov)] } ?? []
        event.quantity =
            told.count.map { [Quantity(value: $0, qualifier: "exactly", unit: "diplomats", slot: "recipient")] } ?? []
        event.claimedBy = told.by.map { [Actor(text: $0, name: $0)] } ?? []
        event.confidence = told.confidence
        event.identify()
        let logged = LoggedEvent(seq: seq, at: seq * 1000, event: event)
        return IncidentReport(logged, Act(logged, try Self.countries.get()))
    }

    @discardableResult
    private mutating func add(_ told: Report) throws -> (report: IncidentReport, incident: Incident) {
        let report = try report(told)
        book.load(keys: book.missing(Set(report.act.keys)), [])
        let membership = book.add(report)
        return (report, try #require(book.incidents[membership.incident]))
    }

    // MARK: Status

    @Test mutating func `proposed, announced, done and denied is one act`() throws {
        try add(Report(status: .proposed, by: "Sergei Lavrov"))
        try add(Report(status: .announced, by: "Vladimir Putin"))
        try add(Report(status: .happened))
        try add(Report(status: .proposed, by: "Somebody Late"))
        let incident = try add(Report(status: .denied, by: "Maria Zakharova")).incident
        #expect(book.incidents.count == 1 && incident.reports == 5)
        #expect(incident.history.map(\.status) == ["proposed", "announced", "happened"])
        #expect(incident.history.map(\.by) == [["Sergei Lavrov"], ["Vladimir Putin"], []])
        #expect(incident.history.map(\.seq) == [1, 2, 3])
        // A denial of what an article itself tells is in the ledger, and takes credibility.
        #expect(incident.status == "happened")
        #expect(incident.claims.last?.denies == true && incident.claims.last?.party == "Maria Zakharova")
    }

    /// The Moscow case: the foreign minister proposes to expel, the president declines.
    @Test mutating func `who proposed and who declined stand in one ledger`() throws {
        let (proposal, _) = try add(
            Report(
                day: nil,
                status: .proposed,
                count: 35,
                by: "Sergei Lavrov",
                text: "Sergei Lavrov proposed to expel 35 diplomats."
            )
        )
        let (_, incident) = try add(
            Report(
                day: nil,
                status: .denied,
                by: "Vladimir Putin",
                text: "Vladimir Putin said Russia would not expel diplomats."
            )
        )
        #expect(incident.reports == 2 && incident.status == "denied")
        #expect(incident.claims.map(\.party) == ["Sergei Lavrov", "Vladimir Putin"])
        #expect(incident.claims.map(\.status) == [.proposed, .denied])
        #expect(incident.claims[0].events == [proposal.event])
        #expect(incident.claims[0].sentences == ["Sergei Lavrov proposed to expel 35 diplomats."])
        #expect(incident.credibility < 0.06)
    }

    @Test mutating func `an accusation that is denied is alleged and then denied, and happens when an article says so`()
        throws
    {
        let attack = Report(
            type: .assault,
            mode: ["aerial"],
            from: "ISR",
            to: "SYR",
            text: "Israel bombed the base T-4."
        )
        var told = attack
        (told.status, told.by) = (.alleged, "Syria")
        try add(told)
        (told.status, told.by) = (.denied, "Israel")
        try add(told)
        #expect(try add(attack).incident.history.map(\.status) == ["alleged", "denied", "happened"])
    }

    // MARK: Counts and figures

    @Test mutating func `copies of one report count once`() throws {
        let origin = UUIDv5.name("origin", in: UUIDv5.articleNamespace)
        try add(Report(origin: origin))
        let (_, copied) = try add(Report(origin: origin))
        #expect(copied.reports == 2 && copied.origins == 1)
        let (_, incident) = try add(Report())
        #expect(incident.reports == 3 && incident.origins == 2)
        // 1 - (1 - 0.7 × 0.9)²: the copy adds nothing.
        #expect(incident.credibility == 0.863)
        #expect(copied.credibility == 0.63)
    }

    @Test mutating func `credibility tells what is supported, importance what matters`() throws {
        let (_, alleged) = try add(Report(status: .alleged, by: "Somebody"))
        // 0.7 × 0.6 × 0.9
        #expect(alleged.credibility == 0.378)
        // 5.5 × log2(2)
        #expect(alleged.importance == 5.5)
        let (_, denied) = try add(Report(status: .denied, by: "Another"))
        // One denies, one supports: a quarter off.
        #expect(denied.credibility == 0.284)
        #expect(denied.importance > alleged.importance)
    }

    @Test mutating func `numbers that disagree are a range`() throws {
        try add(Report(count: 35))
        try add(Report(count: 35))
        let (_, incident) = try add(Report(count: 38))
        let range = try #require(incident.quantities.first)
        #expect(incident.quantities.count == 1 && range.low == 35 && range.high == 38)
        #expect(range.values.map(\.value) == [35, 38] && range.values[0].events.count == 2)
    }

    @Test mutating func `the best evidence is the report that says most, then the surest`() throws {
        try add(Report(status: .alleged, by: "Somebody", confidence: 0.99))
        try add(Report(confidence: 0.5))
        let (sure, _) = try add(Report(confidence: 0.9))
        let (_, incident) = try add(Report(to: nil, text: "Russia expelled diplomats."))
        #expect(incident.best?.event == sure.event)
    }

    // MARK: Corrections and retractions

    @Test mutating func `a correction takes the place of its report`() throws {
        let (first, incident) = try add(Report(status: .happened, count: 35))
        try add(Report(status: .announced))
        let corrected = try report(Report(status: .proposed, count: 30))
        let membership = book.replace(event: first.event, origin: first.origin, of: incident.id, by: corrected)
        let now = try #require(book.incidents[membership.incident])
        #expect(membership.incident == incident.id && now.reports == 2 && now.origins == 2)
        // Its place in the log is its own: the announcement came first.
        #expect(now.history.map(\.status) == ["announced"] && now.quantities.first?.low == 30)
    }

    @Test mutating func `a report that is corrected to another act leaves`() throws {
        let (first, incident) = try add(Report())
        try add(Report())
        let corrected = try report(Report(day: "2017-07-30", published: "2017-07-30"))
        book.load(keys: book.missing(Set(corrected.act.keys)), [])
        let membership = book.replace(event: first.event, origin: first.origin, of: incident.id, by: corrected)
        #expect(membership.incident != incident.id && book.incidents[incident.id]?.reports == 1)
    }

    @Test mutating func `an incident whose last report is retracted stays, retracted`() throws {
        let (first, incident) = try add(Report())
        let (second, _) = try add(Report())
        book.remove(event: first.event, origin: first.origin, from: incident.id, seq: 10, at: 10_000)
        #expect(book.incidents[incident.id]?.reports == 1 && book.incidents[incident.id]?.status == "happened")
        book.remove(event: second.event, origin: second.origin, from: incident.id, seq: 11, at: 11_000)
        let gone = try #require(book.incidents[incident.id])
        #expect(gone.reports == 0 && gone.origins == 0 && gone.status == "retracted" && gone.lastSeq == 11)
        #expect(gone.credibility == 0 && gone.importance == 0 && gone.day == CivilDate(iso: "2016-12-30"))
        // Told again, it is the same act.
        #expect(try add(Report()).incident.id == incident.id)
        #expect(book.incidents[incident.id]?.status == "happened")
    }

    // MARK: Merging

    @Test mutating func `a report that shows two incidents to be one merges them, and the earlier one survives`() throws
    {
        // Apart: neither says who and to whom, and nothing else is shared.
        let first = try add(Report(to: nil, text: "Moscow threw out envoys.")).incident
        let second = try add(Report(from: nil, text: "Staff at an embassy were expelled.")).incident
        #expect(first.id != second.id)
        _ = book.settle()
        let (_, incident) = try add(Report(text: "Russia expelled envoys, staff at the American embassy."))
        #expect(incident.id == first.id && incident.reports == 3 && book.incidents.count == 1)
        #expect(book.survivor(of: second.id) == first.id)
        let changes = book.settle()
        #expect(changes.merged.map { [$0.loser, $0.survivor] } == [[second.id, first.id]])
        #expect(changes.incidents.map(\.id) == [second.id, first.id])
    }

    @Test mutating func `a chain of likenesses does not become one incident`() throws {
        // Each is a day from the next: the first and the last are not of one act.
        let ids = try (1...9).map { day in
            try add(Report(day: "2017-03-0\(day)", published: "2017-03-0\(day)", text: "Russia shelled a town."))
                .incident.id
        }
        #expect(Set(ids).count >= 3)
        #expect(book.survivor(of: ids[0]) != book.survivor(of: ids[8]))
    }

    @Test mutating func `near misses stay apart`() throws {
        let ids = try [
            Report(), Report(day: "2017-01-05"), Report(to: "GBR"), Report(from: "USA", to: "RUS"),
            Report(mode: ["discontinue"]),
            Report(type: .consult, mode: ["visit"]),
        ].map { try add($0).incident.id }
        #expect(Set(ids).count == ids.count)
    }

    // MARK: Bounds

    @Test mutating func `of many reports a few are kept, and all are counted`() throws {
        try add(Report(status: .proposed, by: "First"))
        for _ in 0..<100 { try add(Report()) }
        let (_, incident) = try add(Report(status: .denied, by: "Last"))
        #expect(incident.reports == 102 && incident.origins == 102 && incident.kept.count == Incident.limit)
        #expect(incident.history.map(\.status) == ["proposed", "happened"])
        #expect(incident.claims.map(\.party) == ["First", nil, "Last"])
    }

    @Test mutating func `an incident comes back from its JSON as it was`() throws {
        try add(Report(status: .proposed, count: 35, by: "Sergei Lavrov"))
        let (_, incident) = try add(Report(count: 34))
        let bytes = try JSON.encode(IncidentRecord(incident))
        #expect(try JSON.decode(Incident.self, from: bytes) == incident)
        #expect(try JSON.encode(IncidentRecord(JSON.decode(Incident.self, from: bytes))) == bytes)
    }

    @Test func `two reports of one act have a key in common, and few keys each`() throws {
        var copy = self
        for (one, other) in [
            (Report(), Report(day: "2016-12-31")), (Report(to: nil), Report()), (Report(from: nil), Report()),
            (Report(day: nil, status: .announced, published: "2016-12-20"), Report()),
            (Report(day: nil, status: .denied, published: "2017-01-10"), Report()),
        ] {
            let keys = try [one, other].map { Set(try copy.report($0).act.keys) }
            #expect(!keys[0].isDisjoint(with: keys[1]))
            #expect(keys.allSatisfy { $0.count <= 24 })
        }
    }
}

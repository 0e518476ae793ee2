import Briefing
import Records
import Testing

@Suite("Briefs") struct BriefTests {
    private static let text =
        "The United States expelled 35 Russian diplomats. Russia denied <b>everything</b> & said no more. Nothing else happened in Washington."
    private static let article: Article = {
        var article = Article(sha256: String(repeating: "a", count: 64), format: .text, text: text)
        article.title = "Expulsions <script>"
        return article
    }()

    private static func report(
        _ seq: Int,
        _ status: EventStatus = .happened,
        number: Double = 35,
        origin: String = "o1"
    ) -> LoggedEvent {
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
        var reference = ArticleReference(article)
        reference.origin = origin
        var event = Event(event: .sanction, evidence: evidence, article: reference, coder: "test")
        event.id = "e\(seq)"
        event.mode = ["expel"]
        event.status = status
        event.date = CivilDate(year: 2016, month: 12, day: 29)
        event.actor = [Actor(text: "the United States", name: "United States", code: "USA")]
        event.recipient = [Actor(text: "\(Int(number)) Russian diplomats", code: "RUS")]
        event.quantity = [Quantity(value: number, qualifier: "exactly", unit: "diplomats", slot: "recipient")]
        if status == .denied { event.claimedBy = [Actor(text: "Russia", name: "Russia", code: "RUS")] }
        return LoggedEvent(seq: seq, at: 0, event: event)
    }

    private static func material(_ seq: Int, _ incidents: [BriefIncident]) -> BriefMaterial {
        var material = BriefMaterial(
            scope: .dyad("RUS", "USA"),
            seq: seq,
            title: "Russia and United States",
            countries: [:]
        )
        material.texts = [SourceText(id: article.id, title: article.title, text: text)]
        material.sources = [
            .init(id: article.id, title: article.title, source: "Wire", url: nil, published: "2016-12-30")
        ]
        material.incidents = incidents
        return material
    }

    private static func incident(_ id: String, _ reports: LoggedEvent...) throws -> BriefIncident {
        try #require(BriefIncident(id: id, status: .happened, reports: reports))
    }

    @Test func `an incident tells its day, its reports, its origins and who denies it`() throws {
        let incident = try Self.incident(
            "i1",
            Self.report(1),
            Self.report(2, origin: "o2"),
            Self.report(3, .denied, origin: "o2")
        )
        let sentence = incident.sentence(countries: [:])
        #expect(
            sentence.text
                == "The United States expelled 35 Russian diplomats on 29 December 2016 (3 reports, 2 independent origins; Russia denies it)."
        )
        #expect(sentence.citations == [.incident("i1"), .event("e1"), .event("e2"), .event("e3")])
        #expect(BriefIncident(id: "i", status: nil, reports: []) == nil)
    }

    @Test func `what changed is told: status, numbers, origins, what is new and what was taken back`() throws {
        let old = Brief.make(
            Self.material(
                9,
                [
                    try Self.incident("i1", Self.report(1, .alleged)), try Self.incident("i2", Self.report(2)),
                    try Self.incident("i3", Self.report(3)), try Self.incident("i4", Self.report(4)),
                    try Self.incident("i5", Self.report(5)), try Self.incident("i6", Self.report(6)),
                ]
            ),
            length: .sentences(2)
        )
        #expect(old.changes == nil)
        var material = Self.material(
            19,
            [
                try Self.incident("i1", Self.report(1, .alleged), Self.report(11)),
                try Self.incident("i2", Self.report(2), Self.report(12, number: 60)),
                try Self.incident("i3", Self.report(3), Self.report(13, origin: "o2")),
                try Self.incident("i7", Self.report(17)),
            ]
        )
        material.previous = old
        // i6 only left the period.
        material.fates = ["i4": .retracted, "i5": .merged(into: "i1")]
        material.stories = [.init(id: "s1", headline: "Expulsions")]
        let changes = try #require(Brief.make(material, length: .sentences(2)).changes)
        let told = "The United States expelled 35 Russian diplomats on 29 December 2016"
        #expect(
            changes.sentences.map(\.text) == [
                "Retracted: \(told) (1 report).", "Now told as part of another incident: \(told) (1 report).",
                "The number of diplomats went from 35 to 60: \(told) (2 reports, 1 independent origin).",
                "Independent origins went from 1 to 2: \(told) (2 reports, 2 independent origins).",
                "Was alleged, now happened: \(told) (2 reports, 1 independent origin).",
                "New: \(told) (1 report).", "New story: Expulsions",
            ]
        )
        #expect(changes.since == old.id && changes.sentences.allSatisfy { !$0.citations.isEmpty })
        material.incidents = material.incidents.filter { $0.id != "i7" }
        material.previous = Brief.make(material, length: .sentences(2))
        material.fates = [:]
        #expect(try #require(Brief.make(material, length: .sentences(2)).changes).sentences.isEmpty)
    }

    @Test func `a brief is read back as it was, and one with an uncited sentence is refused`() throws {
        let brief = Brief.make(
            Self.material(9, [try Self.incident("i1", Self.report(1))]),
            length: .sentences(2)
        )
        let bytes = try JSON.encode(brief)
        #expect(try JSON.decode(Brief.self, from: bytes) == brief)
        #expect(brief.summary.count == 2 && brief.events.count == 1)
        #expect(throws: DecodingError.self) {
            try JSON.decode(CitedSentence.self, from: Array(#"{"text":"x","citations":[]}"#.utf8))
        }
        #expect(throws: DecodingError.self) {
            try JSON.decode(Citation.self, from: Array(#"{"kind":"hearsay","id":"1"}"#.utf8))
        }
    }

    @Test func `text, Markdown and HTML number the citations and escape what articles say`() throws {
        let brief = Brief.make(
            Self.material(9, [try Self.incident("i1", Self.report(1))]),
            length: .sentences(3)
        )
        let html = brief.rendered(as: .html, base: "/base")
        #expect(html.contains("&lt;b&gt;everything&lt;/b&gt; &amp; said") && !html.contains("<b>"))
        #expect(html.contains("Expulsions &lt;script&gt;") && !html.contains("<script>"))
        #expect(
            html.contains("href=\"/base/incidents/i1\"") && html.contains("href=\"/base/articles/\(Self.article.id)\"")
        )
        let markdown = brief.rendered(as: .markdown)
        #expect(markdown.contains("\\<b\\>") && markdown.contains("[^1]: [article:\(Self.article.id)"))
        let text = brief.rendered(as: .text)
        #expect(text.contains("[1] article:\(Self.article.id) bytes 0-48 — Wire, Expulsions <script>, 2016-12-30"))
        for rendered in [html, markdown, text] {
            #expect(
                rendered.contains(
                    "expelled 35 Russian diplomats on 29 December 2016 (1 report)."
                )
            )
        }
    }
}

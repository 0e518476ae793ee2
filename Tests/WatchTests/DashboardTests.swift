import FoundationEssentials
import Records
import TestSupport
import Testing

@testable import Watch

@Suite("Dashboard: what pages are made of") struct DashboardTests {
    // MARK: Marked text

    /// The same numbers each time (Knuth's MMIX generator).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 31)
        }
    }

    private static func mark(
        _ start: Int,
        _ end: Int,
        _ kind: MarkedText.Mark.Kind,
        link: String? = nil
    ) -> MarkedText.Mark {
        .init(span: Span(start, end), kind: kind, why: "\(kind)", link: link)
    }

    private static func words(_ text: MarkedText) -> [[String]] {
        text.paragraphs.map { $0.pieces.map { "\($0.text)|\($0.reason?.classes ?? "")" } }
    }

    @Test func `spans may overlap in any way, and no byte is lost or doubled`() {
        let text = "Russia said \"we expelled 35 diplomats\" on Friday"
        let marks = [
            Self.mark(0, 6, .actor), Self.mark(13, 37, .quote), Self.mark(16, 24, .act, link: "/events/1"),
            Self.mark(25, 37, .recipient), Self.mark(28, 48, .entity),
        ]
        let marked = MarkedText(text, marks)
        #expect(marked.paragraphs.flatMap(\.pieces).map(\.text).joined() == text)
        #expect(
            Self.words(marked) == [
                [
                    "Russia|m actor", " said \"|", "we |m quote", "expelled|m quote act", " |m quote",
                    "35 |m quote recipient", "diplomats|m quote entity recipient", "\" on Friday|m entity",
                ]
            ]
        )
        #expect(marked.paragraphs[0].pieces[3].reason?.link == "/events/1")
        #expect(marked.paragraphs[0].pieces[3].reason?.why == "act; quote")
    }

    @Test func `random spans over a text of all lengths of characters keep the text`() {
        var random = Seeded(state: 2016)
        let text = "Ünïcode 😀 строка\n\nzweiter Absatz — 日本語 \r\n \n dritter"
        let count = text.utf8.count
        for _ in 0..<500 {
            let kinds: [MarkedText.Mark.Kind] = [.act, .actor, .recipient, .quote, .entity, .date]
            let marks = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                let start = Int.random(in: 0...count, using: &random)
                return Self.mark(
                    start,
                    Int.random(in: start...(count + 9), using: &random),
                    kinds.randomElement(using: &random) ?? .act
                )
            }
            let marked = MarkedText(text, marks)
            let joined = marked.paragraphs.map { $0.pieces.map(\.text).joined() }
            #expect(joined == ["Ünïcode 😀 строка", "zweiter Absatz — 日本語", "dritter"], "\(marks)")
        }
    }

    @Test func `a sentence of a text has its own marks only`() {
        let text = "One. Russia expelled them. Two."
        let marked = MarkedText(text, [Self.mark(5, 11, .actor), Self.mark(0, 3, .act)], range: Span(5, 26))
        #expect(Self.words(marked) == [["Russia|m actor", " expelled them.|"]])
    }

    // MARK: HTML

    @Test func `escaping goes by bytes: a combining mark behind a quote hides nothing`() {
        // The library goes by characters, and lets this quote through.
        let hostile = "\"\u{301} onmouseover='x' <b>\u{338} & >\u{20DD}"
        let escaped = Escaping().escapeText(hostile)
        #expect(!escaped.utf8.contains { [0x22, 0x27, 0x3C, 0x3E].contains($0) })
        #expect(escaped == "&quot;\u{301} onmouseover=&#39;x&#39; &lt;b&gt;\u{338} &amp; &gt;\u{20DD}")
    }

    @Test func `every template is embedded, escapes all it is given, and has neither script nor style in it`() throws {
        let directory = "\(LiveStack.packageRoot)/Sources/Watch/Dashboard/Resources"
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        let names = files.filter { $0.hasSuffix(".mustache") }.map { String($0.dropLast(9)) }
        #expect(Set(names) == Set(Assets.templates.keys))
        #expect(Set(files.filter { !$0.hasSuffix(".mustache") }) == Set(Assets.files.keys))
        for (name, bytes) in Assets.templates {
            let text = String(decoding: bytes, as: UTF8.self)
            for forbidden in [
                "{{{", "{{&", "style=", "<style", "javascript:", " onclick", " onload", "http://", "https://",
            ] {
                #expect(!text.contains(forbidden), "\(name) has \(forbidden)")
            }
            #expect(text.replacing("<script src=\"/assets/", with: "").contains("<script") == false, "\(name)")
        }
    }

    @Test func `a page shows markup as text`() {
        struct View {
            var heading: String
            var text: String
            var kind = "note"
            var link: String?
        }
        let page = Templates().page(
            "message",
            title: "<script>alert(1)</script>",
            View(heading: "<img src=x onerror=alert(1)>", text: "</p>{{title}}\"\u{301}>")
        )
        #expect(!page.contains("<script>") && !page.contains("<img"))
        #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;"))
        #expect(page.contains("&lt;/p&gt;{{title}}&quot;\u{301}&gt;"), "what a text says is no template")
    }

    @Test func `what is nil in a view is nil, and not looked for around it`() {
        struct Inner {
            var name: String
            var source: String?
        }
        struct View {
            var source: String
            var articles: [Inner]
        }
        let reflected = Reflected(View(source: "outer", articles: [Inner(name: "a", source: nil)]))
        let inner = (reflected.child(named: "articles") as? [Any])?.first as? Reflected
        #expect(inner?.child(named: "name") as? String == "a")
        #expect(inner?.child(named: "source") != nil, "a value that stands for nothing, so that the search ends here")
        #expect(reflected.child(named: "nothing") == nil)
    }

    // MARK: Drawings

    @Test func `a plot has its days in reach of the axes, and says in words what it shows`() {
        let plot = TensionPlot(
            id: "p",
            title: "Acts",
            caption: "",
            first: CivilDate(iso: "2016-12-29") ?? CivilDate(daysSinceEpoch: 0),
            series: [
                .init(kind: "conflict", name: "conflict", values: [0, 7, nil, 2]),
                .init(kind: "cooperation", name: "cooperation", values: [nil, nil, nil, nil]),
            ],
            anomalies: [(1, "unusual"), (2, "no value"), (9, "no day")]
        )
        #expect(plot.curves[0].path == "M46 208L280 36.5M748 159h0.01")
        #expect(plot.curves[1].path.isEmpty)
        #expect(plot.rows.map(\.label) == ["0", "2", "4", "6", "8"])
        #expect(
            plot.points.map(\.label) == [
                "30 Dec 2016: conflict 7.0", "1 Jan 2017: conflict 2.0", "30 Dec 2016: unusual",
            ]
        )
        #expect(
            plot.description
                == "conflict: last 2.00 on 1 Jan 2017, highest 7.00 on 30 Dec 2016. cooperation: no values. Days that stand out: 1."
        )
    }

    @Test(arguments: [[Double](), [0], [0.004], [1e9, -1e9], [Double.nan, 1], [-3.5, -3.25]])
    func `any values give a plot`(values: [Double]) {
        let plot = TensionPlot(
            id: "p",
            title: "",
            caption: "",
            first: CivilDate(daysSinceEpoch: 17_000),
            series: [.init(kind: "tension", name: "tension", values: values)]
        )
        #expect((2...7).contains(plot.rows.count))
        #expect(plot.rows.allSatisfy { (12...208).contains($0.y) && !$0.label.isEmpty }, "\(plot.rows)")
        #expect(!plot.curves[0].path.contains("nan"))
    }

    @Test func `the matrix has the parties with the most events, and marks the kind of act`() {
        let matrix = ActionMatrix(
            [
                .init(actor: "RUS", recipient: "USA", events: 9, quad: 3),
                .init(actor: "USA", recipient: "RUS", events: 3, quad: 4),
                .init(actor: "FRA", recipient: "DEU", events: 1, quad: 1),
            ],
            limit: 2
        )
        #expect(matrix.parties == ["RUS", "USA"])
        #expect(matrix.rows[0].entries.map(\.events) == ["·", "9"])
        #expect(matrix.rows[0].entries[1].shade == "q3 h3" && matrix.rows[1].entries[0].shade == "q4 h1")
        #expect(matrix.rows[0].entries[1].label == "RUS on USA: 9 events, most of it verbal conflict")
    }

    // MARK: Words and addresses

    @Test func `numbers, days and counts as a reader takes them`() {
        #expect(
            Wording.grouped(1_234_567) == "1,234,567" && Wording.grouped(-12) == "-12" && Wording.grouped(999) == "999"
        )
        #expect(
            Wording.decimal(0.845) == "0.85" && Wording.decimal(-0.001) == "0.00"
                && Wording.decimal(8, places: 0) == "8"
        )
        #expect(Wording.decimal(nil) == nil && Wording.decimal(.infinity) == nil && Wording.decimal(1.05) == "1.05")
        #expect(Wording.moment("2016-12-30T08:15:00.123Z") == "30 Dec 2016 08:15" && Wording.moment("soon") == "soon")
        #expect(Wording.count(1, "report") == "1 report" && Wording.count(2000, "report") == "2,000 reports")
    }

    @Test func `whoever signs in stays on this server`() {
        for address in ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a b", "/\u{1}", ""] {
            #expect(DashboardDoor.local(address) == "/", "\(address)")
        }
        #expect(DashboardDoor.local("/events/1?x=%20#y") == "/events/1?x=%20#y")
    }

    @Test func `addresses of lists keep what was asked and change the place`() {
        let visit = Visit("/", query: ["where": "actor=RUS quad=4", "before": "12"])
        #expect(visit.address(["before": nil, "after": "9"]) == "/?after=9&where=actor%3DRUS%20quad%3D4")
        #expect(throws: NotThere.self) { try Visit("/", query: ["before": "x"]).request() }
        #expect(throws: NotThere.self) { try Visit("/", parts: ["<b>"]).identifier() }
    }
}

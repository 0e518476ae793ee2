import Records
import Testing

@Suite("Records") struct RecordsTests {
    @Test(arguments: [
        ("1970-01-01", 0, 3), ("2016-12-30", 17165, 4), ("2000-02-29", 11016, 1), ("1899-12-31", -25568, 6),
    ])
    func `a civil date counts days and weekdays`(text: String, days: Int, weekday: Int) throws {
        let date = try #require(CivilDate(iso: text))
        #expect(date.daysSinceEpoch == days)
        #expect(date.weekday == weekday)
        #expect(date.description == text)
    }

    @Test(arguments: ["2015-02-29", "2016-13-01", "2016-00-10", "2016-1-1", "yesterday!", "2016-12-32"])
    func `a day that does not exist is not a date`(text: String) {
        #expect(CivilDate(iso: text) == nil)
    }

    @Test func `an identifier is the RFC's version 5`() {
        // RFC 9562, appendix A.4: www.example.com in the DNS namespace.
        #expect(
            UUIDv5.name("www.example.com", in: "6ba7b810-9dad-11d1-80b4-00c04fd430c8")
                == "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        )
    }

    @Test(arguments: [("161", -4.0), ("163", -8.0), ("0234", 3.4), ("1822", -9.0), ("112", -2.0), ("20", -10.0)])
    func `a CAMEO code has its Goldstein value`(code: String, value: Double) {
        #expect(Goldstein.value(cameo: code) == value)
    }

    @Test(arguments: ["", "1", "21", "00", "xx"]) func `another code has none`(code: String) {
        #expect(Goldstein.value(cameo: code) == nil)
    }

    @Test func `an event survives its JSON, with nulls written out`() throws {
        let article = Article(sha256: sha256(of: Array("a".utf8)), format: .text, text: "Spain expelled two diplomats.")
        var event = Event(
            event: .sanction,
            evidence: Evidence(
                sentence: 0,
                text: article.text,
                event: [Span(6, 14)],
                actor: [Span(0, 5)],
                recipient: [],
                date: [],
                rule: "test"
            ),
            article: ArticleReference(article),
            coder: "test 1"
        )
        event.mode = ["expel"]
        event.cameo = "161"
        event.actor = [Actor(text: "Spain", name: "Spain", code: "ESP")]
        event.identify()
        let bytes = try JSON.encode(event)
        #expect(try JSON.decode(Event.self, from: bytes) == event)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""location":null"#))
        #expect(text.contains(#""event_scale":-5.5"#))
        #expect(text.contains(#""goldstein":-4"#))
        #expect(text.contains(#""event":[[6,14]]"#))
    }

    @Test func `the same act in the same article has the same identifier, another status another`() {
        let article = Article(sha256: sha256(of: [1]), format: .text, text: "x")
        let evidence = Evidence(
            sentence: 0,
            text: "x",
            event: [Span(0, 1)],
            actor: [],
            recipient: [],
            date: [],
            rule: "r"
        )
        var one = Event(event: .accuse, evidence: evidence, article: ArticleReference(article), coder: "c")
        var two = one
        two.status = .denied
        one.identify()
        two.identify()
        #expect(one.id != two.id)
        two.status = .happened
        two.identify()
        #expect(one.id == two.id)
    }
}

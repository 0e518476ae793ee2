import Articles
import Records
import Testing

@Suite("JSON") struct JSONTests {
    @Test func `a NewsArticle is read`() throws {
        let text = #"""
            {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Two expelled",
             "articleBody": "MADRID (Reuters) - Spain expelled two.\r\n\r\nThey left.", "datePublished": "2016-12-30T09:30:00+01:00",
             "dateModified": "2016-12-31", "publisher": {"@type": "Organization", "name": "Example"}, "inLanguage": "en-GB",
             "author": [{"name": "A. One"}, {"name": "B. Two"}], "mainEntityOfPage": {"@id": "https://example.org/two"}}
            """#
        let article = try article(text)
        #expect(article.title == "Two expelled")
        #expect(article.text == "MADRID (Reuters) - Spain expelled two.\n\nThey left.")
        #expect(article.published == "2016-12-30T09:30:00+01:00")
        #expect(article.modified == "2016-12-31")
        #expect(article.source == "Example")
        #expect(article.language == "en-GB")
        #expect(article.author == "A. One, B. Two")
        #expect(article.url == "https://example.org/two")
        #expect(article.dateline == "MADRID")
        #expect(article.format == .json)
        #expect(article.sha256 == sha256(of: Array(text.utf8)))
    }

    @Test func `plain names and a graph are read`() throws {
        let plain = try article(
            #"{"id": 7, "title": "T", "text": "Body.", "published": "30 December 2016", "source": "S", "url": "https://e.org"}"#
        )
        #expect(plain.title == "T" && plain.text == "Body." && plain.source == "S" && plain.url == "https://e.org")
        #expect(plain.published == "2016-12-30")
        let graph = try article(
            #"{"@graph": [{"@type": "WebSite", "name": "S"}, {"@type": "NewsArticle", "headline": "H", "articleBody": "Body."}]}"#
        )
        #expect(graph.title == "H" && graph.text == "Body.")
    }

    @Test func `an array gives its articles and its failures in order`() throws {
        let found = try items(
            """
            [{"text": "One."},
             {"text": "Two.",},
             17, {"title": "no text"},
             {"text": "Five, \\"]"} ]
            """
        )
        #expect(found.count == 5)
        #expect(texts(found) == ["One.", nil, nil, nil, "Five, \"]"])
        #expect(failures(found).map(\.code) == [.jsonSyntax, .noText, .noText])
        #expect(failures(found).map(\.line) == [2, 3, 3])
    }

    @Test func `an array that breaks off gives what came before`() throws {
        let found = try items(#"[{"text": "One."}, {"text": "Tw"#)
        #expect(texts(found) == ["One.", nil])
        #expect(failures(found)[0].message.contains("ends too early"))
        #expect(texts(try items(#"[{"text": "One."} {"text": "Two."}]"#)) == ["One.", nil])
        #expect(texts(try items(#"[{"text": "One."}] x"#)) == ["One.", nil])
    }

    @Test func `one bad line leaves the others`() throws {
        let lines = [#"{"text": "One."}"#, #"{"text": "Two."#, "", "nonsense", #"{"x": 1}"#, #"  {"text": "Five."}  "#]
        for (order, expected) in [
            (lines, ["One.", nil, nil, nil, "Five."]), (lines.reversed(), ["Five.", nil, nil, nil, "One."]),
        ] as [([String], [String?])] {
            let found = try items(order.joined(separator: "\r\n"))
            #expect(texts(found) == expected)
            #expect(failures(found).allSatisfy { $0.line != nil })
        }
        let found = try items(lines.joined(separator: "\n"))
        #expect(failures(found).map(\.line) == [2, 4, 5])
        guard case .article(let last)? = found.last else { return }
        #expect(last.format == .jsonl)
        #expect(last.sha256 == sha256(of: Array(#"{"text": "Five."}"#.utf8)))
        let badFirst = try items(lines[1] + "\n" + lines[0])
        #expect(texts(badFirst) == [nil, "One."])
    }

    @Test func `items have a limit that is told`() throws {
        var limits = ArticleReader.Limits()
        limits.items = 3
        let found = try items(String(repeating: "{\"text\": \"One.\"}\n", count: 9), limits: limits)
        #expect(found.count == 4)
        #expect(failures(found).map(\.code) == [.tooMany])
        #expect(failures(found).first?.line == 4)
    }

    @Test(arguments: [
        (#"\ud800"#, "\u{FFFD}"), (#"\ud800\ud800\udc00"#, "\u{FFFD}\u{10000}"), (#"\udc00x"#, "\u{FFFD}x"),
        (#"\ud83d\ude00"#, "😀"), (#"\u00e9\n\t\/"#, "é\n\t/"), (#"\ud800\n"#, "\u{FFFD}\n"),
    ])
    func `escapes are read, and a lone surrogate replaced`(escaped: String, expected: String) throws {
        #expect(try article("{\"text\": \"a\(escaped)b\"}").text == "a\(expected)b")
    }

    @Test func `of equal names the last counts, and huge numbers are no obstacle`() throws {
        #expect(try article(#"{"text": "a", "text": "b", "n": 1e99999, "m": -0.1E+7}"#).text == "b")
        let digits = String(repeating: "9", count: 100_000)
        #expect(try article("{\"text\": \"a\", \"n\": \(digits), \"published\": \(digits)}").publishedReason != nil)
    }

    @Test(arguments: [
        ("{", 1), ("{\"text\" \"a\"}", 1), ("{\"text\": \"a\",}", 1), ("{\n\"text\": tru}", 2), ("{\"n\": 012}", 1),
        ("{\"n\": 1.}", 1), ("{\"n\": -}", 1), ("{\"text\": \"a\nb\"}", 1), ("{\"text\": \"\\x\"}", 1),
        ("{\"text\": \"\\u12\"}", 1), ("{\"text\": \"\\u+123\"}", 1), ("{\"text\": \"a\"} x", 1),
        ("{\n \"a\": [1,\n 2\n", 4),
        ("{\"text\": \"a\\", 1), ("{'text': 'a'}", 1),
    ])
    func `a fault has its line and offset`(text: String, line: Int) {
        let error = failure(text)
        #expect(error?.code == .jsonSyntax)
        #expect(error?.line == line)
        #expect(error?.offset != nil)
        #expect(error?.message.contains("line \(line)") == true)
    }

    @Test func `links and metadata are made harmless`() throws {
        let article = try article(
            #"{"text": "Body.", "url": "javascript:alert(1)", "title": "a\u0000\n b\u001b[31m", "language": "<script>"}"#
        )
        #expect(article.url == nil)
        #expect(article.title == "a b [31m")
        #expect(article.language == nil)
    }

    private func texts(_ items: [ReadItem]) -> [String?] {
        items.map { if case .article(let article) = $0 { article.text } else { nil } }
    }

    private func failures(_ items: [ReadItem]) -> [ArticleError] {
        items.compactMap { if case .failure(let error) = $0 { error } else { nil } }
    }
}

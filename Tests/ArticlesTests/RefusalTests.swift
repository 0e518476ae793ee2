import Articles
import Records
import TestSupport
import Testing

@Suite("Refusals and hostile input") struct RefusalTests {
    @Test(
        arguments: [
            ([], "empty", "drop it again", nil), (Array(" \n\t\r\n".utf8), "blank", "white space", nil),
            ([0xEF, 0xBB, 0xBF], "blank", "white space", nil),
            (Array("Ca".utf8) + [0xE9, 0x20], "not-utf8", "iconv -f WINDOWS-1252 -t UTF-8", 2),
            (Array("a".utf8) + [0xC0, 0x80], "not-utf8", "0xc0", 1),
            (Array("ab".utf8) + [0xE2, 0x80], "not-utf8", "0xe2", 2),
            (Array("ab".utf8) + [0xED, 0xA0, 0x80], "not-utf8", "0xed", 2),
            (Array("ab".utf8) + [0, 1], "nul-byte", "remove the byte", 2),
            ([0xFF, 0xFE, 0x41], "undecodable", "UTF-16LE", 2), ([0xFE, 0xFF, 0xD8, 0], "undecodable", "0xd8", 2),
            ([0xFF, 0xFE, 0, 0, 0x41], "undecodable", "UTF-32LE", 4),
            ([0xFF, 0xFE, 0x41, 0, 0, 0], "nul-byte", "NUL", 1),
            ([0x50, 0x4B, 3, 4, 0], "zip-damaged", "directory is missing", 5),
            ([0x1F, 0x8B, 8, 0], "gzip-damaged", "ends too early", 4),
            ([0x89] + Array("PNG\r\n".utf8), "binary", "tesseract", nil),
            ([0xFF, 0xD8, 0xFF, 0xE0], "binary", "tesseract", nil),
            ([0x7F] + Array("ELF".utf8), "binary", "program", nil),
            (Array("{\\rtf1 a}".utf8), "binary", "libreoffice", nil),
            (Array("<?xml version=\"1.0\"?><svg/>".utf8), "not-read", "plain text", nil),
            (Array("<rss></rss>".utf8), "no-text", "without items", nil),
            (Array("{\"title\": \"t\"}".utf8), "no-text", "articleBody", nil),
            (Array("{\"text\": \" \\n\"}".utf8), "no-text", "articleBody", nil),
            (Array("[]".utf8), "no-text", "array", nil),
            (Array("Title: T\n\n \n".utf8), "no-text", "below the header", nil),
            (Array("{\"text\": \"a\\u0000\"}".utf8), "nul-byte", "remove it", nil),
            (Array("[{}, {\"a\": 1}]".utf8), "nothing-readable", "2 elements", 1),
        ] as [([UInt8], String, String, Int?)]
    )
    func `a refusal says what, of which input, and what to do`(bytes: [UInt8], code: String, part: String, offset: Int?)
    {
        let error = failure(bytes)
        #expect(error?.code.rawValue == code)
        #expect(error?.message.contains(part) == true)
        #expect(error?.message.hasPrefix("“sample” ") == true)
        if let offset { #expect(error?.offset == offset) }
    }

    @Test func `a name cannot forge a line of a log`() {
        let error = #expect(throws: ArticleError.self) { try ArticleReader().read([], name: "a\nb\u{1B}[2J") }
        #expect(error?.message.hasPrefix("“a b [2J” is empty") == true)
    }

    @Test func `sizes have limits`() {
        var limits = ArticleReader.Limits()
        limits.file = 100
        #expect(failure([UInt8](repeating: 0x61, count: 101), limits: limits)?.code == .tooLarge)
        #expect(failure([UInt8](repeating: 0x61, count: 100), limits: limits) == nil)
        limits = .standard
        limits.text = 10
        for text in ["Eleven byte", "{\"text\": \"Eleven byte\"}", "<p>Eleven byte, or more.</p>"] {
            #expect(failure(Array(text.utf8), limits: limits)?.code == .tooLarge)
        }
        limits.page = 5
        #expect(failure(Array("<p>Text.</p>".utf8), limits: limits)?.code == .tooLarge)
    }

    @Test func `depth has limits`() throws {
        #expect(failure(String(repeating: "[", count: 100_000))?.code == .jsonTooDeep)
        #expect(
            failure(String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000))?.code
                == .jsonTooDeep
        )
        #expect(failure(String(repeating: "{\"a\":", count: 100_000))?.code == .jsonTooDeep)
        #expect(failure("{\"text\": \"a\", \"b\": " + nested(63) + "}") == nil)
        #expect(failure("{\"text\": \"a\", \"b\": " + nested(64) + "}")?.code == .jsonTooDeep)
        #expect(try items("[\(nested(70)), {\"text\": \"a\"}]").count == 2)
        let divs = String(repeating: "<div>", count: 10_000) + "<p>Spain expelled two.</p>"
        #expect(failure(divs)?.code == .htmlTooDeep)
        let linked = "<p>Spain expelled two.</p><script type='application/ld+json'>\(nested(10_000))</script>"
        #expect(try article(linked).text == "Spain expelled two.")
    }

    @Test(.timeLimit(.minutes(1))) func `large parts of a page are no obstacle`() throws {
        let mega = String(repeating: "a ", count: 500_000)
        #expect(try article("<div title=\"\(mega)\"><p>Spain expelled two.</p></div>").text == "Spain expelled two.")
        #expect(try article("<!-- \(mega) --><p>Spain expelled two.</p>").text == "Spain expelled two.")
        #expect(
            failure("<p \((0..<100_000).map { "a\($0)" }.joined(separator: " "))>Spain expelled two.</p>")?.code
                == .htmlAttributes
        )
        #expect(failure("<p>Spain expelled two.</p>" + String(repeating: "</div>", count: 50_000)) == nil)
        #expect(failure("<p>Spain expelled two.</p><\(mega)") == nil)
        _ = failure("<p>Spain expelled two.</p>" + String(repeating: "<", count: 200_000))
        _ = failure("<p>Spain expelled two.</p>" + String(repeating: "&", count: 200_000))
        _ = failure("<p>Spain expelled two.</p>" + String(repeating: "<p>a", count: 50_000))
        _ = failure("<!doctype html [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><p>Spain &c; expelled two.</p>")
    }

    @Test(arguments: samples) func `a sample broken off anywhere is read or refused`(sample: String) {
        let bytes = Array(sample.utf8)
        for end in stride(from: 0, through: bytes.count, by: max(1, bytes.count / 1500)) { check(Array(bytes[..<end])) }
    }

    @Test(arguments: samples) func `a sample with flipped bytes is read or refused`(sample: String) {
        var random = Seeded(state: 2016)
        for _ in 0..<1500 {
            var bytes = Array(sample.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[index] = Array("<>{}[]\"\\:,&;=/'\n -".utf8).randomElement(using: &random) ?? 0
                case 2: bytes.remove(at: index)
                default: bytes.insert(contentsOf: bytes[index..<min(index + 40, bytes.count)], at: index)
                }
            }
            check(bytes)
        }
    }

    /// Whatever comes, it ends, errors are complete, and articles keep their promises.
    private func check(_ bytes: [UInt8]) {
        do throws(ArticleError) {
            let items = try ArticleReader().read(bytes, name: "sample")
            #expect(items.contains { if case .article = $0 { true } else { false } })
            for item in items {
                switch item {
                case .article(let article):
                    #expect(
                        !article.text.isEmpty && !article.text.utf8.contains(0) && !article.text.utf8.contains(0x0D)
                    )
                    #expect(article.sha256.utf8.count == 64)
                case .failure(let error): complete(error)
                }
            }
        } catch { complete(error) }
    }

    private func complete(_ error: ArticleError) {
        // Parts of a mail are named behind it.
        let isNamed = error.message.hasPrefix("“sample” ") || error.message.hasPrefix("“sample: ")
        #expect(!error.code.rawValue.isEmpty && isNamed && error.message.utf8.count > 20)
    }

    private static let samples = [
        page, Sample().rss(Sample().rssItem() + Sample().rssItem()), Sample().atom(Sample().atomEntry()), Sample().nitf,
        Sample().newsMessage(Sample().newsItem(Sample().xhtml) + Sample().newsItem(Sample().inlineNITF)),
        Sample().jsonFeed(Sample().jsonFeedItem() + ", " + Sample().jsonFeedItem("2")),
        Sample().mail(Sample.multipart("mixed", [Sample().htmlPart, Sample().plainPart])),
        """
        Title: Two expelled
        Date: 30 December 2016

        KIEV, Ukraine, March 3, 2014 (AP) — Spain’s minister expelled two.

        They left.
        """,
        #"{"@graph": [{"headline": "H é", "articleBody": "Spain \u00e9\ud83d\ude00 \"two\".", "n": [-1.5e7, null, true]}]}"#,
        "[{\"text\": \"One.\"},\n {\"text\": \"Two.\", \"published\": \"2016-12-30T09:30:00Z\"}]",
        "{\"text\": \"One.\"}\n{\"title\": \"T\"}\n{\"text\": \"Three.\", \"url\": \"https://e.org\"}\n",
        "<p>Spain expelled two.</p><script type='application/ld+json'>{\"headline\": \"H\", \"articleBody\": \"Spain.\"}</script>",
    ]

    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
}

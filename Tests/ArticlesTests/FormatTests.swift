import Articles
import FoundationEssentials
import Records
import Testing

/// A metadata field that a format may have no place for.
enum Field: Hashable, Sendable { case title, author, source, url, language, published }

@Suite("One article in every format") struct FormatTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var format: Article.Format
        var bytes: [UInt8]
        /// Fields that the format cannot carry.
        var lacks: Set<Field> = []

        init(_ name: String, _ format: Article.Format, _ bytes: [UInt8], lacks: Set<Field> = []) {
            (testDescription, self.format, self.bytes, self.lacks) = (name, format, bytes, lacks)
        }
    }

    private static let sample = Sample()

    private static let plainCases: [Case] = [
        Case("text", .text, Array(sample.plain.utf8)), Case("HTML", .html, Array(sample.html().utf8)),
        Case("HTML with JSON-LD", .html, Array(sample.linkedDataHTML.utf8)),
        Case("JSON", .json, Array(sample.jsonObject.utf8)),
        Case("JSON Lines", .jsonl, Array("\(sample.jsonObject)\n{}\n".utf8)),
        Case("JSON array", .json, Array("[\(sample.jsonObject)]".utf8)),
        Case("RSS", .rss, Array(sample.rss(sample.rssItem()).utf8)),
        Case("Atom", .atom, Array(sample.atom(sample.atomEntry()).utf8)),
        Case(
            "Atom with XHTML",
            .atom,
            Array(
                sample.atom(
                    sample.atomEntry(
                        content:
                            "<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">\(sample.markup)</div></content>"
                    )
                ).utf8
            )
        ), Case("JSON Feed", .jsonfeed, Array(sample.jsonFeed(sample.jsonFeedItem()).utf8)),
        // NewsML-G2 has no place for the address of the article on the web.
        Case("NewsML-G2", .newsml, Array(sample.newsItem(sample.xhtml).utf8), lacks: [.url]),
        Case(
            "NewsML-G2 with NITF",
            .newsml,
            Array(
                sample.newsItem("<inlineXML contenttype=\"application/nitf+xml\">\(sample.inlineNITF)</inlineXML>").utf8
            )
        ),
        Case(
            "NewsML-G2 message with plain text",
            .newsml,
            Array(
                sample.newsMessage(
                    sample.newsItem("<inlineData contenttype=\"text/plain\">\(sample.text)</inlineData>")
                ).utf8
            ),
            lacks: [.url]
        ), Case("NITF", .nitf, Array(sample.nitf.utf8)), Case("mail", .eml, Array(sample.mail(sample.plainPart).utf8)),
        Case("HTML mail", .eml, Array(sample.mail(sample.htmlPart).utf8)),
        Case(
            "mail with alternatives",
            .eml,
            Array(sample.mail(Sample.multipart("alternative", [sample.htmlPart, sample.plainPart])).utf8)
        ), Case("WARC", .html, sample.warc()),
    ]

    private static let cases: [Case] = {
        var cases = plainCases
        for plain in plainCases {
            var packed = plain
            packed.testDescription += " in gzip"
            packed.bytes = Packing.gzip(plain.bytes)
            cases.append(packed)
            packed.testDescription = plain.testDescription + " in zip"
            packed.bytes = Packing.zip([("folder/", []), ("folder/a", plain.bytes)])
            cases.append(packed)
        }
        for bigEndian in [false, true] {
            let name = "UTF-16\(bigEndian ? "BE" : "LE")"
            cases.append(Case("text in \(name)", .text, Packing.utf16(sample.plain, bigEndian: bigEndian)))
            cases.append(
                Case(
                    "text in \(name) without mark",
                    .text,
                    Packing.utf16(sample.plain, bigEndian: bigEndian, mark: false)
                )
            )
            cases.append(
                Case("RSS in \(name)", .rss, Packing.utf16(sample.rss(sample.rssItem()), bigEndian: bigEndian))
            )
            cases.append(
                Case("JSON in \(name)", .json, Packing.utf16(sample.jsonObject, bigEndian: bigEndian, mark: false))
            )
            cases.append(Case("text in UTF-32", .text, Packing.utf32(sample.plain, bigEndian: bigEndian)))
        }
        cases += [
            Case("text in windows-1252", .text, Packing.windows1252(sample.plain)),
            Case("HTML in windows-1252", .html, Packing.windows1252(sample.html(charset: "windows-1252"))),
            Case(
                "HTML that calls windows-1252 ISO-8859-1",
                .html,
                Packing.windows1252(sample.html(charset: "ISO-8859-1"))
            ),
            Case(
                "RSS in windows-1252",
                .rss,
                Packing.windows1252(
                    sample.rss(sample.rssItem()).replacing("encoding=\"utf-8\"", with: "encoding='windows-1252'")
                )
            ),
            Case(
                "mail in windows-1252",
                .eml,
                Packing.windows1252(sample.mail(sample.plainPart.replacing("utf-8", with: "cp1252")))
            ),
        ]
        return cases
    }()

    @Test(arguments: cases) func `it is the same article`(_ one: Case) throws {
        let found = try ArticleReader().read(one.bytes, name: "sample").filter {
            if case .article = $0 { true } else { false }
        }
        guard found.count == 1, case .article(let article)? = found.first else {
            throw ArticleError(.noText, "not one: \(found)")
        }
        let sample = FormatTests.sample
        #expect(article.format == one.format)
        #expect(article.text == sample.text)
        #expect(article.title == (one.lacks.contains(.title) ? nil : sample.title))
        #expect(article.author == (one.lacks.contains(.author) ? nil : sample.author))
        // Without a source of its own an article has its dateline's agency for one.
        #expect(article.source == (one.lacks.contains(.source) ? "Reuters" : sample.source))
        #expect(article.url == (one.lacks.contains(.url) ? nil : sample.url))
        // What is not stated is told from the words.
        #expect(article.language == (one.lacks.contains(.language) ? "en" : sample.language))
        #expect(article.published == (one.lacks.contains(.published) ? nil : sample.published))
        #expect(article.publishedReason == nil)
        #expect(article.dateline == "MADRID" && article.agency == "Reuters")
    }

    @Test func `it is the same article in a PDF, which has no place for more than title and author`() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/pdftotext") else {
            print("skipped: pdftotext is not on this machine")
            return
        }
        for bytes in [
            FormatTests.sample.pdf, Packing.gzip(FormatTests.sample.pdf),
            Packing.zip([("a.pdf", FormatTests.sample.pdf)]),
        ] {
            try `it is the same article`(
                Case("PDF", .pdf, bytes, lacks: [.source, .url, .language, .published])
            )
        }
    }

    @Test func `what is packed is the same article as what is not`() throws {
        let page = Array(Sample().html().utf8)
        let plain = try only(page)
        #expect(plain.sha256 == sha256(of: page))
        #expect(try only(Packing.gzip(page)).id == plain.id)
        #expect(try only(Packing.zip([("a.html", page)])).id == plain.id)
        #expect(try only(Packing.gzip(Sample().warc())).id == plain.id)
    }
}

/// The only article of bytes.
func only(_ bytes: [UInt8]) throws -> Article {
    let found = try ArticleReader().read(bytes, name: "sample")
    guard found.count == 1, case .article(let article) = found[0] else {
        throw ArticleError(.nothingReadable, "expected one article, not \(found)")
    }
    return article
}

extension Sample {
    /// NITF as NewsML holds it, in its namespace.
    var inlineNITF: String { nitf.replacing("<nitf>", with: "<nitf xmlns=\"http://iptc.org/std/NITF/2006-10-18/\">") }
}

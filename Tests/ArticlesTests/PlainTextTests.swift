import Articles
import FoundationEssentials
import Records
import Testing

@Suite("Plain text") struct PlainTextTests {
    @Test func `a header is cut off and read`() throws {
        let article = try article(
            "TITLE: A day in  May\r\ndate: Fri, 30 Dec 2016 09:30:00 +0300\r\nSource: Example Wire\r\nURL: https://example.org/a\r\n"
                + "Author: A. Writer\r\nSection: World\r\n\r\nMOSCOW (Reuters) — Spain expelled two.\r\n\r\nMore: it did.\r\n"
        )
        #expect(article.title == "A day in May")
        #expect(article.published == "2016-12-30T09:30:00+03:00")
        #expect(article.publishedReason == nil)
        #expect(article.source == "Example Wire")
        #expect(article.url == "https://example.org/a")
        #expect(article.author == "A. Writer")
        #expect(article.dateline == "MOSCOW")
        #expect(article.format == .text)
        #expect(article.text == "MOSCOW (Reuters) — Spain expelled two.\n\nMore: it did.")
    }

    @Test func `a text without a header stays as it is`() throws {
        let text = "Spain expelled two  diplomats.\n  They left:\tat once.\n\n\n“No,” it said."
        let article = try article(text + "\n")
        #expect(article.text == text)
        #expect(article.title == nil && article.published == nil && article.publishedReason == nil)
        #expect(article.sha256 == sha256(of: Array((text + "\n").utf8)))
    }

    @Test(arguments: [
        "Putin: we will answer.\n\nHe said so.", "Source of the leak: unknown.\n\nIt goes on.",
        "Date: tomorrow or never\nis what he said.", "[1] A note.", "[1, 2]", "<unnamed source> said no.",
        "Dates 2016-12-30 matter.",
        "date 2016-12-30", "Title of the book", "A < B, he said. {x}",
    ])
    func `what is no header is text`(text: String) throws {
        #expect(try article(text).text == text)
    }

    @Test func `two lines of a header need no blank line`() throws {
        let article = try article("Title: One\nDate: 2016-12-30\nSpain expelled two.\n\nMore.")
        #expect(article.title == "One")
        #expect(article.text == "Spain expelled two.\n\nMore.")
    }

    @Test func `a byte order mark is skipped`() throws {
        #expect(try article("\u{FEFF}Title: One\n\nText.").title == "One")
        #expect(try article("\u{FEFF}Title: One\n\nText.").text == "Text.")
    }

    @Test(
        arguments: [
            ("MOSCOW — Vladimir Putin’s", "MOSCOW", nil, nil, nil),
            ("LONDON, March 3 (AP) - The", "LONDON", "AP", nil, "the dateline states “March 3” without a year"),
            ("KIEV, Ukraine, March 3, 2014 (AP) — The", "KIEV, Ukraine", "AP", "2014-03-03", nil),
            ("PARIS, 3 March 2014 — The", "PARIS", nil, "2014-03-03", nil),
            ("WASHINGTON, D.C. (Reuters) -- A", "WASHINGTON, D.C.", "Reuters", nil, nil),
            ("UNITED NATIONS (AFP/Reuters) - 35", "UNITED NATIONS", "AFP/Reuters", nil, nil),
            ("Moscow (AFP) – “No", "Moscow", "AFP", nil, nil),
            ("(Reuters) - Spain", nil, "Reuters", nil, nil),
            ("NATO — the alliance — said", nil, nil, nil, nil),
            ("Mr Putin (64) — The president", nil, nil, nil, nil),
            ("Taipei, Taiwan — The lantern festival", nil, nil, nil, nil),
            ("Spain said it - The government", nil, nil, nil, nil),
            ("The talks, which began on Monday — The", nil, nil, nil, nil),
            ("MOSCOW", nil, nil, nil, nil),
        ] as [(String, String?, String?, String?, String?)]
    )
    func `a dateline is read and stays in the text`(
        text: String,
        place: String?,
        agency: String?,
        date: String?,
        reason: String?
    ) throws {
        let article = try article(text)
        #expect(article.dateline == place)
        #expect(article.source == agency)
        #expect(article.published == date)
        #expect(article.publishedReason == reason)
        #expect(article.text == text)
    }

    @Test(arguments: [
        ("2016-12-30", "2016-12-30"), ("2016-12-30T09:30Z", "2016-12-30T09:30:00Z"),
        ("2016-12-30T09:30:15.123+03:00", "2016-12-30T09:30:15+03:00"),
        ("2016-12-30 09:30:15 -0500", "2016-12-30T09:30:15-05:00"),
        ("Fri, 30 Dec 2016 09:30:00 GMT", "2016-12-30T09:30:00Z"),
        ("30 Dec 2016 09:30 EST", "2016-12-30T09:30:00-05:00"),
        ("Fri, 30 Dec 2016 09:30:00 +0000 (UTC)", "2016-12-30T09:30:00+00:00"), ("30 December 2016", "2016-12-30"),
        ("December 30, 2016", "2016-12-30"), ("Friday, Dec. 30, 2016", "2016-12-30"),
        ("30th december 2016", "2016-12-30"),
        ("Sept. 1 2016", "2016-09-01"), ("29 February 2016", "2016-02-29"),
    ])
    func `a stated date is read`(text: String, expected: String) throws {
        let article = try article("Date: \(text)\n\nText.")
        #expect(article.published == expected)
        #expect(article.publishedReason == nil)
        #expect(article.publishedDate != nil)
    }

    @Test(
        arguments: [
            ("2016-12-30T09:30", "2016-12-30", "no zone"),
            ("December 30, 2016 at 9 PM", "2016-12-30", "09:30:00 +0300"),
            ("2016-12-30T25:00Z", "2016-12-30", "09:30:00 +0300"), ("12/30/2016", nil, "12/30/2016"),
            ("yesterday", nil, "yesterday"),
            ("29 February 2015", nil, "29 February 2015"), ("2016-13-01", nil, "2016-13-01"),
            ("1483056000", nil, "1483056000"),
            ("30 Dec 16", nil, "30 Dec 16"), ("2016-12-301", nil, "2016-12-301"), ("March 3", nil, "March 3"),
        ] as [(String, String?, String)]
    )
    func `a date that cannot be read is kept as the reason, with the article`(
        text: String,
        expected: String?,
        reason: String
    ) throws {
        let article = try article("Date: \(text)\n\nText.")
        #expect(article.published == expected)
        #expect(article.publishedReason?.contains(reason) == true)
    }

    @Test func `the sample article is read`() throws {
        let shared = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/articles")
            .standardized
        guard let bytes = try? Data(contentsOf: shared.appending(path: "2016-12-30-moscow.txt")) else {
            print("skipped: the sample articles are not on this machine")
            return
        }
        let found = try ArticleReader().read(Array(bytes), name: "2016-12-30-moscow.txt")
        guard case .article(let article)? = found.first else { throw ArticleError(.noText, "no article") }
        #expect(article.published == "2016-12-30")
        #expect(article.dateline == "MOSCOW")
        #expect(article.text.hasPrefix("MOSCOW — Vladimir Putin’s foreign minister"))
        #expect(Array(bytes).firstRange(of: Array(article.text.utf8)) != nil)
    }
}

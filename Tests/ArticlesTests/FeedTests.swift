import Articles
import Records
import Testing

@Suite("Feeds") struct FeedTests {
    private let sample = Sample()

    private func read(_ text: String) throws -> [Article] {
        try items(text).map {
            guard case .article(let article) = $0 else { throw ArticleError(.noText, "\($0)") }
            return article
        }
    }

    private func item(_ number: Int) -> String {
        "<item><guid>https://example.org/\(number)</guid><title>T \(number)</title><description>Story \(number), he said.</description></item>"
    }

    private func entry(_ number: Int) -> String {
        sample.atomEntry(content: "<summary>Story \(number).</summary>", id: "tag:\(number)")
    }

    @Test func `an unchanged item has the same identity in every poll`() throws {
        let polls: [(String, String)] = [
            (
                sample.rss(item(1) + "\n" + item(2)),
                sample.rss(item(3) + item(2), built: "Sat, 31 Dec 2016 10:00:00 GMT")
            ),
            (
                sample.atom(entry(1) + entry(2)),
                sample.atom(entry(3) + "  " + entry(2)).replacing("31T00", with: "31T00")
            ),
            (
                sample.jsonFeed(sample.jsonFeedItem("1") + "," + sample.jsonFeedItem("2")),
                sample.jsonFeed(" " + sample.jsonFeedItem("3") + " , " + sample.jsonFeedItem("2"))
            ),
            (
                sample.newsMessage(sample.newsItem(sample.xhtml, version: 1) + sample.newsItem(sample.xhtml)),
                sample.newsMessage(sample.newsItem(sample.xhtml, version: 2) + sample.newsItem(sample.xhtml)).replacing(
                    "<sent>2016",
                    with: "<sent>2017"
                )
            ),
        ]
        for (first, second) in polls {
            let (before, after) = (try read(first), try read(second))
            #expect(before.count == 2 && after.count == 2)
            #expect(before[1].id == after[1].id)
            #expect(before[0].id != after[0].id)
        }
        let one = sample.rssItem()
        #expect(try read(sample.rss(one))[0].sha256 == sha256(of: Array(one.utf8)))
        // In another charset the item is the same text, and the identity is over that in UTF-8.
        #expect(try only(Packing.utf16(sample.rss(one))).sha256 == sha256(of: Array(one.utf8)))
    }

    @Test func `an item's bytes are found in long feeds and behind line ends of Windows`() throws {
        let numbers = Array(1...300)
        let stories = numbers.map {
            item($0).replacing("he said", with: String(repeating: "très — loin, ", count: 100))
        }
        for lineEnd in ["\n", "\r\n"] {
            let elements = stories.map { $0.replacing("><", with: ">\(lineEnd)<") }
            let articles = try read(
                sample.rss(elements.joined(separator: lineEnd)).replacing("\n", with: lineEnd).replacing(
                    "\r\r",
                    with: "\r"
                )
            )
            #expect(articles.map(\.sha256) == elements.map { sha256(of: Array($0.utf8)) })
        }
    }

    @Test func `what identifies an item is its id, else its link, else nothing`() throws {
        #expect(try read(sample.rss(sample.rssItem()))[0].item == "tag:example.org,2016:1")
        #expect(try read(sample.rss(sample.rssItem(guid: "")))[0].item == sample.url)
        let permanent = try read(sample.rss(item(1)))[0]
        #expect(permanent.item == "https://example.org/1" && permanent.url == "https://example.org/1")
        let other = try read(sample.rss(item(1).replacing("<guid>", with: "<guid isPermaLink=\"false\">")))[0]
        #expect(other.item == "https://example.org/1" && other.url == nil)
        #expect(try read(sample.rss("<item><description>Text.</description></item>"))[0].item == nil)
        #expect(try read(sample.atom(sample.atomEntry()))[0].item == "tag:example.org,2016:1")
        #expect(try read(sample.jsonFeed(sample.jsonFeedItem("x")))[0].item == "x")
        #expect(try read(sample.jsonFeed(sample.jsonFeedItem(nil)))[0].item == sample.url)
        #expect(try read(sample.jsonFeed("{\"id\": 7, \"content_text\": \"Text.\"}"))[0].item == "7")
        #expect(try article(sample.html()).item == sample.url)
        #expect(try article("<p>Spain expelled two.</p>").item == nil)
        let long = String(repeating: "x", count: 2001)
        #expect(try read(sample.jsonFeed(sample.jsonFeedItem(long)))[0].item == nil)
    }

    @Test func `an item without a text, and XML that breaks off, leave the others`() throws {
        let found = try items(sample.rss(item(1) + "<item><title>Only a title</title></item>" + item(3)))
        #expect(found.count == 3)
        guard case .failure(let error) = found[1] else { throw ArticleError(.noText, "\(found[1])") }
        #expect(error.code == .noText && error.line == 5 && error.message.contains("content:encoded"))
        let whole = sample.rss(item(1) + item(2))
        let broken = try items(String(whole.prefix(whole.count - 60)))
        #expect(broken.count == 2)
        guard case .article(let first) = broken[0], case .failure(let fault) = broken[1] else {
            return #expect(Bool(false))
        }
        #expect(first.title == "T 1" && fault.code == .xmlSyntax && fault.line != nil)
        #expect(failure(sample.rss("<item><description>a &nbsp; b</description></item>"))?.code == .xmlSyntax)
    }

    @Test func `RSS as it is found`() throws {
        let html =
            "<item><title>A &amp;amp; B</title><description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &amp;amp; three.&lt;/p&gt;</description></item>"
        let article = try read(sample.rss(html))[0]
        #expect(article.title == "A & B" && article.text == "One.\n\nTwo & three.")
        #expect(
            try read(sample.rss("<item><description>One.\n\nTwo: 3 &lt; 4.</description></item>"))[0].text
                == "One.\n\nTwo: 3 < 4."
        )
        let rdf = """
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
            <channel rdf:about="https://example.org/"><title>Example</title></channel>
            <item rdf:about="https://example.org/1"><title>T</title><link>https://example.org/1</link><description>Text.</description>
            <dc:date>2016-12-30T09:30:00Z</dc:date></item></rdf:RDF>
            """
        let old = try read(rdf)[0]
        #expect(
            old.item == "https://example.org/1" && old.source == "Example" && old.published == "2016-12-30T09:30:00Z"
        )
        #expect(
            try read(
                "<rss><channel><item><content:encoded>Text.</content:encoded><description>no</description></item></channel></rss>"
            )[0].text == "Text."
        )
        let mailed = "<item><author>a@example.org (A. Writer)</author><description>Text.</description></item>"
        #expect(try read(sample.rss(mailed))[0].author == "A. Writer")
        // The page of an item may begin within what is looked at to tell HTML.
        #expect(
            try read(
                "<rss><channel><item><description><![CDATA[<html><body><p>One.</p></body></html>]]></description></item></channel></rss>"
            )[0].format == .rss
        )
    }

    @Test func `an entry alone is an article, and content elsewhere is not fetched`() throws {
        let alone = sample.atomEntry().replacing("<entry>", with: "<entry xmlns=\"http://www.w3.org/2005/Atom\">")
        let article = try article(alone)
        #expect(
            article.format == .atom && article.usageTerms == "For subscribers."
                && article.modified == "2016-12-31T00:00:00Z"
        )
        let remote = sample.atomEntry(
            content: "<content src=\"https://example.org/x\"/><summary>The summary.</summary>"
        )
        #expect(try read(sample.atom(remote))[0].text == "The summary.")
        #expect(failure(sample.atom(sample.atomEntry(content: "")))?.code == .noText)
        #expect(failure(sample.atom(""))?.code == .noText)
    }
}

@Suite("NewsML-G2 and NITF") struct NewsMLTests {
    private let sample = Sample()

    @Test func `what an item says about its use is kept`() throws {
        let embargo = "<embargoed>2017-01-01T12:00:00+01:00</embargoed>"
        let whole = try article(sample.newsItem(sample.xhtml, embargo: embargo))
        #expect(whole.item == "urn:newsml:example.org:1" && whole.itemVersion == "3")
        #expect(whole.embargo == "2017-01-01T12:00:00+01:00" && whole.usageTerms == "No use in print.")
        #expect(whole.modified == "2016-12-31T00:00:00Z")
        let bare = Sample(paragraphs: ["Spain expelled two, he said."])
        let apart = try article(
            bare.newsItem(bare.xhtml).replacing(
                "<headline>",
                with: "<dateline>London, May 1 (AFP) -</dateline><headline>"
            )
        )
        #expect(apart.dateline == "London" && apart.agency == "AFP" && apart.text == "Spain expelled two, he said.")
        let credit = try article(
            bare.newsItem(bare.xhtml).replacing("<headline>", with: "<creditline>AP/Example</creditline><headline>")
        )
        #expect(credit.agency == "AP/Example" && credit.source == "Example Wire")
        #expect(try article(bare.newsItem(bare.xhtml)).agency == "Example Wire")
        let nitf = try article(sample.nitf)
        #expect(nitf.item == "wire-2016-1" && nitf.itemVersion == "3" && nitf.usageTerms == "No archive.")
        #expect(nitf.embargo == "2016-12-30T12:00:00+01:00")
        let dated = try article(sample.nitf.replacing("T120000+0100", with: ""))
        #expect(dated.embargo == nil)
    }

    @Test(arguments: ["", "tomorrow", "2017-01-01", "2017-01-01T12:00:00"])
    func `an embargo that cannot be read is a refusal, not a loss`(end: String) {
        #expect(failure(sample.newsItem(sample.xhtml, embargo: "<embargoed>\(end)</embargoed>"))?.code == .embargo)
    }

    @Test func `what was taken back or lies elsewhere is refused`() {
        #expect(failure(sample.newsItem(sample.xhtml, status: "canceled"))?.code == .withdrawn)
        #expect(failure(sample.newsItem(sample.xhtml, status: "withheld"))?.code == .withdrawn)
        let remote = failure(sample.newsItem("<remoteContent href=\"a.xml\"/>"))
        #expect(remote?.code == .noText && remote?.message.contains("elsewhere") == true)
        #expect(failure("<packageItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\"/>")?.code == .noText)
    }
}

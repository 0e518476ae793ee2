import Articles
import Records
import Testing

/// A page of the common shape: much around a story.
let page = """
    <!DOCTYPE html>
    <html lang="en-GB"><head><meta charset="iso-8859-1"><title>Spain expels two | Example News</title>
    <meta property="og:title" content="Spain expels two diplomats">
    <meta property="article:published_time" content="2016-12-30T09:30:00Z"><meta property="og:site_name" content="Example News">
    <meta name="author" content="A. Writer"><link rel="canonical" href="https://example.org/spain">
    <script>var text = "<p>This is not a paragraph, it is a script.</p>";</script><style>p { color: red }</style></head>
    <body class="page has-sidebar">
    <header><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World news of the day, and more</a></li></ul></nav></header>
    <aside><p>Sign up for our newsletter, which comes every morning, and never miss a story again.</p></aside>
    <div id="wrap"><div class="story-content">
    <h1>Spain expels two diplomats</h1>
    <p class="byline">By A. Writer, who has covered Madrid for us since the year 2001.</p>
    <figure><img src="a.jpg"><figcaption>The ministry in Madrid, photographed on a sunny morning in May.</figcaption></figure>
    <p>MADRID&nbsp;(Reuters) &mdash; Spain   expelled <a href="/two">two diplomats</a> on Friday,
       the ministry said, and gave them a week to leave.</p>
    <div class="share-tools"><p>Share this story with your friends, with your family and with your neighbours.</p></div>
    <p>“We cannot leave it without an answer,” the minister said.<br>She spoke in Par&shy;liament.</p>
    <h2>What comes next</h2>
    <p>No, he said.</p>
    <ul><li>The first has left for home, an official said.</li><li>The second has not.</li></ul>
    <form><p>Tell us what you think of this story, we read every word of it.</p></form>
    <p><a href="/more">Read more about Spain, Portugal, and the rest of the world</a></p>
    </div>
    <div class="related"><p>Another story, which is about something else, and long enough to count, as it is.</p></div></div>
    <footer><p>Copyright Example News, all rights reserved, in every country of the world.</p></footer>
    </body></html>
    """

let pageText = """
    MADRID (Reuters) — Spain expelled two diplomats on Friday, the ministry said, and gave them a week to leave.

    “We cannot leave it without an answer,” the minister said. She spoke in Parliament.

    What comes next

    No, he said.

    The first has left for home, an official said.

    The second has not.
    """

@Suite("HTML") struct HTMLTests {
    @Test func `the story of a page is its paragraphs`() throws {
        let article = try article(page)
        #expect(article.text == pageText)
        #expect(article.title == "Spain expels two diplomats")
        #expect(article.published == "2016-12-30T09:30:00Z")
        #expect(article.source == "Example News")
        #expect(article.author == "A. Writer")
        #expect(article.url == "https://example.org/spain")
        #expect(article.language == "en-GB")
        #expect(article.dateline == "MADRID")
        #expect(article.format == .html)
        #expect(article.sha256 == sha256(of: Array(page.utf8)))
    }

    @Test func `JSON-LD comes first, and the page's paragraphs for a body that it only begins`() throws {
        func with(_ body: String) -> String {
            page.replacing(
                "</head>",
                with: #"""
                    <script type="application/ld+json">{"broken": </script><script type="application/ld+json">
                    {"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "x"}, {"@type": "NewsArticle",
                    "headline": "The headline &amp; more", "datePublished": "2016-12-29", "publisher": {"name": "The Publisher"},
                    "articleBody": "\#(body)"}]}</script></head>
                    """#
            )
        }
        let other = try article(with(#"Its own body.\nIn two paragraphs."#))
        #expect(other.title == "The headline & more")
        #expect(other.published == "2016-12-29")
        #expect(other.source == "The Publisher")
        #expect(other.url == "https://example.org/spain")
        #expect(other.text == "Its own body.\n\nIn two paragraphs.")
        #expect(try article(with("MADRID (Reuters) — Spain expelled two diplomats on…")).text == pageText)
        #expect(try article(with("<p>One &amp; two.</p><p>Three.</p>")).text == "One & two.\n\nThree.")
    }

    @Test(arguments: [
        "<article><p>Spain expelled two.</p></article>", "<p>Spain expelled two.",
        "<html><body>Spain expelled two.</body></html>",
        "<!-- saved --><div><main><div>Spain expelled two.</div></main></div>",
        "<div hidden>Not this one, he said.</div><p>Spain expelled two.</p>",
        "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><body><p>Spain expelled two.</p></body></html>",
        "<body><div itemprop=\"articleBody\">Spain expelled two.</div><article><p>Another, longer paragraph, which is not it.</p></article>",
        "<div class=\"social\"><p>Spain expelled two.</p></div>",
        "<p>Spain&#32;expelled&nbsp;&nbsp;\n two.</p><p>1</p>",
    ])
    func `small pages are read`(text: String) throws {
        #expect(try article(text).text == "Spain expelled two.")
    }

    @Test func `sections of one story stay together, and double breaks part paragraphs`() throws {
        let long = "This is a sentence, with commas, that goes on and on, until it ends here."
        let sections =
            "<div id=s><section><p>\(long)</p></section><section><p>\(long)</p><p>\(long)</p></section></div>"
        #expect(
            try article("<html><body>\(sections)</body></html>").text == [long, long, long].joined(separator: "\n\n")
        )
        #expect(try article("<html><body><td>\(long)<br>\n<br>\(long)</td></body></html>").text == long + "\n\n" + long)
    }

    @Test func `a page of several articles gives the longest`() throws {
        let long = "<p>This is a sentence, with commas, that goes on and on, until it ends here.</p>"
        let text = try article(
            "<html><body><article><p>A short teaser, he said.</p></article><article>\(long)\(long)</article></body></html>"
        ).text
        #expect(!text.contains("teaser"))
    }

    @Test(arguments: [
        "<html></html>", "<!doctype html><html><body><div id=app></div><script>go()</script></body></html>", "<p></p>",
        "<html><body><ul><li><a href=a>One link that is long enough.</a></li><li><a href=b>Another link of it.</a></li></ul></body></html>",
    ])
    func `a page without a story says so`(text: String) {
        #expect(failure(text)?.code == .htmlNoMainText)
    }
}

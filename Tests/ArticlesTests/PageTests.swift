import Articles
import Foundation
import Records
import Testing

/// A page of a real site's layout, with places for an article: `{{title}}`, `{{json}}`, and `{{body 0 40 <p>|</p>}}` for the
/// first 40 per cent of its paragraphs, each between the two tags.
struct PageTemplate: Sendable {
    var name: String
    var text: String

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Pages")

    /// The templates that the extraction was tuned on, or those that were held out.
    static func all(_ half: String) throws -> [PageTemplate] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: half).path)
        return try names.sorted().map {
            PageTemplate(
                name: $0,
                text: try String(contentsOf: folder.appending(path: "\(half)/\($0)"), encoding: .utf8)
            )
        }
    }

    func filled(with story: Story) -> String {
        let values = [
            "title": escaped(story.title), "jtitle": json(story.title), "author": "Ana Kovač",
            "iso": "2016-12-30T09:30:00+01:00",
            "date": "December 30, 2016", "url": "https://news.example.org/a/1", "json": json(story.text),
            "jsonflat": json(story.paragraphs.joined(separator: " ")), "jsoncut": json(story.text.prefix(160) + "..."),
        ]
        var result = ""
        var rest = text[...]
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            result += rest[..<open.lowerBound]
            let place = rest[open.upperBound..<close.lowerBound]
            result += place.hasPrefix("body ") ? body(place, story.paragraphs) : values[String(place)]!
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    private func body(_ place: Substring, _ paragraphs: [String]) -> String {
        let words = place.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        let tags = words[3].split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let range = paragraphs.count * Int(words[1])! / 100..<paragraphs.count * Int(words[2])! / 100
        return paragraphs[range].map { tags[0] + escaped($0) + tags[1] }.joined(separator: "\n")
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }

    private func json(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            .replacing("<", with: "\\u003c")
    }
}

/// F1 of two texts' words, as multisets.
func wordF1(_ found: String, _ wanted: String) -> Double {
    func words(_ text: String) -> [Substring: Int] {
        text.split { !$0.isLetter && !$0.isNumber }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    let (found, wanted) = (words(found), words(wanted))
    let common = wanted.reduce(0) { $0 + min($1.value, found[$1.key] ?? 0) }
    let total = found.values.reduce(0, +) + wanted.values.reduce(0, +)
    return total == 0 ? 0 : 2 * Double(common) / Double(total)
}

@Suite("Pages of news sites") struct PageTests {
    /// Every template filled with four articles; prints a page's score when `TIDINGS_SHOW_PAGES` names its half.
    @Test(arguments: [("tuned", 0.93), ("held", 0.93)])
    func `the main text of pages is found`(half: String, floor: Double) throws {
        let stories = Story.wikinews + Story.seeds
        if Story.wikinews.isEmpty {
            print("skipped: the Wikinews articles are not on this machine; seeds/ alone is used")
        }
        let templates = try PageTemplate.all(half)
        #expect(templates.count >= 20)
        var sum = 0.0
        var pages = 0
        for (number, template) in templates.enumerated() {
            var scores: [Double] = []
            for turn in 0..<4 {
                let story = stories[(number * 3 + turn * 7) % stories.count]
                let found = try? article(template.filled(with: story))
                scores.append(wordF1(found?.text ?? "", story.text))
                if ProcessInfo.processInfo.environment["TIDINGS_SHOW_PAGES"] == "\(half)/\(template.name)" {
                    print("=== \(story.title)\n\(found?.text ?? "none")")
                }
            }
            let mean = scores.reduce(0, +) / Double(scores.count)
            if ProcessInfo.processInfo.environment["TIDINGS_SHOW_PAGES"] == half {
                print("\(template.name)\t\(mean.formatted(.number.precision(.fractionLength(3))))")
            }
            sum += scores.reduce(0, +)
            pages += scores.count
        }
        let f1 = sum / Double(pages)
        print("main text, \(half) layouts: F1 \(f1.formatted(.number.precision(.fractionLength(3)))) of \(pages) pages")
        #expect(f1 >= floor)
    }

    @Test func `a headline in capitals or with the site's name is still the page's`() throws {
        let text = "The minister said on Friday that the talks had failed, and that nobody was to blame for it."
        let page = """
            <html><head><meta property="og:title" content="Talks fail – live"></head><body><div class="promo"><h1>TALKS FAIL</h1>
            <p>\(text)</p></div><div class="other"><p>\(text.replacing("minister", with: "other"))</p></div></body></html>
            """
        #expect(try article(page).text == text)
    }

    @Test func `a page inside one form is read`() throws {
        let text = "The minister said on Friday that the talks had failed, and that nobody was to blame for it."
        #expect(try article("<html><body><form><h1>Talks</h1><p>\(text)</p></form></body></html>").text == text)
    }

    @Test func `the only time on a page is its date, and of several none is chosen`() throws {
        func page(_ times: String) -> String { "<html><body><p>He left, she said.</p>\(times)</body></html>" }
        let time = "<time datetime=\"2016-12-30T09:30:00+01:00\">today</time>"
        #expect(try article(page(time + time)).published == "2016-12-30T09:30:00+01:00")
        #expect(try article(page(time + "<time datetime=\"2016-12-31\">x</time>")).published == nil)
    }

    @Test func `what a page's head says is kept`() throws {
        let page = """
            <html><head><meta name="byl" content="By Ana Kovač"><meta property="og:locale" content="en_GB">
            <meta name="dcterms.created" content="2016-12-30T09:30:00Z"><meta name="dcterms.modified" content="2016-12-31T10:00:00-05:00">
            <meta property="og:url" content="https://example.org/a"><meta property="og:site_name" content="Example">
            </head><body><h1>Talks fail</h1><p>He left on Friday, she said, and did not come back.</p></body></html>
            """
        let article = try article(page)
        #expect(article.author == "Ana Kovač")
        #expect(article.title == "Talks fail")
        #expect(article.language == "en-GB")
        #expect(article.published == "2016-12-30T09:30:00Z")
        #expect(article.modified == "2016-12-31T10:00:00-05:00")
        #expect(article.url == "https://example.org/a")
        #expect(article.source == "Example")
    }

    @Test func `pages of many small or deep parts are read in linear time`() throws {
        let line = "He left on Friday, she said."
        let flat = (0..<10_000).map { "<div class=\"part-\($0) box\"><p>\(line)</p></div>" }.joined()
        let deep = String(repeating: "<div>", count: 150)
        let nested = (0..<2_000).map { "<p class=\"a\($0)\">\(line)</p>" }.joined()
        let time = try ContinuousClock().measure {
            _ = try article("<html><body>\(flat)</body></html>")
            #expect(try article("<html><body>\(deep)\(nested)</body></html>").text.utf8.count > 2_000 * line.utf8.count)
        }
        #expect(time < .seconds(30))
    }
}

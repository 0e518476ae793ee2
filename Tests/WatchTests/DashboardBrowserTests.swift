import FoundationEssentials
import Glibc
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// The dashboard as a person sees it: the real stack, a real browser.
@Suite(
    "Dashboard in a browser",
    .timeLimit(.minutes(10)),
    .serialized,
    .enabled(if: Browser.driver != nil, "needs chromium-driver")
)
struct DashboardBrowserTests {
    private static let hostile = "<img src=x onerror=\"document.title='broken'\">"

    /// Own words on documented events of December 2016 and July 2022, and one article full of markup.
    private static let articles = [
        "one.txt": """
        Title: Russia and the United States expel diplomats
        Date: 2016-12-30
        Source: First Wire

        MOSCOW, Dec 30 — The United States expelled 35 Russian diplomats on Thursday and accused Russia of interfering in the election. Russia denied the accusation.

        Russian Foreign Minister Sergei Lavrov proposed on Friday that Moscow expel 31 American diplomats. "We cannot leave such acts without an answer," Lavrov said.
        """,
        "two.txt": """
        Title: Putin declines to expel U.S. diplomats
        Date: 2016-12-31
        Source: Second Wire

        MOSCOW, Dec 31 — Russian President Vladimir Putin declined on Friday to expel American diplomats. The United States expelled 35 Russian diplomats on Thursday, U.S. President Barack Obama said.
        """,
        "three.txt": """
        Title: Russian missiles strike Kharkiv
        Date: 2016-12-31
        Source: Third Wire

        KYIV, Dec 31 — Russian forces shelled the centre of Kharkiv on Friday and killed three civilians in Kharkiv. Police in Warsaw arrested two Russian spies on Friday.
        """,
        "markup.txt": """
        Title: \(hostile) <script>alert(1)</script> "quoted" & {{title}}
        Date: 2016-12-31
        Source: \(hostile)

        MOSCOW, Dec 31 — France condemned Russia on Friday. <script>alert("x")</script> The United States accused Russia of "<b>cheating</b>" & condemned \(hostile) the move.
        """,
    ]

    private static let later = """
        Title: Germany expels Russian diplomats
        Date: 2017-01-02
        Source: First Wire

        BERLIN, Jan 2 — Germany expelled four Russian diplomats on Monday. Russia condemned the expulsion.
        """

    @Test func `every page, live, on a desk, a phone and in the dark`() async throws {
        try await onThread { try DashboardBrowserTests.walk() }
    }

    private static func walk() throws {
        let stack = try LiveStack("dashboard", rules: true)
        for (name, text) in articles { try stack.drop(text, as: name) }
        guard let driver = Browser.driver else { return }
        let site = "http://127.0.0.1:\(stack.portBase + 3)"
        let browser = try Browser(driver, port: LiveStack.freePorts(), log: "\(stack.directory)/browser.log")
        try signIn(browser, site, try SecretFile.read(stack.layout.keys.httpWriteToken))
        try waitForArticles(browser, site, articles.count)
        try live(browser, site, stack)
        let ids = try followAnEvent(browser, site)
        try feedback(browser, site, event: ids.event)
        let pages = try Pages.all(browser, site, ids)
        for view in View.all { try check(browser, site, pages, view) }
        try signOut(browser, site)
    }

    // MARK: Steps

    private static func signIn(_ browser: Browser, _ site: String, _ token: String) throws {
        try browser.open("\(site)/stories?country=RUS")
        #expect(try browser.script("return location.pathname", as: String.self) == "/login", "nothing is shown before")
        try Audit(browser, "login").expectAll()
        _ = try browser.script("document.getElementById('token').value = 'wrong'", as: Browser.Nothing?.self)
        try browser.follow("main button")
        #expect(
            try browser.script("return document.querySelector('[role=alert]').textContent", as: String.self).contains(
                "not the token"
            )
        )
        // The browser says that the answer was 403: that it was is right here.
        _ = try browser.complaints()
        _ = try browser.script("document.getElementById('token').value = '\(token)'", as: Browser.Nothing?.self)
        try browser.follow("main button")
        #expect(
            try browser.script("return location.pathname + location.search", as: String.self) == "/stories?country=RUS"
        )
        #expect(try browser.script("return document.cookie", as: String.self).isEmpty, "no script reads the cookie")
        // The link that 'tidings up' prints.
        try browser.open("\(site)/login#token=\(token)")
        try browser.wait(10, until: "location.pathname == '/'")
    }

    private static func waitForArticles(_ browser: Browser, _ site: String, _ count: Int) throws {
        let deadline = Monotonic.milliseconds() + 90_000
        repeat {
            try browser.open("\(site)/articles")
            if try browser.script("return document.querySelectorAll('main .list > li .what').length", as: Int.self)
                >= count
            {
                return
            }
            Monotonic.sleep(milliseconds: 300)
        } while Monotonic.milliseconds() < deadline
        throw LiveStack.Failure("not \(count) articles after 90 s")
    }

    /// A dropped article's events come to the top of an open page, and are said to who listens; the pause holds them back.
    private static func live(_ browser: Browser, _ site: String, _ stack: LiveStack) throws {
        try browser.open("\(site)/")
        try browser.wait(20, until: "document.getElementById('live-state').dataset.state == 'live'")
        let rows = "document.querySelectorAll('[data-list=events] > li')"
        let before = try browser.script("return \(rows).length", as: Int.self)
        #expect(before >= 8)
        _ = try browser.script("window.mark = 1", as: Browser.Nothing?.self)
        try stack.drop(later, as: "later.txt")
        let took = try browser.wait(60, until: "\(rows)[0].textContent.includes('Germany expels Russian diplomats')")
        print("dashboard: a dropped article's events were on the open page after \(took) ms")
        try browser.wait(10, until: "document.getElementById('live-said').textContent.includes(' new: ')")
        try browser.wait(
            20,
            until: "document.querySelector('[data-list=alerts]').textContent.includes('DEU expels diplomats of RUS')"
        )
        #expect(try browser.script("return window.mark", as: Int.self) == 1, "without loading the page anew")
        #expect(try browser.script("return \(rows).length", as: Int.self) > before)
        let unique =
            "new Set(Array.from(document.querySelectorAll('[id]'), e => e.id)).size == document.querySelectorAll('[id]').length"
        #expect(try browser.script("return \(unique)", as: Bool.self))

        _ = try browser.script("document.getElementById('live-pause').click()", as: Browser.Nothing?.self)
        try stack.drop(later.replacing("Germany", with: "Poland").replacing("BERLIN", with: "WARSAW"), as: "paused.txt")
        try browser.wait(60, until: "document.getElementById('live-state').textContent.includes('waiting')")
        #expect(try !browser.script("return \(rows)[0].textContent.includes('Poland expels')", as: Bool.self))
        _ = try browser.script("document.getElementById('live-pause').click()", as: Browser.Nothing?.self)
        try browser.wait(20, until: "\(rows)[0].textContent.includes('Poland expels Russian diplomats')")
        #expect(try browser.complaints().isEmpty)
    }

    struct Identifiers {
        var event: String
        var incident: String
        var story: String
        var alert: String
        var article: String
    }

    /// From an event to its evidence, its incident, its story and the alert that it made fire, and back to the event.
    private static func followAnEvent(_ browser: Browser, _ site: String) throws -> Identifiers {
        func here() throws -> String {
            String(try browser.script("return location.pathname", as: String.self).split(separator: "/").last ?? "")
        }
        try browser.open("\(site)/?where=event%3DSANCTION%20actor%3DDEU%20status%3Dhappened")
        try browser.follow(".event .what")
        let event = try here()
        #expect(
            try browser.script("return document.querySelector('.evidence .m.act').textContent", as: String.self)
                == "expelled"
        )
        #expect(
            try browser.script("return document.querySelector('.evidence .m.actor').textContent", as: String.self)
                == "Germany"
        )
        #expect(
            try browser.script("return document.querySelector('.evidence .m.recipient').textContent", as: String.self)
                == "four Russian diplomats"
        )
        try browser.follow("a[href^='/incidents/']")
        let incident = try here()
        #expect(
            try browser.script("return document.querySelector('.evidence').textContent", as: String.self).contains(
                "Germany expelled four"
            )
        )
        try browser.follow("main a[href='/events/\(event)']")
        try browser.follow("a[href^='/stories/']")
        let story = try here()
        try browser.open("\(site)/events/\(event)")
        try browser.follow("a[href^='/alerts/']")
        let alert = try here()
        #expect(
            try browser.script("return document.querySelector('h1').textContent", as: String.self)
                == "DEU expels diplomats of RUS"
        )
        #expect(
            try browser.script("return document.querySelector('.evidence').textContent", as: String.self).contains(
                "Germany expelled four"
            )
        )
        try browser.follow("main a[href='/events/\(event)']")
        try browser.follow("main a[href^='/articles/']")
        return Identifiers(event: event, incident: incident, story: story, alert: alert, article: try here())
    }

    private static func feedback(_ browser: Browser, _ site: String, event: String) throws {
        try browser.open("\(site)/events/\(event)")
        let fields = [
            ("wrong", "date"), ("right", "2017-01-01"), ("because", "it was <b>Sunday</b>"), ("by", "A. Editor"),
        ]
        for (field, value) in fields {
            _ = try browser.script(
                "document.getElementById('\(field)').value = '\(value)'",
                as: Browser.Nothing?.self
            )
        }
        try browser.follow("form[action$='/feedback'] button")
        #expect(try browser.script("return document.querySelector('h1').textContent", as: String.self) == "Noted")
        let corrected = try browser.script("return document.querySelector('main p a').href", as: String.self)
        // The correction goes its way over the log.
        let deadline = Monotonic.milliseconds() + 20_000
        repeat {
            Monotonic.sleep(milliseconds: 200)
            try browser.open(corrected)
        } while try browser.script("return document.querySelector('.evidence') == null", as: Bool.self)
            && Monotonic.milliseconds() < deadline
        let text = try browser.script("return document.querySelector('main').textContent", as: String.self)
        #expect(text.contains("1 Jan 2017") && text.contains("A. Editor: wrong is date: it was <b>Sunday</b>"))
        try browser.open("\(site)/events/\(event)")
        #expect(try browser.script("return location.href", as: String.self) == corrected, "the old address leads to it")
        // While it was on its way, its page was not there, and the browser says so.
        _ = try browser.complaints()
    }

    private static func signOut(_ browser: Browser, _ site: String) throws {
        try browser.open("\(site)/")
        try browser.follow("form[action='/logout'] button")
        #expect(try browser.script("return location.pathname", as: String.self) == "/login")
        try browser.open("\(site)/system")
        #expect(try browser.script("return location.pathname", as: String.self) == "/login", "the cookie is gone")
    }

    // MARK: Pages

    private enum Pages {
        static func all(_ browser: Browser, _ site: String, _ ids: Identifiers) throws -> [(name: String, path: String)]
        {
            try browser.open("\(site)/entities?q=Lavrov")
            let entity = try browser.script(
                "return document.querySelector('main .list a').getAttribute('href')",
                as: String.self
            )
            try browser.open("\(site)/articles")
            let markup = try browser.script(
                "return Array.from(document.querySelectorAll('main .what')).find(a => a.textContent.includes('<script>')).getAttribute('href')",
                as: String.self
            )
            return [
                ("live", "/"), ("live-filtered", "/?where=actor%3DRUS"), ("live-bad-filter", "/?where=colour%3Dred"),
                ("stories", "/stories"), ("story", "/stories/\(ids.story)"), ("incidents", "/incidents"),
                ("incident", "/incidents/\(ids.incident)"), ("event", "/events/\(ids.event)"),
                ("countries", "/countries"),
                ("country", "/countries/RUS"), ("dyad", "/dyads/RUS-USA"),
                ("brief", "/briefs?scope=country%3ARUS&days=30"),
                ("map", "/map"), ("entities", "/entities"),
                ("entity", entity), ("articles", "/articles"), ("article", "/articles/\(ids.article)"),
                ("article-markup", markup), ("search", "/search?q=diplomats"), ("search-empty", "/search"),
                ("alerts", "/alerts"), ("alert", "/alerts/\(ids.alert)"), ("rules", "/rules"),
                ("backtest", "/rules?backtest=expulsions&days=1"), ("system", "/system"),
            ]
        }
    }

    private struct View {
        var name: String
        var width: Int
        var isDark: Bool

        static let all = [
            View(name: "desk", width: 1280, isDark: false), View(name: "phone", width: 390, isDark: false),
            View(name: "dark", width: 1280, isDark: true),
        ]
    }

    /// Opens every page and audits it; pictures go into the directory that TIDINGS_SCREENSHOTS names.
    private static func check(
        _ browser: Browser,
        _ site: String,
        _ pages: [(name: String, path: String)],
        _ view: View
    ) throws {
        let isPhone = view.width < 500
        _ = try browser.devTools(
            "Emulation.setDeviceMetricsOverride",
            "{\"width\": \(view.width), \"height\": 900, \"deviceScaleFactor\": 1, \"mobile\": \(isPhone)}",
            as: Browser.Nothing.self
        )
        let scheme =
            "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"\(view.isDark ? "dark" : "light")\"}]}"
        _ = try browser.devTools("Emulation.setEmulatedMedia", scheme, as: Browser.Nothing.self)
        var paints: [(name: String, milliseconds: Double)] = []
        for (name, path) in pages {
            try browser.open(site + path)
            let audit = try Audit(browser, "\(view.name) \(name)")
            audit.expectAll()
            paints.append((name, audit.firstPaint))
            if let directory = ProcessInfo.processInfo.environment["TIDINGS_SCREENSHOTS"] {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                try browser.screenshot("\(directory)/\(name)-\(view.name).png")
            }
        }
        let slowest = paints.max { $0.milliseconds < $1.milliseconds }
        let sorted = paints.map(\.milliseconds).sorted()
        print(
            "dashboard, \(view.name): first paint of \(paints.count) pages: median \(Int(sorted[sorted.count / 2])) ms, slowest \(slowest?.name ?? "") \(Int(slowest?.milliseconds ?? 0)) ms"
        )
        // On a test machine with other work; docs/dashboard.md has the figures of a quiet one.
        #expect((slowest?.milliseconds ?? 0) < 3000)
    }
}

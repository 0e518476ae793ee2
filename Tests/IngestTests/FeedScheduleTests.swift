import Settings
import Testing

@testable import Ingest

@Suite("Feed schedule") struct FeedScheduleTests {
    private let every = 900

    private func schedule() -> FeedSchedule { FeedSchedule(url: "https://example.org/feed") }

    @Test func `a feed is asked at once, then after its interval with jitter`() {
        var schedule = schedule()
        #expect(schedule.isDue(now: 0))
        schedule.record(
            .content(etag: "\"a\"", lastModified: nil, digest: "d", maxAge: nil),
            every: every,
            now: 1000,
            jitter: 0.5
        )
        #expect(schedule.etag == "\"a\"" && schedule.problem == nil)
        #expect(!schedule.isDue(now: 1944) && schedule.isDue(now: 1945), "900 s and half of a tenth of it")
    }

    @Test(arguments: [(3600, 3600), (60, 900), (10_000_000, 86_400)]) func `max-age puts it off, within bounds`(
        _ maxAge: Int,
        _ wait: Int
    ) {
        var schedule = schedule()
        schedule.record(.notModified(maxAge: maxAge), every: every, now: 0, jitter: 0)
        #expect(schedule.nextAt == wait)
    }

    @Test func `a not modified answer keeps the validators`() {
        var schedule = schedule()
        let content = FeedSchedule.Answer.content(etag: "e", lastModified: "l", digest: "d", maxAge: nil)
        schedule.record(content, every: every, now: 0, jitter: 0)
        schedule.record(.notModified(maxAge: nil), every: every, now: 900, jitter: 0)
        #expect(schedule.etag == "e" && schedule.lastModified == "l" && schedule.digest == "d")
        #expect(schedule.nextAt == 1800)
    }

    @Test func `failures double the wait up to a day, and one success ends it`() {
        var schedule = schedule()
        var waits: [Int] = []
        for _ in 0..<70 {
            schedule.record(.failed("500"), every: every, now: 0, jitter: 0)
            waits.append(schedule.nextAt)
        }
        #expect(waits.prefix(5) == [900, 1800, 3600, 7200, 14_400] && waits.suffix(63).allSatisfy { $0 == 86_400 })
        #expect(schedule.problem == "500" && schedule.failures == 70)
        schedule.record(.notModified(maxAge: nil), every: every, now: 0, jitter: 0)
        #expect(schedule.nextAt == 900 && schedule.failures == 0 && schedule.problem == nil)
    }

    @Test(arguments: [(7200, 7200), (5, 900), (100_000_000, 7 * 86_400), (nil, 900)] as [(Int?, Int)])
    func `Retry-After is kept to, within a week`(_ seconds: Int?, _ wait: Int) {
        var schedule = schedule()
        schedule.record(.wait(seconds: seconds, reason: "429"), every: every, now: 0, jitter: 0)
        #expect(schedule.nextAt == wait && schedule.problem == "429")
    }

    @Test func `a feed that is gone is never asked again`() {
        var schedule = schedule()
        schedule.record(.gone, every: every, now: 0, jitter: 0)
        #expect(schedule.isStopped && !schedule.isDue(now: .max) && schedule.problem != nil)
    }

    @Test func `headers about time are read as the RFCs have them`() {
        #expect(FeedFetch.maxAge("public, max-age=300") == 300)
        #expect(FeedFetch.maxAge("s-maxage=5, Max-Age=\"60\"") == 60)
        #expect(FeedFetch.maxAge("no-store") == nil && FeedFetch.maxAge("max-age=-1") == nil)
        #expect(FeedFetch.retryAfter("120", now: 0) == 120)
        #expect(FeedFetch.retryAfter("Thu, 01 Jan 1970 00:10:00 GMT", now: 100) == 500)
        #expect(FeedFetch.retryAfter("Thu, 01 Jan 1970 00:10:00 GMT", now: 1000) == 0)
        #expect(FeedFetch.retryAfter("soon", now: 0) == nil && FeedFetch.retryAfter("-5", now: 0) == nil)
    }

    private func list(_ text: String) throws(SettingsError) -> FeedList {
        try FeedList(YAMLFile(name: "feeds.yaml", text: text))
    }

    @Test func `a list of feeds is read with its defaults`() throws {
        let list = try list(
            """
            contact: desk@example.org
            feeds:
              - name: world
                url: https://example.org/world.xml
                source: reuters
                every: 2h
              - name: local
                url: http://192.168.1.5/feed
                allow_private: true
            """
        )
        #expect(list.contact == "desk@example.org")
        #expect(list.feeds.map(\.source) == ["reuters", "local"])
        #expect(list.feeds.map(\.every) == [7200, 900] && list.feeds.map(\.allowPrivate) == [false, true])
        #expect(try self.list("").feeds.isEmpty)
    }

    @Test(
        arguments: [
            ("feeds:\n  - name: a\n    url: ftp://example.org/\n", 3, "scheme"),
            ("feeds:\n  - name: a\n    url: https://u:p@example.org/\n", 3, "user or password"),
            ("feeds:\n  - name: a\n    url: https://example.org/\n    every: 30s\n", 4, "between 1m and 7d"),
            ("feeds:\n  - name: a\n    url: https://example.org/\n    every: 15\n", 4, "between 1m and 7d"),
            ("feeds:\n  - name: a/b\n    url: https://example.org/\n", 2, "cannot be a folder"),
            ("feeds:\n  - name: a\n    urls: https://example.org/\n", 3, "not known"),
            ("feeds:\n  - name: a\n", 2, "needs a 'name' and a 'url'"),
            ("feeds:\n  - name: a\n    url: https://example.org/\n    allow_private: maybe\n", 4, "true or false"),
            ("feeds: https://example.org/\n", 1, "list"),
            ("- name: a\n", 1, "mapping"),
            ("feeds:\n  - {name: a, url: 'https://a.org/'}\n  - {name: a, url: 'https://b.org/'}\n", nil, "two feeds"),
        ] as [(String, Int?, String)]
    )
    func `a wrong list is refused with the line`(_ text: String, _ line: Int?, _ part: String) {
        let error = #expect(throws: SettingsError.self) { try list(text) }
        #expect(error?.line == line)
        #expect(error?.message.contains(part) == true, "\(String(describing: error))")
    }
}

import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import ServiceSupport
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Sessions and rates", .timeLimit(.minutes(1))) struct AccessTests {
    private static let keys = DoorKeys(writer: BearerToken("write"), reader: BearerToken("read"))

    private func headers(_ cookie: String?) -> HTTPFields {
        // What a browser sends back of Set-Cookie.
        cookie.map { [.cookie: "theme=dark; " + $0.prefix { $0 != ";" }] } ?? [:]
    }

    @Test func `a session opens what its token opens, as long as it lasts, on its own port`() throws {
        let sessions = Sessions(AccessTests.keys)
        let host = "127.0.0.1:7403"
        let cookie = try #require(sessions.cookie(forToken: "read", host: host, now: 1000))
        #expect(cookie.hasPrefix("tidings_7403=reader.") && cookie.hasSuffix("; HttpOnly; SameSite=Strict"))
        #expect(sessions.pass(headers(cookie), host: host, now: 1000) == .reader)
        #expect(sessions.pass(headers(cookie), host: host, now: 1000 + 7 * 86_400) == nil, "its time is over")
        #expect(sessions.pass(headers(cookie), host: "127.0.0.1:7503", now: 1000) == nil, "another stack's")
        let writer = try #require(sessions.cookie(forToken: "write", host: host, now: 1000))
        #expect(sessions.pass(headers(writer), host: host, now: 1000) == .writer)
        #expect(sessions.cookie(forToken: "wrong", host: host) == nil)
        let changed = Sessions(DoorKeys(writer: BearerToken("other"), reader: BearerToken("read")))
        #expect(changed.pass(headers(writer), host: host, now: 1000) == nil, "a changed token ends its sessions")
        for forged in [
            cookie.replacing("reader", with: "writer"), cookie.replacing("605", with: "905"), "tidings_7403=",
            "tidings_7403=a.b",
            "tidings_7403=writer.99999999999.",
        ] { #expect(sessions.pass(headers(forged), host: host, now: 1000) == nil, "\(forged)") }
        let farewell = Sessions.farewell(host: host)
        #expect(farewell.hasPrefix("tidings_7403=;") && farewell.contains("Max-Age=0"))
    }

    @Test func `a bucket gives its burst, then its rate`() {
        let limit = RequestLimit(.init(perSecond: 2, burst: 4))
        func taken(_ count: Int, at now: Int) -> Int {
            (0..<count).filter { _ in limit.take("a", at: now) == nil }.count
        }
        #expect(taken(10, at: 0) == 4)
        #expect(limit.take("b", at: 0) == nil)
        #expect(taken(10, at: 1000) == 2)
        #expect(taken(10, at: 1100) == 0)
        #expect(limit.take("a", at: 1100) == 1)
        #expect(taken(10, at: 60_000) == 4, "a pause fills no more than the burst")
    }

    @Test func `strangers by the thousand fill no memory`() {
        let limit = RequestLimit(.init(perSecond: 1, burst: 1))
        for number in 0..<RequestLimit.most { #expect(limit.take("\(number)", at: 0) == nil) }
        #expect(limit.take("one more", at: 0) == 1)
        #expect(limit.take("one more", at: 5000) == nil, "those who are silent are forgotten")
    }

    @Test func `a page of another site changes nothing with a session`() async throws {
        try await onThread {
            let router = Router(context: DoorContext.self)
            router.add(middleware: Doorkeeper(AccessTests.keys, open: ["/login"], signIn: "/login"))
            router.get("/login") { _, _ in "sign in" }
            router.get("/page") { _, context in context.pass?.rawValue ?? "nobody" }
            router.post("/page") { _, _ in "done" }
            let door = try HTTPDoor(
                ListenAddress(host: "127.0.0.1", port: 0),
                router: router,
                connections: 10,
                logger: Logger(label: "tests")
            )
            defer { door.shutdown() }
            func send(_ method: String, _ path: String, _ headers: [(String, String)]) throws -> OutboundClient.Response
            {
                try OutboundClient(allowPrivate: true).send(
                    .init(
                        method,
                        OutboundURL("http://\(door.address)\(path)"),
                        headers: headers.map { (name: $0.0, value: $0.1) }
                    )
                )
            }
            func session(_ token: String) throws -> (String, String) {
                let cookie = try #require(Sessions(AccessTests.keys).cookie(forToken: token, host: "\(door.address)"))
                return ("cookie", String(cookie.prefix { $0 != ";" }))
            }
            let writer = try session("write")
            #expect(try send("GET", "/page", [writer]).body == Array("writer".utf8))
            #expect(try send("GET", "/page", [session("read")]).body == Array("reader".utf8))
            #expect(try send("POST", "/page", [writer, ("sec-fetch-site", "same-origin")]).status == 200)
            #expect(try send("POST", "/page", [writer, ("origin", "http://\(door.address)")]).status == 200)
            for header in [
                ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("sec-fetch-site", "none"),
                ("origin", "http://evil.example"), ("origin", "null"), ("x-nothing", "1"),
            ] {
                #expect(try send("POST", "/page", [writer, header]).status == 403, "\(header)")
            }
            #expect(try send("POST", "/page", [session("read"), ("sec-fetch-site", "same-origin")]).status == 403)
            #expect(
                try send("POST", "/page", [("authorization", "Bearer write")]).status == 200,
                "no browser sends this by itself"
            )
            let sent = try send("GET", "/page?a=b&c=%20", [("accept", "text/html")])
            #expect(sent.status == 303 && sent.header("location") == "/login?next=%2Fpage%3Fa%3Db%26c%3D%2520")
            #expect(try send("GET", "/page", [("accept", "application/json")]).status == 401)
            #expect(try send("GET", "/login", []).status == 200)
        }
    }
}

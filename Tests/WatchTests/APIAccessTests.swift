import HTTPSupport
import Postgres
import Records
import ServiceSupport
import TestSupport
import Testing

@testable import Watch

@Suite("Access to the API", .timeLimit(.minutes(2)), .serialized) struct APIAccessTests {
    @Test func `nothing is read without a token, and nothing written with the one for reading`() async throws {
        try await onThread {
            let client = try APIClient()
            try client.log.add()
            let route = "/api/v1/system"
            #expect(try client.get("/healthz", []).status == 200)
            for headers in [[], [("authorization", "Bearer wrong")], [("cookie", "tidings_80=writer.99999999999.00")]] {
                let answer = try client.get(route, headers)
                #expect(answer.status == 401 && answer.header("www-authenticate") != nil, "\(headers)")
                #expect(answer.header("access-control-allow-origin") == nil)
            }
            for path in API.routes.map(\.path) where !path.contains("{") {
                #expect(try client.get(API.base + path, []).status == 401, "\(path)")
            }
            #expect(try client.get(route, [("authorization", APIClient.writer)]).status == 200)
            let body = Array("{}".utf8)
            let refused = try client.send("POST", "/api/v1/events", [("authorization", APIClient.reader)], body: body)
            #expect(refused.status == 403)
            #expect(try client.send("POST", "/api/v1/events", [], body: body).status == 401)
            let evil = try client.get(route, [("authorization", APIClient.reader), ("host", "evil.example")])
            #expect(evil.status == 421, "a stranger's name may point here")
        }
    }

    @Test func `who asks too often waits, and others do not`() async throws {
        try await onThread {
            let client = try APIClient { $0.rate = .init(perSecond: 1, burst: 3) }
            var statuses: [Int] = []
            for _ in 0..<6 { statuses.append(try client.get("/api/v1/system").status) }
            #expect(statuses.prefix(3) == [200, 200, 200] && statuses.last == 429)
            let answer = try client.get("/api/v1/system")
            #expect(answer.header("retry-after") == "1" && answer.header("content-type") == "application/problem+json")
            #expect(try client.get("/api/v1/system", [("authorization", APIClient.writer)]).status == 200)
            #expect(try client.get("/api/v1/system", []).status == 401, "guesses have a bucket of their own")
            #expect(try client.get("/healthz", []).status == 200)
        }
    }

    @Test func `a database that cannot keep up is not asked for more`() async throws {
        try await onThread {
            let client = try APIClient {
                $0.threads = 1
                $0.queue = 2
            }
            try client.log.connection.execute(script: "begin; lock table log_head in access exclusive mode")
            let statuses = Locked<[Int]>([])
            let address = client.server.address
            let askers = (0..<8).map { _ in
                Worker(name: "asker") {
                    let header = (name: "authorization", value: APIClient.reader)
                    guard let url = try? OutboundURL("http://\(address)/api/v1/system") else { return }
                    let answer = try? OutboundClient(allowPrivate: true).send(.init("GET", url, headers: [header]))
                    statuses.withLock { $0.append(answer?.status ?? 0) }
                }
            }
            // One is at work and two wait: the rest hears so at once.
            let deadline = Monotonic.milliseconds() + 4000
            while statuses.withLock({ $0.count }) < 5, Monotonic.milliseconds() < deadline {
                Monotonic.sleep(milliseconds: 10)
            }
            let early = statuses.withLock { $0 }
            try client.log.connection.execute(script: "rollback")
            for asker in askers { asker.join() }
            #expect(early == [503, 503, 503, 503, 503])
            #expect(statuses.withLock { $0 }.filter { $0 == 200 }.count == 3)
        }
    }
}

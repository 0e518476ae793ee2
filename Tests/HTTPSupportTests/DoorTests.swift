import FoundationEssentials
import Glibc
import HTTPSupport
import Hummingbird
import Logging
import ServiceSupport
import TestSupport
import Testing

private struct OutsideError: Error, CustomStringConvertible {
    var description: String { "not for the client" }
}

@Suite("HTTP door", .timeLimit(.minutes(1))) struct DoorTests {
    private func open() throws -> HTTPDoor {
        let router = Router(context: DoorContext.self)
        router.add(middleware: Doorkeeper(token: BearerToken("secret"), hosts: ["news.example"]))
        router.get("/healthz") { _, _ in "ok" }
        router.get("/hello") { _, _ in "hello" }
        router.get("/slow") { _, _ in
            try await Task.sleep(for: .seconds(30))
            return "late"
        }
        router.get("/broken") { _, _ -> String in throw OutsideError() }
        return try HTTPDoor(
            ListenAddress(host: "127.0.0.1", port: 0),
            router: router,
            connections: 10,
            logger: Logger(label: "tests")
        )
    }

    private func get(
        _ door: HTTPDoor,
        _ path: String,
        _ headers: [(name: String, value: String)],
        timeout: Int = 15_000
    ) throws -> OutboundClient.Response {
        let url = try OutboundURL("http://\(door.address)\(path)")
        return try OutboundClient(allowPrivate: true).send(
            .init("GET", url, headers: headers, timeoutMilliseconds: timeout)
        )
    }

    @Test func `a request needs the token, a known host and an existing path`() async throws {
        try await onThread {
            let door = try open()
            defer { door.shutdown() }
            let good = (name: "authorization", value: "Bearer secret")
            #expect(try get(door, "/hello", [good]).body == Array("hello".utf8))
            #expect(try get(door, "/healthz", []).status == 200)
            #expect(try get(door, "/hello", [good, (name: "host", value: "news.example")]).status == 200)
            for wrong in ["Bearer secre", "Bearer secret2", "Basic secret", "secret", "Bearer"] {
                let answer = try get(door, "/hello", [(name: "authorization", value: wrong)])
                #expect(answer.status == 401, "\(wrong)")
                #expect(answer.header("content-type") == "application/problem+json")
                #expect(answer.header("www-authenticate") != nil)
            }
            #expect(try get(door, "/hello", [good, (name: "host", value: "evil.example")]).status == 421)
            #expect(try get(door, "/nothing", [good]).status == 404)
            let broken = try get(door, "/broken", [good])
            #expect(broken.status == 500)
            #expect(!String(decoding: broken.body, as: UTF8.self).contains("not for the client"))
        }
    }

    @Test func `a request that waits does not keep the server from ending`() async throws {
        try await onThread {
            let door = try open()
            #expect(throws: OutboundClient.Failure.self) {
                try get(door, "/slow", [(name: "authorization", value: "Bearer secret")], timeout: 200)
            }
            let started = Monotonic.milliseconds()
            door.shutdown()
            #expect(Monotonic.milliseconds() - started < 4000)
        }
    }

    @Test func `a port in use is named`() async throws {
        try await onThread {
            let door = try open()
            defer { door.shutdown() }
            #expect(throws: HTTPDoor.Failure.self) {
                try HTTPDoor(
                    door.address,
                    router: Router(context: DoorContext.self),
                    connections: 1,
                    logger: Logger(label: "tests")
                )
            }
        }
    }

    @Test func `without the opt-in a private address is not dialled, by whatever name`() async throws {
        try await onThread {
            let door = try open()
            defer { door.shutdown() }
            let strict = OutboundClient(resolver: { _ in [IPAddress("127.0.0.1")].compactMap { $0 } })
            for host in ["127.0.0.1", "rebound.example", "[::ffff:127.0.0.1]"] {
                #expect(throws: OutboundClient.Failure.self) {
                    try strict.send(.init("GET", OutboundURL("http://\(host):\(door.address.port)/healthz")))
                }
            }
        }
    }

    @Test func `the connection goes to the address that was checked, not to a second look-up of the name`() async throws
    {
        try await onThread {
            let door = try open()
            defer { door.shutdown() }
            let local = OutboundClient(allowPrivate: true) { _ in [IPAddress("127.0.0.1")].compactMap { $0 } }
            let url = try OutboundURL("http://news.example:\(door.address.port)/healthz")
            #expect(try local.send(.init("GET", url)).status == 200)
        }
    }

    @Test func `a secret's file is made once, for its owner only`() async throws {
        try await onThread {
            let door = try open()
            defer { door.shutdown() }
            let directory = "/tmp/tidings-secret-\(getpid())"
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let path = "\(directory)/keys/token"
            let secret = try SecretFile.readOrCreate(path)
            #expect(secret.count == 64)
            #expect(try SecretFile.readOrCreate(path) == secret)
            #expect(throws: SecretFile.Failure.self) { try SecretFile.create(path, "another") }
            chmod(path, 0o644)
            #expect(throws: SecretFile.Failure.self) { try SecretFile.read(path) }
        }
    }
}

import Articles
import FoundationEssentials
import Glibc
import HTTPSupport
import Hummingbird
import Logging
import Records
import ServiceSupport
import TestSupport
import Testing

@testable import Ingest

/// The door with real sockets, into a real directory.
@Suite("Article door", .timeLimit(.minutes(1))) struct ArticleDoorTests {
    private static let report = "Title: A report\n\nRussia denied it.\n"
    private static let good = (name: "authorization", value: "Bearer secret")

    private static func open(_ scratch: Scratch, limit: Int = 64 << 20) throws -> HTTPDoor {
        _ = try FileTree(scratch.root).drop([], as: TreePath("inbox/.keep"))
        var limits = ArticleReader.Limits()
        limits.file = limit
        let door = ArticleDoor(FileTree("\(scratch.root)/inbox"), ArticleReader(limits: limits))
        return try HTTPDoor(
            ListenAddress(host: "127.0.0.1", port: 0),
            router: door.router(Doorkeeper(token: BearerToken("secret"))),
            connections: 20,
            logger: Logger(label: "tests")
        )
    }

    private static func post(
        _ door: HTTPDoor,
        _ query: String,
        _ body: String,
        headers: [(name: String, value: String)] = [good]
    ) throws -> OutboundClient.Response {
        let url = try OutboundURL("http://\(door.address)/articles\(query)")
        return try OutboundClient(allowPrivate: true).send(
            .init("POST", url, headers: headers, body: Array(body.utf8))
        )
    }

    private static func text(_ response: OutboundClient.Response) -> String {
        String(decoding: response.body, as: UTF8.self)
    }

    @Test func `an article is in the inbox when it is accepted, under the name that was asked for`() async throws {
        try await onThread {
            let scratch = Scratch()
            let door = try ArticleDoorTests.open(scratch)
            defer { door.shutdown() }
            let answer = try ArticleDoorTests.post(door, "?source=reuters&name=report.txt", ArticleDoorTests.report)
            #expect(answer.status == 202)
            let accepted = try JSON.decode(ArticleDoor.Accepted.self, from: answer.body)
            let id = Article(sha256: sha256(of: Array(ArticleDoorTests.report.utf8)), format: .text, text: "").id
            #expect(accepted.name == "reuters/report.txt" && accepted.articles.map(\.id) == [id])
            #expect(scratch.bytes("inbox/reuters/report.txt") == Array(ArticleDoorTests.report.utf8))
            let again = try ArticleDoorTests.post(door, "", ArticleDoorTests.report)
            let second = try JSON.decode(ArticleDoor.Accepted.self, from: again.body)
            #expect(second.articles.map(\.id) == [id], "the same bytes are the same article")
            #expect(second.name == "\(id).txt")
            #expect(
                scratch.files("inbox") == [".keep", "\(id).txt", "reuters/report.txt"],
                "no part of a file is left"
            )
        }
    }

    @Test func `several articles in one body are told one by one, with those that cannot be read`() async throws {
        try await onThread {
            let scratch = Scratch()
            let door = try ArticleDoorTests.open(scratch)
            defer { door.shutdown() }
            let lines = """
                {"headline": "One", "articleBody": "France agreed."}
                {"headline": "Two"}
                {"headline": "Three", "articleBody": "Italy agreed."}
                """
            let answer = try ArticleDoorTests.post(door, "", lines)
            let accepted = try JSON.decode(ArticleDoor.Accepted.self, from: answer.body)
            #expect(answer.status == 202 && accepted.articles.map(\.title) == ["One", "Three"])
            #expect(accepted.failures.map(\.line) == [2])
        }
    }

    @Test(
        arguments: [
            ("", "", 422, #""code":"empty""#), ("", "Title: A\n\nA\0B", 422, #""code":"nul-byte""#),
            ("", #"{"headline": "A", "articleBody": "#, 422, #""code":"json-syntax""#),
            ("?source=a/b", report, 400, "bad-source"), ("?source=.git", report, 400, "bad-source"),
            ("?source=..", report, 400, "bad-source"), ("?name=..%2Fx", report, 400, "bad-name"),
            ("?name=x.part", report, 400, "bad-name"), ("?name=a%00b", report, 400, "bad-name"),
        ]
    )
    func `what cannot be taken is refused with a reason, and nothing is kept`(
        _ query: String,
        _ body: String,
        _ status: Int,
        _ part: String
    ) async throws {
        try await onThread {
            let scratch = Scratch()
            let door = try ArticleDoorTests.open(scratch)
            defer { door.shutdown() }
            let answer = try ArticleDoorTests.post(door, query, body)
            #expect(answer.status == status)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(ArticleDoorTests.text(answer).contains(part), "\(ArticleDoorTests.text(answer))")
            if part.contains("nul-byte") { #expect(ArticleDoorTests.text(answer).contains(#""offset":11"#)) }
            #expect(scratch.files("inbox") == [".keep"])
        }
    }

    @Test func `nobody comes in without the token, nor with a stranger's Host`() async throws {
        try await onThread {
            let scratch = Scratch()
            let door = try ArticleDoorTests.open(scratch, limit: 100)
            defer { door.shutdown() }
            let report = ArticleDoorTests.report
            #expect(try ArticleDoorTests.post(door, "", report, headers: []).status == 401)
            let wrong = (name: "authorization", value: "Bearer wrong")
            #expect(try ArticleDoorTests.post(door, "", report, headers: [wrong]).status == 401)
            let host = (name: "host", value: "evil.example")
            #expect(try ArticleDoorTests.post(door, "", report, headers: [ArticleDoorTests.good, host]).status == 421)
            let large = try ArticleDoorTests.post(door, "", String(repeating: "a", count: 101))
            #expect(large.status == 413 && ArticleDoorTests.text(large).contains(#""code":"too-large""#))
            #expect(scratch.files("inbox") == [".keep"])
        }
    }

    @Test func `bodies that come slowly leave no room for more than a few, and the others are told so`() async throws {
        try await onThread {
            let scratch = Scratch()
            let door = try ArticleDoorTests.open(scratch)
            defer { door.shutdown() }
            let head =
                "POST /articles HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\nContent-Length: 36\r\n\r\nTitle"
            var slow: [Int32] = []
            var answer = 0
            #expect(
                scratch.until {
                    // One more each time: one that came while the article below was being taken may have been refused.
                    slow.append(ArticleDoorTests.connect(door.address.port))
                    _ = write(slow[slow.count - 1], head, head.utf8.count)
                    answer = (try? ArticleDoorTests.post(door, "", ArticleDoorTests.report).status) ?? 0
                    return answer == 429
                },
                "\(answer)"
            )
            // A client that goes away gives its place back.
            for socket in slow { close(socket) }
            #expect(
                scratch.until {
                    answer = (try? ArticleDoorTests.post(door, "", ArticleDoorTests.report).status) ?? 0
                    return answer == 202
                },
                "\(answer)"
            )
        }
    }

    private static func connect(_ port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(status == 0)
        return descriptor
    }
}

import FoundationEssentials
import Glibc
import HTTPSupport
import Logging
import ServiceSupport
import Supervision
import TestSupport
import Testing
import Watch

@Suite("Stream over HTTP", .timeLimit(.minutes(3)), .serialized) struct StreamTests {
    /// A reader of plain sockets, which reads as slowly as a test wants.
    private final class Reader {
        private let descriptor: Int32
        private var bytes: [UInt8] = []
        /// The answer's head.
        private(set) var head = ""
        /// The answer's body, out of its chunks.
        private(set) var text = ""

        init(_ port: Int, _ path: String, headers: [String]) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var small: Int32 = 4096
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &small, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port).bigEndian)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let descriptor = descriptor
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard connected == 0 else { throw LiveStack.Failure("connect: \(errno)") }
            let head = (["GET \(path) HTTP/1.1", "host: localhost"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
            send(descriptor, head, head.utf8.count, 0)
        }

        deinit { close(descriptor) }

        /// Takes whole chunks out of what has come (RFC 9112, section 7.1).
        private func unpack() {
            let end = Array("\r\n".utf8)
            func line() -> (text: String, next: Int)? {
                guard let at = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
                return (String(decoding: bytes[..<at], as: UTF8.self), at + 2)
            }
            while !head.hasSuffix("\n\n"), let (text, next) = line() {
                head += text.lowercased() + "\n"
                bytes.removeFirst(next)
                if text.isEmpty { head += "\n" }
            }
            guard head.hasSuffix("\n\n") else { return }
            while let (size, next) = line(), let count = Int(size, radix: 16), bytes.count >= next + count + 2 {
                text += String(decoding: bytes[next..<(next + count)], as: UTF8.self)
                bytes.removeFirst(next + count + 2)
            }
        }

        /// Reads until so many events are there, or the time is over.
        func read(events: Int, seconds: Int) -> [String] {
            read(seconds) { ids.count >= events }
            return ids
        }

        /// Reads until so many blocks are there, with data or without.
        func read(marks: Int, seconds: Int) { read(seconds) { text.split(separator: "\n\n").count >= marks } }

        private func read(_ seconds: Int, until isDone: () -> Bool) {
            let deadline = Monotonic.milliseconds() + seconds * 1000
            var buffer = [UInt8](repeating: 0, count: 65536)
            while !isDone(), Monotonic.milliseconds() < deadline {
                var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&item, 1, 50) > 0 else { continue }
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                bytes += buffer[..<count]
                unpack()
            }
        }

        /// The ids of events, which have data; marks have none.
        var ids: [String] {
            text.split(separator: "\n\n").filter { $0.contains("\ndata: ") }.compactMap { block in
                block.split(separator: "\n").first { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
            }
        }

        var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    }

    private static func drop(_ stack: LiveStack, _ number: Int) throws {
        try stack.drop(
            "Title: Report \(number)\nDate: 2016-12-30\nSource: Tests\n\nRussia expelled 35 American diplomats. It was report \(number).\n",
            as: "report-\(number).txt"
        )
    }

    @Test func `the log comes as server-sent events, from any place, with a token`() async throws {
        try await onThread { try StreamTests.served() }
    }

    private static func served() throws {
        let stack = try LiveStack("sse", arguments: ["--http"])
        let port = stack.portBase + 3
        let token = try SecretFile.read(stack.layout.keys.httpToken)
        let bearer = "authorization: Bearer \(token)"
        for number in 0..<3 { try drop(stack, number) }
        let log = try stack.tool(["subscribe", "--from", "start", "--idle", "2", "--output", "jsonl"]).output
        let count = log.split(separator: "\n").count
        let all = try Reader(port, "/api/v1/stream?after=0", headers: [bearer])
        let ids = all.read(events: count, seconds: 10)
        #expect(ids.compactMap { Int($0.split(separator: ":").last ?? "") } == Array(1...count))
        #expect(all.status == 200 && all.head.contains("content-type: text/event-stream\n"))
        for line in log.split(separator: "\n") {
            #expect(all.text.contains("\ndata: \(line)\n\n"), "the envelope as it is")
        }
        #expect(all.text.contains("\nevent: tidings.article.v1\n"))

        // Last-Event-ID counts more than the address, and what comes later comes too.
        let resumed = try Reader(port, "/api/v1/stream?after=0", headers: [bearer, "last-event-id: \(ids[2])"])
        #expect(resumed.read(events: count - 3, seconds: 10) == Array(ids.dropFirst(3)))
        try drop(stack, 9)
        #expect(resumed.read(events: count - 2, seconds: 20).count >= count - 2)
        let filtered = try Reader(port, "/api/v1/stream?after=0&where=type%3Darticle", headers: [bearer])
        #expect(filtered.read(events: 4, seconds: 10).count == 4)

        let refusals = [
            ("/api/v1/stream", [], 401), ("/api/v1/stream?access_token=\(token)", [], 401),
            ("/api/v1/stream?access_token=\(token)", [bearer], 400),
            ("/api/v1/stream?where=colour%3Dred", [bearer], 400),
            ("/api/v1/stream?after=soon", [bearer], 400), ("/api/v1/stream?after=999999", [bearer], 409),
            ("/api/v1/stream?after=00000000-0000-0000-0000-000000000000:1", [bearer], 409), ("/nothing", [bearer], 404),
        ]
        let client = OutboundClient(allowPrivate: true)
        for (path, headers, status) in refusals {
            let pairs = headers.map { (name: "authorization", value: String($0.dropFirst(15))) }
            let answer = try client.send(.init("GET", OutboundURL("http://127.0.0.1:\(port)\(path)"), headers: pairs))
            #expect(answer.status == status, "\(path): \(String(decoding: answer.body, as: UTF8.self))")
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(answer.header("access-control-allow-origin") == nil)
        }
        let health = try client.send(.init("GET", OutboundURL("http://127.0.0.1:\(port)/healthz")))
        #expect(health.status == 200)
        try limits(stack)
        try leaving(stack)
    }

    /// In process, with few places and quick heartbeats.
    private static func limits(_ stack: LiveStack) throws {
        var settings = WebServer.Settings(
            address: ListenAddress(host: "127.0.0.1", port: 0),
            keys: DoorKeys(writer: nil, reader: BearerToken("t")),
            streams: 2
        )
        settings.heartbeat = 300
        var logger = Logger(label: "stream")
        logger.logLevel = .critical
        let server = try WebServer(
            settings,
            feed: FeedSource(stack.feed, keyFile: stack.layout.keys.keyFile(.watch)),
            database: stack.layout.database(.watch),
            logger: logger
        )
        let (port, bearer) = (server.address.port, "authorization: Bearer t")
        // A reader that does not read: it lags, and has missed nothing when it does.
        let slow = try Reader(port, "/api/v1/stream?after=0", headers: [bearer])
        for number in 100..<200 { try drop(stack, number) }
        let rest = try stack.tool(["subscribe", "--from", "start", "--idle", "3", "--output", "jsonl"]).output
        let count = rest.split(separator: "\n").count
        Monotonic.sleep(milliseconds: 500)
        let quiet = try Reader(port, "/api/v1/stream", headers: [bearer])
        _ = quiet.read(events: 1, seconds: 1)
        let said = quiet.text
        #expect(said.components(of: ": head \(count)\nid: ") >= 2, "heartbeats: \(said)")
        let third = try Reader(port, "/api/v1/stream", headers: [bearer])
        _ = third.read(events: 1, seconds: 1)
        #expect(third.status == 503)
        let got = slow.read(events: count, seconds: 30).compactMap { Int($0.split(separator: ":").last ?? "") }
        #expect(got == Array(1...count))
        withExtendedLifetime(quiet) {}
        let started = Monotonic.milliseconds()
        server.shutdown()
        #expect(Monotonic.milliseconds() - started < 4000, "readers do not keep the service from ending")
    }

    /// Whoever leaves gives the place back at once, not when the next event or heartbeat comes.
    private static func leaving(_ stack: LiveStack) throws {
        var settings = WebServer.Settings(
            address: ListenAddress(host: "127.0.0.1", port: 0),
            keys: DoorKeys(writer: nil, reader: BearerToken("t")),
            streams: 1
        )
        // It asks again and again until the place is free.
        settings.rate = .init(perSecond: 10_000)
        var logger = Logger(label: "stream")
        logger.logLevel = .critical
        let server = try WebServer(
            settings,
            feed: FeedSource(stack.feed, keyFile: stack.layout.keys.keyFile(.watch)),
            database: stack.layout.database(.watch),
            logger: logger
        )
        defer { server.shutdown() }
        let headers = ["authorization: Bearer t", "connection: close"]
        for round in 0..<5 {
            let deadline = Monotonic.milliseconds() + 5000
            var status = 503
            while status == 503, Monotonic.milliseconds() < deadline {
                let reader = try Reader(server.address.port, "/api/v1/stream", headers: headers)
                // Some leave before they have heard anything: their places were lost once.
                if round.isMultiple(of: 2) { reader.read(marks: 1, seconds: 5) } else { status = 200 }
                if reader.status != 0 { status = reader.status }
            }
            #expect(status == 200)
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }
}

import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceSupport
import Settings
import TestSupport
import Testing

@testable import Ingest

/// The poller against a real server of ours.
@Suite("Feed poller", .timeLimit(.minutes(1))) struct FeedPollerTests {
    private static let feed = #"{"headline": "A report", "articleBody": "Russia denied it."}"#

    /// What the server was asked.
    private final class Seen: Sendable {
        let requests = Locked<[(path: String, headers: HTTPFields)]>([])
        let atOnce = Locked<(now: Int, most: Int)>((0, 0))

        func count(_ path: String) -> Int { requests.withLock { $0.count { $0.path == path } } }
        func last(_ path: String) -> HTTPFields? { requests.withLock { $0.last { $0.path == path }?.headers } }
    }

    private static func response(
        _ status: HTTPResponse.Status,
        _ headers: HTTPFields = [:],
        _ body: String = ""
    ) -> Response {
        Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
    }

    private static func server(_ seen: Seen) throws -> HTTPDoor {
        let router = Router(context: DoorContext.self)
        func on(_ path: String, _ answer: @escaping @Sendable (Request) async throws -> Response) {
            router.get(RouterPath(path)) { request, _ in
                seen.requests.withLock { $0.append((path, request.headers)) }
                seen.atOnce.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                defer { seen.atOnce.withLock { $0.now -= 1 } }
                return try await answer(request)
            }
        }
        on("/good") { request in
            guard request.headers[.ifNoneMatch] != "\"1\"" else { return response(.notModified) }
            return response(
                .ok,
                [.eTag: "\"1\"", .contentType: "application/json", .cacheControl: "max-age=7200"],
                feed
            )
        }
        on("/plain") { _ in response(.ok, [.contentType: "application/json"], feed) }
        on("/broken") { _ in response(.internalServerError) }
        on("/busy") { _ in response(.tooManyRequests, [.retryAfter: "3600"]) }
        on("/gone") { _ in response(.gone) }
        on("/moved") { _ in response(.movedPermanently, [.location: "/good"]) }
        on("/loop") { _ in response(.found, [.location: "/loop"]) }
        on("/huge") { _ in
            Response(
                status: .ok,
                body: .init { writer in
                    let part = ByteBuffer(repeating: 0x20, count: 1 << 20)
                    for _ in 0..<64 { try await writer.write(part) }
                    try await writer.finish(nil)
                }
            )
        }
        on("/slow") { _ in
            try await Task.sleep(for: .seconds(20))
            return response(.ok, [:], feed)
        }
        on("/zipped") { request in
            guard request.headers[.acceptEncoding]?.contains("gzip") == true else { return response(.notAcceptable) }
            return Response(
                status: .ok,
                headers: [.contentEncoding: "gzip"],
                body: .init(byteBuffer: ByteBuffer(bytes: Gzip.stored(feed)))
            )
        }
        return try HTTPDoor(
            ListenAddress(host: "127.0.0.1", port: 0),
            router: router,
            connections: 20,
            logger: Logger(label: "tests")
        )
    }

    private static func fetch(
        _ door: HTTPDoor,
        _ path: String,
        etag: String? = nil,
        allowPrivate: Bool = true
    ) throws
        -> FeedFetch.Result
    {
        let url = try OutboundURL("http://\(door.address)\(path)")
        var schedule = FeedSchedule(url: url.text)
        schedule.etag = etag
        let hosts = BusyHosts()
        _ = hosts.take(url.host)
        let feed = FeedList.Feed(name: "f", url: url, source: "s", every: 900, allowPrivate: allowPrivate)
        return FeedFetch(
            feed: feed,
            schedule: schedule,
            userAgent: "Tidings/0.1 (feed reader; tests)",
            hosts: hosts,
            stop: StopSwitch(),
            timeoutMilliseconds: 2000
        ).run()
    }

    private static func answer(_ result: FeedFetch.Result) -> FeedSchedule.Answer? {
        if case .answer(let answer) = result.outcome { answer } else { nil }
    }

    @Test func `each answer of a server is taken for what it means`() async throws {
        try await onThread {
            let seen = Seen()
            let door = try FeedPollerTests.server(seen)
            defer { door.shutdown() }
            func fetch(_ path: String, etag: String? = nil) throws -> FeedFetch.Result {
                try FeedPollerTests.fetch(door, path, etag: etag)
            }
            guard case .content(let bytes, "json", "\"1\"", nil, 7200) = try fetch("/good").outcome else {
                Issue.record("no content")
                return
            }
            #expect(bytes == Array(FeedPollerTests.feed.utf8))
            #expect(seen.last("/good")?[.userAgent] == "Tidings/0.1 (feed reader; tests)")
            #expect(FeedPollerTests.answer(try fetch("/good", etag: "\"1\"")) == .notModified(maxAge: nil))
            guard case .content(let inflated, _, _, _, _) = try fetch("/zipped").outcome else {
                Issue.record("gzip is not read")
                return
            }
            #expect(inflated == Array(FeedPollerTests.feed.utf8))
            #expect(FeedPollerTests.answer(try fetch("/gone")) == .gone)
            guard case .wait(3600, _) = FeedPollerTests.answer(try fetch("/busy")) else {
                Issue.record("Retry-After is not read")
                return
            }
            let moved = try fetch("/moved")
            #expect(moved.movedTo == "http://\(door.address)/good")
            guard case .content = moved.outcome else { Issue.record("the redirect was not followed"); return }
            for (path, part) in [("/broken", "500"), ("/loop", "redirects"), ("/huge", "10 MiB"), ("/slow", "2000 ms")]
            {
                guard case .failed(let reason) = FeedPollerTests.answer(try fetch(path)) else {
                    Issue.record("\(path) did not fail")
                    continue
                }
                #expect(reason.contains(part), "\(reason)")
            }
            guard
                case .failed(let reason) = FeedPollerTests.answer(
                    try FeedPollerTests.fetch(door, "/good", allowPrivate: false)
                )
            else {
                Issue.record("a private address was asked")
                return
            }
            #expect(reason.contains("not public"))
        }
    }

    @Test func `answers go into the inbox once, and the state outlives the process`() async throws {
        try await onThread {
            let scratch = Scratch()
            let seen = Seen()
            let door = try FeedPollerTests.server(seen)
            defer { door.shutdown() }
            var text = "feeds:\n"
            for name in ["good", "plain", "broken", "gone"] {
                text +=
                    "  - {name: \(name), source: desk, allow_private: true, url: 'http://\(door.address)/\(name)'}\n"
            }
            let file = "\(scratch.root)/feeds.yaml"
            try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
            _ = try FileTree(scratch.root).drop([], as: TreePath("inbox/.keep"))

            func poll(_ requests: Int, _ done: (FeedPoller) -> Bool) throws {
                let list = try SettingsFile(file, isRequired: true, empty: FeedList()) {
                    (file) throws(SettingsError) in try FeedList(file)
                }
                let poller = FeedPoller(list, directory: scratch.root, logger: .service("test", level: .critical))
                defer { poller.shutdown() }
                #expect(scratch.until { seen.requests.withLock { $0.count } >= requests && done(poller) })
            }
            try poll(4) { $0.problems?.count == 2 && scratch.files(".feeds").count == 4 }
            let first = scratch.files("inbox/desk")
            #expect(first.count == 2 && first[0].hasPrefix("good-2") && first[0].hasSuffix(".json"))
            #expect(scratch.bytes("inbox/desk/\(first[0])") == Array(FeedPollerTests.feed.utf8))
            #expect(seen.atOnce.withLock { $0.most } == 1, "one request at a time to one host")

            // Nothing is due after a restart.
            try poll(4) { _ in true }
            Monotonic.sleep(milliseconds: 500)
            #expect(seen.requests.withLock { $0.count } == 4)

            // A day later.
            for name in scratch.files(".feeds") {
                let state = String(decoding: scratch.bytes(".feeds/\(name)") ?? [], as: UTF8.self)
                let past = state.replacing(/"nextAt":[0-9]+/, with: "\"nextAt\":0")
                try FileTree(scratch.root).replace(TreePath(".feeds/\(name)"), with: Array(past.utf8))
            }
            try poll(7) { _ in seen.count("/broken") == 2 && seen.count("/plain") == 2 && seen.count("/good") == 2 }
            #expect(seen.last("/good")?[.ifNoneMatch] == "\"1\"", "the validator was kept")
            #expect(seen.count("/gone") == 1, "what is gone is not asked again")
            #expect(scratch.files("inbox/desk") == first, "what is the same is not stored again")
        }
    }
}

/// gzip without compression (RFC 1951, section 3.2.4; RFC 1952).
private enum Gzip {
    static func stored(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let length = UInt16(bytes.count)
        var zipped: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1]
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { zipped.append(contentsOf: $0) }
        }
        append(length)
        append(~length)
        zipped += bytes
        append(crc(bytes))
        append(UInt32(bytes.count))
        return zipped
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}

import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing
import Wire

/// Hubs that are killed, doubled, restarted, shut in, and given what they do not know.
@Suite("Hub faults", .timeLimit(.minutes(5)), .serialized) struct HubFaults {
    /// Rows 4, 5, 7 and 19: at random moments, so that some kills fall between lease and JOB, commit and STORED, sequencing and sending;
    /// the simulator takes each of these moments on purpose.
    @Test func `hub and subscriber killed at random: the log is whole, and what was received is the log`() throws {
        let stack = try LiveStack("hub-killed", arguments: ["--settle", "200", "--workers", "2"])
        let subscriber = try Subscriber(stack)
        let (rounds, articles) = (4 * Faults.scale, 40 * Faults.scale)
        for round in 0..<rounds {
            try Faults.drop(round * articles / rounds..<(round + 1) * articles / rounds, stack)
            Monotonic.sleep(milliseconds: Int.random(in: 100...700))
            let old = try #require(stack.process("hub"))
            kill(old, SIGKILL)
            try subscriber.killAndResume()
            #expect(Faults.wait(20) { stack.process("hub").map { $0 != old } ?? false })
            Monotonic.sleep(milliseconds: Int.random(in: 0...300))
            try subscriber.killAndResume()
        }
        try Faults.expectWhole(stack, articles: articles)
        let head = try Database.number("select seq from log_head", stack)
        _ = Faults.wait(20) { subscriber.lines.count >= head }
        #expect(subscriber.lines.compactMap(Faults.place) == Array(1...head))
    }

    /// Row 41.
    @Test func `two hubs, two watches, two ingests and two extractors on one database`() throws {
        let stack = try LiveStack("doubled", arguments: ["--settle", "200"])
        let port = LiveStack.freePorts()
        let hub = try Running.hub(stack, port: port)
        let watch = try Running.watch(stack, feed: "tcp://127.0.0.1:\(port + 1)")
        let other = "\(stack.directory)/other"
        try FileManager.default.createDirectory(atPath: "\(other)/inbox", withIntermediateDirectories: true)
        let ingest = try Running.ingest(stack, directory: other)
        let worker = try Running.extractor(stack, hub: "tcp://127.0.0.1:\(port)")
        for number in 0..<20 {
            // The same articles by both ways, and others.
            try stack.drop(Faults.report(number), as: "a-\(number).txt")
            try Data(Faults.report(number / 2 * 3).utf8).write(to: URL(filePath: "\(other)/inbox/b-\(number).txt"))
        }
        let articles = Set((0..<20).flatMap { [$0, $0 / 2 * 3] }).count
        try Faults.expectWhole(stack, articles: articles)
        #expect(
            try Faults.wait(10) { try Database.number("select count(*) from sighting", stack) == 40 }
        )
        let events = try Database.number("select count(*) from event where date is not null", stack)
        #expect(
            try Faults.wait(20) {
                try Database.number("select coalesce(sum(count), 0)::bigint from dyad_day", stack) == events
            },
            "neither watch counts what the other has counted"
        )
        // Both feeds are the same log.
        let lines = try stack.tool([
            "subscribe", "--feed", "tcp://127.0.0.1:\(port + 1)", "--from", "start", "--idle", "1",
        ])
        let head = try Database.number("select seq from log_head", stack)
        #expect(lines.output.split(separator: "\n").compactMap(Faults.place) == Array(1...head))
        #expect(Faults.contents(hub.log).contains("another hub works on this database; waiting"))
        // The idle one takes over.
        kill(try #require(stack.process("hub")), SIGSTOP)
        let stopped = try #require(stack.process("hub"))
        defer { kill(stopped, SIGCONT) }
        #expect(hub.ended() == nil && watch.ended() == nil && ingest.ended() == nil && worker.ended() == nil)
        kill(stopped, SIGKILL)
        try Faults.drop(100..<105, stack)
        try Faults.expectWhole(stack, articles: articles + 5)
    }

    /// Row 40.
    @Test func `ended under load within ten seconds, started in any order`() throws {
        let stack = try LiveStack("order", arguments: ["--settle", "200", "--without", "watch"], waits: false)
        #expect(Faults.wait(60) { Faults.contents("\(stack.directory)/up.log").contains("ready after") })
        try Faults.drop(0..<30, stack)
        Monotonic.sleep(milliseconds: 700)
        let start = Monotonic.milliseconds()
        try stack.end(signal: SIGTERM)
        #expect(Monotonic.milliseconds() - start < 10_000)
        // Without server and hub: they wait, and do not end.
        let watch = try Running.watch(stack)
        let worker = try Running.extractor(stack)
        let other = "\(stack.directory)/other"
        try FileManager.default.createDirectory(atPath: "\(other)/inbox", withIntermediateDirectories: true)
        try Data(Faults.report(1000).utf8).write(to: URL(filePath: "\(other)/inbox/a.txt"))
        let ingest = try Running.ingest(stack, directory: other)
        let hub = try Running.hub(stack, port: LiveStack.freePorts())
        Monotonic.sleep(milliseconds: 1500)
        for one in [watch, worker, ingest, hub] { #expect(one.ended() == nil, "\(Faults.contents(one.log))") }
        try stack.start()
        try Faults.expectWhole(stack, articles: 31)
        #expect(try stack.tool(["status", "--output", "json"]).status == 0)
    }

    /// Row 22; `AccessTests` has strangers at a hub whose authentication lives.
    @Test(.enabled(if: FrozenThreads.isPossible, "needs root and /usr/bin/python3 to freeze a thread"))
    func `a hub whose authentication thread is stuck lets nobody in`() throws {
        let stack = try LiveStack("zap", arguments: ["--settle", "200"])
        let hub = try #require(stack.process("hub"))
        let key = try KeyFile(stack.layout.keys.keyFile(.operator))
        let context = MessagingContext()
        func tries(_ pair: CurveKeyPair) throws -> Handshake.State {
            let socket = try Socket(
                .dealer,
                in: context,
                security: .client(serverKey: try key.key("server_key"), keys: pair)
            )
            let handshake = try Handshake(of: socket, in: context)
            try socket.connect(stack.feed)
            return try handshake.wait(milliseconds: 1500)
        }
        #expect(try tries(try key.pair()) == .succeeded)
        var freeze: FrozenThreads? = try FrozenThreads(hub, named: "hub zap", log: "\(stack.directory)/freeze.log")
        #expect(try tries(CurveKeyPair()) != .succeeded)
        #expect(try tries(try key.pair()) != .succeeded)
        withExtendedLifetime(freeze) {}
        freeze = nil
        #expect(try Faults.wait(20) { try tries(try key.pair()) == .succeeded })
        #expect(try tries(CurveKeyPair()) == .refused)
    }

    /// Row 42; the recorded frames of earlier releases are in `VectorTests`.
    @Test func `messages of another version are ignored or refused in words, and the connection goes on`() throws {
        let stack = try LiveStack("version", arguments: ["--settle", "200"])
        let context = MessagingContext()
        func open(_ endpoint: String, _ key: String) throws -> Socket {
            try Socket.connecting(.dealer, to: endpoint, keyFile: key, in: context, limits: .init()).socket
        }
        func receive(_ socket: Socket, _ kind: String) throws -> [[UInt8]]? {
            let end = Monotonic.milliseconds() + 5000
            while Monotonic.milliseconds() < end {
                if let frames = try socket.receive() {
                    if frames.first == Array(kind.utf8) { return frames }
                } else {
                    Monotonic.sleep(milliseconds: 10)
                }
            }
            return nil
        }
        let unknown: [[String]] = [
            ["FUTURE", #"{"a":1}"#], ["FUTURE"], [""], ["SUBSCRIBE", "[]"], ["SUBSCRIBE"], ["EVENT", "x", "y"],
            ["CREDIT", #"{"credit":-5}"#], ["CREDIT", #"{"credit":1e300}"#], ["ACK", #"{"seq":"x"}"#], ["JOB", "{}"],
            ["RESULT", "{}"], ["STARTED", "{}"], ["READY", "null"], ["subscribe", "{}"],
        ]
        let feed = try open(stack.feed, stack.layout.keys.keyFile(.operator))
        for frames in unknown { try feed.send(frames.map { Array($0.utf8) }) }
        try feed.send(
            [#"SUBSCRIBE"#, #"{"version":99,"filter":"","credit":10,"client":"new"}"#].map { Array($0.utf8) }
        )
        let refused = try #require(try receive(feed, "REFUSED"))
        #expect(String(decoding: refused[1], as: UTF8.self).contains("version"))
        // Members and frames that this version does not know.
        try feed.send(
            [
                #"SUBSCRIBE"#, #"{"version":1,"filter":"","after":0,"credit":10,"client":"new","future":[1]}"#, "more",
            ].map { Array($0.utf8) }
        )
        #expect(try receive(feed, "WELCOME") != nil)
        let work = try open(stack.work, stack.layout.keys.keyFile(.extract))
        for frames in unknown { try work.send(frames.map { Array($0.utf8) }) }
        try work.send(
            ["READY", #"{"version":99,"worker":"w","coder":"c","credit":1,"held":[]}"#].map { Array($0.utf8) }
        )
        #expect(try receive(work, "BYE") != nil)
        try Faults.drop(0..<3, stack)
        try Faults.expectWhole(stack, articles: 3)
    }
}

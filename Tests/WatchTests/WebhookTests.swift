import FoundationEssentials
import Glibc
import HTTPSupport
import Logging
import Postgres
import ServiceSupport
import Storage
import Supervision
import TestSupport
import Testing
import Watch

/// Deliveries to a real server, from a real stack: the service as a person runs it, and the room with shorter waits.
@Suite("Webhooks", .timeLimit(.minutes(4)), .serialized) struct WebhookTests {
    /// A stack with a few articles in its log, shared by the tests of this suite.
    private final class Bench: Sendable {
        let directory: String
        let feed: String
        let database: String
        let secret: String

        init(_ stack: LiveStack) throws {
            directory = stack.directory
            feed = stack.feed
            database = stack.layout.database(.watch)
            secret = try WebhookSecret.generate(.hmac).text
            try SecretFile.create("\(directory)/keys/webhooks/fast", secret)
        }

        /// A manager of one endpoint `fast`, that begins at the first event of the log.
        func run(
            _ url: String,
            extra: String = "",
            waits: [Int] = [50, 50, 50, 50],
            resolver: @escaping HostResolver = HostLookup.system,
            anew: Bool = true
        ) throws -> WebhookManager {
            let file = "\(directory)/fast.yaml"
            try Data("fast:\n  url: \(url)\n\(extra)".utf8).write(to: URL(filePath: file))
            if anew {
                let connection = try connect()
                try WebhookStore.remove("fast", on: connection)
                try WebhookStore.create("fast", on: connection)
                _ = try WebhookStore.enable("fast", from: 1, on: person())
            }
            var settings = WebhookManager.Settings(
                file: file,
                feed: FeedSource(feed, keyFile: DataLayout(directory).keys.keyFile(.watch)),
                database: database
            )
            settings.waits = waits
            settings.resolver = resolver
            var logger = Logger(label: "webhooks")
            logger.logLevel = .critical
            return WebhookManager(settings, logger: logger)
        }

        func person() throws -> Connection {
            try Connection(DataLayout(directory).database(.operator), application: "tests")
        }

        func connect() throws -> Connection { try Connection(database, application: "tests") }

        func state() throws -> WebhookStore.State? { try WebhookStore.state("fast", on: connect()) }

        /// The records of the log in order, and the log's head.
        func log() throws -> [String] {
            let rows = try person().query(
                "select r.uuid::text from log l join record r on r.id = l.record_id order by l.seq"
            )
            return try rows.map { try $0.string(0) }
        }

        /// Waits until the row is as wanted.
        func wait(seconds: Int = 20, _ wanted: (WebhookStore.State) -> Bool) throws -> WebhookStore.State? {
            let deadline = Monotonic.milliseconds() + seconds * 1000
            while Monotonic.milliseconds() < deadline {
                if let state = try state(), wanted(state) { return state }
                Monotonic.sleep(milliseconds: 20)
            }
            return try state()
        }
    }

    private static let local = "  allow_private: true\n  max_per_minute: 60000\n"

    private static func stack(_ name: String, articles: Int) throws -> LiveStack {
        let stack = try LiveStack(name)
        for number in 0..<articles { try drop(stack, number) }
        _ = try stack.tool(["subscribe", "--from", "start", "--idle", "2", "--output", "jsonl"])
        return stack
    }

    private static func drop(_ stack: LiveStack, _ number: Int) throws {
        try stack.drop(
            "Title: Report \(number)\nDate: 2016-12-30\nSource: Tests\n\nRussia expelled 35 American diplomats. It was report \(number).\n",
            as: "report-\(number).txt"
        )
    }

    private static func verified(_ request: HTTPTarget.Received, _ key: String) throws -> LiveStack.Run {
        let header = { (name: String) in request.headers[name] ?? "" }
        return try LiveStack.run(
            [
                "/usr/bin/python3", LiveStack.packageRoot + "/docs/webhook.py", key, header("webhook-id"),
                header("webhook-timestamp"), header("webhook-signature"),
            ],
            input: String(decoding: request.body, as: UTF8.self)
        )
    }

    @Test func `an endpoint added by command gets signed events, and Python verifies them`() async throws {
        try await onThread { try WebhookTests.byCommand() }
    }

    private static func byCommand() throws {
        let stack = try stack("hooks", articles: 1)
        let (desk, lab) = (try HTTPTarget(), try HTTPTarget())
        var keys: [String] = []
        for (name, target, scheme) in [("desk", desk, "hmac"), ("lab", lab, "ed25519")] {
            let run = try stack.tool([
                "webhook", "add", name, "http://127.0.0.1:\(target.port)/\(name)", "--scheme", scheme,
                "--allow-private",
            ])
            #expect(run.status == 0, "\(run.output)")
            keys.append(String(run.output.split(separator: "\n").first { $0.hasPrefix("wh") } ?? ""))
        }
        #expect(keys[0].hasPrefix("whsec_") && keys[1].hasPrefix("whpk_"))
        let deadline = Monotonic.milliseconds() + 20_000
        while try stack.tool(["webhook", "list"]).output.split(separator: " behind the log").count < 3 {
            guard Monotonic.milliseconds() < deadline else { break }
        }
        try drop(stack, 1)
        #expect(desk.wait(2, seconds: 20) && lab.wait(2, seconds: 20))
        for (target, key) in [(desk, keys[0]), (lab, keys[1])] {
            let request = try #require(target.received.first)
            #expect(request.headers["content-type"]?.hasPrefix("application/cloudevents+json") == true)
            let body = String(decoding: request.body, as: UTF8.self)
            #expect(body.contains(#""id":"\#(request.headers["webhook-id"] ?? "-")""#), "the id is the record's")
            let run = try verified(request, key)
            #expect(run.status == 0, "\(run.output)")
            var forged = request
            forged.body[20] ^= 1
            #expect(try verified(forged, key).status != 0)
        }

        // Rotation: two secrets sign, and each verifies.
        let file = "\(stack.layout.keys.directory)/webhooks/desk"
        let second = try WebhookSecret.generate(.hmac).text
        try Data("\(keys[0])\n\(second)\n".utf8).write(to: URL(filePath: file))
        chmod(file, 0o600)
        let test = try stack.tool(["webhook", "test", "desk"])
        #expect(test.status == 0, "\(test.output)")
        let trial = try #require(desk.received.last)
        #expect(String(decoding: trial.body, as: UTF8.self).contains("tidings.webhook.test.v1"))
        for key in [keys[0], second] { #expect(try verified(trial, key).status == 0) }

        // Replay: from the beginning, with the ids of before.
        let before = desk.received.compactMap { $0.headers["webhook-id"] }
        let replay = try stack.tool(["webhook", "replay", "desk", "--from", "1"])
        #expect(replay.status == 0, "\(replay.output)")
        let log = try Connection(stack.layout.database(.operator), application: "tests").query("select seq from log")
            .count
        #expect(desk.wait(before.count + log, seconds: 20))
        let again = desk.received.compactMap { $0.headers["webhook-id"] }.dropFirst(before.count)
        #expect(again.suffix(before.count - 1).elementsEqual(before.dropLast()))
        #expect(try stack.tool(["webhook", "replay", "desk", "--from", "9999"]).status != 0)

        let removed = try stack.tool(["webhook", "remove", "desk"])
        #expect(removed.status == 0, "\(removed.output)")
        #expect(!stack.exists("keys/webhooks/desk") && stack.exists("keys/webhooks/lab"))
        #expect(try !stack.tool(["webhook", "list"]).output.contains("desk"))
        try killed(stack, lab)
    }

    /// tidings-watch is killed again and again: nothing is missing, the order holds, and only what was under way comes twice.
    private static func killed(_ stack: LiveStack, _ target: HTTPTarget) throws {
        let before = target.received.count
        for number in 100..<120 { try drop(stack, number) }
        var kills = 0
        for _ in 0..<3 {
            _ = target.wait(target.received.count + 3, seconds: 5)
            if let watch = stack.process("watch") {
                kill(watch, SIGKILL)
                kills += 1
            }
            Monotonic.sleep(milliseconds: 300)
        }
        let rows = try Connection(stack.layout.database(.operator), application: "tests")
        let deadline = Monotonic.milliseconds() + 40_000
        var wanted: [String] = []
        var unique: [String] = []
        repeat {
            Monotonic.sleep(milliseconds: 200)
            wanted = try rows.query(
                "select r.uuid::text from log l join record r on r.id = l.record_id order by l.seq"
            ).map { try $0.string(0) }.suffix(40)
            unique = []
            for id in target.received.dropFirst(before).compactMap({ $0.headers["webhook-id"] }) where unique.last != id
            {
                unique.append(id)
            }
        } while unique.count < 40 && Monotonic.milliseconds() < deadline
        #expect(unique == wanted, "each once and in order, but for repetitions of the one under way")
        #expect(kills > 0 && target.received.count - before - unique.count <= kills)
    }

    @Test func `an endpoint that fails, hangs, redirects, throttles, floods or goes`() async throws {
        try await onThread {
            let stack = try WebhookTests.stack("faults", articles: 3)
            let bench = try Bench(stack)
            let log = try bench.log()
            try #require(log.count >= 6)
            try WebhookTests.failing(bench, log)
            try WebhookTests.hanging(bench, log)
            try WebhookTests.redirecting(bench, log)
            try WebhookTests.going(bench)
            try WebhookTests.throttling(bench, log)
            try WebhookTests.flooding(bench, log)
            try WebhookTests.restarting(bench, log)
            try WebhookTests.rebinding(bench)
            try WebhookTests.reloading(bench, log)
            try WebhookTests.restoring(bench, stack)
        }
    }

    private static func ids(_ target: HTTPTarget) -> [String] {
        target.received.compactMap { $0.headers["webhook-id"] }
    }

    private static func failing(_ bench: Bench, _ log: [String]) throws {
        let target = try HTTPTarget { _, number in
            [1, 2, 5].contains(number) ? .status(500, body: "over\u{1b}[2Jloaded") : .status(200)
        }
        defer { target.close() }
        let manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local)
        defer { manager.shutdown() }
        #expect(target.wait(log.count + 3, seconds: 20))
        let got = ids(target)
        #expect(got.prefix(8).elementsEqual([log[0], log[1], log[1], log[1], log[2], log[3], log[3], log[4]]))
        #expect(got.filter { $0 == log[1] }.count == 3, "the webhook-id is the same each time")
        let state = try #require(try bench.wait { $0.delivered == log.count })
        #expect(state.cursor?.seq == log.count && state.isActive && state.failures == 0)
        let details = try bench.connect().query(
            "select detail from webhook_attempt where webhook = 'fast' and outcome = 'failed' order by at"
        ).map { try $0.string(0) }
        #expect(details == Array(repeating: "status 500: over [2Jloaded", count: 3))
    }

    private static func hanging(_ bench: Bench, _ log: [String]) throws {
        let target = try HTTPTarget { _, number in number == 0 ? .hang : .status(200) }
        defer { target.close() }
        let started = Monotonic.milliseconds()
        let manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local + "  timeout: 1\n")
        defer { manager.shutdown() }
        #expect(target.wait(2, seconds: 20))
        #expect(Monotonic.milliseconds() - started >= 1000)
        #expect(ids(target).prefix(2).elementsEqual([log[0], log[0]]))
    }

    private static func redirecting(_ bench: Bench, _ log: [String]) throws {
        let mended = Locked(false)
        let target = try HTTPTarget { _, _ in
            mended.withLock { $0 } ? .status(200) : .status(301, headers: ["location: http://169.254.169.254/latest"])
        }
        defer { target.close() }
        let manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local)
        defer { manager.shutdown() }
        let state = try #require(try bench.wait { !$0.isActive })
        #expect(
            state.reason
                == "5 attempts failed; the last: status 301 to http://169.254.169.254/latest: redirects are not followed"
        )
        #expect(ids(target) == Array(repeating: log[0], count: 5), "nothing is skipped")
        mended.withLock { $0 = true }
        #expect(try WebhookStore.enable("fast", on: bench.person()))
        #expect(target.wait(5 + log.count, seconds: 20))
        #expect(Array(ids(target).dropFirst(5)) == log, "once mended, everything comes")
    }

    private static func going(_ bench: Bench) throws {
        let target = try HTTPTarget { _, _ in .status(410) }
        defer { target.close() }
        let manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local)
        defer { manager.shutdown() }
        let state = try #require(try bench.wait { !$0.isActive })
        #expect(state.reason == "410: the endpoint says that it is gone for good")
        Monotonic.sleep(milliseconds: 300)
        #expect(target.received.count == 1)
    }

    private static func throttling(_ bench: Bench, _ log: [String]) throws {
        let target = try HTTPTarget { _, number in
            number == 0 ? .status(429, headers: ["Retry-After: 2"]) : .status(200)
        }
        defer { target.close() }
        let manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local)
        defer { manager.shutdown() }
        #expect(target.wait(1, seconds: 10))
        let held = try #require(try bench.wait { $0.nextAt != nil })
        #expect(held.failures == 0 && held.isActive && held.reason == "status 429")
        #expect(target.wait(2, seconds: 20))
        let times = target.received.map(\.at)
        #expect((1900...6000).contains(times[1] - times[0]), "\(times[1] - times[0]) ms")
        #expect(ids(target)[1] == log[0])
    }

    private static func flooding(_ bench: Bench, _ log: [String]) throws {
        let target = try HTTPTarget { _, number in number == 0 ? .flood(1 << 30) : .status(200) }
        defer { target.close() }
        let manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local)
        defer { manager.shutdown() }
        #expect(target.wait(2, seconds: 20))
        #expect(ids(target)[1] == log[1], "a success, whatever it says")
        #expect(target.sent < 32 << 20, "\(target.sent) bytes went out before the connection was closed")
    }

    private static func restarting(_ bench: Bench, _ log: [String]) throws {
        let target = try HTTPTarget()
        defer { target.close() }
        var manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local + "  timeout: 2\n")
        #expect(target.wait(2, seconds: 10))
        manager.shutdown()
        let noted = try #require(try bench.state()).delivered
        let before = target.received.count
        manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local, anew: false)
        defer { manager.shutdown() }
        _ = try bench.wait { $0.delivered == log.count }
        // The last answer may be noted while the worker ends, after its count was read: nothing noted comes again, nothing is left out.
        let rest = ids(target).dropFirst(before)
        let isWhole = (noted...before).contains { rest.elementsEqual(log.dropFirst($0)) }
        #expect(isWhole, "\(noted) noted, \(before) received")
    }

    private static func rebinding(_ bench: Bench) throws {
        let target = try HTTPTarget()
        defer { target.close() }
        let asked = Locked(0)
        // A name server that says something public first and the loopback address from then on.
        let resolver: HostResolver = { _ in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            return [IPAddress(number == 1 ? "192.88.100.1" : "127.0.0.1")].compactMap { $0 }
        }
        let url = "https://rebound.example:\(target.port)/"
        let manager = try bench.run(url, extra: "  timeout: 1\n", waits: [50], resolver: resolver)
        defer { manager.shutdown() }
        let state = try #require(try bench.wait { !$0.isActive })
        #expect(state.reason?.contains("rebound.example is at 127.0.0.1, which is not public (loopback)") == true)
        #expect(asked.withLock { $0 } == 2, "one look-up an attempt: what was checked is what is dialled")
        #expect(target.received.isEmpty)
    }

    private static func reloading(_ bench: Bench, _ log: [String]) throws {
        let (old, new) = (try HTTPTarget(), try HTTPTarget())
        defer {
            old.close()
            new.close()
        }
        let manager = try bench.run("http://127.0.0.1:\(old.port)/", extra: local)
        defer { manager.shutdown() }
        _ = try bench.wait { $0.delivered == log.count }
        try Data("fast:\n  uri: wrong\n".utf8).write(to: URL(filePath: "\(bench.directory)/fast.yaml"))
        Monotonic.sleep(milliseconds: 1500)
        #expect(try WebhookStore.enable("fast", from: 1, on: bench.person()))
        #expect(old.wait(2 * log.count, seconds: 20), "a wrong file keeps the old endpoints")
        let right = "fast:\n  url: http://127.0.0.1:\(new.port)/\n\(local)"
        try Data(right.utf8).write(to: URL(filePath: "\(bench.directory)/fast.yaml"))
        Monotonic.sleep(milliseconds: 1500)
        #expect(try WebhookStore.enable("fast", from: 1, on: bench.person()))
        #expect(new.wait(log.count, seconds: 20))
    }

    /// A restored log is refused until the statement of docs/operations.md is run; then everything goes on where it stood.
    private static func restoring(_ bench: Bench, _ stack: LiveStack) throws {
        let target = try HTTPTarget()
        defer { target.close() }
        let manager = try bench.run("http://127.0.0.1:\(target.port)/", extra: local)
        defer { manager.shutdown() }
        let count = try bench.log().count
        _ = try bench.wait { $0.delivered == count }
        let admin = try Connection(stack.layout.database(.admin), application: "tests")
        try admin.execute(script: "update log_head set epoch = gen_random_uuid()")
        if let hub = stack.process("hub") { kill(hub, SIGKILL) }
        let refused = try #require(try bench.wait { $0.reason != nil })
        #expect(refused.reason?.contains("epoch-changed") == true && refused.isActive, "\(refused)")
        let manual = try String(
            contentsOf: URL(filePath: LiveStack.packageRoot + "/docs/operations.md"),
            encoding: .utf8
        )
        let statement = manual.split(separator: "```").first { $0.hasPrefix("sql\nwith new as") }?.dropFirst(4)
        try admin.execute(script: String(try #require(statement)))
        if let hub = stack.process("hub") { kill(hub, SIGKILL) }
        try drop(stack, 77)
        #expect(target.wait(count + 1, seconds: 30))
        let healed = try #require(try bench.wait { $0.reason == nil && $0.delivered > count })
        #expect(healed.isActive && healed.cursor?.epoch != refused.cursor?.epoch)
        #expect(ids(target).prefix(count + 1).elementsEqual(try bench.log().prefix(count + 1)), "nothing comes twice")
    }
}

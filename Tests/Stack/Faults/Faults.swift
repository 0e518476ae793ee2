import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// What the fault tests have in common; docs/faults.md lists them by the fault's number.
enum Faults {
    /// `TIDINGS_FAULTS=long` multiplies articles and rounds.
    static let scale = ProcessInfo.processInfo.environment["TIDINGS_FAULTS"] == "long" ? 10 : 1

    /// Network namespaces, mounts and frozen threads are root's.
    static let isRoot = geteuid() == 0

    static func wait(_ seconds: Double, for condition: () throws -> Bool) rethrows -> Bool {
        let deadline = Monotonic.milliseconds() + Int(seconds * 1000)
        while try !condition() {
            guard Monotonic.milliseconds() < deadline else { return false }
            Monotonic.sleep(milliseconds: 20)
        }
        return true
    }

    /// For the messages of expectations.
    static func status(_ stack: LiveStack) -> String { (try? stack.tool(["status", "--output", "json"]).output) ?? "" }

    /// A stack that lacks a service until the test brings it.
    static func stack(_ name: String, without service: String) throws -> LiveStack {
        let stack = try LiveStack(name, arguments: ["--settle", "200", "--without", service], waits: false)
        guard wait(60, for: { contents("\(stack.directory)/up.log").contains("ready after") }) else {
            throw LiveStack.Failure("not ready: \(contents("\(stack.directory)/up.log"))")
        }
        return stack
    }

    static func report(_ number: Int) -> String {
        """
        Title: Fault report \(number)
        Date: 2016-12-30

        MOSCOW — Russia expelled \(number + 2) American diplomats on Thursday. Iran denied the accusations on Monday.

        """
    }

    /// An article that a debug build codes for seconds.
    static func longReport(_ number: Int, sentences: Int = 1500) -> String {
        "Title: Long fault report \(number)\nDate: 2016-12-30\n\nMOSCOW — "
            + (0..<sentences).map { "Russia expelled \($0 + 2) American diplomats on Thursday." }.joined(separator: " ")
            + "\n"
    }

    static func drop(_ numbers: Range<Int>, _ stack: LiveStack) throws {
        for number in numbers { try stack.drop(report(number), as: "fault-\(number).txt") }
    }

    static func text(_ sql: SQL, _ stack: LiveStack) throws -> String {
        try Connection(stack.layout.database(.operator), application: "tests").query(sql)[0].string(0)
    }

    /// The owner of everything, as a person who mends or breaks the database by hand.
    static func admin(_ stack: LiveStack) throws -> Connection {
        try Connection(stack.layout.database(.admin), application: "tests")
    }

    /// Lines of a service's log that hold all of these words.
    static func count(_ words: [String], _ log: String) -> Int {
        log.split(separator: "\n").count { line in words.allSatisfy { line.contains($0) } }
    }

    static func residentKilobytes(_ process: pid_t) -> Int {
        let text = (try? String(contentsOf: URL(filePath: "/proc/\(process)/status"), encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS") }
        return line?.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
    }

    static func contents(_ path: String) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits until so many articles are coded, and expects the whole truth: no job is left, each article has one answer, the log has no hole, and a
    /// subscriber that begins at its start gets every place once and in order.
    static func expectWhole(_ stack: LiveStack, articles: Int, seconds: Double = 60) throws {
        let done = wait(seconds) {
            let left = try? Database.number(
                """
                select (select count(*) from article where coded_at is null) + (select count(*) from job)
                    + (select count(*) from outbox) + abs(\(articles) - (select count(*) from article))
                """,
                stack
            )
            return left == 0
        }
        #expect(done, "not drained: \(Faults.status(stack))")
        #expect(
            try Database.number(
                """
                select (select count(*) from record where type = 'article')
                    - (select count(*) from article where text <> 'flood')
                """,
                stack
            ) == 0
        )
        let head = try Database.number("select seq from log_head", stack)
        #expect(try Database.number("select count(*) from log where seq between 1 and \(head)", stack) == head)
        #expect(try Database.number("select count(distinct record_id) from log", stack) == head)
        var lines: [Substring] = []
        for _ in 0..<5 where lines.count < head {
            lines = try stack.tool(["subscribe", "--from", "start", "--idle", "1", "--output", "jsonl"]).output.split(
                separator: "\n"
            )
        }
        let places = lines.compactMap(place)
        #expect(places == Array(1...max(1, head)), "the feed gives \(lines.count) of \(head): \(lines.last ?? "")")
    }

    /// The place in the log of a line that `tidings subscribe` printed.
    static func place(_ line: some StringProtocol) -> Int? {
        line.split(separator: #""sequence":""#).dropFirst().first.flatMap { Int($0.prefix(20)) }
    }

    /// Puts records straight into the outbox, many at once: the log's way from there on is the real one.
    static func flood(_ count: Int, _ stack: LiveStack) throws {
        try admin(stack).execute(
            script: """
                with a as (
                    insert into article (id, sha256, format, text, coded_at)
                    select gen_random_uuid(), sha256(random()::text::bytea), 'text', 'flood', now() returning id
                ), r as (
                    insert into record (uuid, article_id, type, topic, keys, data)
                    select gen_random_uuid(), a.id, 'quote', 'quote/FLOOD/', 'type=quote', '{"flood":true}'
                    from a, generate_series(1, \(count)) returning id
                )
                insert into outbox select id from r
                """
        )
    }
}

/// A program of ours, or another, that ends with the test.
final class Running {
    let log: String
    private let process: ChildProcess

    init(_ command: [String], log: String) throws {
        self.log = log
        process = try ChildProcess(command, log: log)
    }

    deinit { kill() }

    var pid: pid_t { process.pid }

    func send(_ signal: Int32) { process.send(signal: signal) }

    func ended() -> String? { process.ended() }

    func kill() {
        process.send(signal: SIGCONT)
        process.send(signal: SIGKILL)
        while process.ended() == nil { Monotonic.sleep(milliseconds: 2) }
    }

    /// A further extractor with the stack's own key.
    static func extractor(
        _ stack: LiveStack,
        _ name: String = "extract-2",
        hub: String? = nil,
        launcher: [String] = [],
        _ arguments: [String] = ["--workers", "1"]
    ) throws -> Running {
        try Running(
            launcher + [
                LiveStack.binary("tidings-extract"), "--hub", hub ?? stack.work, "--key",
                stack.layout.keys.keyFile(.extract), "--log-format", "text",
            ] + arguments,
            log: "\(stack.directory)/\(name).log"
        )
    }

    /// A hub on the three ports from `port`.
    static func hub(_ stack: LiveStack, port: Int) throws -> Running {
        try Running(
            [
                LiveStack.binary("tidings-hub"), "--database", stack.layout.database(.hub), "--keys",
                stack.layout.keys.directory, "--work", "tcp://127.0.0.1:\(port)", "--feed",
                "tcp://127.0.0.1:\(port + 1)", "--tap", "tcp://127.0.0.1:\(port + 2)", "--log-format", "text",
            ],
            log: "\(stack.directory)/hub-\(port).log"
        )
    }

    static func watch(_ stack: LiveStack, feed: String? = nil) throws -> Running {
        try Running(
            [
                LiveStack.binary("tidings-watch"), "--database", stack.layout.database(.watch), "--feed",
                feed ?? stack.feed, "--key", stack.layout.keys.keyFile(.watch), "--rules",
                stack.layout.rules, "--log-format", "text",
            ],
            log: "\(stack.directory)/watch-2.log"
        )
    }

    static func ingest(_ stack: LiveStack, directory: String, launcher: [String] = []) throws -> Running {
        // The test drops files at once.
        try FileManager.default.createDirectory(atPath: "\(directory)/inbox", withIntermediateDirectories: true)
        return try Running(
            launcher + [
                LiveStack.binary("tidings-ingest"), "--database", stack.layout.database(.ingest), "--hub", stack.work,
                "--key", stack.layout.keys.keyFile(.ingest), "--directory", directory, "--settle", "200", "--scan",
                "500", "--log-format", "text",
            ],
            log: "\(stack.directory)/ingest-2.log"
        )
    }

    /// A subscriber from the log's start; standard error goes beside its file.
    static func subscriber(
        _ stack: LiveStack,
        _ name: String,
        launcher: [String] = [],
        _ arguments: [String] = []
    ) throws -> Running {
        try Running(
            [
                "/bin/sh", "-c", "exec \"$@\" 2>\(stack.directory)/\(name).log", "run",
            ] + launcher + [
                LiveStack.binary("tidings"), "subscribe", "--data", stack.directory, "--from", "start", "--output",
                "jsonl", "--client", name,
            ] + arguments,
            log: "\(stack.directory)/\(name).jsonl"
        )
    }

    var lines: [Substring] { Faults.contents(log).split(separator: "\n") }
}

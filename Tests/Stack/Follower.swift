import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport

/// A subscriber of the endurance test with a key of its own, which writes what it receives into `NAME.received` (see reader.py).
final class Follower {
    enum Client {
        /// clients/python/tidings.py; begins behind the last line of its file, and takes so many seconds an event.
        case python(delay: Double = 0)
        /// `tidings subscribe`; begins behind the last line of its file.
        case swift
        /// `tidings subscribe --cursor`; begins where the hub says.
        case cursor
    }

    let name: String
    /// A condition on `record r` that says the same as the filter, of the record's data and not of its keys.
    let condition: String
    let isAtLeastOnce: Bool
    private let filter: String
    private let client: Client
    private let stack: LiveStack
    private let key: String
    private var process: ChildProcess

    init(
        _ name: String,
        _ client: Client,
        _ filter: String,
        _ condition: String,
        _ stack: LiveStack,
        key: String? = nil
    )
        throws
    {
        (self.name, self.client, self.filter, self.condition, self.stack) = (name, client, filter, condition, stack)
        self.key = try key ?? stack.addClient(name)
        if case .cursor = client { isAtLeastOnce = true } else { isAtLeastOnce = false }
        process = try Follower.start(client, name, filter, after: 0, key: self.key, stack)
    }

    deinit { kill() }

    static func directory(_ stack: LiveStack) -> String { "\(stack.directory)/streams" }
    var file: String { "\(Follower.directory(stack))/\(name).received" }

    private static func start(
        _ client: Client,
        _ name: String,
        _ filter: String,
        after: Int,
        key: String,
        _ stack: LiveStack
    ) throws -> ChildProcess {
        let subscribe = [
            "run", LiveStack.binary("tidings"), "subscribe", "--data", stack.directory, "--key", key, "--client", name,
            "--where", filter, "--output", "jsonl", "--from",
        ]
        let arguments =
            switch client {
            case .python(let delay): ["feed", key, filter, name, "\(after)", "\(delay)"]
            case .swift: subscribe + ["\(after)"]
            case .cursor: subscribe + ["start", "--cursor", name]
            }
        return try ChildProcess(
            [
                "/bin/sh", "-c", "exec \"$@\" 2>>\(stack.directory)/\(name).log", "run", "/usr/bin/python3",
                "\(LiveStack.packageRoot)/Tests/Stack/reader.py",
            ] + arguments,
            log: "\(directory(stack))/\(name).received"
        )
    }

    /// Kills the client with -9; of a program whose output is read, what it had written is kept.
    func kill() {
        if case .python = client { process.send(signal: SIGKILL) } else { process.send(signal: SIGTERM) }
        while process.ended() == nil { Monotonic.sleep(milliseconds: 2) }
    }

    /// Kills it, cuts off a line that it did not finish, and goes on: behind its last line, or where the hub says.
    func killAndResume() throws {
        kill()
        let (end, last) = try tail()
        guard truncate(file, end) == 0 else { throw LiveStack.Failure("truncate: \(errno)") }
        if isAtLeastOnce {
            let descriptor = open(file, O_WRONLY | O_APPEND | O_CLOEXEC)
            defer { close(descriptor) }
            guard write(descriptor, "resume\n", 7) == 7 else { throw LiveStack.Failure("write: \(errno)") }
        }
        process = try Follower.start(client, name, filter, after: last, key: key, stack)
    }

    /// Lets a slow one take what is left at once.
    func hurry() {
        if case .python(let delay) = client, delay > 0 { process.send(signal: SIGUSR1) }
    }

    /// - Throws: with what it said, when it has ended by itself.
    func expectAlive() throws {
        guard let end = process.ended() else { return }
        let said = (try? String(contentsOf: URL(filePath: "\(stack.directory)/\(name).log"), encoding: .utf8)) ?? ""
        throw LiveStack.Failure("subscriber \(name) ended with \(end): \(said.suffix(1000))")
    }

    /// The sequence number of the last whole line.
    var last: Int { (try? tail().last) ?? 0 }

    /// Where the last whole line ends, and its sequence number; 0 when there is none.
    private func tail() throws -> (end: Int, last: Int) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LiveStack.Failure("\(file): \(errno)") }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: min(size, 4096))
        let start = size - bytes.count
        guard pread(descriptor, &bytes, bytes.count, start) == bytes.count else {
            throw LiveStack.Failure("\(file): \(errno)")
        }
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let numbers = bytes[..<end].split(separator: UInt8(ascii: "\n")).compactMap {
            Int(String(decoding: $0.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
        }
        return (start + end, numbers.last ?? 0)
    }
}

extension Follower {
    /// Those who have to receive everything: several filters, every client; one is slow, two are killed.
    static func honest(_ stack: LiveStack) throws -> [Follower] {
        let event = "r.type = 'event'"
        return [
            try Follower("everything", .python(), "", "true", stack),
            try Follower("events", .python(), "type=event", event, stack),
            try Follower("quotes", .python(), "type=quote", "r.type = 'quote'", stack),
            try Follower("articles", .swift, "type=article", "r.type = 'article'", stack),
            try Follower(
                "sanctions",
                .swift,
                "type=event event=SANCTION,COERCE",
                "\(event) and r.data->>'event' in ('SANCTION', 'COERCE')",
                stack
            ),
            try Follower(
                "sure",
                .python(),
                "type=event confidence>=0.7",
                "\(event) and round((r.data->>'confidence')::numeric, 3) >= 0.7",
                stack
            ),
            try Follower(
                "others",
                .python(),
                "type=event event!=CONSULT,AGREE",
                "\(event) and r.data->>'event' not in ('CONSULT', 'AGREE')",
                stack
            ),
            try Follower("slow", .python(delay: 0.2), "type=article", "r.type = 'article'", stack),
            try Follower(
                "killed",
                .python(),
                "type=event status=happened",
                "\(event) and r.data->>'status' = 'happened'",
                stack
            ),
            try Follower(
                "cursor",
                .cursor,
                "type=event actor=USA",
                "\(event) and exists (select from json_array_elements(r.data->'actor') a where a->>'code' = 'USA')",
                stack
            ),
        ]
    }

    /// Somebody with the hub's public key and a pair that nobody enrolled.
    static func stranger(_ stack: LiveStack) throws -> Follower {
        let known = try String(contentsOf: URL(filePath: stack.layout.keys.keyFile(.operator)), encoding: .utf8)
        let pair = CurveKeyPair()
        let lines = known.split(separator: "\n").map { line in
            if line.hasPrefix("public_key") { return "public_key = \"\(pair.publicKey)\"" }
            if line.hasPrefix("secret_key") { return "secret_key = \"\(pair.secretKey)\"" }
            return String(line)
        }
        let path = "\(stack.directory)/stranger.key"
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
        guard chmod(path, 0o600) == 0 else { throw LiveStack.Failure("chmod \(path): \(errno)") }
        return try Follower("stranger", .swift, "", "false", stack, key: path)
    }

    /// Writes into `NAME.expected` what the log holds for it, as PostgreSQL says, and returns the last sequence number.
    func writeExpected() throws -> Int {
        var lines = ""
        var last = 0
        let connection = try Connection(stack.layout.database(.operator), application: "tests")
        // The condition is a literal of this file.
        let rows = try connection.query(
            SQL(
                script:
                    "select l.seq, r.uuid::text from log l join record r on r.id = l.record_id where \(condition) order by l.seq"
            )
        )
        for row in rows {
            last = try row.int(0)
            lines += "\(last) \(try row.string(1))\n"
        }
        try Data(lines.utf8).write(to: URL(filePath: "\(Follower.directory(stack))/\(name).expected"))
        return last
    }
}

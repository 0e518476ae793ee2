import FoundationEssentials
import Glibc
import ServiceSupport
import Supervision
import TestSupport

/// A subscriber that keeps what it received in a file, which is also its cursor; may be killed at any moment.
final class Subscriber {
    let file: String
    private let stack: LiveStack
    private var process: ChildProcess

    init(_ stack: LiveStack, filter: String = "") throws {
        self.stack = stack
        file = "\(stack.directory)/received.jsonl"
        process = try Subscriber.start(stack, file, from: "start")
    }

    deinit { kill() }

    private static func start(_ stack: LiveStack, _ file: String, from: String) throws -> ChildProcess {
        // Standard error goes elsewhere: only records may stand in the file.
        try ChildProcess(
            [
                "/bin/sh", "-c", "exec \"$@\" 2>>\(stack.directory)/subscriber.log", "run", LiveStack.binary("tidings"),
                "subscribe",
                "--data", stack.directory, "--from", from, "--output", "jsonl",
            ],
            log: file
        )
    }

    func kill() {
        process.send(signal: SIGKILL)
        while process.ended() == nil { Monotonic.sleep(milliseconds: 2) }
    }

    /// Kills it with -9, cuts off a line it did not finish, and goes on after the last one.
    func killAndResume() throws {
        kill()
        var bytes = try [UInt8](Data(contentsOf: URL(filePath: file)))
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        bytes.removeSubrange(end...)
        guard truncate(file, end) == 0 else { throw LiveStack.Failure("truncate: \(errno)") }
        let last = bytes.split(separator: UInt8(ascii: "\n")).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let sequence = last.split(separator: #""sequence":""#).dropFirst().first.flatMap { Int($0.prefix(20)) }
        process = try Subscriber.start(stack, file, from: sequence.map(String.init) ?? "start")
    }

    /// The lines received so far.
    var lines: [String] {
        let text = (try? String(contentsOf: URL(filePath: file), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// Articles announced so far.
    var articles: Int { lines.count { $0.contains(#""type":"tidings.article.v1""#) } }

    /// Waits until so many articles have come.
    func wait(articles: Int, seconds: Int) -> Bool {
        let deadline = Monotonic.milliseconds() + seconds * 1000
        while self.articles < articles {
            guard Monotonic.milliseconds() < deadline else { return false }
            Monotonic.sleep(milliseconds: 50)
        }
        return true
    }
}

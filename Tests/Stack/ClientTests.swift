import FoundationEssentials
import Glibc
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// The clients of the documentation, each against the real stack, and the cursors that the hub keeps for them.
@Suite("Clients", .timeLimit(.minutes(5)), .serialized) struct StackClientTests {
    private static func report(_ number: Int) -> String {
        """
        Title: Clients \(number)
        Date: 2016-12-30
        Source: The Daily Café

        MOSCOW — Russia expelled \(number + 2) American diplomats on Thursday. Protesters marched in Warsaw.

        """
    }

    private func drop(_ numbers: Range<Int>, _ stack: LiveStack) throws {
        for number in numbers { try stack.drop(StackClientTests.report(number), as: "client-\(number).txt") }
    }

    /// Kills the hub and waits for the next one.
    private func killHub(_ stack: LiveStack) throws {
        let old = try #require(stack.process("hub"))
        kill(old, SIGKILL)
        let deadline = Monotonic.milliseconds() + 20_000
        while stack.process("hub") == nil || stack.process("hub") == old {
            guard Monotonic.milliseconds() < deadline else { throw LiveStack.Failure("the hub does not come back") }
            Monotonic.sleep(milliseconds: 10)
        }
    }

    /// Everything that matches, as another reader gets it; waits until so many lines are there.
    private func lines(_ filter: String, atLeast count: Int, _ stack: LiveStack) throws -> [Substring] {
        let deadline = Monotonic.milliseconds() + 60_000
        while true {
            let run = try stack.tool([
                "subscribe", "--from", "start", "--where", filter, "--idle", "0.3", "--output", "jsonl",
            ])
            let lines = run.output.split(separator: "\n")
            if run.status == 0, lines.count >= count { return lines }
            guard Monotonic.milliseconds() < deadline else {
                throw LiveStack.Failure("only \(lines.count) of \(count): \(run.output.prefix(500))")
            }
        }
    }

    private func contents(_ path: String) -> String {
        (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
    }

    /// Reads a child's output until it is the wanted text.
    private func output(_ path: String, reaches wanted: String) -> Bool {
        let deadline = Monotonic.milliseconds() + 30_000
        while contents(path) != wanted {
            guard Monotonic.milliseconds() < deadline else { return false }
            Monotonic.sleep(milliseconds: 50)
        }
        return true
    }

    /// Debian's Python, whose python3-zmq the bootstrap installs: another python3 on the PATH has no ZeroMQ.
    @Test func `the Python client passes its tests against a stack whose hub is killed`() throws {
        let stack = try LiveStack("python", arguments: ["--settle", "200"])
        let run = try LiveStack.run([
            "/usr/bin/env", "TIDINGS_STACK=\(stack.directory)", "PYTHONDONTWRITEBYTECODE=1", "/bin/sh", "-c",
            "cd \(LiveStack.packageRoot)/clients/python && exec /usr/bin/python3 -W error::ResourceWarning -m unittest -v test_tidings",
        ])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("OK") && !run.output.contains("skipped"), "\(run.output)")
    }

    @Test func `the C client is compiled, follows, and resumes when the hub was killed`() throws {
        let stack = try LiveStack("c")
        let program = "\(stack.directory)/feed"
        let compiled = try LiveStack.run([
            "cc", "-O1", "-Wall", "-Wextra", "-Werror", "-o", program,
            "\(LiveStack.packageRoot)/docs/clients/feed.c", "-lzmq",
        ])
        #expect(compiled.status == 0, "\(compiled.output)")
        try drop(0..<3, stack)
        let client = try ChildProcess(
            [program, stack.layout.keys.keyFile(.operator), stack.feed, "type=event"],
            log: "\(stack.directory)/c.jsonl"
        )
        defer {
            client.send(signal: SIGKILL)
            while client.ended() == nil { Monotonic.sleep(milliseconds: 5) }
        }
        let first = try lines("type=event", atLeast: 3, stack)
        #expect(output("\(stack.directory)/c.jsonl", reaches: first.joined(separator: "\n") + "\n"))
        try killHub(stack)
        try drop(3..<6, stack)
        let all = try lines("type=event", atLeast: first.count + 3, stack)
        #expect(output("\(stack.directory)/c.jsonl", reaches: all.joined(separator: "\n") + "\n"))
        let refused = try LiveStack.run([program, stack.layout.keys.keyFile(.operator), stack.feed, "event=SANKTION"])
        #expect(refused.status == 1 && refused.output.contains("did you mean SANCTION?"))
    }

    @Test func `the Swift example goes on at its cursor, which can be listed and removed`() throws {
        let stack = try LiveStack("swift")
        try drop(0..<3, stack)
        let wanted = try lines("event=SANCTION", atLeast: 3, stack).count
        let example = [
            LiveStack.binary("follow-feed"), stack.feed, stack.layout.keys.keyFile(.operator), "swift-1",
            "event=SANCTION",
        ]
        let first = try LiveStack.run(example + ["2"])
        #expect(first.status == 0 && first.output.contains("SANCTION happened: Russia"), "\(first.output)")
        try killHub(stack)
        let rest = try LiveStack.run(example + ["\(wanted - 2)"])
        let places = (first.output + rest.output).split(separator: "\n").compactMap { Int($0.prefix { $0 != " " }) }
        #expect(places.count == wanted && zip(places, places.dropFirst()).allSatisfy(<), "\(places)")

        let listed = try stack.tool(["cursor", "list"])
        #expect(listed.output.hasPrefix("swift-1 of operator  at \(places.last ?? -1), "), "\(listed.output)")
        #expect(listed.output.contains("behind") && listed.output.contains("by follow-feed"))
        #expect(try stack.tool(["cursor", "remove", "swift-1"]).output == "removed swift-1 of operator\n")
        let again = try stack.tool(["cursor", "remove", "swift-1"])
        #expect(again.status == 1 && again.output.contains("no cursor swift-1"))
        let anew = try LiveStack.run(example + ["1"])
        #expect(anew.output.hasPrefix("\(places.first ?? -1) "), "a cursor removed begins anew")
    }

    @Test func `subscribe goes on at its cursor, and another client takes it over`() throws {
        let stack = try LiveStack("cursor")
        try drop(0..<3, stack)
        let wanted = try lines("", atLeast: 6, stack)
        let options = ["subscribe", "--from", "start", "--cursor", "desk", "--output", "jsonl"]
        let first = try stack.tool(options + ["--count", "4"])
        let rest = try stack.tool(options + ["--idle", "0.5"])
        #expect((first.output + rest.output).split(separator: "\n") == wanted)

        let holder = try ChildProcess(
            [LiveStack.binary("tidings")] + options + ["--data", stack.directory],
            log: "\(stack.directory)/holder.txt"
        )
        Monotonic.sleep(milliseconds: 1000)
        #expect(try stack.tool(options + ["--idle", "0.5"]).status == 0)
        let deadline = Monotonic.milliseconds() + 5000
        while holder.ended() == nil, Monotonic.milliseconds() < deadline { Monotonic.sleep(milliseconds: 20) }
        let end = holder.ended()
        #expect(end != nil)
        #expect(contents("\(stack.directory)/holder.txt").contains("taken"))

        let wrong = try stack.tool(["subscribe", "--where", "event=SANKTION"])
        #expect(wrong.status == 64 && wrong.output.contains("did you mean SANCTION?"))
        #expect(try stack.tool(["subscribe", "--cursor", "Desk"]).status == 64)
    }
}

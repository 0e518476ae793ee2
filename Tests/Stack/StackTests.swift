import FoundationEssentials
import Glibc
import Messaging
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// The stack as a person runs it: real processes, a real server, real sockets.
@Suite("Stack", .timeLimit(.minutes(5)), .serialized) struct StackTests {
    private static let report = """
        Title: Sanctions
        Date: 2016-12-30
        Source: Stack tests

        MOSCOW — Foreign Minister Sergei Lavrov urged President Vladimir Putin to expel 35 American diplomats.

        """

    @Test func `an article dropped comes out at subscribers, can be shown, and survives a restart`() throws {
        let stack = try LiveStack("way")
        // Debian's Python, whose python3-zmq the bootstrap installs: another python3 on the PATH has no ZeroMQ.
        let python = try ChildProcess(
            [
                "/usr/bin/python3", LiveStack.packageRoot + "/docs/subscribe.py", stack.tap,
                stack.layout.keys.keyFile(.operator), "article/",
            ],
            log: "\(stack.directory)/python.jsonl"
        )
        // A tap shows what comes after the subscription has arrived.
        Monotonic.sleep(milliseconds: 1500)
        try stack.drop(StackTests.report, as: "report.txt")
        let received = try stack.tool([
            "subscribe", "--from", "start", "--idle", "1", "--output", "jsonl", "--count", "50",
        ])
        #expect(received.status == 0)
        let lines = received.output.split(separator: "\n")
        #expect(lines.contains { $0.contains(#""type":"tidings.event.v1""#) && $0.contains(#""event":"REQUEST""#) })
        #expect(lines.last?.contains(#""type":"tidings.article.v1""#) == true, "the article's own record closes it")
        #expect(stack.exists("done/report.txt"))

        let tapped = try String(contentsOf: URL(filePath: "\(stack.directory)/python.jsonl"), encoding: .utf8)
        #expect(tapped.contains(#""type":"tidings.article.v1""#), "the five-line subscriber: \(tapped)")
        python.send(signal: SIGKILL)
        while python.ended() == nil { Monotonic.sleep(milliseconds: 5) }

        let id =
            lines.last?.split(separator: #""article":{"#).last?.split(separator: #""id":""#).dropFirst().first?.prefix(
                36
            ) ?? ""
        let shown = try stack.tool(["show", "article", String(id)])
        #expect(shown.status == 0 && shown.output.contains("\"events\""))

        try stack.restart(signal: SIGTERM)
        let again = try stack.tool(["subscribe", "--from", "start", "--idle", "1", "--output", "jsonl"])
        #expect(again.output == received.output, "the log is the same after a restart, to the byte")
    }

    @Test func `filters, counts and places in the log`() throws {
        let stack = try LiveStack("filters")
        for number in 0..<5 {
            let text = StackTests.report.replacing("Title: Sanctions", with: "Title: Sanctions \(number)")
            #expect(try stack.tool(["submit"], input: text).status == 0)
        }
        let all = try stack.tool(["subscribe", "--from", "start", "--idle", "1.5", "--output", "jsonl"]).output.split(
            separator: "\n"
        )
        #expect(all.count { $0.contains(#""type":"tidings.article.v1""#) } == 5)
        let articles = try stack.tool(
            ["subscribe", "--from", "start", "--where", "type=article", "--count", "2", "--output", "jsonl"])
        #expect(articles.output.split(separator: "\n").count == 2)
        let rest = try stack.tool(["subscribe", "--from", "\(all.count - 1)", "--idle", "1", "--output", "jsonl"])
        #expect(rest.output.split(separator: "\n") == all.suffix(1))
        let wrong = try stack.tool(["subscribe", "--where", "colour=red"])
        #expect(wrong.status == 64 && wrong.output.contains("'colour' is not a name"))
        let ahead = try stack.tool(["subscribe", "--from", "99999", "--idle", "1"])
        #expect(ahead.status == 1 && ahead.output.contains("99999"))
    }

    @Test func `when tidings up is killed its services end, and the next one takes the server over`() throws {
        let stack = try LiveStack("killed")
        let hub = try #require(stack.process("hub"))
        try stack.restart(signal: SIGKILL)
        let deadline = Monotonic.milliseconds() + 5000
        while kill(hub, 0) == 0, Monotonic.milliseconds() < deadline { Monotonic.sleep(milliseconds: 20) }
        #expect(kill(hub, 0) != 0, "a service without its supervisor must end")
        #expect(stack.process("hub") != hub)
        #expect(try stack.tool(["status"]).status == 0)
        let second = try stack.tool(["up", "--port-base", "\(stack.portBase)"])
        #expect(second.status != 0 && second.output.contains("is in use"))
        #expect(try stack.tool(["down"]).status == 0)
        #expect(try stack.tool(["status"]).status == 1)
    }

    @Test func `a warm start is ready in less than five seconds`() throws {
        let stack = try LiveStack("warm")
        let start = Monotonic.milliseconds()
        try stack.restart(signal: SIGTERM)
        let log = try String(contentsOf: URL(filePath: "\(stack.directory)/up.log"), encoding: .utf8)
        let ready = log.split(separator: "ready after ").last?.split(separator: " ").first.flatMap { Double($0) }
        #expect(try #require(ready) < 5)
        #expect(Monotonic.milliseconds() - start < 15_000)
    }
}

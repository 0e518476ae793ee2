import FoundationEssentials
import Glibc
import Messaging
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// Who gets in, and how fast somebody is put out.
@Suite("Access", .timeLimit(.minutes(3)), .serialized) struct AccessTests {
    private static let report =
        "Title: Sanctions\nDate: 2016-12-30\n\nMOSCOW — Russia expelled 35 American diplomats.\n"

    /// A subscriber with a key of its own that goes on until it is killed.
    private final class Reader {
        let file: String
        private let process: ChildProcess

        init(_ stack: LiveStack, key: String, _ name: String) throws {
            file = "\(stack.directory)/\(name).jsonl"
            process = try ChildProcess(
                [
                    "/bin/sh", "-c", "exec \"$@\" 2>\(stack.directory)/\(name).log", "run", LiveStack.binary("tidings"),
                    "subscribe", "--data", stack.directory, "--key", key, "--from", "start", "--output", "jsonl",
                ],
                log: file
            )
        }

        deinit {
            process.send(signal: SIGKILL)
            while process.ended() == nil { Monotonic.sleep(milliseconds: 2) }
        }

        var count: Int {
            ((try? String(contentsOf: URL(filePath: file), encoding: .utf8)) ?? "").split(separator: "\n").count
        }
    }

    private func wait(_ seconds: Double, for condition: () throws -> Bool) rethrows -> Bool {
        let deadline = Monotonic.milliseconds() + Int(seconds * 1000)
        while try !condition() {
            guard Monotonic.milliseconds() < deadline else { return false }
            Monotonic.sleep(milliseconds: 20)
        }
        return true
    }

    @Test func `a client is let in while the hub runs, and put out within two seconds; the others go on without loss`()
        throws
    {
        let stack = try LiveStack("access", arguments: ["--settle", "100"])
        let key = try stack.addClient("desk")
        #expect(try stack.tool(["client", "list"]).output.contains("desk"))
        let twice = try stack.tool(["client", "add", "desk"])
        #expect(twice.status != 0 && twice.output.contains("client rotate desk"))
        let (desk, own) = (
            try Reader(stack, key: key, "desk"), try Reader(stack, key: stack.layout.keys.keyFile(.operator), "own")
        )
        try stack.drop(AccessTests.report, as: "first.txt")
        #expect(wait(10) { desk.count >= 2 && desk.count == own.count })

        #expect(try stack.tool(["client", "remove", "desk"]).status == 0)
        Monotonic.sleep(milliseconds: 2000)
        let before = desk.count
        try stack.drop(AccessTests.report + "Germany condemned the attack.\n", as: "second.txt")
        #expect(wait(15) { own.count >= before + 2 })
        #expect(desk.count == before, "a withdrawn key must not get another event")
        let late = try LiveStack.run([
            "/usr/bin/timeout", "5", LiveStack.binary("tidings"), "subscribe", "--data", stack.directory, "--key", key,
            "--from", "start",
        ])
        #expect(late.output.contains("refuses the key"), "\(late.output)")
        #expect(!late.output.contains("tidings.event.v1"))
        #expect(stack.log("hub").contains("a key may no longer connect"))
    }

    @Test func `a stranger and a client without the role learn nothing`() throws {
        let stack = try LiveStack("strangers", arguments: ["--settle", "100"])
        try stack.drop(AccessTests.report, as: "first.txt")
        let known = try KeyFile(try stack.addClient("listener", ["--role", "tap"]))
        let stranger = CurveKeyPair()
        let context = MessagingContext()
        let server = try known.key("server_key")
        for (pair, endpoint) in [
            (stranger, stack.feed), (stranger, stack.work), (try known.pair(), stack.feed),
            (try known.pair(), stack.work),
        ] {
            let socket = try Socket(.dealer, in: context, security: .client(serverKey: server, keys: pair))
            let handshake = try Handshake(of: socket, in: context)
            try socket.connect(endpoint)
            try socket.send([Array("STATUS".utf8), Array("{}".utf8)])
            #expect(try handshake.wait(milliseconds: 3000) == .refused, "\(endpoint)")
            #expect(try socket.receive() == nil)
        }
        // Who may read the feed may not see who else does, nor take jobs.
        let reader = try KeyFile(try stack.addClient("reader"))
        let status = try stack.tool(["status", "--hub-only", "--key", reader.path])
        #expect(status.status == 0, "\(status.output)")
        #expect(stack.log("hub").contains("a key was refused"))
    }

    @Test func `an extractor's key withdrawn ends its work, and another takes over`() throws {
        let stack = try LiveStack("worker", arguments: ["--settle", "100"])
        #expect(try stack.tool(["client", "remove", "extract"]).status == 0)
        Monotonic.sleep(milliseconds: 1500)
        try stack.drop(AccessTests.report, as: "first.txt")
        #expect(try stack.tool(["subscribe", "--from", "start", "--idle", "2"]).output.contains("REQUEST") == false)
        let key = try stack.addClient("extract-2", ["--role", "worker"])
        let worker = try ChildProcess(
            [LiveStack.binary("tidings-extract"), "--hub", stack.work, "--key", key, "--workers", "1"],
            log: "\(stack.directory)/extract-2.log"
        )
        defer {
            worker.send(signal: SIGKILL)
            while worker.ended() == nil { Monotonic.sleep(milliseconds: 2) }
        }
        let events = try stack.tool(["subscribe", "--from", "start", "--count", "2", "--output", "jsonl"])
        #expect(events.output.contains("tidings.event.v1"), "\(events.output)")
    }

    @Test func `the hub's key and a client's key are changed without losing anybody`() throws {
        let stack = try LiveStack("rotation", arguments: ["--settle", "100"])
        let key = try stack.addClient("desk")
        let printed = try LiveStack.tool(["keys", "rotate", "--keys", stack.layout.keys.directory])
        #expect(printed.output.contains("next_server_key"), "\(printed.output)")
        let line = printed.output.split(separator: "\n").first { $0.hasPrefix("next_server_key") } ?? ""
        let before = try String(contentsOf: URL(filePath: key), encoding: .utf8)
        try Data((before + line + "\n").utf8).write(to: URL(filePath: key))
        let desk = try Reader(stack, key: key, "desk")
        try stack.drop(AccessTests.report, as: "first.txt")
        #expect(wait(10) { desk.count >= 2 })
        let old = desk.count
        _ = try LiveStack.tool(["keys", "rotate", "--finish", "--keys", stack.layout.keys.directory])
        try stack.drop(AccessTests.report + "Germany condemned the attack.\n", as: "second.txt")
        #expect(wait(30) { desk.count >= old + 2 }, "\(stack.log("hub"))")
        #expect(wait(5) { stack.log("hub").contains("the hub has a new key") })
        #expect(try wait(20) { try stack.tool(["status"]).status == 0 })

        // The client's own key: both work, then only the new one.
        let second = try stack.tool(["client", "rotate", "desk"])
        #expect(second.status == 0 && second.output.contains("secret_key"))
        Monotonic.sleep(milliseconds: 1000)
        #expect(try stack.tool(["status", "--hub-only", "--key", key]).status == 0)
        #expect(try stack.tool(["client", "rotate", "desk", "--finish"]).status == 0)
        Monotonic.sleep(milliseconds: 1500)
        let refused = try stack.tool(["status", "--hub-only", "--key", key])
        #expect(refused.status != 0 && refused.output.contains("refuses the key"), "\(refused.output)")
    }

    @Test func `a hub without keys does not start, and says what to do`() throws {
        let run = try LiveStack.run([
            LiveStack.binary("tidings-hub"), "--keys", "/nonexistent", "--work", "tcp://127.0.0.1:1", "--feed",
            "tcp://127.0.0.1:1", "--tap", "tcp://127.0.0.1:1",
        ])
        #expect(run.status == 78)
        #expect(run.output.contains("/nonexistent/hub/curve.key"))
    }
}

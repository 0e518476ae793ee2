import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// Networks that lose, delay, divide and rename.
///
/// The whole stack runs in a network namespace, whose loopback is what breaks; the server is reached by its
/// unix socket.
@Suite("Network faults", .timeLimit(.minutes(5)), .serialized) struct NetworkFaults {
    /// Rows 15, 16 and 17.
    @Test(.enabled(if: Namespace.isPossible, "needs root, nftables and iproute2 for a network namespace"))
    func `extractor and hub divided, in one direction and in both, then on a bad line: no double effect`() throws {
        let network = try Namespace()
        let stack = try LiveStack("network", arguments: ["--settle", "200", "--workers", "2"], launcher: network.enter)
        let port = stack.portBase
        let extractor = stack.process("extract")
        var articles = 0
        // Both ways; then only what the hub says is lost; then only what the extractor says.
        for rules in [
            ["tcp dport \(port)", "tcp sport \(port)"], ["tcp sport \(port)"], ["tcp dport \(port)"],
        ] {
            let (left, came) = (
                Faults.count(["a job goes back"], stack.log("hub")),
                Faults.count(["connecting to the hub again"], stack.log("extract"))
            )
            try stack.drop(Faults.longReport(articles, sentences: 300), as: "long-\(articles).txt")
            try Faults.drop(articles + 1..<articles + 5, stack)
            articles += 5
            #expect(
                try Faults.wait(10) { try Database.number("select count(*) from job where state = 1", stack) > 0 }
            )
            try network.drop(rules)
            let start = Monotonic.milliseconds()
            #expect(
                Faults.wait(10) {
                    Faults.count(["connecting to the hub again"], stack.log("extract")) > came
                },
                "the extractor sees that the hub is silent"
            )
            #expect(Monotonic.milliseconds() - start < 6000)
            #expect(try Faults.wait(6) { try stack.tool(["status"]).output.contains("no extractor has come") })
            #expect(try Database.number("select count(*) from job where state = 1", stack) == 0)
            #expect(Faults.count(["a job goes back"], stack.log("hub")) > left)
            try network.heal()
            try Faults.expectWhole(stack, articles: articles)
        }
        #expect(stack.process("extract") == extractor, "the same process all the time")

        let reconnects = Faults.count(["connecting to the hub again"], stack.log("extract"))
        let back = Faults.count(["a job goes back"], stack.log("hub"))
        try network.drop(["meta l4proto tcp numgen random mod 100 < 5"])
        let subscriber = try Running.subscriber(stack, "bad-line", launcher: network.enter)
        try Faults.drop(articles..<articles + 10, stack)
        articles += 10
        let head = try Faults.wait(60) {
            try Database.number("select count(*) from article where coded_at is null", stack) == 0
                && Database.number("select count(*) from article", stack) == articles
                && Database.number("select count(*) from outbox", stack) == 0
        }
        #expect(head)
        let last = try Database.number("select seq from log_head", stack)
        #expect(Faults.wait(30) { subscriber.lines.count >= last })
        #expect(subscriber.lines.compactMap(Faults.place) == Array(1...last))
        #expect(Faults.count(["connecting to the hub again"], stack.log("extract")) == reconnects, "no false death")
        #expect(Faults.count(["a job goes back"], stack.log("hub")) == back)
        try network.heal()
        try Faults.expectWhole(stack, articles: articles)
    }

    /// Rows 16 and 17: a peer that does not read, connections that are reset, and 200 ms each way.
    @Test func `subscribers and extractors behind a bad proxy get everything, and the hub's memory stays flat`() throws
    {
        let stack = try Faults.stack("proxy", without: "extract")
        let (work, feed) = (try Proxy(to: stack.portBase), try Proxy(to: stack.portBase + 1))
        let worker = try Running.extractor(stack, hub: work.address)
        let subscriber = try Running.subscriber(stack, "proxied", ["--feed", feed.address])
        try Faults.drop(0..<5, stack)
        try Faults.expectWhole(stack, articles: 5)
        let hub = try #require(stack.process("hub"))
        feed.set { $0.isStill = true }
        work.set { $0.isStill = true }
        let before = Faults.residentKilobytes(hub)
        for _ in 0..<5 { try Faults.flood(4000, stack) }
        try Faults.drop(5..<10, stack)
        Monotonic.sleep(milliseconds: 5000)
        #expect(Faults.residentKilobytes(hub) - before < 150_000, "credit bounds what is sent to who does not read")
        feed.set { $0.isStill = false }
        work.set { $0.isStill = false }
        for proxy in [work, feed] { proxy.cut() }
        for proxy in [work, feed] { proxy.set { $0.delay = 200 } }
        try Faults.drop(10..<20, stack)
        for _ in 0..<3 {
            Monotonic.sleep(milliseconds: 700)
            for proxy in [work, feed] { proxy.cut() }
        }
        try Faults.expectWhole(stack, articles: 25)
        let head = try Database.number("select seq from log_head", stack)
        #expect(Faults.wait(60) { subscriber.lines.count >= head }, "\(subscriber.lines.count) of \(head)")
        #expect(subscriber.lines.compactMap(Faults.place) == Array(1...head))
        let reconnects = Faults.contents(worker.log).split(separator: "\n").count
        Monotonic.sleep(milliseconds: 4000)
        #expect(Faults.contents(worker.log).split(separator: "\n").count == reconnects, "a slow line is not a dead one")
    }

    /// Row 43: a mount namespace of its own has a hosts file of its own.
    @Test(.enabled(if: Mount.isPossible, "needs root for a hosts file of its own"))
    func `a name that gets another address is resolved again`() throws {
        let stack = try LiveStack("renamed", arguments: ["--settle", "200"])
        let hosts = "\(stack.directory)/hosts"
        func name(_ address: String) throws {
            try Data("127.0.0.1 localhost\n\(address) hub.tidings.test\n".utf8).write(to: URL(filePath: hosts))
        }
        try name("127.0.0.1")
        var first: Proxy? = try Proxy(to: stack.portBase + 1)
        let port = try #require(first?.port)
        let subscriber = try Running.subscriber(
            stack,
            "renamed",
            launcher: [
                "/usr/bin/unshare", "-m", "/bin/sh", "-c", "mount --bind \(hosts) /etc/hosts && exec \"$@\"", "run",
            ],
            ["--feed", "tcp://hub.tidings.test:\(port)"]
        )
        try Faults.drop(0..<2, stack)
        try Faults.expectWhole(stack, articles: 2)
        var head = try Database.number("select seq from log_head", stack)
        #expect(
            Faults.wait(10) { subscriber.lines.count == head },
            "\(Faults.contents("\(stack.directory)/renamed.log"))"
        )
        let second = try Proxy(to: stack.portBase + 1, host: "127.0.0.2", port: port)
        try name("127.0.0.2")
        first?.cut()
        first = nil
        let start = Monotonic.milliseconds()
        try Faults.drop(2..<4, stack)
        #expect(
            try Faults.wait(15) {
                head = try Database.number("select seq from log_head", stack)
                return try Database.number("select count(*) from article where coded_at is not null", stack) == 4
                    && subscriber.lines.count == head
            }
        )
        #expect(Monotonic.milliseconds() - start < 8000)
        #expect(subscriber.lines.compactMap(Faults.place) == Array(1...head))
        withExtendedLifetime(second) {}
    }
}

import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// Extractors that are killed, frozen, hung and starved.
@Suite("Worker faults", .timeLimit(.minutes(5)), .serialized) struct WorkerFaults {
    /// Row 1.
    @Test func `an extractor killed again and again: every article once, only what it had started is charged`() throws {
        let stack = try LiveStack("worker-killed", arguments: ["--settle", "200", "--workers", "2"])
        let (rounds, articles) = (4 * Faults.scale, 40 * Faults.scale)
        for round in 0..<rounds {
            try Faults.drop(round * articles / rounds..<(round + 1) * articles / rounds, stack)
            Monotonic.sleep(milliseconds: Int.random(in: 10...500))
            if let extractor = stack.process("extract") { kill(extractor, SIGKILL) }
            #expect(Faults.wait(20) { stack.process("extract").map { kill($0, 0) == 0 } ?? false })
        }
        try Faults.expectWhole(stack, articles: articles)
        let charged = Faults.count(["a job goes back", #"charged="true""#], stack.log("hub"))
        #expect(charged <= rounds * 2, "two threads can have started two articles, \(charged) were charged")
    }

    /// Row 2.
    @Test(.enabled(if: FrozenThreads.isPossible, "needs root and /usr/bin/python3 to freeze a thread"))
    func `an extractor frozen and thawed: its articles go to another, and its late answer is stale`() throws {
        let stack = try Faults.stack("worker-frozen", without: "extract")
        let first = try Running.extractor(stack, "first")
        #expect(try Faults.wait(20) { try stack.tool(["status"]).output.contains("worker ") })
        // Its one coding thread stands still in an article that it has started, then all of it.
        var thread: FrozenThreads? = try FrozenThreads(first.pid, named: "coder", log: "\(stack.directory)/freeze.log")
        try Faults.drop(0..<4, stack)
        #expect(
            try Faults.wait(10) { try Database.number("select count(*) from job where state = 1", stack) == 4 },
            "all four are in its hands"
        )
        Monotonic.sleep(milliseconds: 300)
        first.send(SIGSTOP)
        let frozen = Monotonic.milliseconds()
        #expect(Faults.wait(10) { stack.log("hub").contains("a job goes back") })
        #expect(Monotonic.milliseconds() - frozen < 4500, "three seconds of silence are death")
        let second = try Running.extractor(stack, "second")
        try Faults.expectWhole(stack, articles: 4)
        #expect(Faults.count(["a job goes back", #"charged="true""#], stack.log("hub")) == 1)
        withExtendedLifetime(thread) {}
        thread = nil
        first.send(SIGCONT)
        // Its answer comes when another has answered: the fence lets it have no effect, and it takes new work.
        second.kill()
        try Faults.drop(4..<8, stack)
        try Faults.expectWhole(stack, articles: 8)
    }

    /// Row 3.
    @Test(.enabled(if: FrozenThreads.isPossible, "needs root and /usr/bin/python3 to freeze a thread"))
    func `a coding thread that hangs ends its process within the budget, and the article is dead with the reason`()
        throws
    {
        let stack = try Faults.stack("worker-hung", without: "extract")
        let hung = try Running.extractor(stack, "hung", ["--workers", "1", "--seconds", "1"])
        #expect(try Faults.wait(20) { try stack.tool(["status"]).output.contains("worker ") })
        let freeze = try FrozenThreads(hung.pid, named: "coder", log: "\(stack.directory)/freeze.log")
        try Faults.drop(0..<1, stack)
        let start = Monotonic.milliseconds()
        var end: String?
        #expect(
            Faults.wait(15) {
                end = hung.ended()
                return end != nil
            }
        )
        #expect(end == "exit 70")
        #expect((1900...6000).contains(Monotonic.milliseconds() - start), "twice the second that one article may take")
        withExtendedLifetime(freeze) {}
        #expect(try Faults.wait(5) { try stack.tool(["dead", "list"]).output.contains("took more than 2 s") })
        let next = try Running.extractor(stack, "next")
        #expect(try stack.tool(["dead", "retry", "--all"]).status == 0)
        try Faults.expectWhole(stack, articles: 1)
        withExtendedLifetime(next) {}
    }

    /// Row 37.
    ///
    /// Without a descriptor the hub could not list its clients' keys, took all of them for withdrawn, and aborted when it bound its
    /// sockets anew: whoever could open connections, without a key, could end it.
    ///
    /// This test once left each service three descriptors more than it had when it was asked, which was too few for one that was still
    /// connecting, and its end never came.
    @Test func `services that have no descriptor left wait and go on`() throws {
        let stack = try LiveStack("worker-limits", arguments: ["--settle", "200"])
        let services = try ["hub", "extract", "watch", "ingest"].map { try #require(stack.process($0)) }
        for process in services { try limitFiles(of: process, to: WorkerFaults.filesOnceConnected(process)) }
        try Faults.drop(0..<10, stack)
        // More connections than the hub has files for: they wait or are cut, and nothing aborts.
        let crowd = try (0..<12).map { try Running.subscriber(stack, "crowd-\($0)") }
        #expect(Faults.wait(20) { stack.log("ingest").contains("Too many open files") }, "the limit has bitten")
        Monotonic.sleep(milliseconds: 4000)
        crowd.forEach { $0.kill() }
        #expect(services.allSatisfy { kill($0, 0) == 0 }, "\(stack.log("hub").suffix(500))")
        #expect(try Database.number("select count(*) from article", stack) == 0)
        for process in services { try limitFiles(of: process, to: 1024) }
        try Faults.expectWhole(stack, articles: 10)
    }

    private func limitFiles(of process: pid_t, to count: Int) throws {
        let run = try LiveStack.run(["/usr/bin/prlimit", "--pid", "\(process)", "--nofile=\(count):1024"])
        #expect(run.status == 0, "\(run.output)")
    }

    /// How many descriptors a process holds when it has held as many for a second.
    private static func filesOnceConnected(_ process: pid_t) throws -> Int {
        func held() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count }
        var (count, same) = (try held(), 0)
        for _ in 0..<150 where same < 10 {
            Monotonic.sleep(milliseconds: 100)
            let now = try held()
            same = now == count ? same + 1 : 0
            count = now
        }
        return count
    }
}

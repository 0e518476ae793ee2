import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// Row 36: clocks that jump. libfaketime gives a program the wall clock that a file names, while it runs; the monotonic clock stays.
@Suite("Clock faults", .timeLimit(.minutes(5)), .serialized) struct ClockFaults {
    private static let library: String = {
        let names = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
        return names.first(where: FileManager.default.isReadableFile) ?? ""
    }()

    private func launcher(_ file: String) -> [String] {
        [
            "/usr/bin/env", "LD_PRELOAD=\(ClockFaults.library)", "FAKETIME_TIMESTAMP_FILE=\(file)",
            "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
        ]
    }

    private func set(_ offset: String, _ file: String) throws {
        try Data("\(offset)\n".utf8).write(to: URL(filePath: file))
    }

    @Test(.enabled(if: !library.isEmpty, "needs Debian's package faketime"))
    func `the wall clocks of the services jump by an hour, both ways: nothing dies, nothing is given twice`() throws {
        let file = "/tmp/tidings-clock-\(getpid())"
        try set("+0", file)
        defer { unlink(file) }
        let stack = try Faults.stack("clock", without: "extract")
        let worker = try Running.extractor(stack, launcher: launcher(file))
        let port = LiveStack.freePorts()
        // A hub of the wrong time takes over from the right one.
        let hub = try Running(
            launcher(file) + [
                LiveStack.binary("tidings-hub"), "--database", stack.layout.database(.hub), "--keys",
                stack.layout.keys.directory, "--work", "tcp://127.0.0.1:\(port)", "--feed",
                "tcp://127.0.0.1:\(port + 1)", "--tap", "tcp://127.0.0.1:\(port + 2)", "--log-format", "text",
            ],
            log: "\(stack.directory)/hub-2.log"
        )
        let late = try Running.extractor(stack, "late", hub: "tcp://127.0.0.1:\(port)", launcher: launcher(file))
        var articles = 0
        for offset in ["+1h", "-1h", "-1d", "+0"] {
            let back = Faults.count(["a job goes back"], stack.log("hub"))
            let lines = Faults.count(["connecting to the hub again"], Faults.contents(worker.log))
            try Faults.drop(articles..<articles + 3, stack)
            try set(offset, file)
            try Faults.drop(articles + 3..<articles + 5, stack)
            articles += 5
            try Faults.expectWhole(stack, articles: articles)
            #expect(Faults.count(["a job goes back"], stack.log("hub")) == back)
            #expect(Faults.count(["connecting to the hub again"], Faults.contents(worker.log)) == lines)
        }
        #expect(Faults.contents(hub.log).contains("another hub works on this database; waiting"))
        try set("-1h", file)
        let right = try #require(stack.process("hub"))
        kill(right, SIGSTOP)
        kill(right, SIGKILL)
        try Faults.drop(articles..<articles + 5, stack)
        try Faults.expectWhole(stack, articles: articles + 5)
        // Times of the log are the database's.
        #expect(
            try Database.number("select count(*) from log where abs(extract(epoch from now() - at)) > 600", stack) == 0
        )
        #expect(hub.ended() == nil && late.ended() == nil)
    }
}

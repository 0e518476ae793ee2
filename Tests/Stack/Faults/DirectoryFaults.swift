import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// The inbox and its neighbours removed, mounted over, read-only, unwatched.
@Suite("Directory faults", .timeLimit(.minutes(5)), .serialized) struct DirectoryFaults {
    /// Row 28's many files and row 34's overflow: the kernel drops notices while nobody takes them.
    @Test func `more files than the kernel has notices for, while ingest stands still, are all found`() throws {
        let stack = try LiveStack("overflow", arguments: ["--settle", "200", "--without", "extract"], waits: false)
        #expect(Faults.wait(60) { Faults.contents("\(stack.directory)/up.log").contains("ready after") })
        let ingest = try #require(stack.process("ingest"))
        let limit = Int(Faults.contents("/proc/sys/fs/inotify/max_queued_events").split(separator: "\n")[0]) ?? 16384
        kill(ingest, SIGSTOP)
        // Two notices a file: made, and closed after writing.
        let script = """
            import sys
            for n in range(int(sys.argv[2])):
                with open(f'{sys.argv[1]}/{n}.txt', 'w') as f: f.write(f'Title: {n}\\n\\nROME — Text {n % 500}.\\n' if n < 500 else '')
            """
        let count = limit / 2 + 600
        let run = try LiveStack.run(["/usr/bin/python3", "-c", script, stack.layout.inbox, "\(count)"])
        #expect(run.status == 0, "\(run.output)")
        kill(ingest, SIGCONT)
        #expect(
            Faults.wait(180) {
                (try? FileManager.default.contentsOfDirectory(atPath: stack.layout.inbox).isEmpty) == true
            }
        )
        #expect(try Database.number("select count(*) from article", stack) == 500)
        #expect(
            Faults.wait(30) {
                let failed = try? FileManager.default.contentsOfDirectory(atPath: "\(stack.directory)/failed")
                return failed?.count == 2 * (count - 500)
            },
            "each empty file, and its reason"
        )
        #expect(stack.process("ingest") == ingest)
        #expect(Faults.residentKilobytes(ingest) < 300_000)
    }

    /// Row 34: a user namespace has limits of its own, so nobody else's are touched.
    @Test(
        .enabled(
            if: (try? LiveStack.run(["/usr/bin/unshare", "-U", "-r", "/bin/true"]).status) == 0,
            "needs user namespaces"
        ),
        arguments: ["max_inotify_instances", "max_inotify_watches"]
    )
    func `without notices of the kernel ingest lists, and says so once`(_ limit: String) throws {
        let stack = try Faults.stack("unwatched", without: "ingest")
        let ingest = try Running.ingest(
            stack,
            directory: stack.directory,
            launcher: [
                "/usr/bin/unshare", "-U", "-r", "/bin/sh", "-c",
                "echo 0 > /proc/sys/user/\(limit) && exec \"$@\"", "run",
            ]
        )
        try Faults.drop(0..<3, stack)
        try Faults.expectWhole(stack, articles: 3)
        #expect(ingest.ended() == nil)
        #expect(Faults.count(["no notices from the kernel"], Faults.contents(ingest.log)) == 1)
    }

    /// Row 35.
    ///
    /// Status was green while the inbox was gone.
    @Test(.enabled(if: Mount.isPossible, "needs root to mount"))
    func `an inbox removed, mounted over or read-only is told by status, and files are taken when it is back`() throws {
        let stack = try Faults.stack("inbox-gone", without: "ingest")
        let ingest = try Running.ingest(stack, directory: stack.directory)
        let inbox = stack.layout.inbox
        func expectTold(_ what: String) throws {
            #expect(
                try Faults.wait(15) {
                    let status = try stack.tool(["status"])
                    return status.status == 1 && status.output.contains("the inbox")
                },
                "\(what): \(Faults.status(stack))"
            )
        }
        func expectTaken(_ number: Int) throws {
            try Faults.drop(number..<number + 1, stack)
            #expect(
                Faults.wait(15) { stack.exists("done/fault-\(number).txt") },
                "\(Faults.contents(ingest.log).suffix(800))"
            )
            #expect(try Faults.wait(15) { try stack.tool(["status"]).status == 0 })
        }
        try expectTaken(0)
        // Removed: made again, and watched again.
        #expect(try LiveStack.run(["/bin/rm", "-r", inbox]).status == 0)
        #expect(Faults.wait(15) { stack.exists("inbox") })
        try expectTaken(1)
        // In its place a file; ingest, which would make the directory again at once, stands still meanwhile.
        ingest.send(SIGSTOP)
        #expect(try LiveStack.run(["/bin/sh", "-c", "rmdir \(inbox) && : > \(inbox)"]).status == 0)
        ingest.send(SIGCONT)
        try expectTold("a file in its place")
        unlink(inbox)
        #expect(Faults.wait(15) { stack.exists("inbox") })
        try expectTaken(2)
        // Another file system over it: nothing can be renamed out of it.
        let mount = try Mount(megabytes: 8, at: inbox)
        try Faults.drop(3..<4, stack)
        #expect(
            Faults.wait(15) {
                Faults.contents("\(stack.directory)/failed/fault-3.txt.error.json").contains("unreadable")
            }
        )
        mount.end()
        try expectTaken(4)
        let over = try Mount(over: inbox)
        try over.makeReadOnly()
        try expectTold("read-only")
        over.end()
        try expectTaken(5)
        // A file that cannot be taken for now is taken later, though nobody touches it: it once stayed until it changed.
        ingest.send(SIGSTOP)
        try Faults.drop(6..<7, stack)
        let again = try Mount(over: inbox)
        try again.makeReadOnly()
        ingest.send(SIGCONT)
        #expect(
            Faults.wait(15) {
                Faults.contents("\(stack.directory)/failed/fault-6.txt.error.json").contains("unreadable")
            }
        )
        again.end()
        #expect(Faults.wait(15) { stack.exists("done/fault-6.txt") }, "\(Faults.contents(ingest.log).suffix(800))")
        #expect(ingest.ended() == nil, "it has not ended once")
    }

    /// Row 14.
    ///
    /// A file that could not be moved out of the work directory waited for the next start.
    @Test(.enabled(if: Mount.isPossible, "needs root to mount"))
    func
        `a done directory that takes nothing: the file waits in hand, is told, not stored again, and goes when it can`()
        throws
    {
        let stack = try Faults.stack("done-full", without: "ingest")
        let ingest = try Running.ingest(stack, directory: stack.directory)
        #expect(Faults.wait(15) { Faults.contents(ingest.log).contains("started") })
        let over = try Mount(over: "\(stack.directory)/done")
        try over.makeReadOnly()
        try Faults.drop(0..<2, stack)
        try Faults.expectWhole(stack, articles: 2)
        #expect(stack.exists(".work/fault-0.txt"))
        #expect(
            try Faults.wait(15) {
                let status = try stack.tool(["status"])
                return status.status == 1 && status.output.contains("cannot be moved")
            },
            "\(Faults.status(stack))"
        )
        over.end()
        #expect(Faults.wait(15) { stack.exists("done/fault-0.txt") && stack.exists("done/fault-1.txt") })
        #expect(try Database.number("select count(*) from sighting", stack) == 2, "nothing was stored again")
        #expect(ingest.ended() == nil)
        #expect(try Faults.wait(15) { try stack.tool(["status"]).status == 0 })
    }
}

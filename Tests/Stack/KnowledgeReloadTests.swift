import Glibc
import ServiceSupport
import TestSupport
import Testing

/// What an analyst does about an actor that nobody knows.
@Suite("Unknown actors", .timeLimit(.minutes(3))) struct KnowledgeReloadTests {
    @Test func `unknown actors are listed, and a hangup makes the extractor read the tables again`() throws {
        let stack = try LiveStack("unknown")
        try stack.drop("Date: 2016-12-30\n\nThe Quendor Liberation Council accused France of lying.\n", as: "a.txt")
        try wait { try stack.tool(["unknown"]).output.contains("\t") }
        let listed = try stack.tool(["unknown"])
        #expect(listed.status == 0 && listed.output.contains("Quendor Liberation Council"), "\(listed.output)")

        let process = try #require(stack.process("extract"))
        #expect(kill(process, SIGHUP) == 0)
        try wait { stack.log("extract").contains("knowledge read again") }
        #expect(stack.process("extract") == process, "it goes on, and is not started again")
        try stack.drop("Date: 2016-12-30\n\nPoland accused Belarus of lying.\n", as: "b.txt")
        try wait { stack.exists("done/b.txt") }
    }

    private func wait(_ isTrue: () throws -> Bool) throws {
        let deadline = Monotonic.milliseconds() + 30_000
        while try !isTrue() {
            guard Monotonic.milliseconds() < deadline else { throw LiveStack.Failure("waited for 30 s in vain") }
            Monotonic.sleep(milliseconds: 50)
        }
    }
}

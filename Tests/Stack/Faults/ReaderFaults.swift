import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// Subscribers that are slow, stopped, killed, or lose what the tap throws away.
@Suite("Reader faults", .timeLimit(.minutes(5)), .serialized) struct ReaderFaults {
    /// Row 18.
    @Test func `a subscriber that stands still delays nobody, costs no memory, and gets all of it later`() throws {
        let stack = try LiveStack("slow", arguments: ["--settle", "200"])
        let slow = try Running.subscriber(stack, "slow")
        let fast = try Running.subscriber(stack, "fast")
        try Faults.drop(0..<2, stack)
        try Faults.expectWhole(stack, articles: 2)
        #expect(Faults.wait(5) { !slow.lines.isEmpty && slow.lines.count == fast.lines.count })
        slow.send(SIGSTOP)
        let hub = try #require(stack.process("hub"))
        let before = Faults.residentKilobytes(hub)
        for _ in 0..<5 * Faults.scale { try Faults.flood(4000, stack) }
        let drained = try Faults.wait(30) { try Database.number("select count(*) from outbox", stack) == 0 }
        #expect(drained)
        let head = try Database.number("select seq from log_head", stack)
        #expect(Faults.wait(20) { fast.lines.count == head }, "\(fast.lines.count) of \(head)")
        #expect(Faults.residentKilobytes(hub) - before < 150_000)
        slow.send(SIGCONT)
        #expect(Faults.wait(30) { slow.lines.count == head }, "\(slow.lines.count) of \(head)")
        #expect(slow.lines.compactMap(Faults.place) == Array(1...head))

        // Behind what is kept it is told so, whatever it asks for.
        try Faults.admin(stack).execute(script: "update log_head set floor = 100; delete from log where seq <= 100")
        kill(hub, SIGKILL)
        #expect(Faults.wait(20) { stack.process("hub").map { $0 != hub } ?? false })
        let gone = try stack.tool(["subscribe", "--from", "10", "--idle", "1"])
        #expect(gone.status == 1 && gone.output.contains("no longer kept"), "\(gone.output.prefix(300))")
    }

    /// Row 20.
    @Test(.enabled(if: Faults.scale > 1, "60,000 records take minutes in a debug build: TIDINGS_FAULTS=long"))
    func `what the tap loses shows in its numbers, and the feed has it`() throws {
        let stack = try LiveStack("tap", arguments: ["--settle", "200"])
        let context = MessagingContext()
        let tap = try Socket.connecting(
            .subscribe,
            to: stack.tap,
            keyFile: stack.layout.keys.keyFile(.operator),
            in: context,
            limits: .init(highWater: 500)
        ).socket
        try tap.subscribe("quote/FLOOD/")
        try tap.subscribe("~hb/")
        func drain(_ seconds: Double, _ numbers: inout [Int], _ heads: inout [String]) throws {
            let end = Monotonic.milliseconds() + Int(seconds * 1000)
            while Monotonic.milliseconds() < end {
                guard let frames = try tap.receive() else {
                    Monotonic.sleep(milliseconds: 5)
                    continue
                }
                let text = String(decoding: frames[1], as: UTF8.self)
                if frames[0] == Array("~hb/".utf8) {
                    heads.append(text)
                } else if let number = text.split(separator: #""tseq":""#).dropFirst().first.flatMap({
                    Int($0.prefix(20))
                }) {
                    numbers.append(number)
                }
            }
        }
        var (numbers, heads): ([Int], [String]) = ([], [])
        try drain(1.5, &numbers, &heads)
        #expect(!heads.isEmpty)
        // It sleeps while more passes than it, the kernel and the hub's queue hold.
        let count = 60_000
        for _ in 0..<6 { try Faults.flood(count / 6, stack) }
        #expect(try Faults.wait(60) { try Database.number("select count(*) from outbox", stack) == 0 })
        Monotonic.sleep(milliseconds: 500)
        try drain(3, &numbers, &heads)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy(<), "what comes, comes in order and once")
        #expect(
            !numbers.isEmpty && numbers.count < count,
            "\(numbers.count) arrived: nothing was lost, the test is too small"
        )
        #expect(heads.last?.contains(#""quote/FLOOD/":\#(count)"#) == true, "\(heads.last ?? "")")
        let feed = try stack.tool([
            "subscribe", "--from", "start", "--where", "type=quote", "--count", "\(count)", "--idle", "5", "--output",
            "jsonl",
        ])
        let healed = feed.output.split(separator: "\n").compactMap { line in
            line.split(separator: #""tseq":""#).dropFirst().first.flatMap { Int($0.prefix(20)) }
        }
        #expect(healed == Array(1...count))
    }
}

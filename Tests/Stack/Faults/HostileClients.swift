import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// Row 21: peers that mean harm, with no key, a stranger's key, and a good key.
@Suite("Hostile clients", .timeLimit(.minutes(5)), .serialized) struct HostileClients {
    private func connected(_ port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        return Proxy.withAddress("127.0.0.1", port, { connect(descriptor, $0, $1) }) == 0 ? descriptor : -1
    }

    @Test func `garbage, half handshakes and a thousand connections: the hub lives, and its clients notice nothing`()
        throws
    {
        let stack = try LiveStack("garbage", arguments: ["--settle", "200"])
        let hub = try #require(stack.process("hub"))
        let before = Faults.residentKilobytes(hub)
        let subscriber = try Running.subscriber(stack, "guest")
        var random = SystemRandomNumberGenerator()
        let greeting: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0]
        let openings: [[UInt8]] = [
            [], [0], [0xFF], greeting, greeting + Array("NULL".utf8) + [UInt8](repeating: 0, count: 48),
            greeting + Array("CURVE".utf8) + [UInt8](repeating: 0, count: 47),
            greeting + Array("CURVE".utf8) + [UInt8](repeating: 0, count: 47) + [4, 200]
                + [UInt8](repeating: 7, count: 200),
            // A command of 2^63 bytes; an old peer's greeting; a web browser.
            greeting + Array("CURVE".utf8) + [UInt8](repeating: 0, count: 47) + [6, 0x7F]
                + [UInt8](repeating: 0xFF, count: 7),
            [1, 0], Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
        ]
        var open: [Int32] = []
        defer { open.forEach { close($0) } }
        for number in 0..<900 {
            let descriptor = connected(stack.portBase + number % 3)
            guard descriptor >= 0 else { continue }
            open.append(descriptor)
            var bytes = openings[number % openings.count]
            if number % 4 == 0 { bytes += (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) } }
            _ = send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        }
        #expect(open.count > 800)
        try Faults.drop(0..<5, stack)
        try Faults.expectWhole(stack, articles: 5)
        // Whoever has not shaken hands after five seconds is cut.
        let cut = Faults.wait(12) {
            open.allSatisfy { descriptor in
                var byte: UInt8 = 0
                var count = 1
                while count > 0 { count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) }
                return count == 0 || errno != EAGAIN
            }
        }
        #expect(cut, "half-open connections are ended")
        #expect(stack.process("hub") == hub)
        #expect(Faults.residentKilobytes(hub) - before < 150_000)
        let head = try Database.number("select seq from log_head", stack)
        #expect(Faults.wait(10) { subscriber.lines.count == head })
    }

    @Test func `a client with a good key that floods, oversizes and lies is cut or refused, and others go on`() throws {
        let stack = try LiveStack("hostile", arguments: ["--settle", "200"])
        let hub = try #require(stack.process("hub"))
        let subscriber = try Running.subscriber(stack, "guest")
        try Faults.drop(0..<3, stack)
        try Faults.expectWhole(stack, articles: 3)
        let before = Faults.residentKilobytes(hub)
        let context = MessagingContext()
        func open(_ kind: Socket.Kind, _ endpoint: String) throws -> (Socket, Handshake) {
            let (socket, handshake) = try Socket.connecting(
                kind,
                to: endpoint,
                keyFile: stack.layout.keys.keyFile(.extract),
                in: context,
                limits: .init(messageBytes: 64 << 20, highWater: 2000)
            )
            return (socket, handshake)
        }
        func openAsReader(_ kind: Socket.Kind, _ endpoint: String) throws -> Socket {
            try Socket.connecting(
                kind,
                to: endpoint,
                keyFile: stack.layout.keys.keyFile(.operator),
                in: context,
                limits: .init(messageBytes: 64 << 20, highWater: 2000)
            ).socket
        }
        // Subscriptions without end, each with all the credit there is, and none of it read.
        let feed = try openAsReader(.dealer, stack.feed)
        let subscribe = #"{"version":1,"filter":"","after":0,"credit":2000000000,"client":"greedy"}"#
        let frames = [Array("SUBSCRIBE".utf8), Array(subscribe.utf8)]
        var sent = 0
        let end = Monotonic.milliseconds() + 20_000
        while sent < 10_000 * Faults.scale, Monotonic.milliseconds() < end {
            if try feed.send(frames) == .sent { sent += 1 } else { Monotonic.sleep(milliseconds: 1) }
        }
        #expect(sent == 10_000 * Faults.scale)
        // Tap: many topics, and one as long as the hub takes. (libzmq forgets a topic letter by letter, each inside the other: one of a
        // megabyte ends the process of its own subscriber when that leaves.)
        let tap = try openAsReader(.subscribe, stack.tap)
        for number in 0..<10_000 { try tap.subscribe("event/\(number)/") }
        let long = try openAsReader(.subscribe, stack.tap)
        try long.subscribe(String(repeating: "x", count: 60_000))
        // Messages over the limit, and of many frames.
        let big = try openAsReader(.dealer, stack.feed)
        _ = try big.send([Array("SUBSCRIBE".utf8), [UInt8](repeating: 32, count: 32 << 20)])
        let many = try openAsReader(.dealer, stack.feed)
        _ = try many.send([Array("STATUS".utf8)] + [[UInt8]](repeating: [1], count: 50_000))
        // An extractor's key: credit for everything, answers to what it was never given, in masses.
        let (work, _) = try open(.dealer, stack.work)
        for credit in ["1e99", "-1", "4000000000"] {
            _ = try work.send([
                Array("READY".utf8),
                Array(#"{"version":1,"worker":"liar","coder":"x","credit":\#(credit),"held":[]}"#.utf8),
            ])
        }
        let lie =
            #"{"lease":{"article":"00000000-0000-0000-0000-000000000000","attempt":1,"owner":"x'; drop table job; --"},"records":[]}"#
        for _ in 0..<1000 { _ = try work.send([Array("RESULT".utf8), Array(lie.utf8)]) }
        Monotonic.sleep(milliseconds: 500)
        _ = try work.send([Array("BYE".utf8), Array("{}".utf8)])
        try Faults.drop(3..<6, stack)
        try Faults.expectWhole(stack, articles: 6)
        #expect(stack.process("hub") == hub, "\(stack.log("hub").suffix(500))")
        #expect(Faults.residentKilobytes(hub) - before < 200_000)
        let head = try Database.number("select seq from log_head", stack)
        #expect(Faults.wait(10) { subscriber.lines.count == head })
        #expect(try Faults.wait(10) { try stack.tool(["status"]).status == 0 })
        withExtendedLifetime((feed, tap, long, big, many)) {}
    }
}

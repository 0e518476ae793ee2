import ServiceSupport
import TestSupport
import Testing

@testable import Watch

@Suite("Hand-off", .timeLimit(.minutes(1))) struct HandoffTests {
    @Test func `every value arrives once and in order, and the thread is never more than one ahead`() async {
        let handoff = Handoff<Int>()
        let put = Locked(0)
        Worker(name: "put") {
            for number in 1...2000 where handoff.put(number) { put.withLock { $0 = number } }
            handoff.end()
        }
        .detach()
        var taken: [Int] = []
        var ahead = 0
        while let number = await handoff.take() {
            taken.append(number)
            ahead = max(ahead, put.withLock { $0 } - number)
        }
        #expect(taken == Array(1...2000))
        #expect(ahead <= 1)
    }

    @Test func `what was put before the end can still be taken`() async {
        let handoff = Handoff<Int>()
        #expect(handoff.put(7))
        handoff.end()
        #expect(await handoff.take() == 7)
        #expect(await handoff.take() == nil)
        #expect(!handoff.put(8))
    }

    @Test func `a thread that waits for room hears of the end`() async throws {
        let handoff = Handoff<Int>()
        #expect(handoff.put(1))
        // Measured on the thread: the pool that resumes this test may be busy with others.
        let (isPut, waited) = try await onThread {
            let ended = Locked(0)
            Worker(name: "end") {
                Monotonic.sleep(milliseconds: 50)
                ended.withLock { $0 = Monotonic.milliseconds() }
                handoff.end()
            }
            .detach()
            let isPut = handoff.put(2)
            return (isPut, Monotonic.milliseconds() - ended.withLock { $0 })
        }
        #expect(!isPut)
        #expect(waited < 900, "the wait without a sign is a second")
    }

    @Test func `a task that is cancelled while it waits gets nil`() async {
        let handoff = Handoff<Int>()
        let task = Task { await handoff.take() }
        try? await Task.sleep(for: .milliseconds(20))
        task.cancel()
        #expect(await task.value == nil)
        #expect(handoff.isEnded)
    }

    @Test(
        arguments: [
            ("0", true), ("4711", true), ("-1", false), ("", false), ("x", false), ("a:1", false), (":1", false),
            ("6f1c0000-0000-4000-8000-000000000000:17", true), ("6f1c0000-0000-4000-8000-000000000000:", false),
            ("6f1c0000-0000-4000-8000-000000000000:1:2", false), ("6f1c0000-0000-4000-8000-00000000000'::1", false),
        ]
    )
    func `a place is a number, with or without the log it belongs to`(text: String, isPlace: Bool) {
        #expect((StreamServer.start(after: text) != nil) == isPlace)
    }
}

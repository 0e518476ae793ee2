import Testing
import Wire

@testable import Extraction

@Suite("Work client") struct WorkClientTests {
    private func lease(_ number: Int) -> Lease { Lease(article: "\(number)", attempt: 1, owner: "A") }

    private func job(_ number: Int) -> WorkMessage { .job(.init(lease: lease(number)), article: [UInt8(number)]) }

    private func client(workers: Int = 1) -> WorkClient {
        WorkClient(name: "w", coder: "c", workers: workers, hangAfter: 40_000)
    }

    @Test func `a job is started when a worker is free, and said to be`() {
        var client = client()
        _ = client.connected(now: 0)
        #expect(client.receive(job(1), now: 1) == [.send(.started(lease(1))), .run(lease(1), article: [1])])
        #expect(client.receive(job(2), now: 1).isEmpty, "the one worker is busy")
        #expect(client.receive(job(1), now: 1).isEmpty, "a job twice is one job")
        let answer = WorkMessage.result(lease(1), [])
        #expect(
            client.finished(lease(1), with: answer, now: 2)
                == [.send(answer), .send(.started(lease(2))), .run(lease(2), article: [2])]
        )
    }

    @Test func `an answer is sent again after a reconnection until it is known to be stored`() {
        var client = client()
        _ = client.connected(now: 0)
        _ = client.receive(job(1), now: 0)
        let answer = WorkMessage.result(lease(1), [])
        _ = client.finished(lease(1), with: answer, now: 1)
        let again = client.connected(now: 2)
        #expect(again.contains(.send(answer)))
        guard case .send(.ready(let ready)) = again.first else { Issue.record("no READY"); return }
        #expect(ready.held == [lease(1)])
        _ = client.receive(.stored(.init(lease: lease(1), fresh: true)), now: 3)
        #expect(!client.connected(now: 4).contains(.send(answer)))
        #expect(client.stored == 1)
    }

    @Test func `a job that waits is not held over a reconnection`() {
        var client = client()
        _ = client.connected(now: 0)
        _ = client.receive(job(1), now: 0)
        _ = client.receive(job(2), now: 0)
        guard case .send(.ready(let ready)) = client.connected(now: 1).first else { Issue.record("no READY"); return }
        #expect(ready.held == [lease(1)])
    }

    /// While the hub was away, every tick asked for a new socket and put the next attempt off: it never came to one.
    @Test func `a silent hub is left once, and not again before the next connection`() {
        var client = client()
        _ = client.connected(now: 0)
        #expect(!client.tick(now: 3500).contains { if case .reconnect = $0 { true } else { false } })
        guard case .reconnect = client.tick(now: 3501).first else { Issue.record("it stays with a dead hub"); return }
        #expect(client.tick(now: 3601).isEmpty && client.tick(now: 9000).isEmpty)
        _ = client.connected(now: 9000)
        #expect(client.tick(now: 9100) == [.send(.heartbeat)])
    }

    @Test func `a job that does not end ends the process`() {
        var client = client()
        _ = client.connected(now: 0)
        _ = client.receive(job(1), now: 0)
        _ = client.receive(.heartbeat, now: 40_000)
        #expect(!client.tick(now: 40_000).contains { if case .abandon = $0 { true } else { false } })
        guard case .abandon(lease(1), _) = client.tick(now: 40_001).first else {
            Issue.record("it waits for ever"); return
        }
    }

    @Test func `an unknown sender introduces itself once, whatever it had on its way`() {
        var client = client()
        _ = client.connected(now: 0)
        #expect(client.receive(.unknown, now: 100).isEmpty)
        #expect(!client.receive(.unknown, now: 600).isEmpty)
        #expect(client.receive(.unknown, now: 601).isEmpty)
    }
}

import FoundationEssentials
import Glibc
import Messaging
import ServiceSupport
import Testing
import TidingsClient
import Wire

/// The public client against a hub that does what a test tells it, on a real socket.
@Suite("Feed", .timeLimit(.minutes(1))) struct FeedTests {
    /// Answers every SUBSCRIBE with the given messages, and stores what it is told.
    private final class ScriptedHub: Sendable {
        let endpoint: String
        /// A client's key file; whoever has the hub's key is let in.
        let keyFile = "/tmp/tidings-scripted-\(getpid())-\(UUID().uuidString).key"
        private let heard = Locked<[FeedMessage]>([])
        private let stop = StopSwitch()
        private let worker: Worker

        init(_ answers: [FeedMessage]) {
            let (opened, heard, stop) = (Mailbox<String>(), self.heard, self.stop)
            let (server, client) = (CurveKeyPair(), CurveKeyPair())
            let keys = [
                ("server_key", server.publicKey), ("public_key", client.publicKey), ("secret_key", client.secretKey),
            ]
            try? Data(keys.map { "\($0) = \"\($1)\"\n" }.joined().utf8).write(to: URL(filePath: keyFile))
            chmod(keyFile, 0o600)
            worker = Worker(name: "scripted hub") {
                let context = MessagingContext()
                guard let authenticator = try? Authenticator(in: context, allows: { _, _ in true }),
                    let socket = try? Socket(
                        .router,
                        in: context,
                        security: .server(secretKey: server.secretKey, domain: "feed")
                    ),
                    let endpoint = try? socket.bind("tcp://127.0.0.1:*")
                else { return opened.post("") }
                opened.post(endpoint)
                var poller = Poller(sockets: [socket])
                while !stop.isStopped {
                    poller.wait(milliseconds: 5)
                    try? authenticator.serve(milliseconds: 0)
                    while let frames = try? socket.receive(), let peer = frames.first {
                        guard let message = FeedMessage(frames.dropFirst()) else { continue }
                        heard.withLock { $0.append(message) }
                        var replies: [FeedMessage] = []
                        if case .subscribe = message { replies = answers }
                        if case .ack(let seq) = message { replies = [.acked(seq)] }
                        for reply in replies { _ = try? socket.send([peer] + reply.frames.message) }
                    }
                }
            }
            endpoint = opened.wait(milliseconds: 5000).first ?? ""
        }

        deinit {
            stop.stop()
            worker.join()
            unlink(keyFile)
        }

        var messages: [FeedMessage] { heard.withLock { $0 } }
    }

    private static let envelope = Array(
        """
        {"specversion":"1.0","id":"r","source":"/tidings","type":"tidings.event.v1","time":"t","sequence":"00000000000000000006",
        "epoch":"e","topic":"event/","tseq":"00000000000000000001","data":{"event":"AID"}}
        """.utf8
    )

    private static func events(_ numbers: ClosedRange<Int>) -> [FeedMessage] {
        numbers.map { .event(.init(seq: $0, prev: $0 - 1, envelope: envelope)) }
    }

    private static let welcome = FeedMessage.welcome(.init(epoch: "e", floor: 0, head: 9, after: 5))

    @Test func `events come with their places and records, and are acknowledged before leaving`() throws {
        let hub = ScriptedHub([FeedTests.welcome] + FeedTests.events(6...8))
        let feed = try Feed(
            .init(endpoint: hub.endpoint, keyFile: hub.keyFile, where: "event=AID", start: .floor, cursor: "desk")
        )
        var deliveries: [Delivery] = []
        while deliveries.count < 3 { deliveries += try feed.next(milliseconds: 100) }
        #expect(deliveries.map(\.place) == (6...8).map { .init(epoch: "e", seq: $0) })
        struct Act: Decodable { var event: String }
        #expect(try deliveries[0].data(as: Act.self).event == "AID")
        #expect(try deliveries[0].envelope().type == "tidings.event.v1")
        feed.acknowledge(deliveries[1])
        #expect(feed.close())
        let places = hub.messages.compactMap { if case .ack(let seq) = $0 { seq } else { nil } }
        #expect(places.last == 7)
        guard case .subscribe(let request) = hub.messages.first else {
            Issue.record("no SUBSCRIBE")
            return
        }
        #expect(request.cursor == "desk" && request.after == 0 && request.filter == "event=AID")
    }

    @Test func `the sequence hands out events and then the refusal`() async throws {
        let refusal = FeedMessage.refused(.init(code: "taken", message: "m"))
        let hub = ScriptedHub([FeedTests.welcome] + FeedTests.events(6...7) + [refusal])
        var seqs: [Int] = []
        do {
            for try await event in try Feed.deliveries(.init(endpoint: hub.endpoint, keyFile: hub.keyFile)) {
                seqs.append(event.place.seq)
            }
            Issue.record("it ended without an error")
        } catch let error as FeedError {
            #expect(error.code == .taken)
        }
        #expect(seqs == [6, 7], "what came before it")
    }

    @Test func `a loop that is slow keeps its subscription, and asks for no more than it takes`() async throws {
        let hub = ScriptedHub([FeedTests.welcome] + FeedTests.events(6...7))
        let events = try Feed.deliveries(.init(endpoint: hub.endpoint, keyFile: hub.keyFile, window: 2))
        var iterator = events.makeAsyncIterator()
        #expect(try await iterator.next()?.place.seq == 6)
        try await Task.sleep(for: .milliseconds(2300))
        let credits = hub.messages.compactMap { if case .credit(let count) = $0 { count } else { nil } }
        #expect(credits.count >= 2 && credits.allSatisfy { $0 == 0 }, "signs of life, and no credit: \(credits)")
        #expect(await events.close())
    }

    @Test func `a task that is cancelled ends the sequence`() async throws {
        let hub = ScriptedHub([FeedTests.welcome])
        let task = Task {
            var count = 0
            for try await _ in try Feed.deliveries(.init(endpoint: hub.endpoint, keyFile: hub.keyFile)) { count += 1 }
            return count
        }
        while hub.messages.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(try await task.value == 0)
    }

    @Test func `a wrong filter and a wrong cursor are errors before anything is sent`() {
        #expect(throws: FeedError.self) {
            try Feed(.init(endpoint: "tcp://127.0.0.1:1", keyFile: "/nonexistent", where: "event=SANKTION"))
        }
        #expect(throws: FeedError.self) {
            try Feed.deliveries(.init(endpoint: "tcp://127.0.0.1:1", keyFile: "/nonexistent", cursor: "Desk"))
        }
    }

    @Test func `a key file that is not there is an error that names it`() throws {
        let feed = try Feed(.init(endpoint: "tcp://127.0.0.1:1", keyFile: "/nonexistent"))
        let error = #expect(throws: FeedError.self) { try feed.next(milliseconds: 10) }
        #expect(error?.message.contains("/nonexistent") == true)
    }

    @Test func `an address that is none is an error`() throws {
        let hub = ScriptedHub([])
        let feed = try Feed(.init(endpoint: "nowhere", keyFile: hub.keyFile))
        #expect(throws: FeedError.self) { try feed.next(milliseconds: 10) }
    }
}

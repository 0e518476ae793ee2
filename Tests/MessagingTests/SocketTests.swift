import Messaging
import ServiceSupport
import Synchronization
import Testing

@Suite("Sockets", .timeLimit(.minutes(1))) struct SocketTests {
    @Test func `a dealer and a router exchange whole messages`() throws {
        let server = try CurveServer()
        let (router, dealer) = (server.socket, try server.client())
        #expect(try dealer.send([[1], [], [2, 3]]) == .sent)
        let request = try #require(try receive(router)).frames
        #expect(Array(request.dropFirst()) == [[1], [], [2, 3]])
        #expect(try router.send([request[0], [9]]) == .sent)
        #expect(try receive(dealer)?.frames == [[9]])
    }

    @Test func `a message to a peer that is gone is told, not lost silently`() throws {
        let server = try CurveServer()
        #expect(try server.socket.send([[0, 1, 2, 3, 4], [9]]) == .unreachable)
    }

    @Test func `a message over the limit cuts its sender off and nobody else`() throws {
        let server = try CurveServer(limits: .init(messageBytes: 1000))
        let router = server.socket
        let (big, small) = (try server.client(), try server.client())
        try big.send([[UInt8](repeating: 7, count: 5000)])
        try small.send([[1]])
        #expect(try receive(router)?.frames.last == [1])
        #expect(try receive(router, within: 300) == nil)
    }

    /// libzmq's thread waited for ever for room at the far end of the socket's events, and the whole context with it: an extractor that lost its hub
    /// while it had something to send never came back.
    @Test func `a socket whose handshake nobody watches any more, or that lingers, keeps nobody waiting`() throws {
        let server = try CurveServer()
        let context = MessagingContext()
        for _ in 0..<20 {
            let keys = CurveKeyPair()
            server.allowed.withLock { _ = $0.insert(keys.publicKey) }
            let socket = try Socket(
                .dealer,
                in: context,
                limits: .init(lingerMilliseconds: 200),
                security: .client(serverKey: server.keys.publicKey, keys: keys)
            )
            _ = try Handshake(of: socket, in: context)
            try socket.connect(server.endpoint)
            try socket.send([[1]])
        }
        // All of one context: each is closed before its handshake ends, and its message arrives all the same.
        var arrived = 0
        let deadline = Monotonic.milliseconds() + 5000
        while arrived < 20, Monotonic.milliseconds() < deadline {
            if try server.socket.receive() != nil { arrived += 1 } else { Monotonic.sleep(milliseconds: 5) }
        }
        #expect(arrived == 20)
    }

    @Test func `frames beyond the limit are dropped`() throws {
        let server = try CurveServer()
        let (router, dealer) = (server.socket, try server.client())
        try dealer.send((0..<20).map { [UInt8($0)] })
        try dealer.send([[42]])
        var poller = Poller(sockets: [router])
        poller.wait(milliseconds: 3000)
        #expect(try router.receive(frameLimit: 5)?.count == 5)
        #expect(try receive(router)?.frames.last == [42])
    }

    @Test func `an address in use is refused with its name`() throws {
        let (first, second) = (try CurveServer(), try CurveServer())
        let error = #expect(throws: MessagingError.self) { try second.socket.bind(first.endpoint) }
        #expect(error?.description.contains(first.endpoint) == true)
    }

    @Test func `a mailbox wakes a poller from another thread and keeps the order`() throws {
        let idle = try CurveServer().socket
        let mailbox = Mailbox<Int>()
        let worker = Worker(name: "poster") { for number in 0..<1000 { mailbox.post(number) } }
        var poller = Poller(sockets: [idle], descriptors: [mailbox.descriptor])
        var received: [Int] = []
        while received.count < 1000, poller.wait(milliseconds: 3000) { received += mailbox.drain() }
        worker.join()
        #expect(received == Array(0..<1000))
    }

    @Test func `many threads post and none is lost`() {
        let mailbox = Mailbox<Int>()
        let workers = (0..<4).map { part in
            Worker(name: "poster \(part)") { for number in 0..<500 { mailbox.post(part * 500 + number) } }
        }
        var received: Set<Int> = []
        let deadline = Monotonic.milliseconds() + 5000
        while received.count < 2000, Monotonic.milliseconds() < deadline {
            received.formUnion(mailbox.wait(milliseconds: 100))
        }
        workers.forEach { $0.join() }
        #expect(received == Set(0..<2000))
    }

    @Test func `a backoff doubles up to its limit, with jitter`() {
        var backoff = Backoff(first: 100, limit: 1000)
        var generator = SystemRandomNumberGenerator()
        let bounds = [50...100, 100...200, 200...400, 400...800, 500...1000, 500...1000]
        for bound in bounds { #expect(bound.contains(backoff.wait(using: &generator))) }
        backoff.reset()
        #expect((50...100).contains(backoff.wait(using: &generator)))
    }
}

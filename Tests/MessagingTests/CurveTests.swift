import Glibc
import Messaging
import ServiceSupport
import Testing

@Suite("CURVE", .timeLimit(.minutes(1))) struct CurveTests {
    @Test func `a known key gets in, and every message tells whose it is`() throws {
        let server = try CurveServer()
        let keys = CurveKeyPair()
        server.allowed.withLock { _ = $0.insert(keys.publicKey) }
        let client = try server.client(keys)
        for _ in 0..<50 { try client.send([[1], [2]]) }
        for _ in 0..<50 { #expect(try receive(server.socket)?.user == keys.publicKey) }
    }

    @Test func `a stranger's key is refused, and the lock test sees it`() throws {
        let server = try CurveServer()
        try LockTest.run(server.endpoint, serverKey: server.keys.publicKey)
        let stranger = try server.client(CurveKeyPair())
        try stranger.send([[1]])
        #expect(try receive(server.socket, within: 500) == nil)
    }

    @Test func `the lock test fails where everybody gets in`() throws {
        _ = try CurveServer()
        // A socket whose handler allows whatever comes.
        let context = MessagingContext()
        let stop = StopSwitch()
        let ready = Mailbox<Void>()
        let worker = Worker(name: "zap") {
            guard let open = try? Authenticator(in: context, allows: { _, _ in true }) else { return }
            ready.post(())
            while !stop.isStopped { try? open.serve(milliseconds: 20) }
        }
        defer {
            stop.stop()
            worker.join()
        }
        _ = ready.wait(milliseconds: 3000)
        let keys = CurveKeyPair()
        let socket = try Socket(.router, in: context, security: .server(secretKey: keys.secretKey, domain: "open"))
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        #expect(throws: LockTest.Failure.self) { try LockTest.run(endpoint, serverKey: keys.publicKey) }
    }

    @Test func `without a handler nobody gets in`() throws {
        let keys = CurveKeyPair()
        let context = MessagingContext()
        let socket = try Socket(.router, in: context, security: .server(secretKey: keys.secretKey, domain: "alone"))
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        let client = try Socket(
            .dealer,
            in: MessagingContext(),
            security: .client(serverKey: keys.publicKey, keys: CurveKeyPair())
        )
        try client.connect(endpoint)
        try client.send([[1]])
        #expect(try receive(socket, within: 700) == nil)
    }

    @Test func `rebinding cuts those who are in, and lets in again whose key is still good`() throws {
        let server = try CurveServer(.publish)
        let (good, bad) = (CurveKeyPair(), CurveKeyPair())
        server.allowed.withLock { $0 = [good.publicKey, bad.publicKey] }
        let readers = try [good, bad].map { keys in
            let reader = try server.client(keys, .subscribe)
            try reader.subscribe("")
            return reader
        }
        func heard(_ reader: Socket, within milliseconds: Int) throws -> Bool {
            let deadline = Monotonic.milliseconds() + milliseconds
            while Monotonic.milliseconds() < deadline {
                try server.socket.send([[7]])
                if try receive(reader, within: 50) != nil { return true }
            }
            return false
        }
        for reader in readers { #expect(try heard(reader, within: 3000)) }
        server.allowed.withLock { $0 = [good.publicKey] }
        try server.socket.rebind(.server(secretKey: server.keys.secretKey, domain: "test"))
        #expect(try heard(readers[0], within: 3000))
        while try readers[1].receive() != nil {}
        #expect(try !heard(readers[1], within: 500))
    }

    @Test func `a client that has the wrong key of the server learns that it is refused`() throws {
        let server = try CurveServer()
        let client = try Socket(
            .dealer,
            in: server.context,
            security: .client(serverKey: CurveKeyPair().publicKey, keys: CurveKeyPair())
        )
        let handshake = try Handshake(of: client, in: server.context)
        try client.connect(server.endpoint)
        #expect(try handshake.wait(milliseconds: 3000) == .refused)
    }
}

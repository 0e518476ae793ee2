import Glibc
import Messaging
import ServiceSupport

/// A listening socket with its ZAP handler on a thread of its own.
final class CurveServer {
    let keys = CurveKeyPair()
    let context = MessagingContext()
    let socket: Socket
    let endpoint: String
    let allowed = Locked<Set<String>>([])
    private let stop = StopSwitch()
    private let worker: Worker

    init(_ kind: Socket.Kind = .router, limits: Socket.Limits = .init()) throws {
        let (stop, allowed, context) = (self.stop, self.allowed, self.context)
        let ready = Mailbox<Void>()
        worker = Worker(name: "zap") {
            guard
                let authenticator = try? Authenticator(
                    in: context,
                    allows: { domain, key in domain == "test" && allowed.withLock { $0.contains(key) } }
                )
            else { return }
            ready.post(())
            while !stop.isStopped { try? authenticator.serve(milliseconds: 20) }
        }
        _ = ready.wait(milliseconds: 3000)
        socket = try Socket(
            kind,
            in: context,
            limits: limits,
            security: .server(secretKey: keys.secretKey, domain: "test")
        )
        endpoint = try socket.bind("tcp://127.0.0.1:*")
    }

    deinit {
        stop.stop()
        worker.join()
    }

    /// A socket with a key of its own, or with `keys`, that has connected.
    ///
    /// A key that is not given is allowed.
    func client(_ keys: CurveKeyPair? = nil, _ kind: Socket.Kind = .dealer) throws -> Socket {
        let own = keys ?? CurveKeyPair()
        if keys == nil { allowed.withLock { _ = $0.insert(own.publicKey) } }
        let socket = try Socket(kind, in: context, security: .client(serverKey: self.keys.publicKey, keys: own))
        try socket.connect(endpoint)
        return socket
    }
}

/// Waits for the next message.
func receive(_ socket: Socket, within milliseconds: Int = 3000) throws -> (frames: [[UInt8]], user: String?)? {
    let deadline = Monotonic.milliseconds() + milliseconds
    while Monotonic.milliseconds() < deadline {
        if let message = try socket.receiveWithUser() { return message }
        var poller = Poller(sockets: [socket])
        poller.wait(milliseconds: 50)
    }
    return nil
}

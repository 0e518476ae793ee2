import CZeroMQ
import Glibc

/// A ZeroMQ socket; belongs to the thread that made it.
///
/// Not Sendable on purpose: libzmq sockets must not be used from two threads (zmq_socket(3)).
package final class Socket {
    package enum Kind: Sendable {
        case router, dealer, publish, subscribe
        /// Within the process only.
        case reply, pair

        var number: Int32 {
            switch self {
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            case .publish: ZMQ_PUB
            case .subscribe: ZMQ_SUB
            case .reply: ZMQ_REP
            case .pair: ZMQ_PAIR
            }
        }
    }

    /// Bounds that every socket gets; libzmq's own defaults are unlimited sizes, endless lingering and no heartbeats.
    package struct Limits: Sendable {
        /// A larger message cuts the peer off.
        package var messageBytes: Int
        /// Messages queued to and from one peer.
        package var highWater: Int
        /// How long closing waits for unsent messages, in milliseconds.
        package var lingerMilliseconds: Int

        package init(messageBytes: Int = 4 << 20, highWater: Int = 1000, lingerMilliseconds: Int = 0) {
            self.messageBytes = messageBytes
            self.highWater = highWater
            self.lingerMilliseconds = lingerMilliseconds
        }
    }

    /// What became of a message that was to be sent.
    package enum Sending: Sendable { case sent, full, unreachable }

    let handle: UnsafeMutableRawPointer
    private let context: MessagingContext
    private let isInproc: Bool
    /// Where it listens, as the system says.
    package private(set) var endpoints: [String] = []

    package init(
        _ kind: Kind,
        in context: MessagingContext,
        limits: Limits = Limits(),
        security: Security
    ) throws(MessagingError) {
        guard let handle = zmq_socket(context.handle, kind.number) else { throw .last("cannot open a socket") }
        self.handle = handle
        self.context = context
        isInproc = if case .inproc = security { true } else { false }
        var size = Int64(limits.messageBytes)
        zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &size, MemoryLayout<Int64>.size)
        for (option, value) in [
            (ZMQ_LINGER, limits.lingerMilliseconds), (ZMQ_SNDHWM, limits.highWater), (ZMQ_RCVHWM, limits.highWater),
            (ZMQ_HEARTBEAT_IVL, 1000), (ZMQ_HEARTBEAT_TIMEOUT, 3000), (ZMQ_HEARTBEAT_TTL, 3000),
            (ZMQ_RECONNECT_IVL, 100), (ZMQ_RECONNECT_IVL_MAX, 2000), (ZMQ_HANDSHAKE_IVL, 5000), (ZMQ_TCP_MAXRT, 10000),
        ] {
            try set(option, value)
        }
        if kind == .router { try set(ZMQ_ROUTER_MANDATORY, 1) }
        try secure(security)
    }

    /// The other end of this socket's events.
    ///
    /// libzmq's own thread waits for room at it: without it that thread, and with it every connection of the
    /// context, would stand still for ever. So it lives as long as the socket, and events end before the socket lingers.
    var watcher: Socket?

    deinit {
        if watcher != nil { zmq_socket_monitor(handle, nil, 0) }
        zmq_close(handle)
    }

    private func set(_ option: Int32, _ value: Int) throws(MessagingError) {
        var number = Int32(value)
        guard zmq_setsockopt(handle, option, &number, MemoryLayout<Int32>.size) == 0 else {
            throw .last("socket option \(option)")
        }
    }

    private func set(_ option: Int32, _ text: String) throws(MessagingError) {
        guard zmq_setsockopt(handle, option, text, text.utf8.count) == 0 else { throw .last("socket option \(option)") }
    }

    /// ZMQ_ZAP_ENFORCE_DOMAIN, missing from the headers of 4.3.4 and at work in its library: without a handler nobody gets in.
    private static let enforceDomain: Int32 = 93

    /// Takes effect for what is bound or connected from now on.
    private func secure(_ security: Security) throws(MessagingError) {
        switch security {
        case .server(let secretKey, let domain):
            precondition(!domain.isEmpty, "an empty ZAP domain lets everybody in")
            try set(ZMQ_CURVE_SERVER, 1)
            try set(ZMQ_CURVE_SECRETKEY, secretKey)
            try set(ZMQ_ZAP_DOMAIN, domain)
            try set(Socket.enforceDomain, 1)
        case .client(let serverKey, let keys):
            try set(ZMQ_CURVE_SERVERKEY, serverKey)
            try set(ZMQ_CURVE_PUBLICKEY, keys.publicKey)
            try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
        case .inproc: break
        }
    }

    /// Lets go of all connections and listens again at the same addresses, with `security` from now on.
    package func rebind(_ security: Security) throws(MessagingError) {
        let addresses = endpoints
        for address in addresses {
            guard zmq_unbind(handle, address) == 0 else { throw .last("cannot stop listening on \(address)") }
        }
        endpoints = []
        try secure(security)
        for address in addresses { try bindAgain(address) }
    }

    /// Binds an address that this socket has just let go.
    ///
    /// zmq_unbind returns before libzmq's own thread has closed the old listener, and only a monitor of this socket would be told when it has: so
    /// the address is tried every 10 ms, for two seconds at most. What the thread serves waits meanwhile, and its clients reconnect anyway.
    private func bindAgain(_ address: String) throws(MessagingError) {
        var triesLeft = 200
        while true {
            do {
                try bind(address)
                return
            } catch {
                triesLeft -= 1
                guard error.code == EADDRINUSE, triesLeft > 0 else { throw error }
                usleep(10_000)
            }
        }
    }

    private func refuseOtherTransports(_ endpoint: String) {
        precondition(!isInproc || endpoint.hasPrefix("inproc://"), "\(endpoint) needs keys")
    }

    /// Listens on `endpoint` and returns the address in use, with the port the system chose for `tcp://127.0.0.1:*`.
    @discardableResult package func bind(_ endpoint: String) throws(MessagingError) -> String {
        refuseOtherTransports(endpoint)
        guard zmq_bind(handle, endpoint) == 0 else { throw .last("cannot listen on \(endpoint)") }
        var buffer = [CChar](repeating: 0, count: 512)
        var length = buffer.count
        zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &buffer, &length)
        let address = String(decoding: buffer.prefix(max(0, length - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        endpoints.append(address)
        return address
    }

    /// Connects in the background, now and after every loss.
    package func connect(_ endpoint: String) throws(MessagingError) {
        refuseOtherTransports(endpoint)
        guard zmq_connect(handle, endpoint) == 0 else { throw .last("cannot connect to \(endpoint)") }
    }

    /// Asks for all topics that begin with `prefix`.
    package func subscribe(_ prefix: String) throws(MessagingError) {
        let bytes = Array(prefix.utf8)
        guard zmq_setsockopt(handle, ZMQ_SUBSCRIBE, bytes, bytes.count) == 0 else { throw .last("cannot subscribe") }
    }

    /// Sends one message of several frames without waiting; all of it or nothing.
    @discardableResult package func send(_ frames: [[UInt8]]) throws(MessagingError) -> Sending {
        for (index, frame) in frames.enumerated() {
            let flags = ZMQ_DONTWAIT | (index + 1 < frames.count ? ZMQ_SNDMORE : 0)
            while zmq_send(handle, frame, frame.count, flags) < 0 {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN: return .full
                case EHOSTUNREACH: return .unreachable
                default: throw .last("cannot send")
                }
            }
        }
        return .sent
    }

    /// Takes the next whole message, or nil when none waits.
    ///
    /// - Parameter frameLimit: frames beyond it are read and dropped, so that a peer cannot make one message fill the memory.
    package func receive(frameLimit: Int = 4096) throws(MessagingError) -> [[UInt8]]? {
        try receiveWithUser(frameLimit: frameLimit)?.frames
    }

    /// Takes the next whole message with the key that its sender has proved; nil for the key when there was no handshake.
    package func receiveWithUser(
        frameLimit: Int = 4096
    ) throws(MessagingError) -> (frames: [[UInt8]], user: String?)? {
        var frames: [[UInt8]] = []
        var user: String?
        var message = zmq_msg_t()
        var more = true
        while more {
            zmq_msg_init(&message)
            while zmq_msg_recv(&message, handle, ZMQ_DONTWAIT) < 0 {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN: return nil
                default: throw .last("cannot receive")
                }
            }
            if frames.count < frameLimit {
                let bytes = UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message))
                frames.append([UInt8](bytes))
            }
            more = zmq_msg_more(&message) != 0
            // Of the last frame: 4.3.4 may lose what belongs to a connection on the first frame after a wait.
            if !more, let name = zmq_msg_gets(&message, "User-Id") { user = String(cString: name) }
            zmq_msg_close(&message)
        }
        return (frames, user)
    }
}

/// Waits for sockets and descriptors at once.
package struct Poller: ~Copyable {
    private var items: [zmq_pollitem_t] = []

    package init(sockets: [Socket], descriptors: [Int32] = []) {
        for socket in sockets {
            items.append(zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        }
        for descriptor in descriptors {
            items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
        }
    }

    /// Waits up to `milliseconds` and tells whether anything is readable.
    ///
    /// Readers drain what they own after every wait, since a ZeroMQ socket may hold several messages for one wake-up.
    @discardableResult package mutating func wait(milliseconds: Int) -> Bool {
        zmq_poll(&items, Int32(items.count), max(0, milliseconds)) > 0
    }
}

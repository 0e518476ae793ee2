import FoundationEssentials
import Glibc
import Records
import ServiceSupport

/// A connection to a NATS server over TCP; belongs to one thread, which it blocks.
///
/// Without TLS: a server that requires it is refused with that reason.
package final class NATSConnection {
    /// `nats://host:port`; a user, password or token does not stand in an address but in a file.
    package struct Address: Sendable, Equatable {
        package var host: String
        package var port: UInt16

        package init?(_ text: String) {
            guard let url = URL(string: text), url.scheme == "nats", let host = url.host, !host.isEmpty,
                url.user == nil,
                url.password == nil, url.path.isEmpty || url.path == "/", let port = UInt16(exactly: url.port ?? 4222)
            else { return nil }
            self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
            self.port = port
        }
    }

    private struct Info: Decodable {
        var max_payload: Int
        var headers: Bool?
        var jetstream: Bool?
        var tls_required: Bool?
    }

    private struct Connect: Encodable {
        var verbose = false
        var pedantic = false
        var lang = "swift"
        var version = "1"
        var name = "tidings-relay"
        var headers = true
        var no_responders = true
        var user: String?
        var pass: String?
        var auth_token: String?
    }

    private let descriptor: Int32
    private var parser = NATSParser()
    private var outgoing: [UInt8] = []
    private let inbox: String
    private var requests = 0
    /// Bytes that a message may have.
    package private(set) var maximumPayload = 1 << 20

    /// - Parameter credentials: `user:password` or a token.
    package init(_ address: Address, credentials: String?) throws(RelayFailure) {
        descriptor = try NATSConnection.dial(address)
        var generator = SystemRandomNumberGenerator()
        inbox = "_INBOX.\(UInt64.random(in: 0 ... .max, using: &generator))"
        do throws(RelayFailure) { try greet(address, credentials) } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    private func greet(_ address: Address, _ credentials: String?) throws(RelayFailure) {
        guard case .info(let bytes)? = try receive(milliseconds: 5000),
            let info = try? JSON.decode(Info.self, from: bytes)
        else { throw .again("\(address.host):\(address.port) does not greet as a NATS server does") }
        if info.tls_required == true {
            throw .fatal("the NATS server requires TLS, which the relay does not speak; run it beside the server")
        }
        guard info.headers == true, info.jetstream == true else {
            throw .fatal("the NATS server has no JetStream; start it with -js")
        }
        maximumPayload = info.max_payload
        var connect = Connect()
        if let credentials, let colon = credentials.firstIndex(of: ":") {
            connect.user = String(credentials[..<colon])
            connect.pass = String(credentials[credentials.index(after: colon)...])
        } else {
            connect.auth_token = credentials
        }
        let line = (try? JSON.encode(connect)) ?? []
        outgoing += Array("CONNECT ".utf8) + line + Array("\r\nSUB \(inbox).* 1\r\nPING\r\n".utf8)
        try flush()
        while true {
            switch try receive(milliseconds: 5000) {
            case .pong: return
            case .error(let reason):
                let isRefusal = reason.lowercased().contains("authorization")
                throw isRefusal ? .fatal("the NATS server says \(reason)") : .again("the NATS server says \(reason)")
            case nil: throw .again("the NATS server does not answer")
            default: continue
            }
        }
    }

    package func close() { Glibc.close(descriptor) }

    private static func dial(_ address: Address) throws(RelayFailure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, "\(address.port)", &hints, &list)
        guard status == 0 else {
            throw .again("cannot resolve \(address.host): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(list) }
        var next = list
        var reason = "no address"
        while let entry = next?.pointee {
            next = entry.ai_next
            let descriptor = socket(entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { continue }
            // Also the time to connect, on Linux.
            var limit = timeval(tv_sec: 5, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            if connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return descriptor }
            reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
        }
        throw .again("cannot connect to \(address.host):\(address.port): \(reason)")
    }

    // MARK: Sending

    /// Puts a message into the buffer; ``flush()`` sends it.
    ///
    /// - Parameter reply: the last part of the subject of the answer.
    package func publish(_ subject: String, headers: [(String, String)] = [], payload: [UInt8], reply: Int) {
        if headers.isEmpty {
            outgoing += "PUB \(subject) \(inbox).\(reply) \(payload.count)\r\n".utf8
        } else {
            let head = "NATS/1.0\r\n" + headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
            outgoing +=
                "HPUB \(subject) \(inbox).\(reply) \(head.utf8.count) \(head.utf8.count + payload.count)\r\n".utf8
            outgoing += head.utf8
        }
        outgoing += payload
        outgoing += "\r\n".utf8
    }

    package func flush() throws(RelayFailure) {
        var sent = 0
        while sent < outgoing.count {
            let count = outgoing[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .again("the NATS server is gone: \(String(cString: strerror(errno)))") }
            sent += count
        }
        outgoing.removeAll(keepingCapacity: true)
    }

    /// A number for an answer's subject.
    package func nextReply() -> Int {
        requests += 1
        return requests
    }

    // MARK: Receiving

    /// The next message, or nil when none came in time; a PING is answered.
    package func receive(milliseconds: Int) throws(RelayFailure) -> NATSMessage? {
        let deadline = Monotonic.milliseconds() + milliseconds
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let message: NATSMessage?
            do { message = try parser.next() } catch { throw .again("the NATS server speaks nonsense: \(error)") }
            if message == .ping {
                outgoing += "PONG\r\n".utf8
                try flush()
                continue
            }
            if let message { return message }
            var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = deadline - Monotonic.milliseconds()
            let ready = poll(&item, 1, Int32(clamping: max(0, left)))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .again("the NATS server has closed the connection") }
            parser.feed(chunk[..<count])
        }
    }

    /// The number and the payload of the next answer.
    package func answer(milliseconds: Int) throws(RelayFailure) -> (reply: Int, message: NATSMessage.Message) {
        let deadline = Monotonic.milliseconds() + milliseconds
        while let message = try receive(milliseconds: max(0, deadline - Monotonic.milliseconds())) {
            switch message {
            case .message(let message):
                guard message.subject.hasPrefix(inbox + "."),
                    let reply = Int(message.subject.dropFirst(inbox.count + 1))
                else { continue }
                return (reply, message)
            case .error(let reason): throw .again("the NATS server says \(reason)")
            default: continue
            }
        }
        throw .again("the NATS server does not answer within \(milliseconds) ms")
    }

    /// Sends a request and waits for its answer.
    package func request(_ subject: String, _ payload: [UInt8]) throws(RelayFailure) -> [UInt8] {
        let wanted = nextReply()
        publish(subject, payload: payload, reply: wanted)
        try flush()
        while true {
            let (reply, message) = try answer(milliseconds: 5000)
            guard reply == wanted else { continue }
            // JetStream of a server that has just started is not there yet.
            if message.status == 503 { throw .again("nobody answers \(subject): JetStream is not ready") }
            return message.payload
        }
    }
}

import Glibc

/// One HTTP/1.1 connection that stays open: blocking and bare, so that the load costs the machine as little as it can.
struct LoadClient: ~Copyable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Answer {
        var status: Int
        var body: [UInt8]
    }

    private let port: Int
    /// Lines that each request carries, each with its line break.
    private let headers: String
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []

    init(port: Int, headers: String) {
        self.port = port
        self.headers = headers
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Asks for a path on loopback, again on a new connection when the server has closed this one.
    mutating func get(_ path: String) throws(Failure) -> Answer {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(headers)\r\n".utf8)
        if descriptor >= 0, let answer = try? ask(request) { return answer }
        try connect()
        return try ask(request)
    }

    private mutating func connect() throws(Failure) {
        if descriptor >= 0 { close(descriptor) }
        buffer = []
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
        guard failed == 0 else { throw failure("cannot connect to port \(port)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    private mutating func ask(_ request: [UInt8]) throws(Failure) -> Answer {
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw failure("cannot send")
        }
        var end: Int?
        while end == nil {
            try receive()
            end = headEnd()
        }
        let head = String(decoding: buffer[..<(end ?? 0)], as: UTF8.self).lowercased()
        buffer.removeFirst((end ?? 0) + 4)
        let lines = head.split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(description: "not HTTP: \(head.prefix(80))")
        }
        func value(_ name: String) -> Substring? {
            lines.first { $0.hasPrefix("\(name):") }?.dropFirst(name.count + 1).drop { $0 == " " }
        }
        if value("transfer-encoding") == "chunked" { return Answer(status: status, body: try chunks()) }
        return Answer(status: status, body: try take(value("content-length").flatMap { Int($0) } ?? 0))
    }

    private func headEnd() -> Int? {
        guard buffer.count >= 4 else { return nil }
        return buffer.indices.dropLast(3).first {
            buffer[$0] == 13 && buffer[$0 + 1] == 10 && buffer[$0 + 2] == 13 && buffer[$0 + 3] == 10
        }
    }

    private mutating func chunks() throws(Failure) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            var line: [UInt8] = []
            while line.suffix(2) != [13, 10] { line += try take(1) }
            guard let count = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) else {
                throw Failure(description: "not a chunk")
            }
            body += try take(count)
            _ = try take(2)
            if count == 0 { return body }
        }
    }

    private mutating func take(_ count: Int) throws(Failure) -> [UInt8] {
        while buffer.count < count { try receive() }
        let taken = Array(buffer[..<count])
        buffer.removeFirst(count)
        return taken
    }

    private mutating func receive() throws(Failure) {
        let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { bytes in
            let count = recv(descriptor, bytes.baseAddress, bytes.count, 0)
            if count > 0 { buffer += bytes[..<count] }
            return count
        }
        guard count > 0 else { throw failure(count == 0 ? "the server closed the connection" : "no answer") }
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }
}

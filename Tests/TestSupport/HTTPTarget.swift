import FoundationEssentials
import Glibc
import ServiceSupport

/// An HTTP server of plain sockets that answers as a test wants: with any status, never, or without end.
package final class HTTPTarget: Sendable {
    package struct Received: Sendable {
        package var path: String
        /// Names in lower case.
        package var headers: [String: String]
        package var body: [UInt8]
        /// Milliseconds, monotonic.
        package var at: Int
    }

    package enum Reply: Sendable {
        case status(Int, headers: [String] = [], body: String = "")
        /// Says nothing and keeps the connection.
        case hang
        /// A success with a body of so many bytes.
        case flood(Int)
    }

    package var port: Int { listener.port }
    private let listener: LoopbackListener
    private let state = Locked<(received: [Received], sent: Int)>(([], 0))
    private let answer: @Sendable (Received, Int) -> Reply

    /// - Parameter answer: gets each request with its number, from 0.
    package init(_ answer: @escaping @Sendable (Received, Int) -> Reply = { _, _ in .status(204) }) throws {
        self.answer = answer
        listener = try LoopbackListener()
        listener.serve { [self] in serve($0) }
    }

    package func close() { listener.close() }

    package var received: [Received] { state.withLock { $0.received } }
    /// Bytes of bodies that went out.
    package var sent: Int { state.withLock { $0.sent } }

    /// Waits until so many requests have come.
    package func wait(_ count: Int, seconds: Int) -> Bool {
        let deadline = Monotonic.milliseconds() + seconds * 1000
        while received.count < count {
            guard Monotonic.milliseconds() < deadline else { return false }
            Monotonic.sleep(milliseconds: 10)
        }
        return true
    }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        while let request = read(connection, &buffer) {
            let number = state.withLock { state in
                state.received.append(request)
                return state.received.count - 1
            }
            switch answer(request, number) {
            case .status(let status, let headers, let body):
                let head = (["HTTP/1.1 \(status) Because", "content-length: \(body.utf8.count)"] + headers)
                guard write(connection, Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)) else {
                    return
                }
            case .hang: while !listener.isClosed { Monotonic.sleep(milliseconds: 20) }
            case .flood(let bytes):
                guard write(connection, Array("HTTP/1.1 200 OK\r\ncontent-length: \(bytes)\r\n\r\n".utf8)) else {
                    return
                }
                let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
                for _ in 0..<bytes / chunk.count {
                    guard !listener.isClosed, write(connection, chunk) else { return }
                    state.withLock { $0.sent += chunk.count }
                }
            }
        }
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func read(_ connection: Int32, _ buffer: inout [UInt8]) -> Received? {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while !listener.isClosed {
            if let request = HTTPTarget.parse(&buffer) { return request }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
        return nil
    }

    private static func parse(_ buffer: inout [UInt8]) -> Received? {
        let blank = Array("\r\n\r\n".utf8)
        guard let end = buffer.indices.first(where: { buffer[$0...].starts(with: blank) }) else { return nil }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        let start = end + blank.count
        let length = Int(headers["content-length"] ?? "0") ?? 0
        guard buffer.count >= start + length else { return nil }
        defer { buffer.removeFirst(start + length) }
        let path = lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        return Received(
            path: path,
            headers: headers,
            body: Array(buffer[start..<(start + length)]),
            at: Monotonic.milliseconds()
        )
    }
}

/// What a NATS server says (https://docs.nats.io/reference/reference-protocols/nats-protocol).
package enum NATSMessage: Sendable, Equatable {
    /// The server's account of itself, JSON.
    case info([UInt8])
    case ping
    case pong
    case ok
    case error(String)
    case message(Message)

    package struct Message: Sendable, Equatable {
        package var subject: String
        /// The status of a message without a sender: 503 means that nobody answers requests to the subject.
        package var status: Int?
        package var payload: [UInt8]

        package init(subject: String, status: Int? = nil, payload: [UInt8]) {
            self.subject = subject
            self.status = status
            self.payload = payload
        }
    }
}

/// Takes a NATS server's bytes apart; a state machine without I/O.
package struct NATSParser: Sendable {
    package struct Invalid: Error, CustomStringConvertible {
        package let description: String
    }

    private var buffer: [UInt8] = []
    private var start = 0
    private static let lineLimit = 64 << 10
    private static let payloadLimit = 64 << 20

    package init() {}

    package mutating func feed(_ bytes: some Sequence<UInt8>) { buffer += bytes }

    /// The next whole message, or nil when more bytes are wanted.
    package mutating func next() throws(Invalid) -> NATSMessage? {
        guard let end = lineEnd() else {
            guard buffer.count - start <= NATSParser.lineLimit else { throw Invalid(description: "a line has no end") }
            return nil
        }
        let line = buffer[start..<end]
        let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        let body = end + 2
        switch words.first?.uppercased() {
        case "INFO": return take(until: body, .info(Array(line.dropFirst(5))))
        case "PING": return take(until: body, .ping)
        case "PONG": return take(until: body, .pong)
        case "+OK": return take(until: body, .ok)
        case "-ERR": return take(until: body, .error(words.dropFirst().joined(separator: " ")))
        case "MSG":
            guard words.count == 4 || words.count == 5 else {
                throw Invalid(description: "MSG has \(words.count) words")
            }
            return try message(words, headerBytes: 0, total: words.last, body)
        case "HMSG":
            guard words.count == 5 || words.count == 6, let header = Int(words[words.count - 2]), header > 0 else {
                throw Invalid(description: "HMSG has \(words.count) words")
            }
            return try message(words, headerBytes: header, total: words.last, body)
        default: throw Invalid(description: "'\(words.first?.prefix(20) ?? "")' is no message of NATS")
        }
    }

    private mutating func message(
        _ words: [String],
        headerBytes: Int,
        total: String?,
        _ body: Int
    ) throws(Invalid) -> NATSMessage? {
        guard let total = total.flatMap({ Int($0) }), (headerBytes...NATSParser.payloadLimit).contains(total) else {
            throw Invalid(description: "a message has a wrong length")
        }
        guard buffer.count >= body + total + 2 else { return nil }
        let head = String(decoding: buffer[body..<(body + headerBytes)], as: UTF8.self)
        // "NATS/1.0 503" and then lines of headers, of which we need none.
        let status = head.split(whereSeparator: \.isNewline).first?.split(separator: " ").dropFirst().first
        let message = NATSMessage.Message(
            subject: words[1],
            status: status.flatMap { Int($0) },
            payload: Array(buffer[(body + headerBytes)..<(body + total)])
        )
        return take(until: body + total + 2, .message(message))
    }

    private func lineEnd() -> Int? {
        var at = start
        while let found = buffer[at...].firstIndex(of: 0x0D) {
            if found + 1 < buffer.count, buffer[found + 1] == 0x0A { return found }
            at = found + 1
        }
        return nil
    }

    private mutating func take(until end: Int, _ message: NATSMessage) -> NATSMessage {
        start = end
        if start == buffer.count || start > 1 << 20 {
            buffer.removeFirst(start)
            start = 0
        }
        return message
    }
}

import CZeroMQ

/// Answers libzmq's questions whether a key may connect ([ZAP, RFC 27](https://rfc.zeromq.org/spec/27/)).
///
/// Must be made before any socket of the context listens: libzmq 4.3.4 lets everybody in when nobody answers. The `User-Id` of a
/// connection is its key, so that a message can be judged by what the key may do now.
package final class Authenticator {
    private let socket: Socket
    private let allows: @Sendable (_ domain: String, _ key: String) -> Bool

    /// - Parameter allows: called on the thread that runs ``serve(milliseconds:)``.
    package init(
        in context: MessagingContext,
        allows: @escaping @Sendable (_ domain: String, _ key: String) -> Bool
    ) throws(MessagingError) {
        socket = try Socket(.reply, in: context, security: .inproc)
        try socket.bind("inproc://zeromq.zap.01")
        self.allows = allows
    }

    /// Waits up to `milliseconds` for questions and answers them.
    package func serve(milliseconds: Int) throws(MessagingError) {
        var poller = Poller(sockets: [socket])
        poller.wait(milliseconds: milliseconds)
        while let frames = try socket.receive(frameLimit: 16) {
            guard frames.count >= 2 else { continue }
            let answer = answer(frames)
            try socket.send([Array("1.0".utf8), frames[1]] + answer.map { Array($0.utf8) } + [[]])
        }
    }

    /// Status code, text and user of the answer.
    private func answer(_ frames: [[UInt8]]) -> [String] {
        guard frames.count == 7, frames[0] == Array("1.0".utf8), frames[5] == Array("CURVE".utf8),
            let key = CurveKeyPair.encode(frames[6])
        else { return ["400", "CURVE only", ""] }
        return allows(String(decoding: frames[2], as: UTF8.self), key)
            ? ["200", "OK", key] : ["400", "this key is not allowed here", ""]
    }
}

/// Tries the lock: a stranger's key must be refused before anybody else is let in.
package enum LockTest {
    /// What is wrong when a stranger gets in, or nobody answers.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Connects to `endpoint` with a fresh key.
    ///
    /// - Throws: unless the handshake is refused within `milliseconds`.
    package static func run(_ endpoint: String, serverKey: String, milliseconds: Int = 5000) throws {
        let local = endpoint.replacing("tcp://0.0.0.0:", with: "tcp://127.0.0.1:")
            .replacing("tcp://[::]:", with: "tcp://[::1]:")
        let context = MessagingContext()
        let stranger = try Socket(.dealer, in: context, security: .client(serverKey: serverKey, keys: CurveKeyPair()))
        let handshake = try Handshake(of: stranger, in: context)
        try stranger.connect(local)
        switch try handshake.wait(milliseconds: milliseconds) {
        case .refused: return
        case .succeeded:
            throw Failure(
                description: "\(endpoint) let a stranger's key in; refusing to run. Is libzmq older than 4.3.0?"
            )
        case .pending:
            throw Failure(
                description: "\(endpoint) did not answer a stranger's key in \(milliseconds) ms; refusing to run"
            )
        }
    }
}

import Logging
import Messaging
import ServiceSupport
import Wire

/// Tells the hub that jobs are there.
///
/// A lost ring costs half a second: the hub looks by itself.
final class Doorbell {
    private let endpoint: String
    private let keyFile: String
    private let logger: Logger
    private let context = MessagingContext()
    private var connection: (socket: Socket, handshake: Handshake)?
    private var attempt = 0
    private var connectAt = 0
    private var complaint: String?

    init(_ endpoint: String, _ keyFile: String, _ logger: Logger) {
        self.endpoint = endpoint
        self.keyFile = keyFile
        self.logger = logger
        connect()
    }

    func ring() {
        if (try? connection?.handshake.look()) == .refused {
            complain("the hub refuses the key in \(keyFile); 'tidings client list' shows which keys it knows")
            connection = nil
        }
        if connection == nil { connect() }
        _ = try? connection?.socket.send(WorkMessage.ring.frames.message)
    }

    private func connect() {
        guard Monotonic.milliseconds() >= connectAt else { return }
        connectAt = Monotonic.milliseconds() + 1000
        do {
            connection = try Socket.connecting(
                .dealer,
                to: endpoint,
                keyFile: keyFile,
                attempt: attempt,
                in: context,
                limits: .init(messageBytes: 4096, highWater: 10)
            )
            attempt += 1
        } catch { complain("\(error)") }
    }

    /// Says a reason once.
    private func complain(_ reason: String) {
        guard reason != complaint else { return }
        complaint = reason
        logger.warning("no doorbell; the hub finds new articles by itself", metadata: ["error": "\(reason)"])
    }
}

import CZeroMQ
import Synchronization

/// Watches how the last handshake of a connecting socket ended (zmq_socket_monitor(3)).
package final class Handshake {
    package enum State: Sendable { case pending, succeeded, refused }

    private static let counter = Atomic<Int>(0)
    private static let succeeded: UInt16 = 0x1000
    /// Failed without detail, by protocol, and by authentication.
    private static let failed: [UInt16] = [0x0800, 0x2000, 0x4000]

    private let events: Socket
    /// As far as it is known; ``look()`` brings it up to date.
    package private(set) var state = State.pending

    /// - Parameter socket: must not have connected yet, or its handshake may be over.
    package init(of socket: Socket, in context: MessagingContext) throws(MessagingError) {
        let address = "inproc://handshake-\(Handshake.counter.add(1, ordering: .relaxed).newValue)"
        let mask = Int32(Handshake.failed.reduce(Handshake.succeeded, |))
        guard zmq_socket_monitor(socket.handle, address, mask) == 0 else { throw .last("cannot watch a handshake") }
        // Without a high-water mark: nobody has to look.
        events = try Socket(.pair, in: context, limits: .init(highWater: 0), security: .inproc)
        socket.watcher = events
        try events.connect(address)
    }

    /// Takes in what has happened.
    @discardableResult package func look() throws(MessagingError) -> State {
        while let event = try events.receive(frameLimit: 2) {
            guard let head = event.first, head.count >= 2 else { continue }
            let number = UInt16(head[0]) | UInt16(head[1]) << 8
            if number == Handshake.succeeded { state = .succeeded }
            if Handshake.failed.contains(number) { state = .refused }
        }
        return state
    }

    /// Waits up to `milliseconds` for the handshake to end.
    package func wait(milliseconds: Int) throws(MessagingError) -> State {
        var poller = Poller(sockets: [events])
        if try look() == .pending { poller.wait(milliseconds: milliseconds) }
        return try look()
    }
}

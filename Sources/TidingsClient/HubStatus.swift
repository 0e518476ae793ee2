package import Messaging
import ServiceSupport
import Wire

/// Asks the hub how it is, without a subscription.
package enum HubStatus {
    /// The hub's own account as JSON, or nil when it does not answer in time.
    ///
    /// - Throws: also when the hub refuses the key in `keyFile`.
    package static func ask(
        _ feed: String,
        keyFile: String,
        milliseconds: Int
    ) throws(MessagingError) -> [UInt8]? {
        let deadline = Monotonic.milliseconds() + milliseconds
        for attempt in 0... {
            let (socket, handshake) = try Socket.connecting(
                .dealer,
                to: feed,
                keyFile: keyFile,
                attempt: attempt,
                in: MessagingContext(),
                limits: .init(messageBytes: 1 << 20, highWater: 10)
            )
            try socket.send(FeedMessage.status.frames.message)
            while try handshake.look() != .refused {
                guard Monotonic.milliseconds() < deadline else { return nil }
                var poller = Poller(sockets: [socket])
                poller.wait(milliseconds: 20)
                while let frames = try socket.receive() {
                    if case .statusIs(let state)? = FeedMessage(frames) { return state }
                }
            }
            // While the hub's key is being changed, the other one may be in use already.
            if attempt > 0 { break }
        }
        throw MessagingError(code: 0, description: "the hub at \(feed) refuses the key in \(keyFile)")
    }
}

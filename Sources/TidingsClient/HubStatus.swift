package import Messaging
import ServiceSupport
import Wire

/// Asks the hub how it is, without a subscription.
package enum HubStatus {
    /// The hub's own account as JSON, or nil when it does not answer in time.
    package static func ask(_ feed: String, milliseconds: Int) throws(MessagingError) -> [UInt8]? {
        let socket = try Socket(.dealer, in: MessagingContext(), limits: .init(messageBytes: 1 << 20, highWater: 10))
        try socket.connect(feed)
        try socket.send(FeedMessage.status.frames.message)
        let deadline = Monotonic.milliseconds() + milliseconds
        while Monotonic.milliseconds() < deadline {
            var poller = Poller(sockets: [socket])
            poller.wait(milliseconds: deadline - Monotonic.milliseconds())
            while let frames = try socket.receive() {
                if case .statusIs(let state)? = FeedMessage(frames) { return state }
            }
        }
        return nil
    }
}

package import Hummingbird
import HummingbirdCore
package import NIOCore

/// What is known of a request besides itself: where it comes from and what it may do.
package struct DoorContext: RequestContext, RemoteAddressRequestContext {
    /// What a token opens.
    package enum Pass: String, Sendable {
        /// Reading only.
        case reader
        case writer
    }

    package var coreContext: CoreRequestContextStorage
    package let remoteAddress: SocketAddress?
    /// Nil on a path that is open to everybody.
    package var pass: Pass?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

import Messaging
import TidingsClient

/// Where all readers of this service get the feed from.
package struct FeedSource: Sendable {
    private let endpoint: String
    private let context = MessagingContext()

    /// - Parameter endpoint: the hub's feed endpoint.
    package init(_ endpoint: String) { self.endpoint = endpoint }

    func open(
        filter: String = "",
        from start: FeedSubscription.Start,
        client: String,
        window: Int = 1000
    ) -> FeedReader {
        FeedReader(endpoint, filter: filter, from: start, client: client, window: window, context: context)
    }
}

import Messaging
import TidingsClient

/// Where all readers of this service get the feed from.
package struct FeedSource: Sendable {
    private let endpoint: String
    private let keyFile: String
    private let context = MessagingContext()

    /// - Parameters:
    ///   - endpoint: the hub's feed endpoint.
    ///   - keyFile: the file with our key and the hub's public one.
    package init(_ endpoint: String, keyFile: String) {
        self.endpoint = endpoint
        self.keyFile = keyFile
    }

    func open(
        filter: String = "",
        from start: FeedSubscription.Start,
        client: String,
        window: Int = 1000
    ) -> FeedReader {
        FeedReader(
            endpoint,
            keyFile: keyFile,
            filter: filter,
            from: start,
            client: client,
            window: window,
            context: context
        )
    }
}

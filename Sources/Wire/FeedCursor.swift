/// The name under which the hub keeps a subscriber's place in the log.
package struct FeedCursor: Sendable, Hashable {
    /// Whose it is; empty for clients without a name of their own.
    ///
    /// Names of different owners do not meet.
    package let owner: String
    package let name: String

    package init(owner: String, name: String) {
        self.owner = owner
        self.name = name
    }

    /// Whether the text can name a cursor: 1 to 64 of `a-z 0-9 . _ -`.
    package static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// A cursor with the place it stands at, in one log.
    package struct Place: Sendable, Equatable {
        package var cursor: FeedCursor
        package var client: String
        package var epoch: String
        package var seq: Int

        package init(cursor: FeedCursor, client: String, epoch: String, seq: Int) {
            self.cursor = cursor
            self.client = client
            self.epoch = epoch
            self.seq = seq
        }
    }
}

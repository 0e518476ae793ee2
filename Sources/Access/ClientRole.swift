/// What a key may do at the hub.
package enum ClientRole: String, Sendable, CaseIterable {
    /// Takes jobs and answers them.
    case worker
    /// Reads the reliable feed.
    case feed
    /// Listens to the tap.
    case tap
    /// Rings the doorbell when articles are stored, and nothing else.
    case ingest
    /// Reads feed and tap, and the hub's state with the names of all who are there.
    case admin

    /// A listening socket of the hub, by its ZAP domain.
    package enum Door: String, Sendable { case work, feed, tap }

    /// Whether the key gets through a door at all; what it may say there is decided message by message.
    package func opens(_ door: Door) -> Bool {
        switch door {
        case .work: self == .worker || self == .ingest
        case .feed: self == .feed || self == .admin
        case .tap: self == .tap || self == .admin
        }
    }
}

/// Somebody whose key the hub knows.
package struct Client: Sendable, Equatable {
    package var name: String
    package var roles: Set<ClientRole>

    package init(name: String, roles: Set<ClientRole>) {
        self.name = name
        self.roles = roles
    }

    package func may(enter door: ClientRole.Door) -> Bool { roles.contains { $0.opens(door) } }

    /// Whether a text can name a client: it becomes a file's name.
    package static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.first != "." && text.first != "-"
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }
}

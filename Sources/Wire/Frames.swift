import Records

/// One message: a kind, a JSON head, and bodies that are not looked into.
///
/// On the wire: frame 0 the kind in ASCII, frame 1 the head, then one frame a body. Receivers ignore unknown kinds and members.
package struct Frames: Sendable, Equatable {
    package var kind: String
    package var head: [UInt8]
    package var bodies: [[UInt8]]

    package init(_ kind: String, head: [UInt8] = Array("{}".utf8), bodies: [[UInt8]] = []) {
        self.kind = kind
        self.head = head
        self.bodies = bodies
    }

    package init(_ kind: String, _ head: some Encodable, bodies: [[UInt8]] = []) {
        // Heads are plain structs of strings and numbers: encoding them cannot fail.
        self.init(kind, head: (try? JSON.encode(head)) ?? Array("{}".utf8), bodies: bodies)
    }

    /// Takes a received message apart, or nil when it has no kind.
    package init?(_ message: some Collection<[UInt8]>) {
        var rest = message[...]
        guard let kind = rest.popFirst(), (1...32).contains(kind.count), kind.allSatisfy({ (0x20..<0x7F).contains($0) })
        else { return nil }
        self.init(
            String(decoding: kind, as: UTF8.self),
            head: rest.popFirst() ?? Array("{}".utf8),
            bodies: Array(rest)
        )
    }

    package var message: [[UInt8]] { [Array(kind.utf8), head] + bodies }

    /// The head as `type`, or nil when it is not one.
    package func head<Head: Decodable>(_ type: Head.Type) -> Head? { try? JSON.decode(type, from: head) }
}

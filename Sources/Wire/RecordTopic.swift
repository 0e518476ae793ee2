package import Records

/// Where the tap publishes records.
package enum RecordTopic {
    package static func event(_ event: Event) -> String {
        topic(["event", event.event.rawValue, event.actor.first?.code, event.recipient.first?.code])
    }

    package static func quote(_ quote: Quote) -> String { topic(["quote", quote.speaker?.code]) }

    /// `event/SANCTION/RUS/USA/`, with `-` for what is not known; every part ends with the delimiter.
    private static func topic(_ parts: [String?]) -> String {
        parts.map { String(token($0 ?? "-").prefix(40)) + "/" }.joined()
    }

    /// A part of a topic: ASCII letters, digits and `+_.-`; anything else becomes a hyphen.
    package static func token(_ value: String) -> String {
        let bytes = value.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "_"), UInt8(ascii: "."):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return bytes.isEmpty ? "-" : String(decoding: bytes.prefix(100), as: UTF8.self)
    }
}

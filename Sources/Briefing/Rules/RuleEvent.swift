package import Knowledge
package import Wire

/// An event as alert rules see it: light, and made as well from a row of `report` as from a record.
package struct RuleEvent: Sendable, Equatable {
    package var id: String
    package var seq: Int
    /// When it came into the log: milliseconds since 1970-01-01 UTC.
    package var at: Int
    /// When its article was published, where that is known to the second.
    package var published: Int?
    package var article: String
    /// The article its report goes back to.
    package var origin: String
    package var incident: String
    /// Independent reports of its incident, with this one.
    package var origins: Int
    /// How well its incident is attested, 0 to 1; nil when nobody has said.
    package var credibility: Double?
    /// PLOVER's intensity, -10 to 10.
    package var scale: Double
    /// As filters see the record: `name=value`, a space between them.
    package var keys: [UInt8]
    /// Resolved names of actors, recipients and claimants.
    package var names: [String]
    package var point: Coordinates?
    /// The article's title.
    package var title: String?
    /// The sentence that reports it; may be left out where no rule asks for words.
    package var sentence: String?

    package init(id: String, seq: Int, at: Int, article: String, keys: [UInt8]) {
        self.id = id
        self.seq = seq
        self.at = at
        self.article = article
        self.keys = keys
        origin = article
        incident = id
        origins = 1
        scale = 0
        names = []
    }

    /// The values that a key has, in the record's order; O(bytes of keys).
    package func values(of name: KeyName) -> [String] {
        let wanted = Array("\(name.rawValue)=".utf8)
        var values: [String] = []
        keys.withUnsafeBufferPointer { keys in
            var start = 0
            while start < keys.count {
                let end = keys[start...].firstIndex(of: UInt8(ascii: " ")) ?? keys.count
                if end - start > wanted.count, keys[start..<start + wanted.count].elementsEqual(wanted) {
                    let value = keys[start + wanted.count..<end]
                    let text = String(decoding: value, as: UTF8.self)
                    values.append(value.contains(UInt8(ascii: "%")) ? KeyName.unescaped(text) ?? text : text)
                }
                start = end + 1
            }
        }
        return values
    }
}

/// What rules can group by, count and compare.
package enum RuleField: String, CaseIterable, Sendable {
    case actor, recipient, dyad, country, event, mode, context, cameo, quad, status, sector, place, source
    case name, incident, article, origin

    /// Its values in an event, in order, none twice; empty when the event does not tell.
    package func values(in event: RuleEvent) -> [String] {
        switch self {
        case .dyad:
            let recipients = event.values(of: .recipient)
            return event.values(of: .actor).flatMap { actor in recipients.map { "\(actor)→\($0)" } }
        case .name: return event.names
        case .incident: return [event.incident]
        case .article: return [event.article]
        case .origin: return [event.origin]
        default: return KeyName(rawValue: rawValue).map(event.values) ?? []
        }
    }
}

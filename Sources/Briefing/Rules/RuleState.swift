/// What a rule remembers of one group; a row of `rule_state`.
package struct RuleState: Codable, Sendable, Equatable {
    /// An event, as far as windows need it.
    struct Entry: Codable, Sendable, Equatable {
        var at: Int
        var seq: Int
        var id: String
        var type: String
        var scale: Double
        var credibility: Double?
        /// Of the field that the rule counts or compares.
        var value: String?
    }

    /// One sixtieth of a spike's window.
    struct Bucket: Codable, Sendable, Equatable {
        var number: Int
        var count: Int
    }

    /// After an alert.
    struct Silence: Codable, Sendable, Equatable {
        var until: Int
        /// How long it is, which the next one may double.
        var length: Int
        var suppressed: Int
    }

    /// When the group was first seen.
    var since: Int
    /// By time; as many as the kind needs.
    var recent: [Entry] = []
    var buckets: [Bucket] = []
    var silence: Silence?

    init(since: Int) { self.since = since }

    /// Adds an entry at its time, which may be before others' when articles come late.
    mutating func insert(_ entry: Entry) {
        var index = recent.count
        while index > 0, (recent[index - 1].at, recent[index - 1].seq) > (entry.at, entry.seq) { index -= 1 }
        recent.insert(entry, at: index)
    }

    /// Forgets what is not after `time`.
    mutating func drop(until time: Int) {
        let old = recent.prefix { $0.at <= time }.count
        if old > 0 { recent.removeFirst(old) }
    }

    mutating func keep(latest count: Int) {
        if recent.count > count { recent.removeFirst(recent.count - count) }
    }

    mutating func count(in bucket: Int) {
        if let index = buckets.firstIndex(where: { $0.number == bucket }) {
            buckets[index].count += 1
        } else {
            let index = buckets.firstIndex { $0.number > bucket } ?? buckets.count
            buckets.insert(Bucket(number: bucket, count: 1), at: index)
        }
    }
}

/// What a rule remembers beside its groups; the row of `rule_state` whose key is ``key``.
package struct RuleLedger: Codable, Sendable, Equatable {
    /// No group is called so: their keys have a `=`, or nothing.
    package static let key = "rule"

    /// The definition this was made under.
    package var definition: String
    /// The greatest time seen, in the time the rule counts by.
    var clock: Int?
    /// When the rule began to look.
    var started: Int?
    /// The last event that came by, whether it matched or not.
    var seq = 0
    /// Alerts that wait, and until when.
    var held: [Held] = []
    var release: Int?

    /// An alert that waits for a digest.
    struct Held: Codable, Sendable, Equatable {
        var id: String
        var title: String
        var importance: Double
        var credibility: Double?
        var evidence: [Alert.Evidence]
    }

    init(definition: String) { self.definition = definition }
}

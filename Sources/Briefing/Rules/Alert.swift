import Records

/// What a rule that fired says: the reason in words and numbers, and the events that prove it.
package struct Alert: Sendable, Equatable {
    /// UUIDv5 of the rule, the group and the event or moment that fired: the same log gives the same alert.
    package var id: String
    package var rule: String
    package var kind: String
    package var severity: Rule.Severity
    /// The values of the rule's group_by, `actor=RUS recipient=USA`; empty without one.
    package var key: String
    package var title: String
    /// Why it fired.
    package var why: String
    /// Milliseconds since 1970-01-01 UTC, in the time the rule counts by.
    package var at: Int
    /// The event that fired, or the last one before the moment that did.
    package var seq: Int
    /// The article of the event that fired; nil where a moment did.
    package var article: String?
    package var evidence: [Evidence]
    /// The number that fired and the one it was compared with, where there are such.
    package var count: Int?
    package var threshold: Int?
    /// How often the rule fired for this group, and kept silent, since its last alert.
    package var suppressed: Int
    /// 0 to 1: half severity, half the strongest intensity of the evidence.
    ///
    /// It says nothing of whether it is true.
    package var importance: Double
    /// 0 to 1: how well the evidence is attested, the mean over its incidents; nil when nobody has said.
    package var credibility: Double?
    /// Why it is not sent at once: `digest`, `quiet hours` or `quiet hours: dropped`; nil when it is.
    package var held: String?
    /// The alerts that a digest brings.
    package var alerts: [String]

    /// An event that an alert rests on.
    package struct Evidence: Codable, Sendable, Equatable {
        package var event: String
        package var seq: Int
        /// The sentence; filled in from the record.
        package var text: String?
    }

    /// The most events an alert lists: the latest ones.
    static let mostEvidence = 50

    package var topic: String { "alert/\(severity.rawValue)/\(rule)/" }
}

extension Alert: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, rule, kind, severity, key, title, why, at, seq, article, evidence, count, threshold, suppressed,
            importance
        case credibility, held, alerts
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try container.decode(String.self, forKey: key) }
        let time = try text(.at)
        guard let at = Timestamp.milliseconds(time) else {
            throw DecodingError.dataCorruptedError(forKey: .at, in: container, debugDescription: "'\(time)' is no time")
        }
        self.init(
            id: try text(.id),
            rule: try text(.rule),
            kind: try text(.kind),
            severity: try container.decode(Rule.Severity.self, forKey: .severity),
            key: try text(.key),
            title: try text(.title),
            why: try text(.why),
            at: at,
            seq: try container.decode(Int.self, forKey: .seq),
            article: try container.decodeIfPresent(String.self, forKey: .article),
            evidence: try container.decode([Evidence].self, forKey: .evidence),
            count: try container.decodeIfPresent(Int.self, forKey: .count),
            threshold: try container.decodeIfPresent(Int.self, forKey: .threshold),
            suppressed: try container.decode(Int.self, forKey: .suppressed),
            importance: try container.decode(Double.self, forKey: .importance),
            credibility: try container.decodeIfPresent(Double.self, forKey: .credibility),
            held: try container.decodeIfPresent(String.self, forKey: .held),
            alerts: try container.decodeIfPresent([String].self, forKey: .alerts) ?? []
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(rule, forKey: .rule)
        try container.encode(kind, forKey: .kind)
        try container.encode(severity, forKey: .severity)
        try container.encode(key, forKey: .key)
        try container.encode(title, forKey: .title)
        try container.encode(why, forKey: .why)
        try container.encode(Timestamp.text(milliseconds: at), forKey: .at)
        try container.encode(seq, forKey: .seq)
        try container.encode(article, forKey: .article)
        try container.encode(evidence, forKey: .evidence)
        try container.encodeIfPresent(count, forKey: .count)
        try container.encodeIfPresent(threshold, forKey: .threshold)
        try container.encode(suppressed, forKey: .suppressed)
        try container.encode(importance, forKey: .importance)
        try container.encode(credibility, forKey: .credibility)
        try container.encodeIfPresent(held, forKey: .held)
        if !alerts.isEmpty { try container.encode(alerts, forKey: .alerts) }
    }
}

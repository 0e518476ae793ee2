import Records

/// One act, as all articles together report it.
///
/// Only reports that stand are counted: a correction takes the place of its report, a retraction takes it away. Of many reports some are kept
/// whole (`limit`); what is derived of statuses, claims and quantities is derived from these.
package struct Incident: Codable, Sendable, Equatable {
    /// UUIDv5 of the event that founded it.
    package let id: String
    package let firstSeq: Int
    /// Milliseconds since 1970-01-01 UTC.
    package let firstAt: Int
    package private(set) var lastSeq: Int
    package private(set) var lastAt: Int
    /// The reports that are kept whole, in the order of the log.
    package private(set) var kept: [IncidentReport]
    /// How many reports stand.
    package private(set) var reports: Int
    /// Standing reports by the article they go back to.
    private var byOrigin: [String: Int]
    /// The last report that was taken away, while no other is kept.
    package private(set) var withdrawn: IncidentReport?

    /// How many reports are kept whole, and how many origins are told apart.
    package static let limit = 24
    package static let originLimit = 500

    private enum CodingKeys: String, CodingKey {
        case id, kept, reports, withdrawn
        case firstSeq = "first_seq"
        case firstAt = "first_at"
        case lastSeq = "last_seq"
        case lastAt = "last_at"
        case byOrigin = "by_origin"
    }

    /// Independent reports: copies of one wire report count once.
    ///
    /// Past `originLimit` no more are told apart.
    package var origins: Int { byOrigin.count }

    package init(founding report: IncidentReport) {
        id = UUIDv5.name("incident|\(report.event)", in: UUIDv5.recordNamespace)
        (firstSeq, firstAt, lastSeq, lastAt) = (report.seq, report.at, report.seq, report.at)
        (kept, reports, byOrigin) = ([report], 1, [report.origin: 1])
    }

    /// The reports that are kept, or the last one that was.
    var shown: [IncidentReport] { kept.isEmpty ? withdrawn.map { [$0] } ?? [] : kept }

    // MARK: What changes it

    package mutating func add(_ report: IncidentReport) {
        kept.insert(report, at: kept.firstIndex { $0.seq > report.seq } ?? kept.endIndex)
        reports += 1
        if byOrigin[report.origin] != nil || byOrigin.count < Incident.originLimit {
            byOrigin[report.origin, default: 0] += 1
        }
        (lastSeq, lastAt) = (max(lastSeq, report.seq), max(lastAt, report.at))
        withdrawn = nil
        thin()
    }

    /// Takes a report away.
    ///
    /// - Parameters:
    ///   - seq, at: the record that does so.
    ///   - origin: what the report goes back to, for one that is not kept whole.
    package mutating func remove(event: String, origin: String, seq: Int, at: Int) {
        (lastSeq, lastAt) = (max(lastSeq, seq), max(lastAt, at))
        guard reports > 0 else { return }
        reports -= 1
        if let count = byOrigin[origin] { byOrigin[origin] = count > 1 ? count - 1 : nil }
        guard let index = kept.firstIndex(where: { $0.event == event }) else { return }
        let gone = kept.remove(at: index)
        if kept.isEmpty { withdrawn = gone }
    }

    /// Takes over the reports of another incident of the same act.
    package mutating func absorb(_ other: Incident) {
        kept = (kept + other.kept).sorted { $0.seq < $1.seq }
        reports += other.reports
        for (origin, count) in other.byOrigin where byOrigin[origin] != nil || byOrigin.count < Incident.originLimit {
            byOrigin[origin, default: 0] += count
        }
        (lastSeq, lastAt) = (max(lastSeq, other.lastSeq), max(lastAt, other.lastAt))
        if !kept.isEmpty { withdrawn = nil }
        while kept.count > Incident.limit { thin() }
    }

    /// Lets the oldest report go that says nothing that another does not: of the same status, by the same parties.
    ///
    /// The first eight stay.
    private mutating func thin() {
        guard kept.count > Incident.limit else { return }
        let spare = kept.indices.dropFirst(8).first { index in
            kept[..<index].contains { $0.status == kept[index].status && $0.claimedBy == kept[index].claimedBy }
        }
        kept.remove(at: spare ?? 8)
    }

    // MARK: Whose reports are of it

    /// The reports that others are compared with: the first three and the last three.
    private var exemplars: [Act] {
        (shown.count <= 6 ? shown[...] : shown[..<3] + shown[(shown.count - 3)...]).map(\.act)
    }

    /// How well a report fits: the mean of its matches with several reports, so that a chain of likenesses does not grow; 0 when it does not.
    ///
    /// At least one must be of the same act, and the mean not far below: what one report contradicts counts as nothing.
    ///
    /// - Complexity: six matches.
    package func fit(_ act: Act) -> Double { Incident.fit([act], exemplars) }

    /// How well two incidents are one.
    package func fit(_ other: Incident) -> Double { Incident.fit(other.exemplars, exemplars) }

    private static func fit(_ some: [Act], _ others: [Act]) -> Double {
        let scores = some.flatMap { act in others.map { Match(act, $0, explains: false).score } }
        guard let best = scores.max(), best >= Match.threshold else { return 0 }
        let mean = scores.reduce(0, +) / Double(scores.count)
        return mean >= 0.75 * Match.threshold ? mean : 0
    }
}

package import Records

/// The figures of one day of a country or dyad.
///
/// Reports count by `EventStatus.weight`: what happened whole, what is alleged 0.6, what is to come 0.2 or 0.1; what is hypothetical, denied or negated not
/// at all. Counts themselves are of all reports that carry weight, unweighted.
package struct DayIndex: Sendable, Equatable, Encodable {
    package let day: CivilDate
    /// Reports that say that something took place or will.
    package private(set) var count = 0
    package private(set) var byType: [String: Int] = [:]
    /// Of verbal cooperation, material cooperation, verbal conflict and material conflict.
    package private(set) var byQuad = [0, 0, 0, 0]
    /// Sum of weights.
    package private(set) var weight = 0.0
    /// Weighted sums of the intensities above and below zero, both positive.
    package private(set) var cooperation = 0.0
    package private(set) var conflict = 0.0
    /// Whether the day stands out; filled by `IndexSeries`.
    package internal(set) var spike: Spike?

    private enum CodingKeys: String, CodingKey {
        case day, count, weight, cooperation, conflict, tension, spike
        case byType = "by_type"
        case byQuad = "by_quad"
        case meanIntensity = "mean_intensity"
    }

    package init(day: CivilDate) { self.day = day }

    /// Mean PLOVER intensity, -10 to 10, by weight; nil on a day without reports.
    package var meanIntensity: Double? { weight > 0 ? (cooperation - conflict) / weight : nil }

    /// What is added to the tension's denominator: one report of the greatest intensity, of neither sign.
    package static let calm = 10.0

    /// The share that conflict has of all that was reported, by intensity, from 0 to below 100.
    ///
    /// 100 × conflict / (conflict + cooperation + 10). The ten keeps a day with one report from being all conflict: one ASSAULT (9) alone gives 47, ten
    /// of them 90, ten with ten agreements (2.5) 72. The idea is that of net cooperation scores over weighted events (Goldstein 1992,
    /// Journal of Conflict Resolution 36), as a share, so that days of much and little news compare.
    package var tension: Double { 100 * conflict / (conflict + cooperation + DayIndex.calm) }

    mutating func add(_ row: DyadCount) {
        let share = row.status.weight
        guard share > 0, row.count > 0 else { return }
        count += row.count
        byType[row.event.rawValue, default: 0] += row.count
        byQuad[row.event.quadCode - 1] += row.count
        weight += share * Double(row.count)
        if row.scaleSum > 0 { cooperation += share * row.scaleSum } else { conflict -= share * row.scaleSum }
    }

    /// Reports of conflict, verbal and material.
    package var conflicts: Int { byQuad[2] + byQuad[3] }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(day, forKey: .day)
        try container.encode(count, forKey: .count)
        try container.encode(byType, forKey: .byType)
        try container.encode(byQuad, forKey: .byQuad)
        try container.encode(weight, forKey: .weight)
        try container.encode(cooperation, forKey: .cooperation)
        try container.encode(conflict, forKey: .conflict)
        try container.encode(meanIntensity, forKey: .meanIntensity)
        try container.encode((tension * 10).rounded() / 10, forKey: .tension)
        try container.encodeIfPresent(spike, forKey: .spike)
    }
}

package import Records

/// The indices of a country or dyad, day by day.
package struct IndexSeries: Sendable, Equatable {
    package let scope: IndexScope
    /// One a day, days without reports included, in order.
    package let days: [DayIndex]

    /// Days before the first one that spikes are told by.
    package static let lead = Spike.window

    /// - Parameters:
    ///   - rows: of the scope's days and, so that the first ones can be compared with something, of the `lead` days before; rows of others are left out.
    ///   - range: the days wanted.
    /// - Complexity: linear in rows and days.
    package init(_ scope: IndexScope, _ range: ClosedRange<CivilDate>, rows: some Sequence<DyadCount>) {
        self.scope = scope
        let first = range.lowerBound.adding(days: -IndexSeries.lead).daysSinceEpoch
        let last = range.upperBound.daysSinceEpoch
        var all = (first...last).map { DayIndex(day: CivilDate(daysSinceEpoch: $0)) }
        // A past begins with the first report: before it nobody looked.
        var known = all.count
        for row in rows where scope.covers(row) && (first...last).contains(row.day.daysSinceEpoch) {
            let index = row.day.daysSinceEpoch - first
            all[index].add(row)
            known = min(known, index)
        }
        let conflicts = all.map(\.conflicts)
        for index in all.indices where index > known {
            let from = max(known, index - Spike.window)
            all[index].spike = Spike(conflicts[index], past: Array(conflicts[from..<index]))
        }
        days = Array(all.dropFirst(IndexSeries.lead))
    }

    /// One line for a terminal: the tension of each day in eight steps from 0 to 100, `·` for a day without reports.
    package var sparkline: String { Sparkline.text(days.map { $0.count == 0 ? nil : $0.tension }, upTo: 100) }
}

/// Numbers as a line of bars.
package enum Sparkline {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    /// One character a number.
    ///
    /// - Parameters:
    ///   - values: nil is a `·`; what is below zero counts as zero.
    ///   - upTo: the number of the tallest bar; the greatest of them without it.
    package static func text(_ values: [Double?], upTo: Double? = nil) -> String {
        let top = upTo ?? values.compactMap { $0 }.max() ?? 0
        return String(
            values.map { value in
                guard let value else { return "·" }
                guard top > 0 else { return bars[0] }
                return bars[min(bars.count - 1, max(0, Int(value / top * Double(bars.count))))]
            }
        )
    }
}

import Records

/// Hours of the day in which alerts wait, or are only noted.
package struct QuietHours: Sendable, Equatable {
    /// What becomes of alerts in these hours.
    package enum Then: String, Sendable, CaseIterable {
        /// They come together when the hours end.
        case digest
        /// They stand in the log and go nowhere.
        case drop
    }

    /// Minutes after midnight; `to` may be smaller than `from`: the next day.
    package var from: Int
    package var to: Int
    /// The days they begin on, 0 for Monday.
    package var days: Set<Int>
    package var zone: Zone
    package var then: Then

    package init(from: Int, to: Int, days: Set<Int> = Set(0...6), zone: Zone, then: Then) {
        self.from = from
        self.to = to
        self.days = days
        self.zone = zone
        self.then = then
    }

    /// When the quiet hours that hold at a moment end, or nil when none do; milliseconds.
    ///
    /// Hours that follow one another without a gap are one.
    package func end(at time: Int) -> Int? {
        var end: Int?
        // A week of whole days is the longest row; hours without an end would never let anything out.
        for _ in 0..<8 {
            guard let next = singleEnd(at: end ?? time) else { break }
            end = next
        }
        return end
    }

    private func singleEnd(at time: Int) -> Int? {
        let second = Int((Double(time) / 1000).rounded(.down))
        let local = second + zone.offset(at: second)
        let day = CivilDate(daysSinceEpoch: Int((Double(local) / 86_400).rounded(.down)))
        for start in [day.adding(days: -1), day] where days.contains(start.weekday) {
            let midnight = start.daysSinceEpoch * 86_400
            let end = midnight + (to > from ? to : to + 1440) * 60
            guard (midnight + from * 60..<end).contains(local) else { continue }
            // The zone's offset at the end, which a change of the clocks in between may have moved.
            let guess = end - zone.offset(at: second)
            return (end - zone.offset(at: guess)) * 1000
        }
        return nil
    }
}

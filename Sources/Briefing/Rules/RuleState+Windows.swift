import Settings

extension RuleState {
    /// Counts an event; the `count`-th within the timeframe fires, and counting begins anew.
    mutating func frequency(
        _ entry: Entry,
        _ count: Int,
        _ timeframe: Int,
        _ clock: Int,
        _ whose: String
    ) -> Firing? {
        insert(entry)
        drop(until: clock - timeframe)
        guard recent.count >= count, let first = recent.first, let last = recent.last else { return nil }
        defer { recent = [] }
        let types = Set(recent.map(\.type)).sorted().filter { !$0.isEmpty }
        let kind = types.count == 1 ? "\(types[0]) events" : "events"
        return Firing(
            at: entry.at,
            cause: entry.id,
            why: "\(recent.count) \(kind)\(whose) within \(spoken(last.at - first.at)); "
                + "threshold \(count) within \(spoken(timeframe))",
            evidence: recent,
            count: recent.count,
            threshold: count
        )
    }

    /// Notes a value: of each only the latest, and of all only the latest so many.
    mutating func see(_ entry: Entry, keeping most: Int, since start: Int) {
        if let index = recent.firstIndex(where: { $0.value == entry.value }) {
            // A late article does not make a value older.
            guard recent[index].at <= entry.at else { return }
            recent.remove(at: index)
        }
        insert(entry)
        drop(until: start)
        keep(latest: most)
    }

    func tooMany(_ field: RuleField, _ most: Int?, _ timeframe: Int, _ entry: Entry, _ whose: String) -> Firing? {
        guard let most, recent.count > most else { return nil }
        let values = recent.suffix(8).compactMap(\.value).joined(separator: ", ")
        return Firing(
            at: entry.at,
            cause: entry.id,
            why: "\(recent.count) values of \(field.rawValue)\(whose) within \(spoken(timeframe)), such as \(values); "
                + "at most \(most) expected",
            evidence: recent,
            count: recent.count,
            threshold: most
        )
    }

    /// Compares an event's value with the last one; the later of the two stays.
    mutating func change(
        _ entry: Entry,
        _ field: RuleField,
        _ from: [String],
        _ to: [String],
        _ timeframe: Int,
        _ whose: String
    ) -> Firing? {
        guard let last = recent.last else {
            recent = [entry]
            return nil
        }
        guard entry.at >= last.at else { return nil }
        recent = [entry]
        guard let old = last.value, let new = entry.value, old != new, entry.at - last.at <= timeframe,
            from.isEmpty || from.contains(old), to.isEmpty || to.contains(new)
        else { return nil }
        return Firing(
            at: entry.at,
            cause: entry.id,
            why: "\(field.rawValue)\(whose) became \(new); it was \(old) \(spoken(entry.at - last.at)) before",
            evidence: [last, entry]
        )
    }
}

/// Milliseconds as a person says them.
func spoken(_ milliseconds: Int) -> String { TimeLength.text(seconds: milliseconds / 1000) }

/// A number with at most one decimal.
func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
}

import Linguistics
import Records

/// Words that tell a day, against the day of publication.
struct DateFinder {
    let analysis: Analysis
    let lower: [String]
    let published: CivilDate?

    /// A day and the tokens that tell it.
    struct Found {
        var tokens: Range<Int>
        var date: CivilDate?
        /// Whether it dates what stands behind it ("a day after …") rather than the clause around it.
        var governs = false
        /// Whether it lies before the news: "last year", "in 2003".
        var isPast = false
    }

    func find(in sentence: Range<Int>) -> [Found] {
        var found: [Found] = []
        var index = sentence.lowerBound
        while index < sentence.upperBound {
            if let date = date(at: index, before: sentence.upperBound) {
                found.append(date)
                index = date.tokens.upperBound
            } else {
                index += 1
            }
        }
        return found
    }

    private func date(at index: Int, before end: Int) -> Found? {
        weekday(index) ?? monthDay(index, end) ?? dayMonth(index, end) ?? distance(index, end) ?? word(index, end)
            ?? year(index)
    }

    private func word(_ index: Int, _ end: Int) -> Found? {
        switch lower[index] {
        case "today": return Found(tokens: index..<index + 1, date: published)
        case "yesterday": return Found(tokens: index..<index + 1, date: published?.adding(days: -1))
        case "tomorrow": return Found(tokens: index..<index + 1, date: published?.adding(days: 1))
        case "last" where index + 1 < end && ["week", "month", "year"].contains(lower[index + 1]):
            return Found(tokens: index..<index + 2, date: nil, isPast: true)
        default: return nil
        }
    }

    /// The last such day, the day of publication included; "next Monday" the first to come.
    private func weekday(_ index: Int) -> Found? {
        guard let weekday = Words.weekdays[lower[index]], analysis.shapes[index] == .capitalised else { return nil }
        let isNext = index > 0 && lower[index - 1] == "next"
        let isLast = index > 0 && lower[index - 1] == "last"
        let date = published.map { published in
            let back = (published.weekday - weekday + 7) % 7
            return published.adding(days: isNext ? 7 - back : isLast && back == 0 ? -7 : -back)
        }
        return Found(tokens: (isNext || isLast ? index - 1 : index)..<index + 1, date: date)
    }

    /// "December 29, 2016"; without a year the one nearest to publication.
    private func monthDay(_ index: Int, _ end: Int) -> Found? {
        guard let month = Words.months[lower[index]], analysis.shapes[index] == .capitalised, index + 1 < end,
            let day = Int(lower[index + 1]), (1...31).contains(day)
        else { return nil }
        var stop = index + 2
        var year: Int?
        if stop + 1 < end, lower[stop] == ",", let value = Int(lower[stop + 1]), (1900...2100).contains(value) {
            year = value
            stop += 2
        }
        return found(index..<stop, year, month, day)
    }

    /// "29 December 2016".
    private func dayMonth(_ index: Int, _ end: Int) -> Found? {
        guard let day = Int(lower[index]), (1...31).contains(day), index + 1 < end,
            let month = Words.months[lower[index + 1]],
            analysis.shapes[index + 1] == .capitalised
        else { return nil }
        let year = index + 2 < end ? Int(lower[index + 2]).flatMap { (1900...2100).contains($0) ? $0 : nil } : nil
        return found(index..<(year == nil ? index + 2 : index + 3), year, month, day)
    }

    private func found(_ tokens: Range<Int>, _ year: Int?, _ month: Int, _ day: Int) -> Found? {
        if let year {
            guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
            return Found(tokens: tokens, date: date, isPast: published.map { date.adding(days: 180) < $0 } ?? false)
        }
        guard let published else { return Found(tokens: tokens, date: nil) }
        let candidates = (-1...1).compactMap { CivilDate(year: published.parts.year + $0, month: month, day: day) }
        let nearest = candidates.min {
            abs($0.daysSinceEpoch - published.daysSinceEpoch) < abs($1.daysSinceEpoch - published.daysSinceEpoch)
        }
        return Found(tokens: tokens, date: nearest)
    }

    /// "a day after", "three days ago", "two weeks before".
    private func distance(_ index: Int, _ end: Int) -> Found? {
        guard index + 2 < end, let unit = DateFinder.units[lower[index + 1]] else { return nil }
        let count = lower[index] == "a" || lower[index] == "one" ? 1 : Int(Words.numbers[lower[index]] ?? 0)
        let amount = count > 0 ? count : Int(lower[index]) ?? 0
        guard amount > 0, amount < 400 else { return nil }
        // Only days count exactly.
        let days = unit == 1 ? amount : unit == 7 ? amount * 7 : nil
        switch lower[index + 2] {
        case "after":
            return Found(tokens: index..<index + 3, date: days.flatMap { published?.adding(days: -$0) }, governs: true)
        case "before":
            return Found(tokens: index..<index + 3, date: days.flatMap { published?.adding(days: $0) }, governs: true)
        case "ago":
            return Found(
                tokens: index..<index + 3,
                date: days.flatMap { published?.adding(days: -$0) },
                isPast: unit > 7
            )
        default: return nil
        }
    }

    private static let units = [
        "day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30, "year": 365, "years": 365,
    ]

    /// "in 2003" tells no day, but that it was long ago.
    private func year(_ index: Int) -> Found? {
        guard index > 0, ["in", "since"].contains(lower[index - 1]), let year = Int(lower[index]),
            (1900...2100).contains(year),
            let published, year < published.parts.year
        else { return nil }
        return Found(tokens: index - 1..<index + 1, date: nil, isPast: true)
    }
}

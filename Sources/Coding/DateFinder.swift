import Linguistics
import Records

/// Words that tell a day, against the day of publication.
struct DateFinder {
    let tree: Tree
    let published: CivilDate?

    /// A day and the tokens that tell it.
    struct Found {
        var tokens: Range<Int>
        var date: CivilDate?
        /// The day that the words mean of what is to come, where that is another: "will meet on Friday".
        var ahead: CivilDate?
        /// Whether it dates what stands behind it ("a day after …") rather than the clause around it.
        var governs = false
        /// Whether it lies before the news: "last year", "in 2003".
        var isPast = false
        /// Whether it lies so far back that it is history and no news.
        var isHistory = false
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
        weekday(index) ?? monthDay(index, end) ?? monthYear(index, end) ?? dayMonth(index, end) ?? distance(index, end)
            ?? word(index, end)
            ?? year(index)
    }

    private func word(_ index: Int, _ end: Int) -> Found? {
        switch tree.forms[index] {
        case DateFinder.today: return Found(tokens: index..<index + 1, date: published)
        case DateFinder.yesterday: return Found(tokens: index..<index + 1, date: published?.adding(days: -1))
        case DateFinder.tomorrow: return Found(tokens: index..<index + 1, date: published?.adding(days: 1))
        case DateFinder.last where index + 1 < end && DateFinder.periods.contains(tree.forms[index + 1]):
            return Found(tokens: index..<index + 2, date: nil, isPast: true)
        default: return nil
        }
    }

    /// The last such day, or for what is ahead the first, the day of publication included; "next Monday" the first to come.
    private func weekday(_ index: Int) -> Found? {
        guard let weekday = DateFinder.weekdays[tree.forms[index]], tree.analysis.shapes[index] == .capitalised else {
            return nil
        }
        let isNext = index > 0 && tree.forms[index - 1] == DateFinder.next
        let isLast = index > 0 && tree.forms[index - 1] == DateFinder.last
        var found = Found(tokens: (isNext || isLast ? index - 1 : index)..<index + 1)
        guard let published else { return found }
        let back = (published.weekday - weekday + 7) % 7
        found.date = published.adding(days: isNext ? 7 - back : isLast && back == 0 ? -7 : -back)
        if !isLast { found.ahead = published.adding(days: isNext || back > 0 ? 7 - back : 0) }
        return found
    }

    /// "December 29, 2016"; without a year the one nearest to publication.
    private func monthDay(_ index: Int, _ end: Int) -> Found? {
        guard let month = DateFinder.months[tree.forms[index]], tree.analysis.shapes[index] == .capitalised,
            index + 1 < end,
            let day = number(index + 1), (1...31).contains(day)
        else { return nil }
        var stop = index + 2
        var year: Int?
        if stop + 1 < end, tree.forms[stop] == DateFinder.comma, let value = number(stop + 1),
            (1900...2100).contains(value)
        {
            year = value
            stop += 2
        }
        return found(index..<stop, year, month, day)
    }

    /// "in September 1944": no day, but how long ago.
    private func monthYear(_ index: Int, _ end: Int) -> Found? {
        guard DateFinder.months[tree.forms[index]] != nil, tree.analysis.shapes[index] == .capitalised, index + 1 < end,
            let year = number(index + 1), (1900...2100).contains(year), let published, year < published.parts.year
        else { return nil }
        return Found(tokens: index..<index + 2, date: nil, isPast: true, isHistory: isHistory(year))
    }

    /// "29 December 2016".
    private func dayMonth(_ index: Int, _ end: Int) -> Found? {
        guard let day = number(index), (1...31).contains(day), index + 1 < end,
            let month = DateFinder.months[tree.forms[index + 1]],
            tree.analysis.shapes[index + 1] == .capitalised
        else { return nil }
        let year = index + 2 < end ? number(index + 2).flatMap { (1900...2100).contains($0) ? $0 : nil } : nil
        return found(index..<(year == nil ? index + 2 : index + 3), year, month, day)
    }

    private func found(_ tokens: Range<Int>, _ year: Int?, _ month: Int, _ day: Int) -> Found? {
        if let year {
            guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
            return Found(
                tokens: tokens,
                date: date,
                isPast: published.map { date.adding(days: 180) < $0 } ?? false,
                isHistory: isHistory(year)
            )
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
        guard index + 2 < end, let unit = DateFinder.units[tree.forms[index + 1]] else { return nil }
        let count = DateFinder.one.contains(tree.forms[index]) ? 1 : Int(Numbers.value(tree, index) ?? 0)
        let amount = count
        guard amount > 0, amount < 400 else { return nil }
        // Only days count exactly.
        let days = unit == 1 ? amount : unit == 7 ? amount * 7 : nil
        switch tree.forms[index + 2] {
        case DateFinder.after:
            return Found(tokens: index..<index + 3, date: days.flatMap { published?.adding(days: -$0) }, governs: true)
        case DateFinder.before:
            return Found(tokens: index..<index + 3, date: days.flatMap { published?.adding(days: $0) }, governs: true)
        case DateFinder.ago:
            return Found(
                tokens: index..<index + 3,
                date: days.flatMap { published?.adding(days: -$0) },
                isPast: unit > 7
            )
        default: return nil
        }
    }

    private static let units: [Symbol: Int] = [
        "day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30, "year": 365, "years": 365,
    ]

    /// "in 2003" tells no day, but that it was long ago.
    private func year(_ index: Int) -> Found? {
        guard index > 0, DateFinder.sinceWords.contains(tree.forms[index - 1]), let year = number(index),
            (1900...2100).contains(year),
            let published, year < published.parts.year
        else { return nil }
        return Found(tokens: index - 1..<index + 1, date: nil, isPast: true, isHistory: isHistory(year))
    }

    private func isHistory(_ year: Int) -> Bool { published.map { year + 30 < $0.parts.year } ?? false }

    private func number(_ index: Int) -> Int? {
        guard tree.analysis.shapes[index] == .number else { return nil }
        return Int(tree.analysis.token(index))
    }

    // MARK: The date of an act

    /// The date whose clause an act is the verb of, or that stands at once before it ("a day after Obama ordered").
    static func date(of verb: Int, among dates: [Found], _ tree: Tree) -> Found? {
        if let own = ownDate(of: verb, among: dates, tree) { return own }
        // "ordered the expulsion and imposed sanctions": those without a subject of their own share the first one's date.
        guard tree.relations[verb] == .conj, !tree.has(verb, .nsubj), !tree.has(verb, .nsubjPass),
            let first = tree.head(verb)
        else { return nil }
        return ownDate(of: first, among: dates, tree)
    }

    private static func ownDate(of verb: Int, among dates: [Found], _ tree: Tree) -> Found? {
        var best: (distance: Int, date: Found)?
        for date in dates {
            if date.governs {
                guard let next = (date.tokens.upperBound..<tree.analysis.count).first(where: { tree.isVerb($0) }),
                    next == verb
                else { continue }
                return date
            }
            var at = date.tokens.upperBound - 1
            for step in 0..<8 {
                if at == verb {
                    if best == nil || step < best!.distance { best = (step, date) }
                    break
                }
                guard let head = tree.head(at) else { break }
                // Behind another verb the date is that one's.
                if tree.isVerb(at), step > 0 { break }
                at = head
            }
        }
        return best?.date
    }

    private static let today: Symbol = "today", yesterday: Symbol = "yesterday", tomorrow: Symbol = "tomorrow"
    private static let last: Symbol = "last", next: Symbol = "next", comma: Symbol = ","
    private static let after: Symbol = "after", before: Symbol = "before", ago: Symbol = "ago"
    private static let periods: Set<Symbol> = ["week", "month", "year"]
    private static let one: Set<Symbol> = ["a", "one"]
    private static let sinceWords: Set<Symbol> = ["in", "since"]
    private static let months: [Symbol: Int] = [
        "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
        "september": 9, "october": 10, "november": 11, "december": 12, "jan.": 1, "feb.": 2, "mar.": 3, "apr.": 4,
        "jun.": 6, "jul.": 7, "aug.": 8, "sept.": 9, "sep.": 9, "oct.": 10, "nov.": 11, "dec.": 12,
    ]
    private static let weekdays: [Symbol: Int] = [
        "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    ]
}

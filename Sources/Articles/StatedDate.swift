import Records

/// A date as an article states it: ISO 8601, RFC 2822, `30 December 2016` or `December 30, 2016`.
struct StatedDate: Equatable {
    /// `2016-12-30`, or `2016-12-30T09:30:00+03:00` when the time has a zone; nil when it cannot be read.
    var value: String?
    /// What was lost, and why.
    var reason: String?

    /// Reads a date; nil when nothing is stated.
    init?(_ text: String?) {
        guard let text = Metadata.line(text, limit: 100) else { return nil }
        let (date, rest) = StatedDate.day(text)
        guard let date else {
            reason =
                "“\(text)” is not a date of the forms 2016-12-30, 30 Dec 2016 09:30:00 +0300, 30 December 2016 or "
                + "December 30, 2016"
            return
        }
        value = date.description
        guard !rest.isEmpty else { return }
        if let (time, zone) = StatedDate.time(rest) {
            if let zone {
                value = "\(date)T\(time)\(zone)"
            } else {
                reason = "the time of “\(text)” has no zone, so only the day is kept"
            }
        } else {
            reason = "the time of “\(text)” is not of the form 09:30:00 +0300, so only the day is kept"
        }
    }

    init(value: String? = nil, reason: String? = nil) {
        self.value = value
        self.reason = reason
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// 1 to 12 for a month's name or its abbreviation, with or without a full stop.
    static func month(_ word: some StringProtocol) -> Int? { index(of: word, in: months).map { $0 + 1 } }

    private static func index(of word: some StringProtocol, in names: [String]) -> Int? {
        let name = word.lowercased()
        let stem = name.hasSuffix(".") ? String(name.dropLast()) : name
        guard stem.count >= 3 else { return nil }
        return names.firstIndex { $0 == stem || (stem.count <= 5 && $0.hasPrefix(stem)) }
    }

    /// 1 to 31 for `3`, `03` or `3rd`.
    static func dayNumber(_ word: some StringProtocol) -> Int? {
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        guard (1...2).contains(digits.count), let number = Int(digits), (1...31).contains(number),
            ["", "st", "nd", "rd", "th"].contains(word.dropFirst(digits.count).lowercased())
        else { return nil }
        return number
    }

    private static func year(_ word: some StringProtocol) -> Int? {
        word.utf8.count == 4 && word.utf8.allSatisfy(\.isDigit) ? Int(word) : nil
    }

    /// The day at the beginning, and what follows it.
    private static func day(_ text: String) -> (CivilDate?, String) {
        if let date = CivilDate(iso: text) {
            let rest = text.utf8.dropFirst(10)
            if rest.first?.isDigit == true { return (nil, "") }
            let isTime = rest.first == UInt8(ascii: "T") || rest.first == UInt8(ascii: "t")
            return (date, Metadata.line(String(Substring(isTime ? rest.dropFirst() : rest))) ?? "")
        }
        var words = text.split { $0 == " " || $0 == "," }[...]
        if let first = words.first, index(of: first, in: weekdays) != nil { words.removeFirst() }
        guard words.count >= 3 else { return (nil, "") }
        let parts = Array(words.prefix(3))
        let month = self.month(parts[1]) ?? self.month(parts[0])
        let day = self.month(parts[1]) != nil ? dayNumber(parts[0]) : dayNumber(parts[1])
        guard let month, let day, let year = year(parts[2]), let date = CivilDate(year: year, month: month, day: day)
        else { return (nil, "") }
        return (date, words.dropFirst(3).joined(separator: " "))
    }

    /// The zones of RFC 2822 by name.
    private static let zones = [
        "z": "Z", "ut": "Z", "utc": "Z", "gmt": "Z", "est": "-05:00", "edt": "-04:00", "cst": "-06:00", "cdt": "-05:00",
        "mst": "-07:00", "mdt": "-06:00", "pst": "-08:00", "pdt": "-07:00",
    ]

    /// `09:30:00` and `+03:00`, of `9:30`, `09:30:00.123 +0300`, `09:30Z`, `09:30 GMT (comment)`.
    private static func time(_ text: String) -> (time: String, zone: String?)? {
        let clock = text.prefix { $0.isNumber || $0 == ":" || $0 == "." }
        let whole = clock.prefix { $0 != "." }
        let fields = whole.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { $0.utf8.count <= 2 ? UInt8($0) : nil }
        guard (2...3).contains(numbers.count), numbers.count == fields.count, numbers[0] < 24, numbers[1] < 60,
            numbers.count == 2 || numbers[2] <= 60
        else { return nil }
        let time = (numbers + [0]).prefix(3).map(twoDigits).joined(separator: ":")
        let rest = text.dropFirst(clock.count).prefix { $0 != "(" }.filter { $0 != " " }
        if rest.isEmpty { return (time, nil) }
        if let zone = zones[rest.lowercased()] { return (time, zone) }
        let digits = rest.dropFirst().filter { $0 != ":" }
        guard let sign = rest.first, sign == "+" || sign == "-", digits.utf8.allSatisfy(\.isDigit),
            digits.utf8.count == 2 || digits.utf8.count == 4, let hours = UInt8(digits.prefix(2)), hours < 24,
            let minutes = UInt8(digits.utf8.count == 4 ? String(digits.suffix(2)) : "0"), minutes < 60
        else { return nil }
        return (time, "\(sign)\(twoDigits(hours)):\(twoDigits(minutes))")
    }

    private static func twoDigits(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

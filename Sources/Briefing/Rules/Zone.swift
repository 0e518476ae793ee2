import Records

/// A time zone: how far local time is ahead of UTC at a moment.
///
/// Reads the files of the IANA time zone database (RFC 8536): their transitions, and their rule for the time after the last one.
package struct Zone: Sendable, Equatable {
    private var transitions: [(at: Int, offset: Int)] = []
    /// Before the first transition.
    private var first = 0
    private var rule: ZoneRule?

    package static let utc = Zone(offset: 0)

    /// A zone without changes.
    ///
    /// - Parameter offset: seconds east of Greenwich.
    package init(offset: Int) { first = offset }

    /// Reads `+02:00` or `-03:30`, or nil.
    package init?(offset text: String) {
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = ["+": 1, "-": -1][text.prefix(1)], parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hours = Int(parts[0]), (0...15).contains(hours), let minutes = Int(parts[1]), (0...59).contains(minutes)
        else { return nil }
        self.init(offset: sign * (hours * 3600 + minutes * 60))
    }

    /// Reads a file of the database, or nil when the bytes are none.
    package init?(tzif bytes: [UInt8]) {
        var reader = Reader(bytes: bytes[...])
        guard let old = reader.header() else { return nil }
        // Version 1 has 32-bit times only; all files of this century repeat them in 64 bits.
        guard old.version >= 2, reader.skip(old.size(timeBytes: 4)), let counts = reader.header() else { return nil }
        var times: [Int] = []
        for _ in 0..<counts.times { times.append(reader.number(8) ?? 0) }
        var kinds: [Int] = []
        for _ in 0..<counts.times { kinds.append(reader.number(1) ?? 0) }
        var offsets: [Int] = []
        for _ in 0..<counts.types {
            guard let offset = reader.number(4), reader.skip(2) else { return nil }
            offsets.append(offset)
        }
        guard let initial = offsets.first, kinds.allSatisfy(offsets.indices.contains),
            reader.skip(counts.characters + counts.leaps * 12 + counts.standard + counts.universal)
        else { return nil }
        first = initial
        transitions = zip(times, kinds).map { ($0, offsets[$1]) }
        rule = ZoneRule(reader.footer())
    }

    /// Seconds east of Greenwich.
    ///
    /// - Parameter time: seconds since 1970-01-01 UTC.
    package func offset(at time: Int) -> Int {
        guard let last = transitions.last else { return rule?.offset(at: time) ?? first }
        if time >= last.at { return rule?.offset(at: time) ?? last.offset }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : transitions[low - 1].offset
    }

    package static func == (one: Zone, other: Zone) -> Bool {
        one.first == other.first && one.rule == other.rule
            && one.transitions.elementsEqual(other.transitions) { $0 == $1 }
    }

    /// RFC 8536, section 3.
    private struct Reader {
        var bytes: ArraySlice<UInt8>

        struct Counts {
            var version: Int
            var universal, standard, leaps, times, types, characters: Int

            func size(timeBytes: Int) -> Int {
                times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standard + universal
            }
        }

        mutating func header() -> Counts? {
            guard bytes.starts(with: "TZif".utf8), skip(4), let version = number(1), skip(15) else { return nil }
            var counts: [Int] = []
            for _ in 0..<6 {
                guard let count = number(4), (0...100_000).contains(count) else { return nil }
                counts.append(count)
            }
            return Counts(
                version: version == 0 ? 1 : version - 0x30,
                universal: counts[0],
                standard: counts[1],
                leaps: counts[2],
                times: counts[3],
                types: counts[4],
                characters: counts[5]
            )
        }

        mutating func skip(_ count: Int) -> Bool {
            guard bytes.count >= count else { return false }
            bytes = bytes.dropFirst(count)
            return true
        }

        /// A signed number, big-endian; one byte has no sign.
        mutating func number(_ width: Int) -> Int? {
            guard bytes.count >= width else { return nil }
            let value = bytes.prefix(width).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            bytes = bytes.dropFirst(width)
            if width == 1 { return Int(value) }
            let unused = 64 - width * 8
            return Int(Int64(bitPattern: value << unused) >> unused)
        }

        /// The text between the last two line ends.
        func footer() -> String {
            String(decoding: bytes.dropFirst().prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
    }
}

/// `CET-1CEST,M3.5.0,M10.5.0/3`: POSIX's TZ variable with its changes by month, week and weekday, which all of today's zones have.
struct ZoneRule: Sendable, Equatable {
    private var standard: Int
    private var summer: (offset: Int, from: Change, to: Change)?

    private struct Change: Sendable, Equatable {
        var month, week, weekday, second: Int

        /// Seconds since 1970 in local time, of a year.
        func moment(in year: Int) -> Int {
            guard let start = CivilDate(year: year, month: month, day: 1) else { return 0 }
            // CivilDate counts weekdays from Monday, POSIX from Sunday.
            var day = start.adding(days: ((weekday + 6) % 7 - start.weekday + 7) % 7 + 7 * (week - 1))
            while day.parts.month != month { day = day.adding(days: -7) }
            return day.daysSinceEpoch * 86_400 + second
        }
    }

    init?(_ text: String) {
        let parts = text.split(separator: ",").map(String.init)
        guard let zone = parts.first, let standard = ZoneRule.offsets(zone) else { return nil }
        self.standard = standard.standard
        guard let summer = standard.summer else { return }
        guard parts.count == 3, let from = ZoneRule.change(parts[1]), let to = ZoneRule.change(parts[2]) else {
            return nil
        }
        self.summer = (summer, from, to)
    }

    func offset(at time: Int) -> Int {
        guard let summer else { return standard }
        let year = CivilDate(daysSinceEpoch: (time + standard) / 86_400).parts.year
        let (start, end) = (summer.from.moment(in: year) - standard, summer.to.moment(in: year) - summer.offset)
        let isSummer = start < end ? (start..<end).contains(time) : !(end..<start).contains(time)
        return isSummer ? summer.offset : standard
    }

    static func == (one: ZoneRule, other: ZoneRule) -> Bool {
        one.standard == other.standard && one.summer?.offset == other.summer?.offset
            && one.summer?.from == other.summer?.from && one.summer?.to == other.summer?.to
    }

    /// `CET-1CEST` or `<+03>-3`: names and hours west of Greenwich.
    private static func offsets(_ text: String) -> (standard: Int, summer: Int?)? {
        var rest = text[...]
        func name() -> Bool {
            let start = rest.startIndex
            if rest.first == "<" {
                rest = rest.drop { $0 != ">" }.dropFirst()
            } else {
                rest = rest.drop(while: \.isLetter)
            }
            return rest.startIndex > start
        }
        func west() -> Int? {
            let digits = rest.prefix { $0.isNumber || "+-:".contains($0) }
            rest = rest[digits.endIndex...]
            return seconds(digits)
        }
        guard name(), let standard = west() else { return nil }
        guard !rest.isEmpty else { return (-standard, nil) }
        guard name() else { return nil }
        return (-standard, rest.isEmpty ? 3600 - standard : west().map { -$0 })
    }

    /// `-1`, `5:30`, `+02:00:00`.
    private static func seconds(_ text: Substring) -> Int? {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { "+-".contains($0) }.split(separator: ":").map { Int($0) }
        guard (1...3).contains(parts.count) else { return nil }
        var (sum, unit) = (0, 3600)
        for part in parts {
            guard let part else { return nil }
            sum += part * unit
            unit /= 60
        }
        return isNegative ? -sum : sum
    }

    /// `M10.5.0/3`: month, week (5 is the last), weekday from Sunday, and the time, two o'clock when it is left out.
    private static func change(_ text: String) -> Change? {
        let parts = text.split(separator: "/", maxSplits: 1)
        let numbers = parts[0].dropFirst().split(separator: ".").map { Int($0) ?? -1 }
        guard parts[0].hasPrefix("M"), numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]),
            (0...6).contains(numbers[2]), let second = parts.count == 2 ? seconds(parts[1]) : 7200
        else { return nil }
        return Change(month: numbers[0], week: numbers[1], weekday: numbers[2], second: second)
    }
}

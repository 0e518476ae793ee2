/// Points in time as records write them.
package enum Timestamp {
    /// Milliseconds since 1970-01-01 UTC of `2016-12-30T09:30:00Z`, `2016-12-30T09:30:00.123456+03:00`; what is finer is cut off.
    ///
    /// - Returns: nil for another form; a day alone is no point in time.
    package static func milliseconds(_ text: some StringProtocol) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == colon, bytes[16] == colon,
            let date = CivilDate(iso: text), let hour = number(bytes[11..<13]), hour < 24,
            let minute = number(bytes[14..<16]), minute < 60, let second = number(bytes[17..<19]), second <= 60
        else { return nil }
        var rest = bytes[19...]
        var thousandths = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(1 + digits.count)
            for place in 0..<3 {
                thousandths =
                    thousandths * 10 + (place < digits.count ? Int(digits[digits.startIndex + place]) - 0x30 : 0)
            }
        }
        guard let offset = offset(rest) else { return nil }
        let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - offset
        return (minutes * 60 + second) * 1000 + thousandths
    }

    /// `2016-12-30T09:30:00.123Z`; thousandths only when there are any.
    package static func text(milliseconds: Int) -> String {
        let (day, rest) = divided(milliseconds, by: 86_400_000)
        func digits(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { digits($0, 2) }.joined(separator: ":")
        let decimals = rest % 1000 == 0 ? "" : ".\(digits(rest % 1000, 3))"
        return "\(CivilDate(daysSinceEpoch: day))T\(time)\(decimals)Z"
    }

    /// Towards the past, so that what is left is never negative.
    private static func divided(_ value: Int, by divisor: Int) -> (quotient: Int, rest: Int) {
        let rest = (value % divisor + divisor) % divisor
        return ((value - rest) / divisor, rest)
    }

    private static let colon = UInt8(ascii: ":")

    /// Minutes east of Greenwich of `Z` or `+03:00`.
    private static func offset(_ zone: ArraySlice<UInt8>) -> Int? {
        if zone.elementsEqual([UInt8(ascii: "Z")]) { return 0 }
        let start = zone.startIndex
        guard zone.count == 6, zone[start + 3] == colon, let hours = number(zone[start + 1..<start + 3]), hours < 24,
            let minutes = number(zone[start + 4..<start + 6]), minutes < 60
        else { return nil }
        switch zone[start] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.reduce(Int?(0)) { sum, byte in
            guard let sum, (0x30...0x39).contains(byte) else { return nil }
            return sum * 10 + Int(byte - 0x30)
        }
    }
}

import Records

/// What filters can ask for: the names of a record's keys, what values each may have, and how values are written.
///
/// The extractor writes keys with ``pair(_:)`` and filters read values with the same rules, so that both always agree.
package enum KeyName: String, CaseIterable, Sendable {
    case type, event, mode, context, cameo, quad, status, historical, confidence
    case actor, recipient, country, sector, place, source
    case severity, rule

    /// What a value looks like.
    enum Values {
        /// One of a closed list; spelt exactly so.
        case oneOf([String])
        /// Three capital letters: ISO 3166-1 alpha-3 or one of ours.
        case code
        /// One to four digits.
        case digits
        /// A number of up to three decimals.
        case number
        /// Any text; case and the amount of white space do not count.
        case text
    }

    var values: Values {
        switch self {
        case .type:
            .oneOf(["event", "quote", "article", "event.retracted", "event.corrected", "quote.retracted", "alert"])
        case .severity: .oneOf(["low", "medium", "high", "critical"])
        case .event: .oneOf(EventType.allCases.map(\.rawValue))
        case .mode: .oneOf(Set(EventType.allCases.flatMap(\.modes.keys)).sorted())
        case .status: .oneOf(EventStatus.allCases.map(\.rawValue))
        case .sector: .oneOf(Sector.allCases.map(\.rawValue))
        case .historical: .oneOf(["true", "false"])
        case .quad: .oneOf(["1", "2", "3", "4"])
        case .cameo: .digits
        case .confidence: .number
        case .actor, .recipient, .country: .code
        case .context, .place, .source, .rule: .text
        }
    }

    /// Whether `>=` and `<=` have a meaning.
    var isNumeric: Bool { self == .confidence || self == .quad }

    private var isText: Bool { self == .context || self == .place || self == .source || self == .rule }

    /// `name=value` as it stands among a record's keys.
    package func pair(_ value: String) -> String {
        "\(rawValue)=\(KeyName.escaped(isText ? KeyName.folded(value) : value))"
    }

    /// A number as it stands among a record's keys: with three decimals.
    package func pair(_ value: Double) -> String {
        let thousandths = Int((value * 1000).rounded())
        let (whole, rest) = abs(thousandths).quotientAndRemainder(dividingBy: 1000)
        let decimals = String(rest + 1000).dropFirst()
        return "\(rawValue)=\(thousandths < 0 ? "-" : "")\(whole).\(decimals)"
    }

    /// Lower case, and one space where white space was.
    private static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The longest value in bytes; what is longer is cut, in records and in filters alike.
    private static let longest = 120

    /// Percent-encoding of everything but ASCII letters, digits and `+_.-` (RFC 3986, 2.1).
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isPlain = isPlain(byte)
            guard bytes.count + (isPlain ? 1 : 3) <= longest else { break }
            bytes += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The text behind percent-encoding, or nil when a `%` has no two hexadecimal digits behind it or the bytes are not UTF-8.
    package static func unescaped(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A decimal number in thousandths, or nil when it is none or has more than three decimals.
    ///
    /// O(bytes), without allocation: filters read it from every record.
    static func thousandths(_ bytes: some Collection<UInt8>) -> Int? {
        var value = 0
        var decimals: Int?
        var digits = 0
        var isNegative = false
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: isNegative = true
            case UInt8(ascii: ".") where decimals == nil && digits > 0: decimals = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard digits < 12, decimals ?? 0 < 3 else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
                if let count = decimals { decimals = count + 1 }
            default: return nil
            }
        }
        guard digits > 0, decimals != 0 else { return nil }
        for _ in (decimals ?? 0)..<3 { value *= 10 }
        return isNegative ? -value : value
    }
}

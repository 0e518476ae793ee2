/// What the tokeniser and the splitter need to know of a Unicode scalar.
enum CharacterClass: UInt8 {
    case space, lower, upper, digit, mark, openQuote, closeQuote, joiner, other

    var isLetter: Bool { self == .lower || self == .upper }
    var isWord: Bool { isLetter || self == .digit || self == .joiner }
    var isQuote: Bool { self == .openQuote || self == .closeQuote }
}

/// Reads scalars out of UTF-8 bytes and sorts them into classes.
///
/// Bytes that are no valid UTF-8 are marks of one byte, so that reading never fails and always advances.
struct ScalarReader {
    /// The class of the scalar at a byte offset and how many bytes it takes.
    ///
    /// Complexity: O(1).
    @inline(__always)
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> (kind: CharacterClass, width: Int) {
        let byte = bytes[at]
        if byte < 0x80 { return (CharacterClass(rawValue: ascii[Int(byte)])!, 1) }
        return wide(bytes, at)
    }

    private static func wide(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> (kind: CharacterClass, width: Int) {
        guard let (scalar, width) = scalar(bytes, at) else { return (.mark, 1) }
        return (classify(scalar), width)
    }

    /// The scalar at a byte offset, nil for bytes that are no UTF-8.
    static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> (Unicode.Scalar, Int)? {
        let byte = bytes[at]
        let width = byte < 0x80 ? 1 : byte < 0xC2 ? 0 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 0
        guard width > 0, at + width <= bytes.count else { return nil }
        if width == 1 { return (Unicode.Scalar(byte), 1) }
        var value = UInt32(byte) & (0xFF >> UInt32(width + 1))
        for offset in 1..<width {
            guard bytes[at + offset] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(bytes[at + offset] & 0x3F)
        }
        guard let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, width)
    }

    private static func classify(_ scalar: Unicode.Scalar) -> CharacterClass {
        switch scalar.value {
        case 0x201C, 0x201E, 0xAB, 0x2018, 0x201A, 0x2039: return .openQuote
        case 0x201D, 0xBB, 0x2019, 0x203A: return .closeQuote
        case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF, 0xFE00...0xFE0F: return .joiner
        case 0xA0, 0x85, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return .space
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter: return .upper
        case .lowercaseLetter, .otherLetter, .modifierLetter: return .lower
        case .nonspacingMark, .spacingMark, .enclosingMark: return .joiner
        case .decimalNumber: return .digit
        case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator: return .space
        case .format, .privateUse, .surrogate, .unassigned: return .other
        default: return .mark
        }
    }

    private static let ascii: [UInt8] = (0..<128).map { byte in
        switch UInt8(byte) {
        case 0...0x20, 0x7F: CharacterClass.space.rawValue
        case UInt8(ascii: "0")...UInt8(ascii: "9"): CharacterClass.digit.rawValue
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): CharacterClass.upper.rawValue
        case UInt8(ascii: "a")...UInt8(ascii: "z"): CharacterClass.lower.rawValue
        default: CharacterClass.mark.rawValue
        }
    }
}

extension UInt8 {
    @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
    @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    @inline(__always) var isUpper: Bool { self &- 0x41 < 26 }
    @inline(__always) var lowered: UInt8 { isUpper ? self | 0x20 : self }
}

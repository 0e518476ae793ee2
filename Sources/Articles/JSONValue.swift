/// A JSON value (RFC 8259), read with the place of the first fault.
///
/// Foundation's decoder says neither where a fault is nor how deep it went, and refuses a whole article for one lone
/// surrogate; this reader says where, stops at `depth`, and puts U+FFFD there. Of equal names in an object the last counts.
enum JSONValue: Equatable {
    case string(String)
    /// As written: nothing here needs its value.
    case number(String)
    case bool(Bool)
    case null
    case array([JSONValue])
    case object([String: JSONValue])

    subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }
}

/// What is wrong with JSON, and where.
struct JSONFault: Error {
    var offset: Int
    var what: String
    var isDepth = false
    var isSize = false
}

/// Reads values one after another; `offset` is where the next one is looked for.
struct JSONParser {
    private let bytes: [UInt8]
    private let end: Int
    private let depth: Int
    private let limits: ArticleReader.Limits
    /// Values read of the one that was asked for.
    private var count = 0
    var offset: Int

    init(_ bytes: [UInt8], in range: Range<Int>, depth: Int, limits: ArticleReader.Limits = .standard) {
        self.bytes = bytes
        self.end = range.upperBound
        self.depth = depth
        self.limits = limits
        offset = range.lowerBound
    }

    /// The byte that follows white space, which is skipped; nil at the end.
    mutating func peek() -> UInt8? {
        while offset < end, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[offset]) { offset += 1 }
        return offset < end ? bytes[offset] : nil
    }

    /// Skips white space and `byte`, when it is next.
    mutating func take(_ byte: Character) -> Bool {
        guard let value = byte.asciiValue, peek() == value else { return false }
        offset += 1
        return true
    }

    func fault(_ what: String) -> JSONFault {
        JSONFault(offset: offset, what: offset < end ? what : "it ends too early")
    }

    /// The next value, which `level` brackets are open around.
    mutating func value(level: Int = 0) throws(JSONFault) -> JSONValue {
        count = 0
        return try parse(level: level)
    }

    private mutating func parse(level: Int) throws(JSONFault) -> JSONValue {
        count += 1
        if count > limits.jsonValues {
            throw JSONFault(offset: offset, what: "it has more than \(limits.jsonValues) values", isSize: true)
        }
        switch peek() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if level >= depth {
                throw JSONFault(offset: offset, what: "more than \(depth) brackets are open", isDepth: true)
            }
            return bytes[offset] == UInt8(ascii: "{") ? try object(level: level) : try array(level: level)
        case let byte? where byte.isDigit || byte == UInt8(ascii: "-"): return try number()
        default:
            for (word, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
            where bytes[offset..<end].starts(with: word.utf8) {
                offset += word.utf8.count
                return value
            }
            throw fault("a value is expected")
        }
    }

    private mutating func object(level: Int) throws(JSONFault) -> JSONValue {
        var members: [String: JSONValue] = [:]
        offset += 1
        if take("}") { return .object(members) }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw fault("a name in quotation marks is expected") }
            let name = try string()
            guard take(":") else { throw fault("a colon is expected behind “\(Metadata.line(name, limit: 40) ?? "")”") }
            members[name] = try parse(level: level + 1)
            if take("}") { return .object(members) }
            guard take(",") else { throw fault("a comma or } is expected") }
        }
    }

    private mutating func array(level: Int) throws(JSONFault) -> JSONValue {
        var elements: [JSONValue] = []
        offset += 1
        if take("]") { return .array(elements) }
        while true {
            elements.append(try parse(level: level + 1))
            if take("]") { return .array(elements) }
            guard take(",") else { throw fault("a comma or ] is expected") }
        }
    }

    private mutating func digits() -> Int {
        let start = offset
        while offset < end, bytes[offset].isDigit { offset += 1 }
        return offset - start
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = offset
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let first = offset
        let count = digits()
        guard count == 1 || count > 1 && bytes[first] != UInt8(ascii: "0") else { throw fault("a number is expected") }
        if offset < end, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            guard digits() > 0 else { throw fault("a digit is expected") }
        }
        if offset < end, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < end, "+-".utf8.contains(bytes[offset]) { offset += 1 }
            guard digits() > 0 else { throw fault("a digit is expected") }
        }
        return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    mutating func string() throws(JSONFault) -> String {
        offset += 1
        var text: [UInt8] = []
        while offset < end {
            let byte = bytes[offset]
            if text.count > limits.value {
                throw JSONFault(offset: offset, what: "a string has more than \(limits.value) bytes", isSize: true)
            }
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                offset += 1
                try escape(into: &text)
            case 0..<0x20: throw fault("a line end or control character is inside a string: write it as \\n or \\u00XX")
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw fault("")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        guard offset < end else { throw fault("") }
        switch bytes[offset] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[offset])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            offset += 1
            var code = UInt32(try unit())
            if (0xD800..<0xDC00).contains(code), bytes[offset..<end].starts(with: "\\u".utf8) {
                let second = offset
                offset += 2
                let low = UInt32(try unit())
                if (0xDC00..<0xE000).contains(low) {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    offset = second
                }
            }
            text.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
            return
        default: throw fault("\\ is followed by none of \"\\/bfnrtu")
        }
        offset += 1
    }

    /// Four hexadecimal digits.
    private mutating func unit() throws(JSONFault) -> UInt16 {
        let digits = bytes[offset..<min(offset + 4, end)]
        guard digits.count == 4, digits.allSatisfy({ $0.isDigit || (0x61...0x66).contains($0 | 0x20) }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else {
            if digits.count < 4 { offset = end }
            throw fault("\\u is not followed by four hexadecimal digits")
        }
        offset += 4
        return unit
    }

    /// Moves behind the value at `start` by its brackets and quotation marks alone, to go on behind a fault in it.
    ///
    /// - Returns: False when it has no end.
    mutating func skipValue(from start: Int) -> Bool {
        offset = start
        var open = 0
        var inString = false
        while offset < end {
            let byte = bytes[offset]
            if inString {
                if byte == UInt8(ascii: "\\") { offset += 1 }
                if byte == UInt8(ascii: "\"") { inString = false }
            } else if byte == UInt8(ascii: "\"") {
                inString = true
            } else if "{[".utf8.contains(byte) {
                open += 1
            } else if "}]".utf8.contains(byte) {
                if open == 0 { return true }
                open -= 1
            } else if byte == UInt8(ascii: ","), open == 0 {
                return true
            }
            offset += 1
        }
        offset = end
        return false
    }
}

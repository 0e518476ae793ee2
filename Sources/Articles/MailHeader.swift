import Records

/// What the header of a message says (RFC 5322), with encoded words (RFC 2047) decoded.
enum MailHeader {
    /// Whether bytes begin like a message.
    ///
    /// That is a header with From and Date, which RFC 5322 asks for, and one field more of those that only mail has. A text's own header of `Title:` and `Date:` lines is none.
    static func isMail(_ bytes: [UInt8]) -> Bool {
        guard bytes.first.map({ $0.isLetter }) == true else { return false }
        var header = HeaderFields()
        guard header.read(start(of: bytes)) != nil else { return false }
        let names = Set(header.fields.map(\.name))
        return names.contains("from") && names.contains("date")
            && !names.isDisjoint(with: ["message-id", "mime-version", "received", "return-path", "subject", "to"])
    }

    /// The header and a little more, behind the `From ` line of a mailbox.
    private static func start(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        let head = bytes.prefix(256 << 10)
        guard head.starts(with: "From ".utf8), let end = head.firstIndex(of: 0x0A) else { return head }
        return head[(end + 1)...]
    }

    /// Where the header begins.
    static func offset(in bytes: [UInt8]) -> Int { start(of: bytes).startIndex }

    /// Bytes of a field that are looked at; more than any that is kept.
    private static let longest = 16 << 10
    /// Characters of an encoded word; RFC 2047 allows 75.
    private static let longestWord = 600

    /// A field's text.
    static func text(_ value: ArraySlice<UInt8>?) -> String? {
        value.map { decoded(Charset.headerText($0.prefix(longest))) }
    }

    /// Text with its encoded words decoded; one that cannot be read stays as it is written.
    static func decoded(_ text: String) -> String {
        guard text.contains("=?") else { return text }
        var result = ""
        var pending: (label: String, bytes: [UInt8], written: String)?
        func flush() {
            guard let word = pending else { return }
            result += Charset.text(word.bytes, label: word.label) ?? word.written
            pending = nil
        }
        var rest = text[...]
        var space = ""
        while let start = rest.firstRange(of: "=?") {
            let before = rest[..<start.lowerBound]
            let isBetween = pending != nil && before.allSatisfy(\.isWhitespace)
            if isBetween {
                space = String(before)
            } else {
                flush()
                result += before
            }
            guard let (word, end) = word(rest[start.lowerBound...]) else {
                flush()
                result += (isBetween ? space : "") + "=?"
                rest = rest[start.upperBound...]
                continue
            }
            // A character's bytes may be parted between two words, against the rule.
            if let last = pending, last.label == word.label {
                pending = (last.label, last.bytes + word.bytes, last.written + space + word.written)
            } else {
                flush()
                pending = word
            }
            rest = rest[end...]
        }
        flush()
        return result + rest
    }

    /// `=?charset?encoding?text?=` at the beginning.
    private static func word(
        _ text: Substring
    ) -> (word: (label: String, bytes: [UInt8], written: String), end: Substring.Index)? {
        let parts = text.prefix(longestWord).dropFirst(2).split(
            separator: "?",
            maxSplits: 3,
            omittingEmptySubsequences: false
        )
        guard parts.count == 4, parts[3].first == "=", parts[1].count == 1, !parts[0].isEmpty else { return nil }
        let end = text.index(after: parts[3].startIndex)
        let bytes: [UInt8]
        switch parts[1].lowercased() {
        case "b": bytes = TransferEncoding.base64(parts[2].utf8)
        case "q":
            guard !parts[2].contains(" ") else { return nil }
            bytes = TransferEncoding.quotedPrintable(Array(parts[2].utf8).map { $0 == 0x5F ? 0x20 : $0 }[...])
        default: return nil
        }
        // RFC 2231 lets a language follow the charset.
        let label = parts[0].split(separator: "*").first.map(String.init) ?? ""
        return ((label, bytes, String(text[..<end])), end)
    }

    /// The names of an address list, or the addresses that have none.
    static func people(_ value: ArraySlice<UInt8>?) -> String? {
        guard let value else { return nil }
        let text = Charset.headerText(value.prefix(longest))
        var people: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var open = 0
        for index in text.indices {
            switch text[index] {
            case "\"": isQuoted.toggle()
            case "<", "(": if !isQuoted { open += 1 }
            case ">", ")": if !isQuoted { open -= 1 }
            case "," where !isQuoted && open <= 0:
                people.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        people.append(text[start...])
        let names = people.prefix(20).compactMap { Metadata.line(decoded(person($0))) }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// `A. Writer` of `"A. Writer" <a@example.org>` and of `a@example.org (A. Writer)`.
    private static func person(_ text: Substring) -> String {
        if let angle = text.firstIndex(of: "<") {
            let name = text[..<angle].filter { $0 != "\"" && $0 != "\\" }
            return name.allSatisfy(\.isWhitespace) ? text[angle...].filter { $0 != "<" && $0 != ">" } : name
        }
        if let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close {
            return String(text[text.index(after: open)..<close])
        }
        return String(text)
    }
}

/// The encodings that bring bytes through mail (RFC 2045, 6).
enum TransferEncoding {
    static func decode(_ bytes: ArraySlice<UInt8>, _ name: String?) -> [UInt8] {
        switch name?.lowercased() {
        case "base64": base64(bytes)
        case "quoted-printable": quotedPrintable(bytes)
        default: Array(bytes)
        }
    }

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, digit) in digits.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// What base64 holds up to its padding; other characters are passed over, as RFC 2045 asks.
    static func base64(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            if byte == UInt8(ascii: "=") { break }
            let value = values[Int(byte)]
            if value == 0xFF { continue }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }

    /// Quoted-printable; what is no escape stays as it is.
    static func quotedPrintable(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "=") else {
                result.append(byte)
                continue
            }
            if index + 1 < bytes.endIndex, let high = hexadecimal(bytes[index]), let low = hexadecimal(bytes[index + 1])
            {
                result.append(high << 4 | low)
                index += 2
                continue
            }
            // A soft line end, perhaps behind blanks that a server added.
            var end = index
            while end < bytes.endIndex, bytes[end] == 0x20 || bytes[end] == 0x09 || bytes[end] == 0x0D { end += 1 }
            if end == bytes.endIndex || bytes[end] == 0x0A {
                index = min(end + 1, bytes.endIndex)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        if byte.isDigit { return byte - 0x30 }
        let letter = byte | 0x20
        return (0x61...0x66).contains(letter) ? letter - 0x61 + 10 : nil
    }
}

import Glibc
import Records

/// Text of any charset into UTF-8.
///
/// In this order: a byte order mark; UTF-16 or UTF-32 by their zero bytes; what HTTP, MIME, the XML declaration or the
/// page's `meta` names; valid UTF-8; windows-1252 where that is plausible. A name is taken at its word, with two
/// exceptions, both because a writer's software puts those names without looking: valid UTF-8 that is called ISO-8859-1,
/// ASCII or windows-1252 is UTF-8, and ISO-8859-1 and ASCII mean windows-1252 (WHATWG Encoding Standard, 4.2).
enum Charset {
    /// The input in UTF-8.
    ///
    /// - Throws: `undecodable` or `not-utf8`, with the offset of the byte.
    static func decode(_ raw: Input) throws(ArticleError) -> Input {
        let bytes = raw.bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return try utf8(raw, start: 3, isDeclared: true) }
        for (mark, name) in marks where bytes.starts(with: mark) { return try convert(raw, name, from: mark.count) }
        if let nul = bytes.firstIndex(of: 0) {
            if let wide = wide(bytes) { return try convert(raw, wide, from: 0) }
            throw nulError(raw, nul)
        }
        guard let label = raw.carrier.charset ?? declared(bytes) else { return try undeclared(raw) }
        let name = iconvName(label)
        if name == "UTF-8" { return try utf8(raw, start: 0, isDeclared: true) }
        let isValid = (try? UTF8Span(validating: bytes.span)) != nil
        guard let name else {
            if bytes.allSatisfy({ $0 < 0x80 }) { return Input(raw, decoded: bytes, start: 0) }
            throw raw.error(
                .charsetUnknown,
                "says that its charset is “\(Metadata.line(label, limit: 40) ?? "")”, which is not read: convert it to UTF-8 with iconv"
            )
        }
        if name == "WINDOWS-1252", isValid { return Input(raw, decoded: bytes, start: 0) }
        // A text in which this name could be read is not in it.
        if raw.carrier.charset == nil, name.hasPrefix("UTF-") { return try undeclared(raw) }
        return try convert(raw, name, from: 0)
    }

    /// A header's bytes in a charset that it names; nil when they cannot be read.
    static func text(_ bytes: some Collection<UInt8>, label: String) -> String? {
        guard let name = iconvName(label) else { return nil }
        let bytes = Array(bytes)
        if name == "UTF-8" { return String(validating: bytes, as: UTF8.self) }
        guard case .text(let text) = iconvert(bytes[...], name, limit: 1 << 20) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// A header's bytes without a charset: UTF-8 (RFC 6532), else windows-1252 (every byte is something).
    static func headerText(_ bytes: ArraySlice<UInt8>) -> String {
        String(validating: bytes, as: UTF8.self) ?? text(bytes, label: "windows-1252")
            ?? String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Deciding

    private static let marks: [([UInt8], String)] = [
        ([0xFF, 0xFE, 0, 0], "UTF-32LE"), ([0, 0, 0xFE, 0xFF], "UTF-32BE"), ([0xFF, 0xFE], "UTF-16LE"),
        ([0xFE, 0xFF], "UTF-16BE"),
    ]

    /// UTF-16 or UTF-32 without a mark: where the zero bytes are, when what comes out is text.
    ///
    /// One unit of eight must have a zero byte, as Latin letters, spaces and line ends have; a Chinese text needs the mark.
    private static func wide(_ bytes: [UInt8]) -> String? {
        let sample = bytes.prefix(4096)
        guard sample.count >= 8 else { return nil }
        var zeros = [0, 0, 0, 0]
        for (index, byte) in sample.enumerated() where byte == 0 { zeros[index % 4] += 1 }
        guard zeros.reduce(0, +) >= sample.count / 16 + 1 else { return nil }
        let quarter = sample.count / 4
        let name: String
        if bytes.count % 4 == 0, zeros[2] + zeros[3] == 2 * quarter {
            name = "UTF-32LE"
        } else if bytes.count % 4 == 0, zeros[0] + zeros[1] == 2 * quarter {
            name = "UTF-32BE"
        } else if bytes.count % 2 == 0, zeros[0] + zeros[2] == 0 {
            name = "UTF-16LE"
        } else if bytes.count % 2 == 0, zeros[1] + zeros[3] == 0 {
            name = "UTF-16BE"
        } else {
            return nil
        }
        // The sample may end between the two units of a character.
        for cut in [0, 2] {
            if case .text(let text) = iconvert(sample.dropLast(sample.count % 4 + cut), name, limit: 1 << 16) {
                return text.contains { $0 < 0x20 && !$0.isBlank } ? nil : name
            }
        }
        return nil
    }

    /// The charset that an XML declaration or a page's `meta` names.
    private static func declared(_ bytes: [UInt8]) -> String? {
        guard bytes.first(where: { !$0.isBlank }) == UInt8(ascii: "<") else { return nil }
        let head = bytes.prefix(4096)
        let isXML = head.drop(while: \.isBlank).starts(with: "<?xml".utf8)
        if isXML, let end = head.offset(of: Array("?>".utf8), from: 0),
            let value = value(behind: "encoding", in: head[..<end])
        {
            return value
        }
        let lower = head.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }[...]
        var from = 0
        while let meta = lower.offset(of: Array("<meta".utf8), from: from) {
            let end = lower[meta...].firstIndex(of: UInt8(ascii: ">")) ?? lower.endIndex
            if let value = value(behind: "charset", in: lower[meta..<end]) { return value }
            from = end
        }
        return nil
    }

    /// `utf-8` of `charset = "utf-8"`.
    private static func value(behind name: String, in bytes: ArraySlice<UInt8>) -> String? {
        guard let found = bytes.offset(of: Array(name.utf8), from: bytes.startIndex) else { return nil }
        let rest = bytes[(found + name.utf8.count)...].drop(while: \.isBlank)
        guard rest.first == UInt8(ascii: "=") else { return nil }
        let value = rest.dropFirst().drop { $0.isBlank || "\"'".utf8.contains($0) }
            .prefix { $0.isLetter || $0.isDigit || "-_.:".utf8.contains($0) }
        return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
    }

    private static func undeclared(_ raw: Input) throws(ArticleError) -> Input {
        do throws(ArticleError) { return try utf8(raw, start: 0, isDeclared: false) } catch {
            guard error.code == .notUTF8, isWindows1252(raw.bytes) else { throw error }
            return try convert(raw, "WINDOWS-1252", from: 0)
        }
    }

    private static func utf8(_ raw: Input, start: Int, isDeclared: Bool) throws(ArticleError) -> Input {
        let bytes = raw.bytes
        if let nul = bytes.firstIndex(of: 0) { throw nulError(raw, nul) }
        do { _ = try UTF8Span(validating: bytes.span) } catch {
            let offset = error.byteOffsets.lowerBound
            throw raw.error(
                .notUTF8,
                "is not UTF-8\(isDeclared ? ", as it says," : "") at offset \(offset) (byte 0x"
                    + "\(Hexadecimal.encode([bytes[offset]]))): if it comes from Windows, convert it with "
                    + "iconv -f WINDOWS-1252 -t UTF-8",
                offset: offset
            )
        }
        return Input(raw, decoded: bytes, start: start)
    }

    private static func nulError(_ raw: Input, _ offset: Int) -> ArticleError {
        raw.error(
            .nulByte,
            "has a NUL byte at offset \(offset), so it is not text, or is in a charset that was not recognised: "
                + "convert it with iconv -t UTF-8, or remove the byte",
            offset: offset
        )
    }

    /// Whether bytes that are not UTF-8 can be nothing but Western European text.
    ///
    /// No control or undefined byte, no sequence that is UTF-8 (the file is broken UTF-8 then), letters for the most part,
    /// and of all letters at most a quarter outside ASCII, never more than three of them in a row: Cyrillic or Greek in a
    /// charset of its own has words of nothing else.
    static func isWindows1252(_ bytes: [UInt8]) -> Bool {
        var ascii = 0
        var letters = 0
        var others = 0
        var row = 0
        for (index, byte) in bytes.enumerated() {
            if byte < 0x80 {
                if byte < 0x20 && !byte.isBlank || byte == 0x7F { return false }
                if byte.isLetter { ascii += 1 }
                row = 0
                continue
            }
            if [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(byte) { return false }
            if (0xC2...0xF4).contains(byte), index + 1 < bytes.count, (0x80...0xBF).contains(bytes[index + 1]) {
                let width = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                let end = min(index + width, bytes.count)
                if bytes[(index + 1)..<end].allSatisfy({ (0x80...0xBF).contains($0) }) { return false }
            }
            if byte >= 0xC0 && byte != 0xD7 && byte != 0xF7
                || [0x8A, 0x8C, 0x8E, 0x9A, 0x9C, 0x9E, 0x9F].contains(byte)
            {
                letters += 1
                row += 1
                if row > 3 { return false }
            } else {
                others += 1
                row = 0
            }
        }
        return letters * 4 <= letters + ascii && others <= ascii / 8 + 1
    }

    // MARK: Converting

    private enum Conversion {
        case text([UInt8])
        case fault(offset: Int)
        case unknown, tooLarge
    }

    private static func convert(_ raw: Input, _ name: String, from start: Int) throws(ArticleError) -> Input {
        switch iconvert(raw.bytes[start...], name, limit: raw.limits.unpacked) {
        case .text(let text):
            if let nul = text.firstIndex(of: 0) { throw nulError(raw, nul) }
            return Input(raw, decoded: text, start: 0)
        case .fault(let offset):
            throw raw.error(
                .undecodable,
                "is not \(name), as it says or begins, at offset \(offset) (byte 0x"
                    + "\(Hexadecimal.encode([raw.bytes[offset]]))): correct it there, or state its charset",
                offset: offset
            )
        case .unknown:
            throw raw.error(
                .charsetUnknown,
                "is in the charset \(name), which this system's iconv does not have: convert it to UTF-8"
            )
        case .tooLarge:
            throw raw.error(
                .tooLarge,
                "has more than \(raw.limits.unpacked) bytes in UTF-8: split it"
            )
        }
    }

    private static func iconvert(_ bytes: ArraySlice<UInt8>, _ name: String, limit: Int) -> Conversion {
        let converter = iconv_open("UTF-8", name)
        guard converter != iconv_t(bitPattern: -1) else { return .unknown }
        defer { iconv_close(converter) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 8)
        var chunk = [CChar](repeating: 0, count: 1 << 16)
        return bytes.withUnsafeBytes { source in
            // iconv takes its input by a pointer to plain char, and does not write through it.
            var next = UnsafeMutablePointer(mutating: source.baseAddress?.assumingMemoryBound(to: CChar.self))
            var left = source.count
            while left > 0 {
                let (status, fault, count) = chunk.withUnsafeMutableBufferPointer { room in
                    var output = room.baseAddress
                    var space = room.count
                    let status = iconv(converter, &next, &left, &output, &space)
                    let fault = errno
                    result.append(
                        contentsOf: UnsafeRawBufferPointer(
                            rebasing: UnsafeRawBufferPointer(room)[..<(room.count - space)]
                        )
                    )
                    return (status, fault, room.count - space)
                }
                if result.count > limit { return .tooLarge }
                // (size_t)-1
                if status == -1 {
                    if fault != E2BIG || count == 0 { return .fault(offset: bytes.startIndex + source.count - left) }
                }
            }
            return .text(result)
        }
    }

    /// The names of the WHATWG Encoding Standard and UTF-32, as iconv has them; no other is handed to it, because its modules
    /// for rare charsets have had holes.
    private static func iconvName(_ label: String) -> String? {
        let label = label.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " && $0 != ":" }
        return names[label]
    }

    private static let names: [String: String] = {
        var names: [String: String] = [:]
        let groups: [(String, String)] = [
            ("UTF-8", "utf8 unicode11utf8"), ("UTF-16LE", "utf16le utf16 ucs2 csunicode"), ("UTF-16BE", "utf16be"),
            ("UTF-32LE", "utf32le utf32"), ("UTF-32BE", "utf32be"),
            (
                "WINDOWS-1252",
                "windows1252 cp1252 iso88591 latin1 l1 usascii ascii ansix3.41968 iso885911987 ibm819 cp819"
            ),
            ("ISO-8859-15", "iso885915 latin9 l9"), ("IBM866", "ibm866 cp866 866"), ("KOI8-R", "koi8r koi8 koi"),
            ("KOI8-U", "koi8u koi8ru"), ("MACINTOSH", "macintosh mac xmacroman"),
            ("CP874", "windows874 tis620 iso885911"),
            ("GBK", "gbk gb2312 chinese gb231280 xgbk cp936"), ("GB18030", "gb18030"),
            ("BIG5-HKSCS", "big5 big5hkscs cnbig5 xxbig5"),
            ("EUC-JP", "eucjp xeucjp"), ("ISO-2022-JP", "iso2022jp csiso2022jp"),
            ("CP932", "shiftjis sjis windows31j xsjis mskanji cp932"),
            ("CP949", "euckr korean ksc56011987 windows949 cp949"),
            ("ISO-8859-6", "arabic"), ("ISO-8859-5", "cyrillic"), ("ISO-8859-7", "greek greek8"),
            ("ISO-8859-8", "hebrew iso88598i"),
            ("ISO-8859-2", "latin2 l2"), ("WINDOWS-1254", "iso88599 latin5 l5"),
        ]
        for (name, labels) in groups { for label in labels.split(separator: " ") { names[String(label)] = name } }
        for number in [2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 16] { names["iso8859\(number)"] = "ISO-8859-\(number)" }
        for number in [1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258] {
            names["windows\(number)"] = "CP\(number)"
            names["cp\(number)"] = "CP\(number)"
        }
        return names
    }()
}

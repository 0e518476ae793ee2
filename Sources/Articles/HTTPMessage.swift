import Records

/// Named fields of a header, as mail, HTTP and WARC write them (RFC 5322, 2.2): a name, a colon, a value that may be folded.
struct HeaderFields {
    private(set) var fields: [(name: String, value: ArraySlice<UInt8>)] = []

    /// Reads lines until a blank one.
    ///
    /// - Returns: The offset behind the blank line, or the end; nil when a line is no field.
    mutating func read(_ bytes: ArraySlice<UInt8>) -> Int? {
        var offset = bytes.startIndex
        while offset < bytes.endIndex {
            let end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.endIndex
            var line = bytes[offset..<end]
            if line.last == 0x0D { line.removeLast() }
            offset = min(end + 1, bytes.endIndex)
            if line.isEmpty { return offset }
            if line.first == 0x20 || line.first == 0x09, let last = fields.indices.last {
                // Folded: the value goes on, with the line end between.
                fields[last].value = bytes[fields[last].value.startIndex..<line.endIndex]
                continue
            }
            guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex,
                line[..<colon].allSatisfy({ (0x21...0x7E).contains($0) })
            else { return nil }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            fields.append((name, line[(colon + 1)...]))
        }
        return offset
    }

    /// The first value of a name, without blank ends.
    func raw(_ name: String) -> ArraySlice<UInt8>? { fields.first { $0.name == name }?.value.trimmed }

    func text(_ name: String) -> String? { raw(name).map { Charset.headerText($0) } }

    /// `text/html` and the parameters of `text/html; charset="utf-8"`.
    func media(_ name: String) -> (type: String, parameters: [String: String])? {
        guard let text = text(name) else { return nil }
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == ";", !isQuoted {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        parts.append(text[start...])
        var parameters: [String: String] = [:]
        for part in parts.dropFirst().prefix(32) {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let key = Metadata.line(String(pair[0])),
                let value = Metadata.line(pair[1].filter { $0 != "\"" })
            else { continue }
            parameters[key.lowercased()] = value
        }
        return (Metadata.line(String(parts[0]))?.lowercased() ?? "", parameters)
    }
}

/// What a server answered (RFC 9112), as a WARC record keeps it.
struct HTTPMessage {
    var status: Int
    var header: HeaderFields
    var body: ArraySlice<UInt8>

    /// Nil when the bytes are no answer.
    init?(_ bytes: ArraySlice<UInt8>, limit: Int) {
        guard bytes.starts(with: "HTTP/".utf8), let end = bytes.prefix(4096).firstIndex(of: 0x0A) else { return nil }
        let words = bytes[..<end].split(separator: 0x20)
        guard words.count >= 2, let status = Int(String(decoding: words[1].trimmed, as: UTF8.self)) else { return nil }
        self.status = status
        header = HeaderFields()
        guard let start = header.read(bytes[(end + 1)...].prefix(limit)) else { return nil }
        body = bytes[start...]
    }

    /// The body without its chunks; nil when they are broken.
    func unchunked() -> [UInt8]? {
        guard header.text("transfer-encoding")?.lowercased().contains("chunked") == true else { return Array(body) }
        var result: [UInt8] = []
        var rest = body
        while let end = rest.firstIndex(of: 0x0A) {
            let digits = rest[..<end].prefix { $0.isDigit || (0x61...0x66).contains($0 | 0x20) }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size <= rest.endIndex - end - 1
            else {
                // Crawlers that undo the chunks leave the header.
                return result.isEmpty ? Array(body) : nil
            }
            if size == 0 { return result }
            result += rest[(end + 1)..<(end + 1 + size)]
            rest = rest[(end + 1 + size)...].drop { $0 == 0x0D || $0 == 0x0A }
        }
        return result.isEmpty ? Array(body) : nil
    }
}

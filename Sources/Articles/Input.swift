/// The bytes being read, with what errors need to say about them.
struct Input {
    /// What a container says about the document in it.
    struct Carrier {
        /// How many containers the document is in.
        var nesting = 0
        /// The charset that HTTP or MIME names.
        var charset: String?
        /// Where the document was fetched.
        var url: String?
    }

    /// The bytes to read; of a text that is decoded they are UTF-8.
    let bytes: [UInt8]
    /// The bytes as they came, which are the identity.
    let source: [UInt8]
    /// The name on one line, without quotation marks.
    private let plainName: String
    let limits: ArticleReader.Limits
    let carrier: Carrier
    /// Where the content starts, behind a byte order mark.
    let start: Int
    /// Line ends before every `stride`th byte, because a file of bad lines asks for many line numbers.
    private let lineEnds: [Int]
    private static let stride = 4096

    /// Bytes as they came.
    init(bytes: [UInt8], name: String, limits: ArticleReader.Limits, carrier: Carrier = Carrier()) {
        self.bytes = bytes
        source = bytes
        plainName = Metadata.line(name, limit: 255) ?? "unnamed input"
        self.limits = limits
        self.carrier = carrier
        start = 0
        lineEnds = [0]
    }

    /// The same input in UTF-8.
    init(_ raw: Input, decoded bytes: [UInt8], start: Int) {
        self.bytes = bytes
        source = raw.source
        plainName = raw.plainName
        limits = raw.limits
        carrier = raw.carrier
        self.start = start
        var lineEnds = [0]
        var count = 0
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A { count += 1 }
            if (index + 1) % Input.stride == 0 { lineEnds.append(count) }
        }
        self.lineEnds = lineEnds
    }

    /// The name in quotation marks.
    var name: String { "“\(plainName)”" }

    /// A document inside this one.
    func member(_ bytes: [UInt8], name: String?, charset: String? = nil, url: String? = nil) -> Input {
        let whole = name.flatMap { Metadata.line($0, limit: 160) }.map { "\(plainName.suffix(80)): \($0)" } ?? plainName
        let carrier = Carrier(nesting: carrier.nesting + 1, charset: charset, url: url ?? self.carrier.url)
        return Input(bytes: bytes, name: whole, limits: limits, carrier: carrier)
    }

    /// An error whose message begins with the input's name.
    func error(_ code: ArticleError.Code, _ message: String, offset: Int? = nil) -> ArticleError {
        ArticleError(code, "\(name) \(message)", offset: offset, line: offset.map(line(at:)))
    }

    /// The line of a byte, from 1.
    func line(at offset: Int) -> Int {
        let block = min(offset / Input.stride, lineEnds.count - 1)
        return bytes[block * Input.stride..<min(offset, bytes.count)].reduce(lineEnds[block] + 1) {
            $1 == 0x0A ? $0 + 1 : $0
        }
    }
}

extension UInt8 {
    /// A space, tab or line end of ASCII.
    var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}

extension ArraySlice<UInt8> {
    /// Without white space at its ends.
    var trimmed: ArraySlice<UInt8> {
        let front = drop(while: \.isBlank)
        guard let last = front.lastIndex(where: { !$0.isBlank }) else { return front }
        return front[...last]
    }

    /// The offset of `pattern` at or behind `from`.
    func offset(of pattern: [UInt8], from: Int) -> Int? {
        guard let first = pattern.first else { return nil }
        var index = from
        while let found = self[index...].firstIndex(of: first) {
            if self[found...].starts(with: pattern) { return found }
            index = found + 1
        }
        return nil
    }
}

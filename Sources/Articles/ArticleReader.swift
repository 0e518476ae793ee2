package import Records

/// One thing found in an input: an article, or why there is none at that place.
package enum ReadItem: Sendable, Equatable {
    case article(Article)
    case failure(ArticleError)
}

/// Reads articles from bytes: plain text, JSON, JSON Lines or HTML, recognised by content.
///
/// The name is used in messages only. Nothing is fetched, and no date is guessed: `Article.published` is nil when the
/// input states none, and `Article.publishedReason` says so when it states one that cannot be read.
///
/// Text: bodies of plain text and JSON stay as they are, except that CR LF and CR become LF and blank ends are cut; of
/// HTML the paragraphs are kept, separated by blank lines, with other white space collapsed. A plain text's header is
/// not part of its text; its dateline is. Lone surrogate escapes of JSON become U+FFFD. Metadata is put on one line.
///
/// Identity: `Article.sha256` is over the whole input; in JSON Lines over the line, and in a JSON array over the element.
package struct ArticleReader: Sendable {
    /// What is refused for its size.
    package struct Limits: Sendable {
        /// Bytes of one input.
        package var file = 64 << 20
        /// Bytes of one HTML page; the parser's tree is some twenty times as large.
        package var page = 16 << 20
        /// Bytes of one article's text.
        package var text = 1 << 20
        /// JSON brackets inside one another.
        package var jsonDepth = 64
        /// HTML elements inside one another; libxml2 itself stops at 256.
        package var htmlDepth = 200
        /// Articles and failures of one input.
        package var items = 100_000

        package init() {}

        package static let standard = Limits()
    }

    package let limits: Limits

    package init(limits: Limits = .standard) { self.limits = limits }

    /// Reads every article of an input.
    ///
    /// - Parameters:
    ///   - bytes: The input.
    ///   - name: What messages call it; a file's name.
    /// - Returns: At least one article, and a failure for every element or line that is none, in order.
    /// - Throws: When the input has no readable article.
    package func read(_ bytes: [UInt8], name: String) throws(ArticleError) -> [ReadItem] {
        let input = Input(bytes: bytes, name: name, limits: limits)
        try input.check()
        switch Recognition.kind(of: input.bytes[input.start...]) {
        case .text: return [.article(try PlainText.read(input))]
        case .html: return [.article(try HTMLArticle.read(input))]
        case .json: return try JSONArticles.read(input)
        case .xml:
            throw input.error(
                .notRead,
                "is XML (RSS, NewsML or another), which is not read yet: convert it to JSON with headline, "
                    + "datePublished and articleBody, or to plain text"
            )
        }
    }
}

/// The bytes being read, with what errors need to say about them.
struct Input {
    let bytes: [UInt8]
    /// The name on one line, quoted.
    let name: String
    let limits: ArticleReader.Limits
    /// Where the content starts, behind a byte order mark.
    let start: Int
    /// Line ends before every `stride`th byte, because a file of bad lines asks for many line numbers.
    private let lineEnds: [Int]
    private static let stride = 4096

    init(bytes: [UInt8], name: String, limits: ArticleReader.Limits) {
        self.bytes = bytes
        self.name = "“\(Metadata.line(name, limit: 255) ?? "unnamed input")”"
        self.limits = limits
        start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var lineEnds = [0]
        var count = 0
        for (index, byte) in bytes.prefix(limits.file).enumerated() {
            if byte == 0x0A { count += 1 }
            if (index + 1) % Input.stride == 0 { lineEnds.append(count) }
        }
        self.lineEnds = lineEnds
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

    /// Refuses what cannot be text.
    func check() throws(ArticleError) {
        if bytes.isEmpty { throw error(.empty, "is empty: write the article to it and drop it again") }
        if bytes.count > limits.file {
            throw error(.tooLarge, "has \(bytes.count) bytes, and \(limits.file) is the limit: split it")
        }
        if let (what, advice) = Recognition.binary(bytes) {
            throw error(.binary, "is \(what), which is not read yet: \(advice)")
        }
        if let encoding = Recognition.wideEncoding(bytes) {
            throw error(.utf16, "is \(encoding): convert it with iconv -f \(encoding) -t UTF-8", offset: 0)
        }
        if let offset = bytes.firstIndex(of: 0) {
            throw error(
                .nulByte,
                "has a NUL byte at offset \(offset), so it is not text, or is UTF-16 without its mark: "
                    + "convert it with iconv -f UTF-16LE -t UTF-8, or remove the byte",
                offset: offset
            )
        }
        do { _ = try UTF8Span(validating: bytes.span) } catch {
            let offset = error.byteOffsets.lowerBound
            throw self.error(
                .notUTF8,
                "is not UTF-8 at offset \(offset) (byte 0x\(Hexadecimal.encode([bytes[offset]]))): "
                    + "if it comes from Windows, convert it with iconv -f WINDOWS-1252 -t UTF-8",
                offset: offset
            )
        }
        if bytes[start...].allSatisfy(\.isBlank) {
            throw error(.blank, "holds nothing but white space: write the article to it and drop it again")
        }
    }
}

extension UInt8 {
    /// A space, tab or line end of ASCII.
    var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}

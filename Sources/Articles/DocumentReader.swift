import Records

/// Reads one document and those inside it, on one budget.
struct DocumentReader {
    private let limits: ArticleReader.Limits
    private let pdftotext: String
    var items: ItemList
    /// Bytes that may still be unpacked.
    private(set) var left: Int

    init(limits: ArticleReader.Limits, pdftotext: String) {
        self.limits = limits
        self.pdftotext = pdftotext
        items = ItemList(limit: limits.items)
        left = limits.unpacked
    }

    /// Adds what a document holds.
    ///
    /// - Throws: When the document as a whole is no article and holds none.
    mutating func read(_ input: Input) throws(ArticleError) {
        if input.bytes.isEmpty { throw input.error(.empty, "is empty: write the article to it and drop it again") }
        if input.bytes.count > limits.file {
            throw input.error(
                .tooLarge,
                "has \(input.bytes.count) bytes, and \(limits.file) is the limit: split it"
            )
        }
        switch Recognition.container(input.bytes) {
        case .gzip?: try readGzip(input)
        case .zip?: try readZip(input)
        case .warc?: try readWARC(input)
        case .mail?: try readMail(input)
        case .pdf?: items.add(.article(try PDFArticle(pdftotext).read(input)), of: input)
        case nil: try readText(input)
        }
    }

    /// Reads a member of a container; what it is not becomes a failure.
    mutating func readMember(_ member: Input) {
        do throws(ArticleError) { try read(member) } catch { items.add(.failure(error), of: member) }
    }

    /// Takes bytes out of the budget.
    mutating func take(_ count: Int, for input: Input) throws(ArticleError) {
        left -= count
        if left < 0 { throw sizeError(input) }
    }

    func sizeError(_ input: Input) -> ArticleError {
        input.error(
            .unpackedSize,
            "and what it came with unpack to more than \(limits.unpacked) bytes: unpack it, and drop its parts"
        )
    }

    func nestingError(_ input: Input) -> ArticleError {
        input.error(
            .nesting,
            "is a container inside \(limits.nesting) others, and that is the limit: unpack it, and drop its parts"
        )
    }

    private mutating func readText(_ raw: Input) throws(ArticleError) {
        if let (what, advice) = Recognition.binary(raw.bytes) {
            throw raw.error(.binary, "is \(what), which is not read: \(advice)")
        }
        let input = try Charset.decode(raw)
        let content = input.bytes[input.start...]
        if content.allSatisfy(\.isBlank) {
            throw input.error(.blank, "holds nothing but white space: write the article to it and drop it again")
        }
        switch Recognition.kind(of: content) {
        case .text: items.add(.article(try PlainText.read(input)), of: input)
        case .html: items.add(.article(try HTMLArticle.read(input)), of: input)
        case .json: items.add(try JSONArticles.read(input), of: input)
        case .xml: items.add(try XMLArticles.read(input), of: input)
        }
    }
}

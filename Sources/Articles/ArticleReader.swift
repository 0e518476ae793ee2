package import Records
package import ServiceSupport

/// One thing found in an input: an article, or why there is none at that place.
package enum ReadItem: Sendable, Equatable {
    case article(Article)
    case failure(ArticleError)

    var isArticle: Bool { if case .article = self { true } else { false } }
}

/// Reads articles from bytes of any format that docs/formats.md lists, recognised by content.
///
/// The name is used in messages only. Nothing is fetched, and no date is guessed: `Article.published` is nil when the
/// input states none, and `Article.publishedReason` says so when it states one that cannot be read.
///
/// Text: bodies of plain text and JSON stay as they are, except that CR LF and CR become LF and blank ends are cut; of
/// markup the paragraphs are kept, separated by blank lines, with other white space collapsed. A plain text's header is
/// not part of its text; its dateline is. Lone surrogate escapes of JSON become U+FFFD. Metadata is put on one line.
///
/// Identity: `Article.sha256` is over the document's own bytes as they came: of a file, of a member of an archive, of a
/// record's payload, of an attachment. Of several in one document it is over the bytes of the line (JSON Lines), of the
/// element (JSON array, JSON Feed), or from `<` to `>` of the element (RSS, Atom, NewsML-G2 messages), in UTF-8: another
/// item or a changed date of the feed changes no identity.
package struct ArticleReader: Sendable {
    /// What is refused for its size.
    package struct Limits: Sendable {
        /// Bytes of one input.
        package var file = 64 << 20
        /// Bytes of everything that is unpacked or converted from one input.
        package var unpacked = 64 << 20
        /// Times that packed data may grow.
        package var ratio = 100
        /// Unpacked bytes up to which `ratio` is not asked for.
        package var ratioFloor = 1 << 20
        /// Members of one archive, parts of one mail, records of one WARC file.
        package var members = 10_000
        /// Containers inside one another: a gzip of a zip of a mail has three.
        package var nesting = 3
        /// Bytes of one HTML page; the parser's tree is some twenty times as large.
        package var page = 16 << 20
        /// Bytes of one article's text.
        package var text = 1 << 20
        /// Bytes of one JSON string, XML text or attribute.
        package var value = 8 << 20
        /// Bytes of the header of a mail, a part or a record.
        package var header = 256 << 10
        /// JSON brackets inside one another.
        package var jsonDepth = 64
        /// Values of one JSON document, or of one line or element of several.
        package var jsonValues = 500_000
        /// HTML elements inside one another; libxml2 itself stops at 256.
        package var htmlDepth = 200
        /// XML elements inside one another.
        package var xmlDepth = 200
        /// Elements, attributes and texts of one XML document.
        package var xmlNodes = 400_000
        /// Articles and failures of one input.
        package var items = 100_000
        /// What the program that reads PDF may use.
        package var pdf = ConfinedProgram.Bounds()

        package init() {}

        package static let standard = Limits()
    }

    package let limits: Limits
    private let pdftotext: String

    /// - Parameters:
    ///   - limits: What is refused for its size.
    ///   - pdftotext: The path of poppler's program that reads PDF.
    package init(limits: Limits = .standard, pdftotext: String = "/usr/bin/pdftotext") {
        self.limits = limits
        self.pdftotext = pdftotext
    }

    /// Reads every article of an input.
    ///
    /// - Parameters:
    ///   - bytes: The input.
    ///   - name: What messages call it; a file's name.
    /// - Returns: At least one article, and a failure for every element, line or member that is none, in order.
    /// - Throws: When the input has no readable article.
    package func read(_ bytes: [UInt8], name: String) throws(ArticleError) -> [ReadItem] {
        let input = Input(bytes: bytes, name: name, limits: limits)
        var reader = DocumentReader(limits: limits, pdftotext: pdftotext)
        try reader.read(input)
        return try reader.items.result(of: input, empty: "holds nothing that is read: put articles into it")
    }
}

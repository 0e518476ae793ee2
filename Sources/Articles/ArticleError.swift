/// Why bytes did not become an article: what happened, to which input, and what to do next.
package struct ArticleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; stable, for programs.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        package static let empty = Code(rawValue: "empty")
        package static let blank = Code(rawValue: "blank")
        package static let tooLarge = Code(rawValue: "too-large")
        package static let binary = Code(rawValue: "binary")
        package static let notRead = Code(rawValue: "not-read")
        package static let notUTF8 = Code(rawValue: "not-utf8")
        package static let nulByte = Code(rawValue: "nul-byte")
        package static let noText = Code(rawValue: "no-text")
        package static let jsonSyntax = Code(rawValue: "json-syntax")
        package static let jsonTooDeep = Code(rawValue: "json-too-deep")
        package static let nothingReadable = Code(rawValue: "nothing-readable")
        package static let tooMany = Code(rawValue: "too-many")
        package static let htmlTooDeep = Code(rawValue: "html-too-deep")
        package static let htmlAttributes = Code(rawValue: "html-attributes")
        package static let htmlNoMainText = Code(rawValue: "html-no-main-text")
        package static let htmlTooLarge = Code(rawValue: "html-too-large")
        package static let jsonTooLarge = Code(rawValue: "json-too-large")
        package static let undecodable = Code(rawValue: "undecodable")
        package static let charsetUnknown = Code(rawValue: "charset-unknown")
        package static let xmlSyntax = Code(rawValue: "xml-syntax")
        package static let xmlDeclarations = Code(rawValue: "xml-declarations")
        package static let xmlTooDeep = Code(rawValue: "xml-too-deep")
        package static let xmlTooLarge = Code(rawValue: "xml-too-large")
        package static let withdrawn = Code(rawValue: "withdrawn")
        package static let embargo = Code(rawValue: "embargo-unreadable")
        package static let gzip = Code(rawValue: "gzip-damaged")
        package static let zip = Code(rawValue: "zip-damaged")
        package static let zipOverlap = Code(rawValue: "zip-overlap")
        package static let zipFeature = Code(rawValue: "zip-feature")
        package static let ratio = Code(rawValue: "compression-ratio")
        package static let unpackedSize = Code(rawValue: "unpacked-size")
        package static let nesting = Code(rawValue: "nested-containers")
        package static let mail = Code(rawValue: "mail-damaged")
        package static let warc = Code(rawValue: "warc-damaged")
        package static let pdfTool = Code(rawValue: "pdf-tool-missing")
        package static let pdf = Code(rawValue: "pdf-damaged")
        package static let pdfProtected = Code(rawValue: "pdf-protected")
        package static let pdfNoText = Code(rawValue: "pdf-no-text")
        package static let pdfLimits = Code(rawValue: "pdf-limits")
    }

    package let code: Code
    package let message: String
    /// Byte offset in the input, from 0, where it has one.
    package let offset: Int?
    /// Line of the input, from 1, where it has one.
    package let line: Int?

    package init(_ code: Code, _ message: String, offset: Int? = nil, line: Int? = nil) {
        self.code = code
        self.message = message
        self.offset = offset
        self.line = line
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

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
        package static let utf16 = Code(rawValue: "utf-16")
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

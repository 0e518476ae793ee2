/// Markup that is an article's text and nothing else, as feeds and NewsML carry it.
enum HTMLFragment {
    /// Its paragraphs, separated by blank lines.
    static func text(
        of markup: some Collection<UInt8>,
        from start: Int = 0,
        in input: Input
    ) throws(ArticleError) -> String {
        // Text beside an element would be cut off.
        let bytes = Array("<div>".utf8) + markup.dropFirst(start) + Array("</div>".utf8)
        if bytes.count > input.limits.page {
            throw input.error(
                .tooLarge,
                "has markup of \(bytes.count) bytes, and \(input.limits.page) is the limit: give the article alone"
            )
        }
        let tree = HTMLTree(bytes, from: 0)
        if tree.isStoppedAtAttributes {
            throw input.error(.htmlAttributes, "has a tag of more than a thousand attributes: give the article alone")
        }
        if tree.isStoppedAtNodes { throw HTMLArticle.tooManyNodes(input) }
        let page = HTMLPage(tree.root)
        if page.depth > input.limits.htmlDepth {
            throw input.error(
                .htmlTooDeep,
                "has more than \(input.limits.htmlDepth) HTML elements inside one another: give the article alone"
            )
        }
        return page.blocks.map(\.text).joined(separator: "\n\n")
    }

    /// A text that may be markup, as RSS does not say: with tags or references it is, else its lines are its paragraphs.
    static func textOrMarkup(_ text: String, in input: Input) throws(ArticleError) -> String {
        let hasReference = text.contains("&") && text.contains(";")
        if text.contains("<") && text.contains(">") || hasReference { return try self.text(of: text.utf8, in: input) }
        return text.split(whereSeparator: \.isNewline).compactMap { Metadata.line(String($0), limit: .max) }
            .joined(separator: "\n\n")
    }

    /// A title on one line that may have references or tags.
    static func line(_ text: String?, in input: Input) throws(ArticleError) -> String? {
        guard let text, text.contains("<") || text.contains("&") else { return text }
        return try textOrMarkup(text, in: input).replacing("\n\n", with: " ")
    }
}

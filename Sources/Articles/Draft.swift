import Records

/// What a format's reader found, as written; `article` checks and normalises it.
struct Draft {
    var title: String?
    var author: String?
    var source: String?
    var url: String?
    var language: String?
    var published: String?
    var modified: String?
    var text = ""
    var item: String?
    var itemVersion: String?
    var agency: String?
    /// A dateline that the format keeps apart from the text.
    var dateline: String?
    var embargo: String?
    var usageTerms: String?

    /// Makes the article, whose identity is the bytes in `range`, or the whole input; or says why there is none.
    func article(_ format: Article.Format, in input: Input, range: Range<Int>? = nil) throws(ArticleError) -> Article {
        let offset = range?.lowerBound
        let body = Draft.normalised(text)
        if body.isEmpty {
            throw input.error(
                .noText,
                "has metadata but no text\(place(offset, input)): "
                    + Draft.advice(format),
                offset: offset
            )
        }
        if body.utf8.count > input.limits.text {
            throw input.error(
                .tooLarge,
                "has an article of \(body.utf8.count) bytes of text\(place(offset, input)), and "
                    + "\(input.limits.text) is the limit: split it into its articles",
                offset: offset
            )
        }
        if body.utf8.contains(0) {
            throw input.error(
                .nulByte,
                "has a NUL (\\u0000) in its text\(place(offset, input)): remove it",
                offset: offset
            )
        }
        let bytes = range.map { Array(input.bytes[$0]) } ?? input.source
        var article = Article(sha256: sha256(of: bytes), format: format, text: body)
        let inText = Dateline(body)
        let apart = Dateline(apart: dateline)
        article.title = Metadata.line(title)
        article.author = Metadata.line(author)
        article.agency = inText?.agency ?? apart?.agency ?? Metadata.line(agency)
        article.source = Metadata.line(source) ?? article.agency
        article.url = Metadata.webAddress(url) ?? Metadata.webAddress(input.carrier.url)
        (article.language, article.languageReason) = Draft.language(stated: Metadata.languageTag(language), of: body)
        article.attribution = Attribution.all(in: body).first.map { $0.medium ?? $0.name }
        article.dateline = inText?.place ?? apart?.place
        article.modified = StatedDate(modified)?.value
        article.item = Metadata.whole(item ?? article.url)
        article.itemVersion = Metadata.line(itemVersion, limit: 100)
        article.usageTerms = Metadata.line(usageTerms)
        article.embargo = try embargo(in: input, offset)
        let stated = StatedDate(published) ?? inText?.date ?? apart?.date
        article.published = stated?.value
        article.publishedReason = stated?.reason
        return article
    }

    /// The end of the embargo; what forbids publication and cannot be read must not be lost.
    private func embargo(in input: Input, _ offset: Int?) throws(ArticleError) -> String? {
        guard let embargo else { return nil }
        if let value = StatedDate(embargo)?.value, value.utf8.contains(UInt8(ascii: "T")) { return value }
        throw input.error(
            .embargo,
            "is under an embargo whose end, “\(Metadata.line(embargo, limit: 100) ?? "")”, is no date with time and "
                + "zone\(place(offset, input)): correct it, or take it out when the embargo is over",
            offset: offset
        )
    }

    private static func advice(_ format: Article.Format) -> String {
        switch format {
        case .text: "write it below the header"
        case .json, .jsonl: "give it as articleBody or text"
        case .rss: "give it as content:encoded or description"
        case .atom: "give it as content or summary"
        case .jsonfeed: "give it as content_html or content_text"
        case .newsml: "give it as inlineXML or inlineData"
        case .nitf: "give it as body.content"
        case .eml: "give it as a part of text/plain or text/html"
        case .html, .pdf: "give it as plain text"
        }
    }

    /// The language stated, or what the text is in when none is; a text that clearly is in another one wins, with the reason.
    private static func language(stated: String?, of text: String) -> (tag: String?, reason: String?) {
        let found = LanguageIdentifier.identify(text)
        guard let stated else { return ((found?.confidence ?? 0) >= 0.5 ? found?.tag : nil, nil) }
        guard let found, found.confidence >= 0.8, !LanguageIdentifier.areAlike(stated, found.tag) else {
            return (stated, nil)
        }
        return (found.tag, "the source states “\(stated)”, but the words of the text are of “\(found.tag)”")
    }

    private func place(_ offset: Int?, _ input: Input) -> String {
        offset.map { " (line \(input.line(at: $0)))" } ?? ""
    }

    /// Text with LF line ends and without blank ends.
    private static func normalised(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte != 0x0D {
                result.append(byte)
            } else if index + 1 == bytes.count || bytes[index + 1] != 0x0A {
                result.append(0x0A)
            }
        }
        let first = result.firstIndex { !$0.isBlank } ?? result.endIndex
        let last = result.lastIndex { !$0.isBlank } ?? first
        return String(decoding: first < result.endIndex ? result[first...last] : [], as: UTF8.self)
    }
}

/// Values of metadata as they may travel: in headers of messages, log lines and pages.
enum Metadata {
    /// Text on one line, without control characters, of at most `limit` bytes; nil when nothing is left.
    static func line(_ text: String?, limit: Int = 4096) -> String? {
        guard let text else { return nil }
        var result = ""
        var size = 0
        var space = false
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            if isControl || scalar.properties.isWhitespace {
                space = !result.isEmpty
                continue
            }
            size += UTF8.width(scalar) + (space ? 1 : 0)
            if size > limit { break }
            if space { result.append(" ") }
            space = false
            result.unicodeScalars.append(scalar)
        }
        return result.isEmpty ? nil : result
    }

    /// An identifier on one line; nil when it is longer than may be stored, because a part of it could be another's.
    static func whole(_ text: String?) -> String? {
        let limit = 2000
        guard let line = line(text, limit: limit + 1), line.utf8.count <= limit else { return nil }
        return line
    }

    /// An absolute http or https address; another scheme is nobody's article and must not become a link.
    static func webAddress(_ text: String?) -> String? {
        guard let text = line(text), !text.contains(" ") else { return nil }
        let lower = text.prefix(8).lowercased()
        return lower.hasPrefix("https://") || lower.hasPrefix("http://") ? text : nil
    }

    /// A language tag of the shape `en` or `en-GB`.
    static func languageTag(_ text: String?) -> String? {
        guard let text = line(text, limit: 36)?.replacing("_", with: "-"), (2...35).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }),
            (2...8).contains(text.utf8.prefix(while: \.isLetter).count)
        else { return nil }
        return text
    }
}

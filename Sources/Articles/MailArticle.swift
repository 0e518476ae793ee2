import Records

/// Mail (RFC 5322, MIME): the message is an article, and so is every attachment that is one.
extension DocumentReader {
    mutating func readMail(_ input: Input) throws(ArticleError) {
        var count = 0
        let start = MailHeader.offset(in: input.bytes)
        let mail = try MailPart(input.bytes[start...], of: input, count: &count)
        let attachments = mail.attachments
        var refusal: ArticleError?
        do throws(ArticleError) {
            items.add(.article(try article(mail, input)), of: input)
        } catch { refusal = error }
        // A message that only brings something is no article, and no failure.
        if let refusal, attachments.isEmpty || refusal.code != .noText { throw refusal }
        for part in attachments where !items.isFull {
            if input.carrier.nesting >= input.limits.nesting { throw nestingError(input) }
            let content = part.content
            try take(content.count, for: input)
            let label = part.type.hasPrefix("text/") ? part.parameters["charset"] : nil
            readMember(input.member(content, name: part.fileName ?? part.type, charset: label))
        }
    }

    private func article(_ mail: MailPart, _ input: Input) throws(ArticleError) -> Article {
        var draft = Draft()
        let header = mail.header
        draft.title = MailHeader.text(header.raw("subject"))
        draft.author = MailHeader.people(header.raw("from"))
        draft.source = MailHeader.text(header.raw("organization"))
        draft.published = header.text("date")
        draft.language = header.text("content-language")
        draft.url = header.text("archived-at")?.filter { $0 != "<" && $0 != ">" }
        draft.item = header.text("message-id")?.filter { $0 != "<" && $0 != ">" }
        var texts: [String] = []
        for part in mail.texts {
            let text = try text(part, input)
            if !text.utf8.allSatisfy(\.isBlank) { texts.append(text) }
        }
        draft.text = texts.joined(separator: "\n\n")
        return try draft.article(.eml, in: input)
    }

    private func text(_ part: MailPart, _ input: Input) throws(ArticleError) -> String {
        let content = part.content
        if content.isEmpty { return "" }
        let raw = input.member(content, name: nil, charset: part.parameters["charset"])
        let decoded = try Charset.decode(raw)
        guard part.type == "text/html" else {
            let text = String(decoding: decoded.bytes[decoded.start...], as: UTF8.self)
            let isFlowed = part.parameters["format"]?.lowercased() == "flowed"
            return isFlowed ? MailText.unflowed(text, joins: part.parameters["delsp"]?.lowercased() == "yes") : text
        }
        do throws(ArticleError) { return try HTMLArticle.draft(decoded).text } catch {
            guard error.code == .htmlNoMainText else { throw error }
            // A short note has no prose for the main text to be found by.
            return try HTMLFragment.text(of: decoded.bytes, from: decoded.start, in: decoded)
        }
    }
}

/// Text whose paragraphs were wrapped for mail (RFC 3676).
enum MailText {
    /// The paragraphs on one line each; `joins` is DelSp.
    static func unflowed(_ text: String, joins: Bool) -> String {
        var result = ""
        var isOpen = false
        let unix = text.replacing("\r\n", with: "\n")
        for line in unix.split(separator: "\n", omittingEmptySubsequences: false) {
            let isSignature = line == "-- "
            // Stuffed: a line that began with a space, “>” or “From ”.
            var content = line.first == " " ? line.dropFirst() : line
            let flows = content.last == " " && !isSignature
            if flows && joins { content.removeLast() }
            if !isOpen && !result.isEmpty { result += "\n" }
            result += content
            isOpen = flows
        }
        return result
    }
}

import Records

/// A part of a message, and the parts in it (RFC 2046).
struct MailPart {
    var header = HeaderFields()
    var body: ArraySlice<UInt8> = []
    var parts: [MailPart] = []
    /// `text/plain`.
    var type = "text/plain"
    var parameters: [String: String] = [:]

    /// Multiparts inside one another.
    private static let depth = 16

    /// Reads a part and those in it; `count` counts them all.
    init(_ bytes: ArraySlice<UInt8>, of input: Input, level: Int = 0, count: inout Int) throws(ArticleError) {
        count += 1
        if count > input.limits.members {
            throw input.error(.tooMany, "is a mail of more than \(input.limits.members) parts: save the article alone")
        }
        let head = bytes.prefix(input.limits.header)
        guard let start = header.read(head), start < head.endIndex || head.endIndex == bytes.endIndex else {
            throw input.error(
                .mail,
                "is a mail with a header at offset \(bytes.startIndex) that is none, or has more than "
                    + "\(input.limits.header) bytes: save it again from the mail program",
                offset: bytes.startIndex
            )
        }
        body = bytes[start...]
        if let media = header.media("content-type"), media.type.contains("/") { (type, parameters) = media }
        guard type.hasPrefix("multipart/"), let boundary = parameters["boundary"] else { return }
        if level == MailPart.depth {
            throw input.error(
                .nesting,
                "is a mail with more than \(MailPart.depth) multiparts inside one another: save the article alone"
            )
        }
        for section in sections(boundary) {
            parts.append(try MailPart(section, of: input, level: level + 1, count: &count))
        }
    }

    /// What lies between the lines of a boundary; without its last line, up to the end.
    private func sections(_ boundary: String) -> [ArraySlice<UInt8>] {
        let mark = Array("--\(boundary)".utf8)
        var sections: [ArraySlice<UInt8>] = []
        var open: Int?
        var line = body.startIndex
        while line < body.endIndex {
            let end = body[line...].firstIndex(of: 0x0A) ?? body.endIndex
            let next = min(end + 1, body.endIndex)
            if body[line..<end].starts(with: mark) {
                let rest = body[(line + mark.count)..<end]
                let isLast = rest.starts(with: "--".utf8)
                if isLast || rest.allSatisfy(\.isBlank) {
                    if let open { sections.append(section(open, line)) }
                    open = next
                    if isLast { return sections }
                }
            }
            line = next
        }
        if let open, open < body.endIndex { sections.append(body[open...]) }
        return sections
    }

    /// A section without its last line end, which belongs to the boundary (RFC 2046, 5.1.1).
    private func section(_ start: Int, _ end: Int) -> ArraySlice<UInt8> {
        var section = body[start..<max(start, end)]
        if section.last == 0x0A { section.removeLast() }
        if section.last == 0x0D { section.removeLast() }
        return section
    }

    /// The part's bytes as they were before they were made fit for mail.
    var content: [UInt8] { TransferEncoding.decode(body, header.text("content-transfer-encoding")) }

    var fileName: String? {
        MailHeader.text(header.media("content-disposition")?.parameters["filename"].map { Array($0.utf8)[...] })
            ?? MailHeader.text(parameters["name"].map { Array($0.utf8)[...] })
    }

    private var isAttached: Bool {
        header.media("content-disposition")?.type == "attachment" || fileName != nil
    }

    /// The parts that a reader sees as the message: of alternatives the plain one, else the last with a text.
    var texts: [MailPart] {
        switch type {
        case "multipart/alternative":
            let choices = parts.map(\.texts).filter { !$0.isEmpty }
            return choices.first { $0.allSatisfy { $0.type == "text/plain" && !$0.content.allSatisfy(\.isBlank) } }
                ?? choices.last ?? []
        case "multipart/related": return parts.first?.texts ?? []
        case let type where type.hasPrefix("multipart/"): return parts.flatMap(\.texts)
        case "text/plain", "text/html": return isAttached ? [] : [self]
        default: return []
        }
    }

    /// Pictures, signatures and what else accompanies mail.
    private var isPassedOver: Bool {
        ["image/", "audio/", "video/", "font/"].contains(where: type.hasPrefix)
            || [
                "text/css", "text/calendar", "text/vcard", "text/x-vcard", "message/delivery-status",
                "application/pgp-signature", "application/pgp-encrypted", "application/pgp-keys",
                "application/pkcs7-signature", "application/x-pkcs7-signature", "application/ics",
            ].contains(type)
    }

    /// What came with the message and may be articles.
    var attachments: [MailPart] {
        switch type {
        case "multipart/alternative", "multipart/related":
            return parts.flatMap { $0.parts.isEmpty ? [] : $0.attachments }
        case let type where type.hasPrefix("multipart/"): return parts.flatMap(\.attachments)
        case "text/plain", "text/html": return isAttached ? [self] : []
        default: return isPassedOver ? [] : [self]
        }
    }
}

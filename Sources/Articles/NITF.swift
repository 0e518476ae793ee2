/// NITF 3 (IPTC): a document, or the content of a NewsML item.
enum NITF {
    /// How the elements of the body are called in HTML; captions, media and what a typesetter alone needs are left out.
    private static let names = [
        "block": "div", "body.content": "div", "hl1": "h1", "hl2": "h2", "bq": "blockquote", "media": "",
        "media-caption": "",
        "nitf-table": "div", "nitf-table-metadata": "", "nitf-col": "", "fn": "", "body.end": "", "virtloc": "span",
        "tagline": "p", "note": "p", "object.title": "em", "copyrite": "",
    ]

    static func draft(_ root: XMLElement, _ input: Input) throws(ArticleError) -> Draft {
        var draft = Draft()
        let facts = root.first("head", "docdata")
        let publication = root.first("head", "pubdata")
        let body = root.first("body")
        let head = body?.first("body.head")
        draft.title = head?.first("hedline", "hl1")?.text ?? root.first("head", "title")?.text
        draft.author = byline(head?.first("byline"))
        draft.agency = head?.first("distributor")?.text
        draft.source = publication?.attributes["name"] ?? head?.first("rights", "rights.owner")?.text ?? draft.agency
        draft.url = publication?.attributes["ex-ref"]
        draft.language = body?.attributes["xml:lang"] ?? root.attributes["xml:lang"]
        draft.item = facts?.first("doc-id")?.attributes["id-string"]
        draft.itemVersion = facts?.first("du-key")?.attributes["version"]
        let release = date(facts?.first("date.release")?.attributes["norm"])
        draft.published =
            date(facts?.first("date.issue")?.attributes["norm"]) ?? date(publication?.attributes["date.publication"])
            ?? release
        // A day of release says nothing of an hour that must be kept.
        draft.embargo = release.flatMap { StatedDate($0)?.value }.flatMap { $0.contains("T") ? $0 : nil }
        draft.usageTerms = facts?.first("doc.rights")?.attributes["limitations"]
        let place = head?.first("dateline", "location")?.text
        draft.dateline = place ?? head?.first("dateline")?.text
        if let content = body?.first("body.content") {
            draft.text = try HTMLFragment.text(of: content.markup(renaming: names), in: input)
        }
        return draft
    }

    /// `A. Writer` of `By A. Writer`, or the person that the byline marks.
    private static func byline(_ element: XMLElement?) -> String? {
        if let person = element?.first("person")?.text { return person }
        guard let text = Metadata.line(element?.text) else { return nil }
        return text.lowercased().hasPrefix("by ") ? String(text.dropFirst(3)) : text
    }

    /// `2016-12-30T09:30:00+0300` of `20161230T093000+0300`, which is how NITF writes dates (ISO 8601, basic form).
    static func date(_ norm: String?) -> String? {
        guard let norm = Metadata.line(norm, limit: 100)?[...] else { return nil }
        let digits = norm.prefix { $0.isASCII && $0.isNumber }
        guard digits.count == 8 else { return String(norm) }
        let day = "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))"
        let rest = norm.dropFirst(8)
        let clock = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
        guard rest.first == "T", clock.count == 6 || clock.count == 4 else { return day + rest }
        let fields: [Substring] = [
            clock.prefix(2), clock.dropFirst(2).prefix(2), clock.count == 6 ? clock.suffix(2) : "00",
        ]
        return "\(day)T\(fields.joined(separator: ":"))\(rest.dropFirst(1 + clock.count))"
    }
}

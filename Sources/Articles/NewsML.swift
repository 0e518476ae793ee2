import Records

/// NewsML-G2 (IPTC): a news item, or a message of several.
struct NewsML {
    private let root: XMLElement
    private let input: Input

    init(_ root: XMLElement, _ input: Input) {
        self.root = root
        self.input = input
    }

    func read(fault: ArticleError?) throws(ArticleError) -> [ReadItem] {
        if root.name == "newsItem" {
            if let fault { throw fault }
            return [.article(try draft(root).article(.newsml, in: input))]
        }
        let items = root.all("itemSet", .newsml).flatMap { $0.all("newsItem", .newsml) }
        return try XMLArticles.read(
            items,
            as: .newsml,
            of: input,
            fault: fault,
            empty: "is NewsML-G2 without a newsItem (its root is <\(root.name)>): drop the news items"
        ) { item throws(ArticleError) in try draft(item) }
    }

    private func draft(_ item: XMLElement) throws(ArticleError) -> Draft {
        let meta = item.first("itemMeta", in: .newsml)
        let content = item.first("contentMeta", in: .newsml)
        try checkStatus(meta, item)
        var draft = try body(item)
        let provider = meta?.first("provider", in: .newsml).flatMap(name)
        draft.title = content?.first("headline", in: .newsml)?.text ?? draft.title
        draft.author = authors(content) ?? draft.author
        draft.agency = content?.first("creditline", in: .newsml)?.text ?? provider ?? draft.agency
        draft.source = provider ?? draft.source ?? draft.agency
        draft.item = item.attributes["guid"]
        draft.itemVersion = item.attributes["version"]
        draft.language =
            content?.first("language", in: .newsml)?.attributes["tag"] ?? draft.language ?? item.attributes["xml:lang"]
        let version = meta?.first("versionCreated", in: .newsml)?.text
        draft.published =
            content?.first("contentCreated", in: .newsml)?.text ?? meta?.first("firstCreated", in: .newsml)?.text
            ?? draft.published
            ?? version
        draft.modified = content?.first("contentModified", in: .newsml)?.text ?? version
        // Empty, it says that the end of the embargo is not known.
        draft.embargo = meta?.first("embargoed", in: .newsml).map { $0.text ?? "" } ?? draft.embargo
        draft.usageTerms = terms(item) ?? draft.usageTerms
        draft.dateline = content?.first("dateline", in: .newsml)?.text ?? draft.dateline
        return draft
    }

    /// What a provider took back is no news.
    private func checkStatus(_ meta: XMLElement?, _ item: XMLElement) throws(ArticleError) {
        let status = meta?.first("pubStatus", in: .newsml)?.attributes["qcode"]?.split(separator: ":").last ?? "usable"
        if status == "usable" { return }
        throw input.error(
            .withdrawn,
            "has a news item, \(Metadata.line(item.attributes["guid"], limit: 200) ?? "without guid"), whose status is “\(status)”: "
                + "its provider does not want it to be used",
            offset: item.range.lowerBound
        )
    }

    /// The name of a party: by name, literal or code, in this order.
    private func name(_ element: XMLElement) -> String? {
        element.first("name", in: .newsml)?.text ?? element.attributes["literal"]
            ?? element.attributes["qcode"].flatMap { $0.split(separator: ":", maxSplits: 1).last.map(String.init) }
            ?? element.attributes["uri"]
    }

    private func authors(_ content: XMLElement?) -> String? {
        if let by = Metadata.line(content?.first("by", in: .newsml)?.text) {
            return by.lowercased().hasPrefix("by ") ? String(by.dropFirst(3)) : by
        }
        let names = (content?.all("creator", .newsml) ?? []).compactMap { Metadata.line(name($0)) }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    private func terms(_ item: XMLElement) -> String? {
        let terms = item.all("rightsInfo", .newsml).flatMap { $0.all("usageTerms", .newsml) }.compactMap {
            Metadata.line($0.text)
        }
        return terms.isEmpty ? nil : terms.joined(separator: " ")
    }

    /// The first content in the item that is an article's text.
    private func body(_ item: XMLElement) throws(ArticleError) -> Draft {
        let set = item.first("contentSet", in: .newsml)
        for inline in set?.all("inlineXML", .newsml) ?? [] {
            for root in inline.elements {
                if root.name == "nitf" && root.vocabulary == .none { return try NITF.draft(root, input) }
                if root.name == "html" || root.vocabulary == .xhtml {
                    var draft = Draft()
                    draft.language = root.attributes["xml:lang"] ?? root.attributes["lang"]
                    let body = root.first("body", in: root.vocabulary) ?? root
                    draft.text = try HTMLFragment.text(of: body.markup(), in: input)
                    return draft
                }
            }
        }
        for inline in set?.all("inlineData", .newsml) ?? [] {
            let type = inline.attributes["contenttype"]?.lowercased() ?? "text/plain"
            guard let text = inline.text, type.hasPrefix("text/"), inline.attributes["encoding"] == nil else {
                continue
            }
            var draft = Draft()
            draft.text = type.hasPrefix("text/html") ? try HTMLFragment.text(of: text.utf8, in: input) : text
            return draft
        }
        let isRemote = set?.first("remoteContent", in: .newsml) != nil
        throw input.error(
            .noText,
            "has a news item, \(Metadata.line(item.attributes["guid"], limit: 200) ?? "without guid"), "
                + (isRemote
                    ? "whose content is elsewhere, and nothing is fetched"
                    : "without a text as XHTML, NITF or plain text")
                + ": give it as inlineXML or inlineData",
            offset: item.range.lowerBound
        )
    }
}

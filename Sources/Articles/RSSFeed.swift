import Records

/// RSS 2.0 with content:encoded and Dublin Core, and RSS 0.9x and 1.0, which have the same elements.
struct RSSFeed {
    private let root: XMLElement
    private let channel: XMLElement?
    private let input: Input

    init(_ root: XMLElement, _ input: Input) {
        self.root = root
        self.input = input
        channel = root.first("channel")
    }

    func read(fault: ArticleError?) throws(ArticleError) -> [ReadItem] {
        // RSS 1.0 has the items beside the channel.
        let elements = (channel?.all("item") ?? []) + root.all("item")
        return try XMLArticles.read(
            elements,
            as: .rss,
            of: input,
            fault: fault,
            empty: "is an RSS feed without items: fetch it when it has some"
        ) { item throws(ArticleError) in try draft(item) }
    }

    private func draft(_ item: XMLElement) throws(ArticleError) -> Draft {
        var draft = Draft()
        draft.title = try HTMLFragment.line(item.first("title")?.text, in: input)
        draft.author = creators(item) ?? author(item.first("author")?.text)
        draft.source = item.first("source")?.text ?? channel?.first("title")?.text
        let link = item.first("link")?.text ?? item.first("link", in: .atom)?.attributes["href"]
        let guid = item.first("guid")
        draft.url = link
        if Metadata.webAddress(link) == nil, guid?.attributes["isPermaLink"] != "false" { draft.url = guid?.text }
        draft.item = guid?.text ?? item.attributes["about"] ?? link
        draft.language =
            item.first("language", in: .dc)?.text ?? item.attributes["xml:lang"] ?? channel?.first("language")?.text
            ?? channel?.first("language", in: .dc)?.text ?? root.attributes["xml:lang"]
        draft.published = item.first("pubDate")?.text ?? item.first("date", in: .dc)?.text
        draft.modified = item.first("modified", in: .dcterms)?.text ?? item.first("updated", in: .atom)?.text
        draft.usageTerms = item.first("rights", in: .dc)?.text
        let text = item.first("encoded", in: .content)?.text ?? item.first("description")?.text
        draft.text = try HTMLFragment.textOrMarkup(text ?? "", in: input)
        return draft
    }

    private func creators(_ item: XMLElement) -> String? {
        let names = item.all("creator", .dc).compactMap { Metadata.line($0.text) }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// `A. Writer` of `a@example.org (A. Writer)`, which is the form that RSS asks for.
    private func author(_ text: String?) -> String? { MailHeader.people(text.map { Array($0.utf8)[...] }) }
}

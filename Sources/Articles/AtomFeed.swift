import Records

/// Atom 1.0 (RFC 4287): a feed, or one entry alone.
struct AtomFeed {
    private let root: XMLElement
    private let input: Input

    init(_ root: XMLElement, _ input: Input) {
        self.root = root
        self.input = input
    }

    func read(fault: ArticleError?) throws(ArticleError) -> [ReadItem] {
        if root.name == "entry" {
            if let fault { throw fault }
            return [.article(try draft(root).article(.atom, in: input))]
        }
        return try XMLArticles.read(
            root.all("entry", .atom),
            as: .atom,
            of: input,
            fault: fault,
            empty: "is an Atom feed without entries: fetch it when it has some"
        ) { entry throws(ArticleError) in try draft(entry) }
    }

    private func draft(_ entry: XMLElement) throws(ArticleError) -> Draft {
        var draft = Draft()
        let feed = entry.first("source", in: .atom) ?? (entry === root ? nil : root)
        draft.title = try text(entry.first("title", in: .atom))
        draft.author = authors(entry) ?? feed.flatMap(authors)
        draft.source = try text(feed?.first("title", in: .atom))
        draft.item = entry.first("id", in: .atom)?.text
        draft.url =
            entry.all("link", .atom).first { ($0.attributes["rel"] ?? "alternate") == "alternate" }?.attributes["href"]
        draft.published = entry.first("published", in: .atom)?.text ?? entry.first("updated", in: .atom)?.text
        draft.modified = entry.first("updated", in: .atom)?.text
        draft.usageTerms = try text(entry.first("rights", in: .atom))
        let content = entry.first("content", in: .atom)
        draft.language =
            content?.attributes["xml:lang"] ?? entry.attributes["xml:lang"] ?? root.attributes["xml:lang"]
        // Content that is elsewhere is not fetched.
        let body = content.flatMap { $0.attributes["src"] == nil ? $0 : nil }
        let whole = try text(body)
        let summary = try text(entry.first("summary", in: .atom))
        draft.text = whole ?? summary ?? ""
        return draft
    }

    private func authors(_ element: XMLElement) -> String? {
        let names = element.all("author", .atom).compactMap { Metadata.line($0.first("name", in: .atom)?.text) }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// A text construct (RFC 4287, 3.1), or content of the same types; nil when it is of another or blank.
    private func text(_ element: XMLElement?) throws(ArticleError) -> String? {
        guard let element else { return nil }
        let text: String?
        switch element.attributes["type"]?.lowercased() ?? "text" {
        case "text", "text/plain": text = element.text
        case "html", "text/html": text = try HTMLFragment.text(of: (element.text ?? "").utf8, in: input)
        case "xhtml", "application/xhtml+xml": text = try HTMLFragment.text(of: element.markup(), in: input)
        default: text = nil
        }
        return text.flatMap { $0.utf8.allSatisfy(\.isBlank) ? nil : $0 }
    }
}

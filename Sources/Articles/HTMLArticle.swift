import Records

/// HTML: JSON-LD first, then what the page's own tags say.
enum HTMLArticle {
    static func read(_ input: Input) throws(ArticleError) -> Article { try draft(input).article(.html, in: input) }

    /// What a page that is decoded already says, and its text.
    static func draft(_ input: Input) throws(ArticleError) -> Draft {
        if input.bytes.count > input.limits.page {
            throw input.error(
                .tooLarge,
                "is an HTML page of \(input.bytes.count) bytes, and \(input.limits.page) is the limit: "
                    + "convert it to plain text"
            )
        }
        let tree = HTMLTree(input.bytes, from: input.start)
        if tree.isStoppedAtAttributes {
            throw input.error(
                .htmlAttributes,
                "is HTML with a tag of more than a thousand attributes: save the article alone, or as "
                    + "plain text"
            )
        }
        if tree.isStoppedAtNodes { throw tooManyNodes(input) }
        let page = HTMLPage(tree.root)
        if page.depth > input.limits.htmlDepth {
            throw input.error(
                .htmlTooDeep,
                "is HTML with more than \(input.limits.htmlDepth) elements inside one another: save the "
                    + "article alone, or as plain text"
            )
        }
        let linked = linkedData(of: page, depth: input.limits.jsonDepth)
        var draft = facts(of: page, linked: linked)
        let main = MainText(of: page, title: draft.title, author: draft.author).text
        draft.text = body(linked: linked?.text ?? "", main: main)
        if draft.text.isEmpty {
            throw input.error(
                .htmlNoMainText,
                "is HTML without an article's text; a page that a script fills holds none: save it from "
                    + "the browser, or copy the text to a .txt file"
            )
        }
        return draft
    }

    static func tooManyNodes(_ input: Input) -> ArticleError {
        input.error(
            .htmlTooLarge,
            "is HTML of more than \(HTMLTree.nodes) elements, attributes and comments: save the article alone, or as "
                + "plain text"
        )
    }

    /// The JSON-LD's body, or the page's paragraphs when they hold its words: sites cut `articleBody` short or flatten it.
    private static func body(linked: String, main: String) -> String {
        let paragraphs = paragraphs(linked)
        if main.isEmpty || paragraphs.isEmpty { return main.isEmpty ? paragraphs : main }
        let isCut = paragraphs.hasSuffix("...") || paragraphs.hasSuffix("…")
        if isCut && main.utf8.count > 2 * paragraphs.utf8.count { return main }
        func words(_ text: String) -> [Substring.UTF8View.SubSequence] {
            text.utf8.split { $0 < 0x80 && !$0.isLetter && !$0.isDigit }
        }
        var count: [Substring: Int] = [:]
        for word in words(main) { count[Substring(word), default: 0] += 1 }
        let wanted = words(paragraphs)
        var found = 0
        for word in wanted {
            guard let left = count[Substring(word)], left > 0 else { continue }
            count[Substring(word)] = left - 1
            found += 1
        }
        // A word may be cut in two at the end.
        return found + 1 + wanted.count / 20 >= wanted.count && found > 0 ? main : paragraphs
    }

    /// The paragraphs of an `articleBody`, which is text with line ends, or HTML.
    private static func paragraphs(_ text: String) -> String {
        if ["<p", "</", "<br", "&nbsp;", "&quot;", "&amp;", "&#"].contains(where: text.contains) {
            let tree = HTMLTree(Array("<div>\(text)</div>".utf8), from: 0)
            return HTMLPage(tree.root).blocks.map(\.text).joined(separator: "\n\n")
        }
        return text.split(whereSeparator: \.isNewline).compactMap { Metadata.line(String($0), limit: .max) }
            .joined(separator: "\n\n")
    }

    /// The first object in the page's JSON-LD that is an article, else the first with a body.
    private static func linkedData(of page: HTMLPage, depth: Int) -> Draft? {
        var objects: [JSONValue] = []
        for script in page.scripts {
            let bytes = Array(script.utf8)
            // Some sites put the JSON into a comment or a CDATA section.
            guard let start = bytes.firstIndex(where: "{[".utf8.contains) else { continue }
            var parser = JSONParser(bytes, in: start..<bytes.count, depth: depth)
            if let value = try? parser.value() { objects += SchemaArticle.candidates(in: value) }
        }
        return objects.first(where: SchemaArticle.isArticle).map(SchemaArticle.draft)
            ?? objects.lazy.map(SchemaArticle.draft).first { !$0.text.isEmpty }
    }

    private static func facts(of page: HTMLPage, linked: Draft?) -> Draft {
        func meta(_ names: String...) -> String? { names.lazy.compactMap { Metadata.line(page.meta[$0]) }.first }
        var draft = linked ?? Draft()
        draft.title = draft.title.map(unescaped) ?? meta("og:title", "twitter:title") ?? page.heading ?? page.title
        draft.published =
            draft.published
            ?? meta(
                "article:published_time",
                "datepublished",
                "pubdate",
                "publishdate",
                "date",
                "dc.date",
                "dc.date.issued",
                "dcterms.created",
                "parsely-pub-date",
                "sailthru.date",
                "publish-date",
                "article.published"
            )
            ?? (page.times.count == 1 ? page.times.first : nil)
        draft.modified =
            draft.modified
            ?? meta("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified")
        draft.source = draft.source ?? meta("og:site_name", "application-name", "dc.publisher")
        if draft.author == nil,
            let author = meta("author", "article:author", "parsely-author", "dc.creator", "dcterms.creator", "byl"),
            Metadata.webAddress(author) == nil
        {
            draft.author = author
        }
        if let author = draft.author, author.prefix(3).lowercased() == "by " {
            draft.author = String(author.dropFirst(3))
        }
        draft.url = draft.url ?? [page.canonical, meta("og:url")].compactMap { Metadata.webAddress($0) }.first
        draft.language = draft.language ?? page.language ?? meta("og:locale", "content-language", "dc.language")
        return draft
    }

    /// A headline without the entities that some sites leave in JSON-LD.
    private static func unescaped(_ text: String) -> String {
        text.contains("&") && text.contains(";") ? paragraphs(text + "&nbsp;") : text
    }
}

import Records

/// XML by its root element.
enum XMLArticles {
    static func read(_ input: Input) throws(ArticleError) -> [ReadItem] {
        let tree = XMLTree(input)
        guard let root = tree.root else {
            throw tree.fault ?? input.error(.xmlSyntax, "is XML without an element: fetch it again")
        }
        switch (root.name, root.vocabulary) {
        case ("rss", _), ("RDF", .rdf): return try RSSFeed(root, input).read(fault: tree.fault)
        case ("feed", .atom), ("entry", .atom): return try AtomFeed(root, input).read(fault: tree.fault)
        case ("newsMessage", .newsml), ("newsItem", .newsml), ("packageItem", .newsml), ("conceptItem", .newsml),
            ("knowledgeItem", .newsml):
            return try NewsML(root, input).read(fault: tree.fault)
        case ("nitf", .none):
            if let fault = tree.fault { throw fault }
            return [.article(try NITF.draft(root, input).article(.nitf, in: input))]
        default:
            if let fault = tree.fault { throw fault }
            throw input.error(
                .notRead,
                "is XML with the root element <\(Metadata.line(root.name, limit: 60) ?? "")>, and RSS, Atom, NewsML-G2 and NITF are "
                    + "read: convert it to JSON with headline, datePublished and articleBody, or to plain text"
            )
        }
    }

    /// The articles of elements, each on its own bytes, and what broke the document off behind them.
    static func read(
        _ elements: [XMLElement],
        as format: Article.Format,
        of input: Input,
        fault: ArticleError?,
        empty: String,
        _ draft: (XMLElement) throws(ArticleError) -> Draft
    ) throws(ArticleError) -> [ReadItem] {
        var items = ItemList(limit: input.limits.items)
        for element in elements {
            // The last one may be broken off.
            if let fault,
                fault.offset == nil || element.range.upperBound > fault.offset ?? 0 || !isWhole(element, input)
            {
                break
            }
            let goesOn = items.add(of: input, at: element.range.lowerBound) { () throws(ArticleError) in
                .article(try draft(element).article(format, in: input, range: element.range))
            }
            if !goesOn { return items.items }
        }
        if let fault {
            if items.items.isEmpty { throw fault }
            items.add(.failure(fault), of: input)
        }
        return try items.result(of: input, empty: empty)
    }

    /// Whether the parser saw the element's end.
    private static func isWhole(_ element: XMLElement, _ input: Input) -> Bool {
        input.bytes[element.range].last == UInt8(ascii: ">")
    }
}

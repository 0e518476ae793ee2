import Records

/// JSON Feed 1.0 and 1.1.
enum JSONFeed {
    static func isFeed(_ value: JSONValue) -> Bool {
        guard case .string(let version)? = value["version"], case .array? = value["items"] else { return false }
        return version.contains("jsonfeed.org/version/")
    }

    /// The items of a feed, each on its own bytes.
    static func read(_ feed: JSONValue, _ input: Input) throws(ArticleError) -> [ReadItem] {
        var items = ItemList(limit: input.limits.items)
        for (item, range) in elements(input) {
            let goesOn = items.add(of: input, at: range.lowerBound) { () throws(ArticleError) in
                .article(try draft(item, feed, input).article(.jsonfeed, in: input, range: range))
            }
            if !goesOn { return items.items }
        }
        return try items.result(of: input, empty: "is a JSON Feed without items: fetch it when it has some")
    }

    /// The elements of the last member `items` of the object, which was read whole before, and where they are.
    private static func elements(_ input: Input) -> [(JSONValue, Range<Int>)] {
        var parser = JSONParser(
            input.bytes,
            in: input.start..<input.bytes.count,
            depth: input.limits.jsonDepth,
            limits: input.limits
        )
        var result: [(JSONValue, Range<Int>)] = []
        guard parser.take("{") else { return result }
        while parser.peek() == UInt8(ascii: "\""), let name = try? parser.string(), parser.take(":") {
            if name == "items", parser.take("[") {
                result.removeAll()
                while parser.peek() != nil, !parser.take("]") {
                    _ = parser.peek()
                    let start = parser.offset
                    guard let value = try? parser.value(level: 2) else { return result }
                    result.append((value, start..<parser.offset))
                    _ = parser.take(",")
                }
            } else if (try? parser.value(level: 1)) == nil {
                return result
            }
            guard parser.take(",") else { break }
        }
        return result
    }

    private static func draft(_ item: JSONValue, _ feed: JSONValue, _ input: Input) throws(ArticleError) -> Draft {
        var draft = Draft()
        draft.title = string(item["title"])
        draft.author = authors(item) ?? authors(feed)
        draft.source = string(feed["title"])
        draft.url = [string(item["url"]), string(item["external_url"])].compactMap { Metadata.webAddress($0) }.first
        draft.item = string(item["id"])
        draft.language = string(item["language"]) ?? string(feed["language"])
        draft.published = string(item["date_published"])
        draft.modified = string(item["date_modified"])
        // The text of the same article as HTML has the paragraphs that a plain one may lack; plain text needs no reading.
        if let text = string(item["content_text"]) {
            draft.text = text
        } else if let markup = string(item["content_html"]) {
            draft.text = try HTMLFragment.text(of: markup.utf8, in: input)
        } else {
            draft.text = string(item["summary"]) ?? ""
        }
        return draft
    }

    /// A string that is not blank, or a number: some write an `id` as one.
    private static func string(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text.utf8.allSatisfy(\.isBlank) ? nil : text
        case .number(let text)?: text
        default: nil
        }
    }

    /// `authors` of version 1.1, or `author` of 1.0.
    private static func authors(_ object: JSONValue) -> String? {
        var names: [String] = []
        if case .array(let authors)? = object["authors"] {
            names = authors.compactMap { Metadata.line(string($0["name"])) }
        }
        if names.isEmpty, let name = Metadata.line(string(object["author"]?["name"])) { names = [name] }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}

/// An article as a JSON object, with the names of schema.org's NewsArticle or plain ones.
enum SchemaArticle {
    /// The objects of a value that may be an article: itself, the elements of an array, the members of its `@graph`.
    static func candidates(in value: JSONValue) -> [JSONValue] {
        switch value {
        case .array(let elements): elements.flatMap(candidates)
        case .object(let members):
            [value] + [members["@graph"], members["mainEntity"]].flatMap { $0.map(candidates) ?? [] }
        default: []
        }
    }

    /// Whether `@type` says that it is an article, as `NewsArticle` or `["BlogPosting", "Thing"]` do.
    static func isArticle(_ object: JSONValue) -> Bool {
        let types: [JSONValue] =
            switch object["@type"] {
            case .array(let types)?: types
            case let type?: [type]
            case nil: []
            }
        return types.contains { type in
            guard case .string(let name) = type else { return false }
            return name.hasSuffix("Article") || name.hasSuffix("BlogPosting") || name.hasSuffix("Report")
        }
    }

    static func draft(of object: JSONValue) -> Draft {
        var draft = Draft()
        draft.title = first(["headline", "title", "name"], of: object)
        draft.author = first(["author", "creator", "byline"], of: object)
        draft.source = first(["publisher", "source", "sourceOrganization"], of: object)
        draft.url = first(["url", "mainEntityOfPage", "link", "@id"], of: object) { Metadata.webAddress($0) != nil }
        draft.language = first(["inLanguage", "language", "lang"], of: object)
        draft.published = first(["datePublished", "published", "published_at", "date", "dateCreated"], of: object)
        draft.modified = first(["dateModified", "modified", "updated"], of: object)
        draft.text = first(["articleBody", "text", "body", "content"], of: object) ?? ""
        draft.usageTerms = first(["usageInfo", "license"], of: object)
        return draft
    }

    /// The first of several members whose text is not blank.
    private static func first(
        _ names: [String],
        of object: JSONValue,
        where isUsable: (String) -> Bool = { _ in true }
    ) -> String? {
        for name in names {
            if let text = object[name].flatMap({ self.text(of: $0) }), isUsable(text) { return text }
        }
        return nil
    }

    /// A string, a number as written, the name of an object, or the elements of an array one after another.
    private static func text(of value: JSONValue, level: Int = 0) -> String? {
        switch value {
        case .string(let text): return text.utf8.allSatisfy(\.isBlank) ? nil : text
        case .number(let text): return text
        case .object(let members):
            for name in ["name", "alternateName", "@id", "url"] {
                if case .string(let text)? = members[name] { return text }
            }
            return nil
        case .array(let elements) where level < 2:
            let texts = elements.compactMap { text(of: $0, level: level + 1) }
            return texts.isEmpty ? nil : texts.joined(separator: ", ")
        default: return nil
        }
    }
}

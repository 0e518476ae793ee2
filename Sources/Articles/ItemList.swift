/// Articles and failures in the order of the input, up to a limit that is told.
struct ItemList {
    private(set) var items: [ReadItem] = []
    private let limit: Int
    private(set) var isFull = false

    init(limit: Int) { self.limit = limit }

    var hasArticle: Bool { items.contains(where: \.isArticle) }

    /// Adds an item; false when no more may be added.
    @discardableResult mutating func add(_ item: ReadItem, of input: Input, at offset: Int? = nil) -> Bool {
        if isFull { return false }
        if items.count < limit {
            items.append(item)
            return true
        }
        isFull = true
        let place = offset.map { "what begins at line \(input.line(at: $0))" } ?? "the rest"
        items.append(
            .failure(
                input.error(
                    .tooMany,
                    "has more than \(limit) articles: \(place) is not read; split it there",
                    offset: offset
                )
            )
        )
        return false
    }

    /// Adds what `make` gives, or why it gives nothing.
    @discardableResult mutating func add(
        of input: Input,
        at offset: Int? = nil,
        _ make: () throws(ArticleError) -> ReadItem
    ) -> Bool {
        do throws(ArticleError) { return add(try make(), of: input, at: offset) } catch {
            return add(.failure(error), of: input, at: offset)
        }
    }

    mutating func add(_ others: [ReadItem], of input: Input) {
        for item in others {
            // The document has told its own limit, with the line.
            if case .failure(let error) = item, error.code == .tooMany, !isFull {
                items.append(item)
                isFull = true
            }
            if !add(item, of: input) { return }
        }
    }

    /// The items; an error when no article is among them.
    func result(of input: Input, empty: String) throws(ArticleError) -> [ReadItem] {
        if hasArticle { return items }
        guard case .failure(let first)? = items.first else { throw input.error(.noText, empty) }
        if items.count == 1 { throw first }
        throw ArticleError(
            .nothingReadable,
            "\(input.name) has \(items.count) elements or lines and no article among them; the first: "
                + first.message,
            offset: first.offset,
            line: first.line
        )
    }
}

import Records

/// JSON: one article, an array of them, one a line, or a JSON Feed.
struct JSONArticles {
    private let input: Input
    private var items: ItemList

    static func read(_ input: Input) throws(ArticleError) -> [ReadItem] {
        var reader = JSONArticles(input: input)
        var parser = reader.parser(input.start..<input.bytes.count)
        if parser.peek() == UInt8(ascii: "[") {
            reader.readArray(parser)
            return try reader.result()
        }
        let value: JSONValue
        do throws(JSONFault) { value = try parser.value() } catch {
            // The first of several lines may be the bad one; or it is one object over many lines, broken off.
            if !reader.looksLikeLines() { throw reader.error(error) }
            reader.readLines()
            if reader.items.hasArticle { return reader.items.items }
            throw reader.error(error)
        }
        let end = parser.offset
        if parser.peek() == nil, JSONFeed.isFeed(value) { return try JSONFeed.read(value, input) }
        if parser.peek() == nil { return [.article(try reader.article(in: value, format: .json, range: nil))] }
        if input.bytes[end..<parser.offset].contains(0x0A) {
            reader.readLines()
            return try reader.result()
        }
        throw reader.error(parser.fault("something follows the object; put several into an array, or one on a line"))
    }

    private init(input: Input) {
        self.input = input
        items = ItemList(limit: input.limits.items)
    }

    private func parser(_ range: Range<Int>) -> JSONParser {
        JSONParser(input.bytes, in: range, depth: input.limits.jsonDepth, limits: input.limits)
    }

    private func error(_ fault: JSONFault) -> ArticleError {
        let line = input.line(at: fault.offset)
        if fault.isSize {
            return input.error(
                .jsonTooLarge,
                "is too large at line \(line): \(fault.what); give the article's object alone",
                offset: fault.offset
            )
        }
        return fault.isDepth
            ? input.error(
                .jsonTooDeep,
                "is nested too deep at line \(line): \(fault.what); give the article's object alone",
                offset: fault.offset
            )
            : input.error(
                .jsonSyntax,
                "is not JSON at line \(line), offset \(fault.offset): \(fault.what); correct it there, or "
                    + "write it with a JSON library",
                offset: fault.offset
            )
    }

    /// The first object in `value` that has a text.
    private func article(
        in value: JSONValue,
        format: Article.Format,
        range: Range<Int>?
    ) throws(ArticleError) -> Article {
        let drafts = SchemaArticle.candidates(in: value).lazy.map(SchemaArticle.draft)
        guard let draft = drafts.first(where: { !$0.text.isEmpty }) else {
            let place = range.map { " at line \(input.line(at: $0.lowerBound))" } ?? ""
            throw input.error(
                .noText,
                "has JSON without an article's text\(place): give it as articleBody or text",
                offset: range?.lowerBound
            )
        }
        return try draft.article(format, in: input, range: range)
    }

    /// Adds what the value at `range` is; false when no more may be added.
    private mutating func add(_ value: JSONValue, format: Article.Format, range: Range<Int>) -> Bool {
        do throws(ArticleError) {
            return add(.article(try article(in: value, format: format, range: range)), at: range.lowerBound)
        } catch { return add(.failure(error), at: range.lowerBound) }
    }

    private mutating func add(_ item: ReadItem, at offset: Int) -> Bool { items.add(item, of: input, at: offset) }

    private mutating func readArray(_ start: JSONParser) {
        var parser = start
        parser.offset += 1
        if parser.take("]") { return readEnd(&parser) }
        while true {
            _ = parser.peek()
            let start = parser.offset
            do throws(JSONFault) {
                // One bracket is open already.
                let value = try parser.value(level: 1)
                guard add(value, format: .json, range: start..<parser.offset) else { return }
                if let next = parser.peek(), next != UInt8(ascii: ","), next != UInt8(ascii: "]") {
                    throw parser.fault("a comma or ] is expected")
                }
            } catch {
                guard add(.failure(self.error(error)), at: error.offset) else { return }
                guard parser.skipValue(from: start) else { return }
            }
            if parser.take("]") { return readEnd(&parser) }
            if !parser.take(",") {
                _ = add(.failure(self.error(parser.fault("a comma or ] is expected"))), at: parser.offset)
                return
            }
        }
    }

    private mutating func readEnd(_ parser: inout JSONParser) {
        if parser.peek() != nil {
            _ = add(.failure(error(parser.fault("something follows the array"))), at: parser.offset)
        }
    }

    /// The lines that are not blank, without white space around them.
    private func lines() -> some Sequence<Range<Int>> {
        let bytes = input.bytes
        return sequence(state: input.start) { start -> Range<Int>? in
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
                let line = bytes[start..<end]
                start = end + 1
                if let first = line.firstIndex(where: { !$0.isBlank }),
                    let last = line.lastIndex(where: { !$0.isBlank })
                {
                    return first..<last + 1
                }
            }
            return nil
        }
    }

    private func looksLikeLines() -> Bool {
        var all = 0
        var objects = 0
        for line in lines() {
            all += 1
            if input.bytes[line.lowerBound] == UInt8(ascii: "{") { objects += 1 }
        }
        return all > 1 && objects * 2 >= all
    }

    private mutating func readLines() {
        for line in lines() {
            var parser = parser(line)
            var goesOn: Bool
            do throws(JSONFault) {
                let value = try parser.value()
                if parser.peek() != nil { throw parser.fault("something follows the line's value") }
                goesOn = add(value, format: .jsonl, range: line)
            } catch { goesOn = add(.failure(self.error(error)), at: line.lowerBound) }
            if !goesOn { return }
        }
    }

    /// The items; an error when no article is among them.
    private func result() throws(ArticleError) -> [ReadItem] {
        try items.result(of: input, empty: "is an empty JSON array: put articles into it")
    }
}

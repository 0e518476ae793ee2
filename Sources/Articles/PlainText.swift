import Records

/// Plain text: an optional header of `Name: value` lines, then the story.
enum PlainText {
    static func read(_ input: Input) throws(ArticleError) -> Article {
        let content = input.bytes[input.start...].drop(while: \.isBlank)
        // Its exact size is asked for when line ends are one byte and the header is gone.
        if content.count > 2 * input.limits.text + input.limits.header {
            throw input.error(
                .tooLarge,
                "is a text of \(content.count) bytes, and \(input.limits.text) is the limit: split it into its articles"
            )
        }
        return try (header(of: content) ?? withDateWord(content)).article(.text, in: input)
    }

    /// Reads a header and what is below it; nil when the content does not begin with one.
    ///
    /// It begins with a line whose name is known and ends at a blank line. Between them unknown names are passed over, as
    /// in mail. Without the blank line, two lines with known names make a header too.
    private static func header(of content: ArraySlice<UInt8>) -> Draft? {
        var draft = Draft()
        var rest = content
        var known = 0
        for _ in 0..<40 {
            let bytes = rest.prefix { $0 != 0x0A && $0 != 0x0D }
            var next = rest[bytes.endIndex...]
            if next.first == 0x0D { next = next.dropFirst() }
            if next.first == 0x0A { next = next.dropFirst() }
            guard let (name, value) = field(bytes) else {
                let isBlank = bytes.allSatisfy(\.isBlank)
                guard known >= (isBlank ? 1 : 2) else { return nil }
                draft.text = String(decoding: rest, as: UTF8.self)
                return draft
            }
            if let path = path(of: name) {
                known += 1
                if draft[keyPath: path] == nil { draft[keyPath: path] = value }
            } else if known == 0 {
                return nil
            }
            rest = next
        }
        return nil
    }

    private static func path(of name: String) -> WritableKeyPath<Draft, String?>? {
        switch name {
        case "title", "headline": \.title
        case "date", "published": \.published
        case "source", "publisher": \.source
        case "url", "link": \.url
        case "author", "byline": \.author
        case "language": \.language
        case "updated", "modified": \.modified
        default: nil
        }
    }

    /// `title` and `A day` of `Title: A day`; nil for another line.
    private static func field(_ line: ArraySlice<UInt8>) -> (name: String, value: String)? {
        let name = line.prefix { $0.isLetter || $0 == UInt8(ascii: "-") }
        guard (1...24).contains(name.count), line.dropFirst(name.count).first == UInt8(ascii: ":") else { return nil }
        let value = String(decoding: line[(name.endIndex + 1)...], as: UTF8.self)
        return (String(decoding: name, as: UTF8.self).lowercased(), value)
    }

    /// A story that opens with `date 2016-12-30` on the line of its dateline; another one whole.
    private static func withDateWord(_ content: ArraySlice<UInt8>) -> Draft {
        var draft = Draft()
        draft.text = String(decoding: content, as: UTF8.self)
        let word = content.prefix(4)
        guard String(decoding: word, as: UTF8.self).lowercased() == "date" else { return draft }
        let stated = content.dropFirst(4).drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ":") }
        let date = String(decoding: stated.prefix(10), as: UTF8.self)
        let story = stated.dropFirst(10)
        guard stated.startIndex > word.endIndex, CivilDate(iso: date) != nil, story.first?.isBlank == true
        else { return draft }
        draft.published = date
        draft.text = String(decoding: story, as: UTF8.self)
        return draft
    }
}

/// What bytes are, told by themselves and never by a file's name.
enum Recognition {
    enum Kind { case text, json, html, xml }
    /// What is opened before its charset is asked for.
    enum Container { case gzip, zip, warc, mail, pdf }

    private static let libreOffice = "convert it with libreoffice --headless --convert-to txt:Text"
    private static let recognise = "recognise its text with tesseract IMAGE OUTPUT"
    private static let binaries: [(magic: [UInt8], what: String, advice: String)] = [
        (Array("BZh".utf8), "bzip2 data", "unpack it with bunzip2"),
        ([0xFD] + Array("7zXZ".utf8), "xz data", "unpack it with unxz"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd data", "unpack it with unzstd"),
        ([0x89] + Array("PNG".utf8), "a PNG image", recognise),
        ([0xFF, 0xD8, 0xFF], "a JPEG image", recognise),
        (Array("GIF8".utf8), "a GIF image", recognise),
        ([0x7F] + Array("ELF".utf8), "a program (ELF)", "drop articles only"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old office document", libreOffice),
        (Array("{\\rtf".utf8), "an RTF document", libreOffice),
        (Array("%!PS".utf8), "PostScript", "convert it with ps2ascii"),
    ]

    /// The container that bytes are.
    static func container(_ bytes: [UInt8]) -> Container? {
        if bytes.starts(with: [0x1F, 0x8B]) { return .gzip }
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) { return .zip }
        if bytes.starts(with: "%PDF-".utf8) { return .pdf }
        if bytes.starts(with: "WARC/1.".utf8) { return .warc }
        return MailHeader.isMail(bytes) ? .mail : nil
    }

    /// What an office document is told for.
    static let office = (what: "an office document", advice: libreOffice)

    /// The kind of file a magic number tells, and how to make text of it.
    static func binary(_ bytes: [UInt8]) -> (what: String, advice: String)? {
        binaries.first { bytes.starts(with: $0.magic) }.map { ($0.what, $0.advice) }
    }

    private static let pageTags: Set<String> = [
        "html", "head", "body", "meta", "title", "link", "script", "style", "base", "article", "main", "section",
        "header", "nav", "div", "p", "h1", "h2", "h3", "table", "center", "span", "b", "font", "br", "a", "img", "ul",
        "blockquote", "noscript", "strong", "em", "i",
    ]

    private static let xmlTags: Set<String> = [
        "rss", "feed", "entry", "nitf", "newsml", "newsitem", "newsmessage", "rdf", "urlset", "svg", "packageitem",
        "conceptitem", "knowledgeitem",
    ]

    /// What UTF-8 bytes without a mark hold.
    static func kind(of bytes: ArraySlice<UInt8>) -> Kind {
        let content = bytes.drop(while: \.isBlank)
        let next = content.dropFirst().first { !$0.isBlank } ?? 0
        switch content.first {
        case UInt8(ascii: "{"): return .json
        // “[1] A note” and “[Photo]” are text.
        case UInt8(ascii: "["): return "{[]\"".utf8.contains(next) ? .json : .text
        default: break
        }
        let beginning = String(decoding: content.prefix(2048), as: UTF8.self).lowercased()
        let isMarkup = content.first == UInt8(ascii: "<")
        let tag = isMarkup ? firstTag(of: content) : ""
        // A feed's or a NewsML's first page of HTML may begin within what is looked at.
        if xmlTags.contains(tag) { return .xml }
        if beginning.contains("<!doctype html") || beginning.contains("<html") { return .html }
        guard isMarkup else { return .text }
        if beginning.hasPrefix("<?xml") || beginning.hasPrefix("<!doctype") { return .xml }
        return beginning.hasPrefix("<!--") || pageTags.contains(tag) ? .html : .text
    }

    /// The local name of the first element, in lower case, behind declarations and comments; empty when there is none.
    private static func firstTag(of content: ArraySlice<UInt8>) -> String {
        var rest = content.prefix(64 << 10)
        while rest.first == UInt8(ascii: "<") {
            let end: [UInt8]
            if rest.starts(with: "<!--".utf8) {
                end = Array("-->".utf8)
            } else if rest.starts(with: "<?".utf8) {
                end = Array("?>".utf8)
            } else if rest.starts(with: "<!".utf8) {
                // An internal subset has declarations of its own.
                let close = rest.firstIndex(of: UInt8(ascii: ">")) ?? rest.endIndex
                end = Array((rest[..<close].contains(UInt8(ascii: "[")) ? "]>" : ">").utf8)
            } else {
                let name = rest.dropFirst().prefix { $0.isLetter || $0.isDigit || $0 == 0x3A || $0 == 0x2D }
                let local = name.split(separator: UInt8(ascii: ":")).last ?? []
                return String(decoding: local, as: UTF8.self).lowercased()
            }
            guard let found = rest.offset(of: end, from: rest.startIndex) else { return "" }
            rest = rest[(found + end.count)...].drop(while: \.isBlank)
        }
        return ""
    }
}

/// What bytes are, told by themselves and never by a file's name.
enum Recognition {
    enum Kind { case text, json, html, xml }

    private static let libreOffice = "convert it with libreoffice --headless --convert-to txt:Text"
    private static let recognise = "recognise its text with tesseract IMAGE OUTPUT"
    private static let binaries: [(magic: [UInt8], what: String, advice: String)] = [
        (Array("%PDF-".utf8), "a PDF", "convert it with pdftotext FILE.pdf FILE.txt"),
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive or an office document", "unpack it with unzip, or " + libreOffice),
        ([0x50, 0x4B, 0x05, 0x06], "an empty zip archive", "drop the articles themselves"),
        ([0x1F, 0x8B], "gzip data", "unpack it with gunzip"),
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

    /// The kind of file a magic number tells, and how to make text of it.
    static func binary(_ bytes: [UInt8]) -> (what: String, advice: String)? {
        binaries.first { bytes.starts(with: $0.magic) }.map { ($0.what, $0.advice) }
    }

    /// The name that iconv has for the encoding of a byte order mark other than UTF-8's.
    static func wideEncoding(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32" }
        return bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) ? "UTF-16" : nil
    }

    private static let pageTags: Set<String> = [
        "html", "head", "body", "meta", "title", "link", "script", "style", "base", "article", "main", "section",
        "header", "nav", "div", "p", "h1", "h2", "h3", "table", "center", "span", "b", "font", "br", "a", "img", "ul",
        "blockquote", "noscript", "strong", "em", "i",
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
        if beginning.contains("<!doctype html") || beginning.contains("<html") { return .html }
        guard content.first == UInt8(ascii: "<") else { return .text }
        if beginning.hasPrefix("<?xml") || beginning.hasPrefix("<!doctype") { return .xml }
        if beginning.hasPrefix("<!--") { return .html }
        let tag = beginning.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == ":" || $0 == "-" }
        if pageTags.contains(String(tag)) { return .html }
        let isXML = ["rss", "feed", "nitf", "newsml", "newsitem", "newsmessage", "rdf:rdf", "urlset", "svg"]
        return isXML.contains(String(tag)) ? .xml : .text
    }
}

import CZlib
import Records

/// One article, written in every format that is read.
struct Sample {
    var title = "Spain expels two diplomats"
    var author = "A. Writer"
    var source = "Example Wire"
    var url = "https://example.org/spain"
    var language = "en-GB"
    var published = "2016-12-30T09:30:00+01:00"
    var mailDate = "Fri, 30 Dec 2016 09:30:00 +0100"
    var paragraphs = [
        "MADRID (Reuters) — Spain expelled two diplomats on Friday, the ministry said, and gave them a week to leave.",
        "“We cannot leave it without an answer,” the minister said in Málaga.",
        "The two left for home on the same day, an official said.",
    ]

    var text: String { paragraphs.joined(separator: "\n\n") }
    var markup: String { paragraphs.map { "<p>\($0)</p>" }.joined(separator: "\n") }
    private var escapedMarkup: String { Sample.escaped(markup) }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    static func json(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }

    var plain: String {
        "Title: \(title)\nAuthor: \(author)\nSource: \(source)\nURL: \(url)\nLanguage: \(language)\nDate: \(published)\n\n\(text)\n"
    }

    func html(charset: String = "utf-8") -> String {
        """
        <!DOCTYPE html>
        <html lang="\(language)"><head><meta charset="\(charset)"><title>\(title) | \(source)</title>
        <meta property="og:title" content="\(title)"><meta property="article:published_time" content="\(published)">
        <meta property="og:site_name" content="\(source)"><meta name="author" content="\(author)">
        <link rel="canonical" href="\(url)"></head><body><article><h1>\(title)</h1>
        \(markup)</article></body></html>
        """
    }

    var linkedDataHTML: String {
        """
        <!DOCTYPE html><html><head><script type="application/ld+json">\(jsonObject)</script></head>
        <body><div id="app"></div></body></html>
        """
    }

    /// On one line.
    var jsonObject: String {
        "{\"@type\": \"NewsArticle\", \"headline\": \(Sample.json(title)), \"author\": {\"name\": \(Sample.json(author))}, "
            + "\"publisher\": {\"name\": \(Sample.json(source))}, \"url\": \(Sample.json(url)), \"inLanguage\": \(Sample.json(language)), "
            + "\"datePublished\": \(Sample.json(published)), \"articleBody\": \(Sample.json(text))}"
    }

    func rssItem(guid: String = "<guid isPermaLink=\"false\">tag:example.org,2016:1</guid>") -> String {
        """
        <item><title>\(title)</title><link>\(url)</link>\(guid)<dc:creator>\(author)</dc:creator>
        <pubDate>\(mailDate)</pubDate><description>A teaser.</description>
        <content:encoded><![CDATA[\(markup)]]></content:encoded></item>
        """
    }

    func rss(_ items: String, built: String = "Fri, 30 Dec 2016 10:00:00 GMT") -> String {
        """
        <?xml version="1.0" encoding="utf-8"?>
        <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>\(source)</title><link>https://example.org/</link><language>\(language)</language>
        <lastBuildDate>\(built)</lastBuildDate>
        \(items)
        </channel></rss>
        """
    }

    func atomEntry(content: String? = nil, id: String = "tag:example.org,2016:1") -> String {
        let content = content ?? "<content type=\"html\">\(escapedMarkup)</content>"
        return """
            <entry><id>\(id)</id><title type="text">\(title)</title><link rel="enclosure" href="https://example.org/a.mp3"/>
            <link href="\(url)"/><author><name>\(author)</name></author><published>\(published)</published>
            <updated>2016-12-31T00:00:00Z</updated><rights>For subscribers.</rights>\(content)</entry>
            """
    }

    func atom(_ entries: String) -> String {
        """
        <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="\(language)"><title>\(source)</title><id>tag:example.org,2016:feed</id>
        <updated>2016-12-31T00:00:00Z</updated>\(entries)</feed>
        """
    }

    func jsonFeedItem(_ id: String? = "1") -> String {
        "{" + (id.map { "\"id\": \(Sample.json($0)), " } ?? "")
            + "\"url\": \(Sample.json(url)), \"title\": \(Sample.json(title)), "
            + "\"content_html\": \(Sample.json(markup)), \"date_published\": \(Sample.json(published)), "
            + "\"authors\": [{\"name\": \(Sample.json(author))}]}"
    }

    func jsonFeed(_ items: String) -> String {
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \(Sample.json(source)), \"language\": \(Sample.json(language)), "
            + "\"items\": [\(items)]}"
    }

    var nitf: String {
        """
        <nitf><head><title>not this</title><docdata><doc-id id-string="wire-2016-1"/><du-key version="3"/>
        <date.issue norm="20161230T093000+0100"/><date.release norm="20161230T120000+0100"/>
        <doc.rights limitations="No archive."/></docdata>
        <pubdata name="\(source)" ex-ref="\(url)"/></head>
        <body xml:lang="\(language)"><body.head><hedline><hl1>\(title)</hl1></hedline><byline>By <person>\(author)</person></byline>
        <distributor>Reuters</distributor></body.head>
        <body.content><media><media-caption>A caption, which is no text.</media-caption></media><block>\(markup)</block></body.content>
        </body></nitf>
        """
    }

    /// What `contentSet` holds as XHTML.
    var xhtml: String {
        """
        <inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head>
        <body>\(markup)</body></html></inlineXML>
        """
    }

    func newsItem(_ content: String, embargo: String = "", version: Int = 3, status: String = "usable") -> String {
        """
        <newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:example.org:1" version="\(version)" xml:lang="en">
        <rightsInfo><usageTerms>No use in print.</usageTerms></rightsInfo>
        <itemMeta><provider literal="x"><name>\(source)</name></provider><versionCreated>2016-12-31T00:00:00Z</versionCreated>
        \(embargo)<pubStatus qcode="stat:\(status)"/></itemMeta>
        <contentMeta><contentCreated>\(published)</contentCreated><by>By \(author)</by><headline>\(title)</headline>
        <language tag="\(language)"/></contentMeta><contentSet>\(content)</contentSet></newsItem>
        """
    }

    func newsMessage(_ items: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header>
        <sent>2016-12-31T00:00:00Z</sent></header><itemSet>\(items)</itemSet></newsMessage>
        """
    }

    func mail(_ part: String, header: String = "") -> String {
        "Received: from a by b; \(mailDate)\r\nFrom: \"\(author)\" <writer@example.org>\r\nTo: desk@example.org\r\n"
            + "Subject: =?utf-8?Q?Spain_expels?=\r\n =?utf-8?B?IHR3byBkaXBsb21hdHM=?=\r\nDate: \(mailDate)\r\n"
            + "Message-ID: <1@example.org>\r\nOrganization: \(source)\r\nContent-Language: \(language)\r\n"
            + "Archived-At: <\(url)>\r\nMIME-Version: 1.0\r\n\(header)\(part)"
    }

    var plainPart: String {
        "Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.replacing("\n", with: "\r\n") + "\r\n"
    }

    var htmlPart: String {
        "Content-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            + Packing.quoted(Array("<html><body>\(markup)</body></html>".utf8))
    }

    static func multipart(_ type: String, _ parts: [String], boundary: String = "b=1") -> String {
        "Content-Type: multipart/\(type); boundary=\"\(boundary)\"\r\n\r\nFor old programs.\r\n"
            + parts.map { "--\(boundary)\r\n\($0)\r\n" }.joined() + "--\(boundary)--\r\nBehind it.\r\n"
    }

    static func warcRecord(_ type: String, _ block: [UInt8], url: String = "https://example.org/spain") -> [UInt8] {
        Array(
            ("WARC/1.0\r\nWARC-Type: \(type)\r\nWARC-Target-URI: \(url)\r\nWARC-Date: 2017-01-01T00:00:00Z\r\n"
                + "Content-Type: application/http; msgtype=response\r\nContent-Length: \(block.count)\r\n\r\n").utf8
        ) + block + Array("\r\n\r\n".utf8)
    }

    static func answer(
        _ body: [UInt8],
        type: String = "text/html; charset=utf-8",
        status: Int = 200,
        header: String = ""
    ) -> [UInt8] {
        Array("HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\n\(header)\r\n".utf8) + body
    }

    func warc() -> [UInt8] {
        Sample.warcRecord("warcinfo", Array("software: x\r\n".utf8))
            + Sample.warcRecord("request", Array("GET / HTTP/1.1\r\n\r\n".utf8))
            + Sample.warcRecord("response", Sample.answer([0x89, 0x50], type: "image/png"))
            + Sample.warcRecord("response", Sample.answer(Array("<p>Not found, he said.</p>".utf8), status: 404))
            + Sample.warcRecord("response", Sample.answer(Array(html().utf8)))
    }

    /// A page of one column; a line of `\n` parts paragraphs.
    var pdf: [UInt8] {
        var content = "BT /F1 7 Tf 40 720 Td 9 TL\n"
        for paragraph in paragraphs {
            content += "(\(paragraph.replacing("(", with: "\\(").replacing(")", with: "\\)"))) Tj T* T* T* T*\n"
        }
        return Sample.pdf(content: Packing.windows1252(content + "ET"), info: "/Title (\(title)) /Author (\(author))")
    }

    static func pdf(content: [UInt8], info: String = "") -> [UInt8] {
        let objects: [[UInt8]] = [
            Array("<< /Type /Catalog /Pages 2 0 R >>".utf8), Array("<< /Type /Pages /Kids [3 0 R] /Count 1 >>".utf8),
            Array(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
                    .utf8
            ), Array("<< /Length \(content.count) >>\nstream\n".utf8) + content + Array("\nendstream".utf8),
            Array("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".utf8),
            Array("<< \(info) >>".utf8),
        ]
        var result = Array("%PDF-1.4\n".utf8)
        var table = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for (index, object) in objects.enumerated() {
            let offset = "\(result.count)"
            table += String(repeating: "0", count: 10 - offset.count) + offset + " 00000 n \n"
            result += Array("\(index + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
        }
        let trailer =
            "trailer << /Size \(objects.count + 1) /Root 1 0 R /Info 6 0 R >>\nstartxref\n\(result.count)\n%%EOF\n"
        return result + Array((table + trailer).utf8)
    }
}

/// What the test packs and encodes itself.
enum Packing {
    /// Deflate data, raw or with gzip's header.
    static func deflate(_ bytes: [UInt8], gzip: Bool, level: Int32 = 9) -> [UInt8] {
        let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        state.initialize(to: z_stream())
        defer { state.deallocate() }
        let size = Int32(MemoryLayout<z_stream>.size)
        deflateInit2_(state, level, Z_DEFLATED, gzip ? 31 : -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        defer { deflateEnd(state) }
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 500 + 128)
        let count = bytes.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { room in
                state.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                state.pointee.avail_in = UInt32(source.count)
                state.pointee.next_out = room.baseAddress
                state.pointee.avail_out = UInt32(room.count)
                CZlib.deflate(state, Z_FINISH)
                return room.count - Int(state.pointee.avail_out)
            }
        }
        return Array(output[..<count])
    }

    static func gzip(_ bytes: [UInt8]) -> [UInt8] { deflate(bytes, gzip: true) }

    static func number(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// A member as a zip file holds it; `raw` are its packed bytes.
    struct Member {
        var name: String
        var raw: [UInt8]
        var method = 8
        var flags = 0
        var checksum: UInt
        var size: Int

        init(_ name: String, _ bytes: [UInt8], stored: Bool = false, flags: Int = 0) {
            self.name = name
            self.flags = flags
            method = stored ? 0 : 8
            raw = stored ? bytes : Packing.deflate(bytes, gzip: false)
            checksum = crc32(0, bytes, UInt32(bytes.count))
            size = bytes.count
        }

        var facts: [UInt8] {
            number(20, 2) + number(flags, 2) + number(method, 2) + number(0, 4) + number(Int(checksum), 4)
                + number(raw.count, 4) + number(size, 4) + number(name.utf8.count, 2) + number(0, 2)
        }
    }

    /// A zip file; with `overlapping` every entry of the directory means the first member.
    static func zip(_ members: [Member], overlapping: Bool = false) -> [UInt8] {
        var result: [UInt8] = []
        var directory: [UInt8] = []
        for (index, member) in members.enumerated() {
            let offset = overlapping ? 0 : result.count
            if !overlapping || index == 0 {
                result += [0x50, 0x4B, 3, 4] + member.facts + Array(member.name.utf8) + member.raw
            }
            directory +=
                [0x50, 0x4B, 1, 2] + number(20, 2) + member.facts + number(0, 2) + number(0, 2) + number(0, 2)
                + number(0, 4) + number(offset, 4) + Array(member.name.utf8)
        }
        let start = result.count
        return result + directory + [0x50, 0x4B, 5, 6] + number(0, 4) + number(members.count, 2)
            + number(members.count, 2) + number(directory.count, 4) + number(start, 4) + number(0, 2)
    }

    static func zip(_ members: [(String, [UInt8])]) -> [UInt8] { zip(members.map { Member($0.0, $0.1) }) }

    static func utf16(_ text: String, bigEndian: Bool = false, mark: Bool = true) -> [UInt8] {
        ((mark ? "\u{FEFF}" : "") + text).utf16.flatMap { unit -> [UInt8] in
            let pair = [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
            return bigEndian ? pair.reversed() : pair
        }
    }

    static func utf32(_ text: String, bigEndian: Bool = false) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            let four = number(Int(scalar.value), 4)
            return bigEndian ? four.reversed() : four
        }
    }

    /// The characters that the samples have.
    static func windows1252(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "—": 0x97
            case "“": 0x93
            case "”": 0x94
            case "’": 0x92
            default: UInt8(scalar.value)
            }
        }
    }

    static func quoted(_ bytes: [UInt8]) -> String {
        var result = ""
        var width = 0
        for byte in bytes {
            let digits = String(byte, radix: 16, uppercase: true)
            let isPlain = (0x20...0x7E).contains(byte) && byte != 0x3D || byte == 0x0A
            let word = isPlain ? String(UnicodeScalar(byte)) : "=" + (digits.count == 1 ? "0" : "") + digits
            if width + word.count > 74 {
                result += "=\r\n"
                width = 0
            }
            result += byte == 0x0A ? "\r\n" : word
            width = byte == 0x0A ? 0 : width + word.count
        }
        return result
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let three = bytes[start..<min(start + 3, bytes.count)]
            let value = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
            for place in 0..<4 { result.append(place <= three.count ? digits[value >> (18 - 6 * place) & 63] : "=") }
            if start % 57 == 54 { result += "\r\n" }
        }
        return result
    }
}

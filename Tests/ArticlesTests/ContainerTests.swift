import Articles
import FoundationEssentials
import Records
import ServiceSupport
import Testing

@Suite("Containers") struct ContainerTests {
    private let sample = Sample()
    private let text = Array("Spain expelled two, he said.".utf8)

    private func codes(_ items: [ReadItem]) -> [String] {
        items.map {
            switch $0 {
            case .article(let article): article.format.rawValue
            case .failure(let error): error.code.rawValue
            }
        }
    }

    @Test func `every member of a zip is read, and a bad one named`() throws {
        let bytes = Packing.zip(
            [
                Packing.Member("a.txt", text), Packing.Member("b.html", Array(sample.html().utf8), stored: true),
                Packing.Member("c.bin", [0x89] + Array("PNG".utf8)), Packing.Member("d", text, flags: 1),
                Packing.Member("__MACOSX/._a.txt", [1]),
                Packing.Member("e.gz", Packing.gzip(Array(sample.rss(sample.rssItem()).utf8))),
            ]
        )
        let found = try ArticleReader().read(bytes, name: "sample")
        #expect(codes(found) == ["text", "html", "binary", "zip-feature", "rss"])
        guard case .failure(let error) = found[2] else { return }
        #expect(error.message.hasPrefix("“sample: c.bin” is a PNG image"))
    }

    @Test func `damage is told`() throws {
        let zip = Packing.zip([("a", text)])
        #expect(failure(Array(zip.dropLast(10)))?.code == .zip)
        var wrong = Packing.Member("a", text)
        wrong.checksum ^= 1
        #expect(failure(Packing.zip([wrong]))?.code == .zip)
        wrong = Packing.Member("a", text)
        wrong.method = 12
        #expect(failure(Packing.zip([wrong]))?.code == .zipFeature)
        #expect(failure(Packing.zip([Packing.Member]()))?.code == .noText)
        #expect(
            failure(Packing.zip([("word/document.xml", text), ("[Content_Types].xml", text)]))?.message.contains(
                "office"
            ) == true
        )
        let gzip = Packing.gzip(text)
        #expect(failure(Array(gzip.dropLast(4)))?.code == .gzip)
        #expect(failure(gzip + [1])?.code == .gzip)
        #expect(try only(gzip + [0, 0]).text == String(decoding: text, as: UTF8.self))
        #expect(
            try only(Packing.gzip(Array(text[..<9])) + Packing.gzip(Array(text[9...]))).text
                == String(decoding: text, as: UTF8.self)
        )
        #expect(failure(Packing.gzip([]))?.code == .empty)
        var flipped = gzip
        flipped[gzip.count - 6] ^= 1
        #expect(failure(flipped)?.code == .gzip)
    }

    @Test func `containers nest to a depth`() throws {
        var bytes = text
        for _ in 0..<3 { bytes = Packing.gzip(bytes) }
        #expect(try only(bytes).text == String(decoding: text, as: UTF8.self))
        #expect(failure(Packing.gzip(bytes))?.code == .nesting)
        #expect(failure(Packing.zip([("a", bytes)]))?.code == .nesting)
    }

    @Test func `a web archive gives its pages`() throws {
        let chunked = Array("8\r\n<p>Spain\r\n17\r\n expelled two, he said.\r\n0\r\n\r\n".utf8)
        var file = Sample.warcRecord("response", Sample.answer(chunked, header: "Transfer-Encoding: chunked\r\n"))
        file += Sample.warcRecord(
            "response",
            Sample.answer(Packing.gzip(text), type: "text/plain", header: "Content-Encoding: gzip\r\n")
        )
        file += Sample.warcRecord(
            "response",
            Sample.answer(text, type: "text/plain", header: "Content-Encoding: br\r\n")
        )
        file += Sample.warcRecord("conversion", text).withType("text/plain")
        let found = try ArticleReader().read(file, name: "sample")
        #expect(codes(found) == ["html", "text", "warc-damaged", "text"])
        for case .article(let article) in found {
            #expect(
                article.text == String(decoding: text, as: UTF8.self) && article.url == sample.url
                    && article.item == sample.url
            )
        }
        #expect(codes(try ArticleReader().read(Array(file.dropLast(10)), name: "sample")).last == "warc-damaged")
        #expect(failure(Sample.warcRecord("warcinfo", text))?.code == .noText)
        #expect(failure(Array("WARC/1.0\r\nWARC-Type: response\r\n\r\n".utf8))?.code == .warc)
    }

    @Test func `mail in parts is one article, and its attachments are articles`() throws {
        let rss =
            "Content-Type: application/rss+xml\r\nContent-Disposition: attachment; filename=\"a.xml\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + Packing.base64(Array(sample.rss(sample.rssItem()).utf8))
        let picture = "Content-Type: image/png; name=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
        let inner = "Content-Type: message/rfc822\r\n\r\n" + sample.mail(sample.plainPart)
        let alternative = Sample.multipart(
            "alternative",
            [sample.plainPart, Sample.multipart("related", [sample.htmlPart, picture], boundary: "r")],
            boundary: "a"
        )
        let bytes = Array(sample.mail(Sample.multipart("mixed", [alternative, rss, picture, inner])).utf8)
        let found = try ArticleReader().read(bytes, name: "sample")
        #expect(codes(found) == ["eml", "rss", "eml"])
        for case .article(let article) in found {
            #expect(article.text == sample.text && article.title == sample.title)
        }
        guard case .article(let mail) = found[0], case .article(let attached) = found[1],
            case .article(let forwarded) = found[2]
        else { return }
        #expect(mail.item == "1@example.org" && mail.sha256 == sha256(of: bytes))
        #expect(attached.item == "tag:example.org,2016:1")
        #expect(forwarded.sha256 == sha256(of: Array(sample.mail(sample.plainPart).utf8)))
        let only = sample.mail(Sample.multipart("mixed", [picture, rss]))
        #expect(codes(try items(only)) == ["rss"])
        #expect(failure(sample.mail(Sample.multipart("mixed", [picture])))?.code == .noText)
    }

    @Test func `headers and bodies of mail are decoded`() throws {
        func mail(_ header: String, _ body: String) throws -> Article {
            try only(Array("From: a@example.org\nDate: 30 Dec 2016 09:30 +0100\nTo: b\n\(header)\n\n\(body)".utf8))
        }
        #expect(
            try mail("Subject: =?iso-8859-1?q?Caf=E9_=28?= =?iso-8859-1?Q?a)?= b =?x?Q?y?=", "T.").title
                == "Café (a) b =?x?Q?y?="
        )
        // Looking for the end of each of these in all that follows took minutes.
        let start = ContinuousClock.now
        #expect(try mail("Subject: \(String(repeating: "=?", count: 100_000))", "T.").title?.hasPrefix("=?=?") == true)
        #expect(ContinuousClock.now - start < .seconds(5))
        // A character parted between two words.
        #expect(
            try mail("Subject: =?utf-8?B?w?==?= x =?utf-8?Q?=C3?=\n =?utf-8?Q?=A9?=", "T.").title?.hasSuffix("é")
                == true
        )
        #expect(try mail("Subject: x", "T.").author == "a@example.org")
        let flowed = try mail(
            "Content-Type: text/plain; format=flowed",
            "One \ntwo \nthree.\n\n From here \non.\n-- \nA. Writer"
        )
        #expect(flowed.text == "One two three.\n\nFrom here on.\n-- \nA. Writer")
        #expect(
            try mail(
                "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable",
                "Caf=C3=A9 =\nwas =3D closed="
            ).text == "Café was = closed"
        )
        #expect(try mail("Content-Type: text/html", "<p>A note</p>").text == "A note")
        #expect(
            failure(
                "From: a\nDate: b\nTo: c\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n/////w=="
            )?.code == .notUTF8
        )
        // A header of a text is none of mail.
        #expect(try article("Date: 2016-12-30\nSource: S\n\nFrom: here it goes.").format == .text)
    }

    @Test func `limits hold for parts, members and records`() {
        var limits = ArticleReader.Limits()
        limits.members = 2
        let three = [("a", text), ("b", text), ("c", text)]
        #expect(failure(Packing.zip(three), limits: limits)?.code == .tooMany)
        #expect(
            failure(
                Array(sample.mail(Sample.multipart("mixed", [sample.plainPart, sample.plainPart])).utf8),
                limits: limits
            )?.code == .tooMany
        )
        limits = .init()
        limits.unpacked = 40
        #expect(failure(Packing.gzip(Array(sample.plain.utf8)), limits: limits)?.code == .unpackedSize)
        #expect(failure(Packing.zip([("a", Array(sample.plain.utf8))]), limits: limits)?.code == .unpackedSize)
        limits = .init()
        limits.header = 100
        #expect(failure(Array(sample.mail(sample.plainPart).utf8), limits: limits)?.code == .mail)
        var nested = sample.plainPart
        for level in 0..<20 { nested = Sample.multipart("mixed", [nested], boundary: "b\(level)") }
        #expect(failure(sample.mail(nested))?.code == .nesting)
    }
}

@Suite("PDF") struct PDFTests {
    @Test func `a PDF is refused with the reason`() throws {
        let missing = #expect(throws: ArticleError.self) {
            try ArticleReader(pdftotext: "/no/such/pdftotext").read(Sample().pdf, name: "sample")
        }
        #expect(missing?.code == .pdfTool && missing?.message.contains("poppler-utils") == true)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/pdftotext") else {
            print("skipped: pdftotext is not on this machine")
            return
        }
        #expect(failure(Array("%PDF-1.4\nnothing".utf8))?.code == .pdf)
        #expect(failure(Sample.pdf(content: Array("0 0 100 100 re f".utf8)))?.code == .pdfNoText)
        var limits = ArticleReader.Limits()
        limits.pdf.output = 100
        #expect(failure(Sample().pdf, limits: limits)?.code == .pdfLimits)
        limits = .init()
        limits.pdf.memory = 1 << 20
        #expect(failure(Sample().pdf, limits: limits) != nil)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("exec sleep 60", "1 seconds"), ("while :; do :; done", "processor"), ("exec yes", "bytes of output"),
        ]
    )
    func `a program that goes on for ever is ended`(script: String, part: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "tidings-pdf-\(UInt64.random(in: 0 ... .max))"
        ).path()
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        var limits = ArticleReader.Limits()
        limits.pdf.time = script.contains("sleep") ? 1 : 30
        limits.pdf.processor = 1
        let start = ContinuousClock.now
        let error = #expect(throws: ArticleError.self) {
            try ArticleReader(limits: limits, pdftotext: path).read(Sample().pdf, name: "sample")
        }
        #expect(error?.code == .pdfLimits && error?.message.contains(part) == true)
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}

extension [UInt8] {
    /// A record whose block is the payload itself.
    fileprivate func withType(_ type: String) -> [UInt8] {
        Array(String(decoding: self, as: UTF8.self).replacing("application/http; msgtype=response", with: type).utf8)
    }
}

import Records

/// Web archives: WARC 1.0 and 1.1 (ISO 28500).
///
/// Of records of the types response, resource and conversion the payload is read when its media type is one that articles
/// come in; pictures, scripts and answers other than 200 are passed over, as are all other record types.
struct WARCFile {
    struct Record {
        var type: String
        var url: String?
        var header: HeaderFields
        var block: Range<Int>
    }

    private let input: Input
    private var offset = 0

    init(_ input: Input) { self.input = input }

    private func damaged(_ what: String) -> ArticleError {
        input.error(.warc, "is damaged as a WARC file at offset \(offset): \(what); fetch it again", offset: offset)
    }

    /// The next record; nil at the end.
    mutating func next() throws(ArticleError) -> Record? {
        let bytes = input.bytes
        while offset < bytes.count, bytes[offset] == 0x0D || bytes[offset] == 0x0A { offset += 1 }
        if offset == bytes.count { return nil }
        let head = bytes[offset...].prefix(input.limits.header)
        guard head.starts(with: "WARC/1.".utf8), let end = head.firstIndex(of: 0x0A) else {
            throw damaged("a record is expected")
        }
        var header = HeaderFields()
        guard let start = header.read(head[(end + 1)...]), start < head.endIndex || head.endIndex == bytes.count else {
            throw damaged("a line of its header is no field, or the header has more than \(input.limits.header) bytes")
        }
        guard let length = header.text("content-length").flatMap({ Int($0) }), length >= 0 else {
            throw damaged("Content-Length is missing")
        }
        guard length <= bytes.count - start else { throw damaged("the record has less than its \(length) bytes") }
        offset = start + length
        let url = header.text("warc-target-uri")?.filter { $0 != "<" && $0 != ">" }
        return Record(
            type: header.text("warc-type")?.lowercased() ?? "",
            url: url,
            header: header,
            block: start..<(start + length)
        )
    }
}

extension DocumentReader {
    /// Reads the payloads of a web archive.
    mutating func readWARC(_ input: Input) throws(ArticleError) {
        if input.carrier.nesting >= input.limits.nesting { throw nestingError(input) }
        var file = WARCFile(input)
        var count = 0
        let before = items.items.count
        while !items.isFull {
            do throws(ArticleError) {
                guard let record = try file.next() else { break }
                count += 1
                if count > input.limits.members {
                    throw input.error(
                        .tooMany,
                        "has more than \(input.limits.members) records: the rest is not read; split it there",
                        offset: record.block.lowerBound
                    )
                }
                if ["response", "resource", "conversion"].contains(record.type) { readRecord(record, input) }
            } catch {
                if count == 0 { throw error }
                items.add(.failure(error), of: input)
                return
            }
        }
        if items.items.count == before {
            throw input.error(
                .noText,
                "is a WARC file of \(count) records, none of them a page or a text that was fetched: crawl the articles"
            )
        }
    }

    private mutating func readRecord(_ record: WARCFile.Record, _ input: Input) {
        var header = record.header
        var payload = Array(input.bytes[record.block])
        var encoding: String?
        if record.type == "response" {
            // Answers of DNS and FTP are responses too.
            guard let message = HTTPMessage(input.bytes[record.block], limit: input.limits.header) else { return }
            guard message.status == 200 else { return }
            header = message.header
            guard isReadable(header.media("content-type")?.type) else { return }
            guard let body = message.unchunked() else {
                let error = input.error(
                    .warc,
                    "has a record with broken chunks (\(Metadata.line(record.url, limit: 200) ?? "no address")): crawl it again",
                    offset: record.block.lowerBound
                )
                items.add(.failure(error), of: input)
                return
            }
            payload = body
            encoding = header.text("content-encoding")?.lowercased()
        }
        guard isReadable(header.media("content-type")?.type) else { return }
        let charset = header.media("content-type")?.parameters["charset"]
        do throws(ArticleError) {
            let document = input.member(payload, name: record.url, charset: charset, url: record.url)
            // Crawlers that undo the encoding leave the header.
            if encoding == "deflate", payload.first.map({ $0 & 0x0F == 8 }) == true {
                var content: [UInt8] = []
                do throws(Inflate.Fault) {
                    _ = try Inflate(limits: input.limits, room: left).stream(payload[...], .zlib, into: &content)
                } catch { throw self.error(error, document, .warc, "as deflate data") }
                payload = content
                try take(payload.count, for: document)
            } else if encoding?.contains("gzip") == true, payload.starts(with: [0x1F, 0x8B]) {
                payload = try gunzip(document, payload[...])
            } else if let encoding, !["identity", "gzip", "x-gzip", "deflate"].contains(encoding) {
                throw document.error(
                    .warc,
                    "is encoded by “\(Metadata.line(encoding, limit: 40) ?? "")”, and gzip and deflate are read: crawl it without"
                )
            }
            try read(input.member(payload, name: record.url, charset: charset, url: record.url))
        } catch { items.add(.failure(error), of: input) }
    }

    private func isReadable(_ type: String?) -> Bool {
        guard let type else { return true }
        return type.hasSuffix("+xml") && !type.hasPrefix("image/") || type.hasSuffix("+json")
            || [
                "text/html", "text/plain", "text/xml", "application/xml", "application/json", "application/pdf",
                "message/rfc822", "application/x-ndjson", "application/gzip", "application/zip",
            ].contains(type)
    }
}

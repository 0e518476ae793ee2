import CZlib

/// The members of a zip file, as its central directory lists them (APPNOTE 6.3, 4.3).
///
/// Stored and deflated members; no encryption, no second disk, no zip64. Members must lie beside one another: that some
/// share bytes is the way of bombs that need no nesting (Fifield, “A better zip bomb”, 2019).
struct ZipArchive {
    struct Member {
        var name: String
        var flags: Int
        var method: Int
        var checksum: UInt32
        var packed: Int
        var size: Int
        /// Where its local header is.
        var header: Int
        var isDirectory: Bool { name.hasSuffix("/") }
    }

    private let input: Input
    private(set) var members: [Member] = []

    init(_ input: Input) throws(ArticleError) {
        self.input = input
        let bytes = input.bytes
        // The end of the directory is 22 bytes and a comment of at most 65,535.
        let earliest = max(0, bytes.count - 22 - 65_535)
        guard bytes.count >= 22,
            let end = stride(from: bytes.count - 22, through: earliest, by: -1)
                .first(where: { bytes[$0...].starts(with: [0x50, 0x4B, 5, 6]) })
        else { throw damaged("its directory is missing", bytes.count) }
        let count = number(end + 10, 2)
        let start = number(end + 16, 4)
        if number(end + 4, 2) != 0 || count == 0xFFFF || start == 0xFFFF_FFFF {
            throw input.error(
                .zipFeature,
                "is a zip archive in several parts or of the zip64 form: unpack it with unzip"
            )
        }
        if count > input.limits.members {
            throw input.error(
                .tooMany,
                "is a zip archive of \(count) members, and \(input.limits.members) is the limit: split it"
            )
        }
        var offset = start
        for _ in 0..<count {
            guard offset + 46 <= end, number(offset, 4) == 0x0201_4B50 else {
                throw damaged("an entry of the directory is expected", offset)
            }
            let name = number(offset + 28, 2)
            let next = offset + 46 + name + number(offset + 30, 2) + number(offset + 32, 2)
            guard next <= end else { throw damaged("an entry of the directory reaches behind it", offset) }
            members.append(
                Member(
                    name: String(decoding: bytes[(offset + 46)..<(offset + 46 + name)], as: UTF8.self),
                    flags: number(offset + 8, 2),
                    method: number(offset + 10, 2),
                    checksum: UInt32(number(offset + 16, 4)),
                    packed: number(offset + 20, 4),
                    size: number(offset + 24, 4),
                    header: number(offset + 42, 4)
                )
            )
            offset = next
        }
        try checkOverlap(directory: start)
    }

    private func damaged(_ what: String, _ offset: Int) -> ArticleError {
        input.error(.zip, "is damaged as a zip archive at offset \(offset): \(what); fetch it again", offset: offset)
    }

    /// A little-endian number.
    private func number(_ offset: Int, _ width: Int) -> Int {
        (0..<width).reversed().reduce(0) { $0 << 8 | Int(input.bytes[offset + $1]) }
    }

    /// Where a member's data begins; at least its 30 bytes of header are there.
    private func data(_ member: Member) throws(ArticleError) -> Int {
        guard member.header + 30 <= input.bytes.count, number(member.header, 4) == 0x0403_4B50 else {
            throw damaged("the member “\(Metadata.line(member.name, limit: 80) ?? "")” is expected", member.header)
        }
        return member.header + 30 + number(member.header + 26, 2) + number(member.header + 28, 2)
    }

    private func checkOverlap(directory: Int) throws(ArticleError) {
        var last = 0
        for member in members.sorted(by: { $0.header < $1.header }) {
            let end = try data(member) + member.packed
            if member.header < last || end > directory {
                throw input.error(
                    .zipOverlap,
                    "is a zip archive whose members overlap at offset \(member.header), as no archiver makes it: do not unpack it",
                    offset: member.header
                )
            }
            last = end
        }
    }

    /// A member's bytes.
    func content(_ member: Member, _ reader: inout DocumentReader, for document: Input) throws(ArticleError) -> [UInt8]
    {
        let start = try data(member)
        let packed = input.bytes[start..<(start + member.packed)]
        if member.flags & 1 != 0 {
            throw document.error(.zipFeature, "is encrypted: unpack it with its password")
        }
        var content: [UInt8] = []
        switch member.method {
        case 0: content = Array(packed)
        case 8:
            do throws(Inflate.Fault) {
                _ = try Inflate(limits: input.limits, room: reader.left).stream(packed, .raw, into: &content)
            } catch { throw reader.error(error, document, .zip, "as a member of a zip archive") }
        default:
            throw document.error(
                .zipFeature,
                "is packed by method \(member.method), and deflate alone is read: unpack it with unzip"
            )
        }
        try reader.take(content.count, for: document)
        let sum = content.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
        if content.count != member.size || UInt32(truncatingIfNeeded: sum) != member.checksum, !content.isEmpty {
            throw document.error(
                .zip,
                "does not have the size and checksum that the zip archive states: fetch it again"
            )
        }
        return content
    }
}

extension DocumentReader {
    /// Reads every member of a zip archive, one after another.
    mutating func readZip(_ input: Input) throws(ArticleError) {
        if input.carrier.nesting >= input.limits.nesting { throw nestingError(input) }
        let archive = try ZipArchive(input)
        if archive.members.contains(where: { $0.name == "[Content_Types].xml" || $0.name == "mimetype" }) {
            throw input.error(.binary, "is \(Recognition.office.what), which is not read: \(Recognition.office.advice)")
        }
        let members = archive.members.filter { !$0.isDirectory && !$0.name.hasPrefix("__MACOSX/") }
        if members.isEmpty { throw input.error(.noText, "is an empty zip archive: put articles into it") }
        for member in members where !items.isFull {
            let document = input.member([], name: member.name)
            do throws(ArticleError) {
                let content = try archive.content(member, &self, for: document)
                try read(input.member(content, name: member.name))
            } catch {
                items.add(.failure(error), of: input)
                // The rest would say the same.
                if error.code == .unpackedSize { return }
            }
        }
    }
}

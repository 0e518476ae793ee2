/// The rows of the embedding table that make up a word's vector: of the word itself and of hashed parts of its form.
///
/// All of them depend on the form alone, so a word's vector can be computed once and kept.
package struct WordFeatures: Sendable {
    /// Number of rows a word has; the first is the word's own, or the unknown word's.
    package static let count = 10
    /// The place of the row of the whole form among a word's rows.
    package static let form = 8
    /// Rows of each hashed table, powers of two: prefix of 2 and 3, suffix of 1, 2, 3 and 4 letters, shape, form; and one row for each set of
    /// name lists that a word can be in.
    package static let tables = [2048, 8192, 256, 2048, 8192, 16384, 1024, 32768, NameLists.sets]
    /// Rows of all hashed tables.
    package static let hashedRows = tables.reduce(0, +)

    /// The first row of each hashed table.
    private static let offsets: [Int] = tables.indices.map { tables[..<$0].reduce(0, +) }

    package init() {}

    /// FNV-1a over bytes: the same on every machine and in every process.
    @inline(__always)
    package static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
        var value = 0xCBF2_9CE4_8422_2325 ^ (seed &* 0x9E37_79B9_7F4A_7C15)
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return value ^ (value >> 29)
    }

    /// The key of a word in the vocabulary: small letters, digits alike, typographic apostrophes as straight ones.
    ///
    /// Writes at most 64 bytes and returns how many.
    package static func normalise(
        _ form: UnsafeBufferPointer<UInt8>,
        into key: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var count = 0
        var at = 0
        while at < form.count, count < key.count {
            let byte = form[at]
            if byte == 0xE2, at + 2 < form.count, form[at + 1] == 0x80 {
                if form[at + 2] == 0x99 || form[at + 2] == 0x98 {
                    key[count] = 0x27
                    count += 1
                    at += 3
                    continue
                }
                if form[at + 2] == 0x9C || form[at + 2] == 0x9D {
                    key[count] = 0x22
                    count += 1
                    at += 3
                    continue
                }
            }
            key[count] = byte.isDigit ? UInt8(ascii: "0") : byte.lowered
            count += 1
            at += 1
        }
        return count
    }

    /// Fills in the hashed rows of a form, counted from the start of the hashed tables.
    ///
    /// - Parameters:
    ///   - form: the word as written.
    ///   - key: its normalised form.
    ///   - lists: the name lists it is in.
    ///   - rows: room for ``count`` - 1 rows.
    package static func hashed(
        _ form: UnsafeBufferPointer<UInt8>,
        key: UnsafeBufferPointer<UInt8>,
        lists: NameLists,
        into rows: UnsafeMutableBufferPointer<Int32>
    ) {
        let n = key.count
        func part(_ table: Int, _ from: Int, _ to: Int) {
            let slice = UnsafeBufferPointer(rebasing: key[from..<to])
            let value = hash(slice, seed: UInt64(table + 1))
            rows[table] = Int32(offsets[table] + Int(value & UInt64(tables[table] - 1)))
        }
        part(0, 0, min(2, n))
        part(1, 0, min(3, n))
        part(2, max(0, n - 1), n)
        part(3, max(0, n - 2), n)
        part(4, max(0, n - 3), n)
        part(5, max(0, n - 4), n)
        rows[6] = Int32(offsets[6] + Int(shape(form) & UInt64(tables[6] - 1)))
        rows[7] = Int32(offsets[7] + Int(hash(form, seed: 8) & UInt64(tables[7] - 1)))
        rows[8] = Int32(offsets[8] + Int(lists.rawValue))
    }

    /// A hash of what a word looks like: runs of capitals, small letters and digits are cut to two, marks stay.
    private static func shape(_ form: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        var last: UInt8 = 0
        var run = 0
        for byte in form {
            let kind: UInt8 =
                byte.isUpper ? 0x58 : byte.isLetter ? 0x78 : byte.isDigit ? 0x64 : byte >= 0x80 ? 0x75 : byte
            run = kind == last ? run + 1 : 1
            last = kind
            if run <= 2 { value = (value ^ UInt64(kind)) &* 0x100_0000_01B3 }
        }
        return value ^ (value >> 29)
    }
}

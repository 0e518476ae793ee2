/// A word without its capitals, as a number: words are compared and looked up as symbols.
///
/// FNV-1a over the bytes with ASCII letters made small, typographic apostrophes as straight ones: the same on every machine. Different words
/// have the same symbol with a chance of about one in 10¹⁹ a pair.
package struct Symbol: Hashable, Sendable {
    package let value: UInt64

    init(_ bytes: some RandomAccessCollection<UInt8>) {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        var at = bytes.startIndex
        while at < bytes.endIndex {
            var byte = bytes[at].lowered
            if byte == 0xE2, bytes.distance(from: at, to: bytes.endIndex) > 2 {
                let next = bytes.index(after: at), last = bytes.index(at, offsetBy: 2)
                if bytes[next] == 0x80, bytes[last] == 0x98 || bytes[last] == 0x99 {
                    byte = 0x27
                    at = last
                }
            }
            value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
            at = bytes.index(after: at)
        }
        self.value = value
    }

    package init(_ word: String) { self.init(Array(word.utf8)) }

    /// This symbol with another behind it: a phrase.
    package func then(_ next: Symbol) -> Symbol {
        Symbol(
            value: (value ^ (next.value &+ 0x9E37_79B9_7F4A_7C15 &+ (value << 6) &+ (value >> 2))) &* 0x100_0000_01B3
        )
    }

    private init(value: UInt64) { self.value = value }

    package static func == (a: Symbol, b: Symbol) -> Bool { a.value == b.value }
    package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension Symbol: ExpressibleByStringLiteral {
    package init(stringLiteral word: String) { self.init(word) }
}

extension Analysis {
    /// The symbol of a token as written.
    package func form(_ token: Int) -> Symbol { Symbol(text[starts[token]..<ends[token]]) }

    /// The symbol of a token's lemma.
    package func base(_ token: Int) -> Symbol {
        let start = token == 0 ? 0 : Int(lemmaEnds[token - 1])
        return Symbol(lemmaBytes[start..<Int(lemmaEnds[token])])
    }
}

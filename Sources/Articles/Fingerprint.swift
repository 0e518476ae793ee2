/// What an article's text has in common with others: a sketch of its runs of four words.
///
/// The words are letters and digits in lower case (ASCII and Latin-1); a Chinese or Japanese character is a word. The set
/// of their runs is sketched by one-permutation MinHash (Li, Owen, Zhang 2012) with optimal densification (Shrivastava
/// 2017): 128 bins of the whole text, and 32 of its first 120 words, because agencies' clients cut from the end. The share
/// of equal bins estimates the Jaccard similarity of two texts.
///
/// The index: of `bands`, one row each per article; candidates share any. Two bins make a band, so that of two texts with
/// similarity s a share of 1 - (1 - s²)³² is found. Then `isNearDuplicate` compares the sketches.
package struct Fingerprint: Sendable, Equatable {
    /// The number of runs, then the bins of the whole text and of its beginning, two in each value: 81 values, for a `bigint[]` column.
    package let values: [Int64]

    static let bins = 128
    static let leadBins = 32
    static let shingle = 4
    static let leadWords = 120
    private static let count = 1 + (bins + leadBins) / 2

    /// Makes the fingerprint of a text; blank texts have equal fingerprints that are like nothing.
    ///
    /// - Complexity: O(n).
    package init(_ text: String) {
        let words = Fingerprint.words(of: text)
        let shingles = Fingerprint.shingles(of: words[...])
        let lead = Fingerprint.shingles(of: words.prefix(Fingerprint.leadWords))
        var values: [Int64] = [Int64(shingles.count)]
        values.reserveCapacity(Fingerprint.count)
        for bins in [
            Fingerprint.sketch(shingles, bins: Fingerprint.bins), Fingerprint.sketch(lead, bins: Fingerprint.leadBins),
        ] {
            for index in stride(from: 0, to: bins.count, by: 2) {
                values.append(Int64(bitPattern: UInt64(bins[index]) << 32 | UInt64(bins[index + 1])))
            }
        }
        self.values = values
    }

    /// Takes the values of an earlier fingerprint; nil when they are none of this kind.
    package init?(values: [Int64]) {
        guard values.count == Fingerprint.count, let size = values.first, size >= 0 else { return nil }
        self.values = values
    }

    /// Runs of words in the text, each counted once.
    package var size: Int { Int(values[0]) }

    /// 32 keys for the index: 16 of the whole text, 16 of its beginning; none of a blank text.
    package var bands: [Int64] {
        guard size > 0 else { return [] }
        let whole = values[1...16]
        let lead = values.suffix(Fingerprint.leadBins / 2)
        return (whole + lead).enumerated().map { number, pair in
            Int64(bitPattern: mixed(UInt64(bitPattern: pair) &+ UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15))
        }
    }

    /// The estimated share of the runs of both texts that both have, 0 to 1; its standard error is below 0.05.
    package func similarity(to other: Fingerprint) -> Double {
        guard size > 0, other.size > 0 else { return 0 }
        var equal = 0
        for index in 1...Fingerprint.bins / 2 {
            let difference = UInt64(bitPattern: values[index] ^ other.values[index])
            equal += (difference >> 32 == 0 ? 1 : 0) + (UInt32(truncatingIfNeeded: difference) == 0 ? 1 : 0)
        }
        return Double(equal) / Double(Fingerprint.bins)
    }

    /// The estimated share of the shorter text's runs that the longer one has, 0 to 1.
    package func containment(in other: Fingerprint) -> Double {
        let similarity = similarity(to: other)
        let shared = similarity / (1 + similarity) * Double(size + other.size)
        return min(1, shared / Double(max(1, min(size, other.size))))
    }

    /// The share of the shorter text that makes a copy.
    static let leastContained = 0.4
    /// The similarity below which a share is not told from chance.
    static let leastSimilar = 0.1

    /// Whether one text is the other edited, cut or added to, rather than another report on the same matter.
    package func isNearDuplicate(of other: Fingerprint) -> Bool {
        let similarity = similarity(to: other)
        // A few words that many flashes share are no sign of a copy.
        if min(size, other.size) < 12 { return similarity >= 0.8 }
        return similarity >= Fingerprint.leastSimilar && containment(in: other) >= Fingerprint.leastContained
    }
}

// MARK: Hashes, which are stored and so never change

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014; constants by Stafford, mix 13).
private func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}

extension Fingerprint {
    /// The hashes of a text's words: FNV-1a (Fowler, Noll, Vo) of 64 bits over their bytes in lower case.
    private static func words(of text: String) -> [UInt64] {
        var text = text
        return text.withUTF8 { bytes in
            var words: [UInt64] = []
            words.reserveCapacity(bytes.count / 5)
            let basis: UInt64 = 0xCBF2_9CE4_8422_2325
            var hash = basis
            var length = 0
            func end() {
                if length > 0 { words.append(hash) }
                hash = basis
                length = 0
            }
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                let third = index + 2 < bytes.count ? bytes[index + 2] : 0
                let kind = Letter(byte, next, third)
                if kind == .ideograph { end() }
                switch kind {
                case .apostrophe: break
                case .none: end()
                case .letter, .ideograph:
                    for offset in 0..<Letter.width(byte) where index + offset < bytes.count {
                        var value = bytes[index + offset]
                        let isLatin1 = offset == 1 && byte == 0xC3 && (0x80...0x9E).contains(value) && value != 0x97
                        if (0x41...0x5A).contains(value) || isLatin1 { value |= 0x20 }
                        hash = (hash ^ UInt64(value)) &* 0x100_0000_01B3
                    }
                    length += 1
                }
                if kind == .ideograph { end() }
                index += Letter.width(byte)
            }
            end()
            return words
        }
    }

    /// What a character is to a word.
    private enum Letter {
        case letter, ideograph, apostrophe, none

        init(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
            switch first {
            case UInt8(ascii: "'"): self = .apostrophe
            case ..<0x80: self = first.isLetter || first.isDigit ? .letter : .none
            // Signs of Latin-1, such as « and the no-break space.
            case 0xC2: self = second == 0xAA || second == 0xB5 || second == 0xBA ? .letter : .none
            // General punctuation; ’ is an apostrophe.
            case 0xE2:
                self = second == 0x80 && third == 0x99 ? .apostrophe : second <= 0xAF ? .none : .letter
            case 0xE3 where second == 0x80: self = .none
            case 0xE3...0xE9: self = .ideograph
            case 0xEF where second == 0xBC && third <= 0x8F: self = .none
            default: self = .letter
            }
        }

        static func width(_ first: UInt8) -> Int { first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }
    }

    /// The distinct runs of four words, in no order; of fewer words the one run there is.
    private static func shingles(of words: ArraySlice<UInt64>) -> [UInt64] {
        if words.isEmpty { return [] }
        if words.count < shingle { return [mixed(words.reduce(0) { $0 &* multiplier &+ $1 })] }
        var seen = Set<UInt64>(minimumCapacity: words.count)
        for start in words.startIndex...words.endIndex - shingle {
            var hash: UInt64 = 0
            for index in start..<start + shingle { hash = hash &* multiplier &+ words[index] }
            seen.insert(mixed(hash))
        }
        return Array(seen)
    }

    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The least hash of each bin; an empty bin takes that of another one, chosen by its number alone.
    private static func sketch(_ shingles: [UInt64], bins: Int) -> [UInt32] {
        guard !shingles.isEmpty else { return [UInt32](repeating: 0, count: bins) }
        var least = [UInt32?](repeating: nil, count: bins)
        for hash in shingles {
            let bin = Int(hash >> 32) % bins
            let value = UInt32(truncatingIfNeeded: hash)
            if least[bin].map({ value < $0 }) ?? true { least[bin] = value }
        }
        return least.indices.map { bin in
            if let value = least[bin] { return value }
            // One shingle fills one of 128 bins: some thousand tries fail once in e⁸ and more; then the first bin that is full serves.
            for attempt in 1...1024 {
                let other = Int(mixed(UInt64(bin) << 32 | UInt64(attempt)) % UInt64(bins))
                if let value = least[other] { return value &+ UInt32(attempt) &* 0x9E37_79B9 }
            }
            return least.lazy.compactMap { $0 }.first ?? 0
        }
    }
}

/// The words of a text as terms: lower case, without endings, each a number.
enum StoryWords {
    /// A number that stands for a name of one kind; stable across machines and versions.
    ///
    /// Method: FNV-1a, 32 bits. Two of a hundred thousand terms share a number now and then, which moves a similarity by less than it matters.
    static func term(_ kind: Unicode.Scalar, _ name: some Sequence<UInt8>) -> UInt32 {
        var hash: UInt32 = (0x811C_9DC5 ^ kind.value) &* 0x0100_0193
        for byte in name { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash
    }

    /// The term of a word in lower case.
    static func term(word: [UInt8]) -> UInt32 { term("w", stem(word)) }

    /// Calls `body` with each word: a run of letters and digits with a letter in it, in lower case.
    ///
    /// - Complexity: O(bytes).
    static func each(in text: some Sequence<UInt8>, _ body: ([UInt8]) -> Void) {
        var word: [UInt8] = []
        var hasLetter = false
        var lead: (UInt8, UInt8) = (0, 0)
        func end() {
            // A single letter is an initial, or the s of a genitive.
            if hasLetter, word.count > 1, word.count <= 40 { body(word) }
            word.removeAll(keepingCapacity: true)
            hasLetter = false
        }
        for byte in text {
            defer { lead = (lead.1, byte) }
            switch byte {
            case 0x30...0x39: word.append(byte)
            case 0x41...0x5A:
                word.append(byte + 0x20)
                hasLetter = true
            case 0x61...0x7A:
                word.append(byte)
                hasLetter = true
            // Punctuation of Latin-1 (C2 xx) and of U+2000 to U+206F (E2 80 xx, E2 81 xx).
            case 0xC2, 0xE2: end()
            case 0x80...0xBF where lead.1 == 0xC2 || lead.1 == 0xE2 || (lead.0 == 0xE2 && lead.1 <= 0x81): end()
            case 0x80...0x9E where lead.1 == 0xC3: word.append(byte + 0x20)
            case 0x80...0xFF:
                word.append(byte)
                hasLetter = true
            default: end()
            }
        }
        end()
    }

    /// The word without plural, past and progressive endings.
    ///
    /// Method: step 1 of M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980).
    static func stem(_ word: [UInt8]) -> [UInt8] {
        guard word.count > 2, word.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
        var word = word
        if word.ends("sses") || word.ends("ies") {
            word.removeLast(2)
        } else if word.ends("s"), !word.ends("ss") {
            word.removeLast()
        }
        if word.ends("eed") {
            if measure(word.dropLast(3)) > 0 { word.removeLast() }
        } else if let ending = ["ed", "ing"].first(where: { word.ends($0) }),
            hasVowel(word.dropLast(ending.utf8.count))
        {
            word.removeLast(ending.utf8.count)
            mend(&word)
        }
        if word.last == UInt8(ascii: "y"), hasVowel(word.dropLast()) { word[word.count - 1] = UInt8(ascii: "i") }
        return word
    }

    /// Gives back what "hopping" and "filing" lose with their ending.
    private static func mend(_ word: inout [UInt8]) {
        guard let last = word.last else { return }
        if word.ends("at") || word.ends("bl") || word.ends("iz") {
            word.append(UInt8(ascii: "e"))
        } else if word.count > 1, word[word.count - 2] == last, !isVowel(word[...], word.count - 1),
            !"lsz".utf8.contains(last)
        {
            word.removeLast()
        } else if measure(word[...]) == 1, endsShort(word) {
            word.append(UInt8(ascii: "e"))
        }
    }

    private static func isVowel(_ word: ArraySlice<UInt8>, _ index: Int) -> Bool {
        switch word[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"): true
        case UInt8(ascii: "y"): index > 0 && !isVowel(word, index - 1)
        default: false
        }
    }

    private static func hasVowel(_ word: ArraySlice<UInt8>) -> Bool { word.indices.contains { isVowel(word, $0) } }

    /// How often a vowel is followed by a consonant: Porter's m.
    private static func measure(_ word: ArraySlice<UInt8>) -> Int {
        zip(word.indices, word.indices.dropFirst()).count { isVowel(word, $0) && !isVowel(word, $1) }
    }

    /// Consonant, vowel, consonant, and the last one is not w, x or y.
    private static func endsShort(_ word: [UInt8]) -> Bool {
        guard word.count > 2, let last = word.last, !"wxy".utf8.contains(last) else { return false }
        let end = word.count - 1
        return !isVowel(word[...], end) && isVowel(word[...], end - 1) && !isVowel(word[...], end - 2)
    }
}

extension [UInt8] {
    fileprivate func ends(_ ending: String) -> Bool {
        count > ending.utf8.count && suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }
}

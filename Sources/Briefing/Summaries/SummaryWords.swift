/// What summaries know of English words.
enum SummaryWords {
    /// Words that say nothing of what a text is about.
    private static let function: Set<String> = Set(
        """
        a an the this that these those and or but nor so yet if then than as of in on at by for with from to into onto over under \
        about after before between during through against within without while when where which who whom whose what why how is are \
        was were be been being am do does did done have has had having will would shall should can could may might must not no 's \
        n't ' he she it they we i you him her them us me his hers its their our my your there here also just only very more most \
        some any each every all both such other another own same too again once up down out off said says say saying told according \
        now new one two first last year years day days monday tuesday wednesday thursday friday saturday sunday mr mrs ms
        """.split(separator: " ").map(String.init)
    )

    /// First words that point to what was said before.
    static let pointingBack: Set<String> = Set(
        "he she it they this that these those but and however also so then there such his her its their meanwhile yet or another both"
            .split(separator: " ").map(String.init)
    )

    /// Marks that open and close speech.
    static let quotes: Set<String> = ["\"", "“", "”", "``", "''"]

    /// Words that say on whose word, under what condition, or that not: they stay, and so does what stands around them.
    static let binding: Set<String> = Set(
        """
        not n't no never none neither nor without unless if whether would could might may should allegedly alleged reportedly reported \
        supposedly purported claimed claims claim said says say saying according told denied denies deny suspected accused rumoured \
        rumored unconfirmed apparently possibly perhaps believed thought threatened proposed planned expected pending depending provided assuming barring subject \
        but although though despite however only
        """.split(separator: " ").map(String.init)
    )

    /// A content word without its ending, or nil for a function word, a number of one digit or a mark.
    static func term(_ word: String) -> String? {
        guard word.utf8.count > 1, word.utf8.first.map(isWordByte) ?? false, !function.contains(word) else {
            return nil
        }
        return stem(word)
    }

    /// Cuts the commonest endings: enough that “expelled”, “expels” and “expelling” are one.
    private static func stem(_ word: String) -> String {
        for ending in ["ings", "ing", "ies", "ied", "ed", "es", "s", "'s"]
        where word.hasSuffix(ending) && word.utf8.count - ending.utf8.count >= 3 && !word.hasSuffix("ss") {
            var stem = word.dropLast(ending.count)
            if ending.hasPrefix("ie") { return stem + "y" }
            let end = stem.utf8.suffix(2)
            if ending != "s", end.first == end.last, let last = end.last, !"lsz".utf8.contains(last) {
                stem = stem.dropLast()
            }
            return stem.hasSuffix("e") && ending != "s" ? String(stem.dropLast()) : String(stem)
        }
        return word.hasSuffix("e") && word.utf8.count > 4 ? String(word.dropLast()) : word
    }

    static func lowercased(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self).lowercased() }

    static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0xC3
    }

    /// A mark that may stand behind the stop: a quotation mark (its last bytes, too) or a bracket.
    static func isClosing(_ byte: UInt8) -> Bool {
        "\"')]".utf8.contains(byte) || (0x80...0xBF).contains(byte) || byte == 0xE2
    }
}

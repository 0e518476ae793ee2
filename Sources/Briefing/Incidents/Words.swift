/// Words as reports are compared by them.
enum Words {
    /// How many words of a sentence are looked at.
    private static let limit = 48
    /// Letters of a stem, enough to tell words apart and few enough that "Russia" and "Russian" are one.
    private static let stem = 5

    /// The stems of the words that carry meaning, sorted, each once.
    ///
    /// - Complexity: linear in the text.
    static func stems(_ text: String) -> [String] {
        var found: Set<String> = []
        scan(text) { word, _ in if found.count < limit { found.insert(word) } }
        return found.sorted()
    }

    /// The stems of names: words with a capital and small letters that neither begin a sentence nor are titles.
    ///
    /// A dateline in capitals says where the reporter is, not where the act was.
    static func names(_ text: String) -> [String] {
        var found: Set<String> = []
        scan(text) { word, isName in if isName, !titles.contains(word), found.count < limit { found.insert(word) } }
        return found.sorted()
    }

    /// The stems of names that stand where a place does: "in Homs", "the port of Odesa".
    static func places(_ text: String) -> [String] {
        var found: Set<String> = []
        var words = text.split { !($0.isLetter || $0 == "-") }[...]
        while let at = words.firstIndex(where: { prepositions.contains($0) || settlements.contains($0) }) {
            let isSettlement = settlements.contains(words[at])
            words = words[(at + 1)...]
            if isSettlement {
                guard words.first == "of" else { continue }
                words = words.dropFirst()
            }
            while let name = words.first, name.first?.isUppercase == true {
                found.formUnion(stems(String(name)))
                words = words.dropFirst()
            }
        }
        return found.sorted()
    }

    private static let prepositions: Set<Substring> = ["in", "at", "near", "through", "outside", "across"]
    private static let settlements: Set<Substring> = [
        "city", "town", "village", "port", "capital", "province", "region", "island", "station",
    ]

    /// How many stems two sorted lists share, without those of `ignored`.
    static func shared(_ one: [String], _ other: [String], ignoring ignored: [String] = []) -> Int {
        var (left, right, count) = (one.startIndex, other.startIndex, 0)
        while left < one.endIndex, right < other.endIndex {
            if one[left] == other[right] {
                if !ignored.contains(one[left]) { count += 1 }
                left += 1
                right += 1
            } else if one[left] < other[right] {
                left += 1
            } else {
                right += 1
            }
        }
        return count
    }

    /// Hands over the stem of every word that carries meaning, and whether the word is written as a name is.
    private static func scan(_ text: String, _ body: (String, Bool) -> Void) {
        var word: [UInt8] = []
        var (begins, isCapital, hasSmall) = (true, false, false)
        func end() {
            defer { word.removeAll(keepingCapacity: true) }
            guard !word.isEmpty else { return }
            defer { (begins, isCapital, hasSmall) = (false, false, false) }
            guard word.count >= 3 else { return }
            let text = String(decoding: word, as: UTF8.self)
            guard !common.contains(text), word.contains(where: { $0 > 0x39 }) else { return }
            body(String(base(text).prefix(stem)), isCapital && hasSmall && !begins)
        }
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5A:
                if word.isEmpty { isCapital = true }
                word.append(byte | 0x20)
            case 0x61...0x7A, 0x80...0xBF, 0xC3...0xDF:
                hasSmall = true
                word.append(byte)
            case 0x30...0x39: word.append(byte)
            default:
                end()
                // Dashes and quotation marks are three bytes in UTF-8, the first 0xE2: a sentence may begin behind them.
                if byte >= 0xE2 || [0x2E, 0x21, 0x3F, 0x22].contains(byte) { begins = true }
            }
        }
        end()
    }

    /// The word without an ending of English: "signs", "signed" and "signing" are "sign".
    private static func base(_ word: String) -> Substring {
        if let verb = irregular[word] { return verb[...] }
        for ending in ["ing", "ed", "es", "s", "e"]
        where word.hasSuffix(ending) && word.utf8.count - ending.utf8.count >= 3 {
            return word.dropLast(ending.utf8.count)
        }
        return word[...]
    }

    /// Verbs of the news whose past is another word.
    private static let irregular = [
        "met": "meet", "sent": "send", "held": "hold", "shot": "shoot", "fought": "fight", "sought": "seek",
        "took": "take",
        "gave": "give", "broke": "break", "left": "leave", "withdrew": "withdraw", "struck": "strike", "began": "begin",
        "fell": "fall", "won": "win", "lost": "lose", "paid": "pay", "brought": "bring", "spoke": "speak",
    ]

    private static let common: Set<String> = Set(
        """
        the and for with from that this these those was were will would could should has have had been being are its his her
        their they them him she who whom whose which what when where why how not but nor yet than then there here after before over
        under about into onto upon off out against between among during since until while because said says say told saying
        according also more most some any all both each few many much other others such only own same very just now new
        monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
        october november december jan feb mar apr jun jul aug sep sept oct nov dec today yesterday tomorrow week month year
        day days weeks months years late early morning evening ago last next first one two three
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )

    /// Stems of titles, which are written with a capital and are nobody's name.
    private static let titles: Set<String> = Set(
        "president prime minister foreign secretary state general leader king queen chancellor senator governor house speaker"
            .split(separator: " ").map { String(base(String($0)).prefix(stem)) }
    )
}

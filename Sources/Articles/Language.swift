/// Which language a text is in, for the choice between what the language core reads and what it does not.
///
/// A script that one language of news has to itself tells it alone. Latin, Cyrillic, Arabic and Devanagari texts are told
/// by the share of their words that are function words of a language, and by endings and letters that are common in it;
/// a word shared by several languages counts less for each. Names do not matter, since no list holds any.
package enum LanguageIdentifier {
    /// Bytes that are looked at.
    private static let horizon = 20_000
    /// Words below which nothing is said of a Latin, Cyrillic, Arabic or Devanagari text.
    private static let fewest = 6

    /// Languages, or names of one, that function words tell apart badly or not at all.
    private static let alike: [Set<String>] = [
        ["no", "nb", "nn", "da"], ["id", "ms"], ["hr", "sr", "bs", "sh", "cnr"], ["cs", "sk"], ["tl", "fil"],
        ["zh", "yue", "wuu", "cmn"], ["pt", "gl"], ["fa", "prs", "tg"], ["nl", "af"], ["iw", "he"],
    ]

    /// Whether two tags are of one language, or of two that are too alike for one to disprove the other.
    package static func areAlike(_ first: String, _ second: String) -> Bool {
        let first = first.prefix { $0 != "-" && $0 != "_" }.lowercased()
        let second = second.prefix { $0 != "-" && $0 != "_" }.lowercased()
        return first == second || alike.contains { $0.contains(first) && $0.contains(second) }
    }

    /// The language of a text as a BCP 47 tag, and how sure that is, 0 to 1; nil when the text is too short to tell or in
    /// none of the languages known.
    ///
    /// - Complexity: O(n) in the first 20,000 bytes.
    package static func identify(_ text: String) -> (tag: String, confidence: Double)? {
        let sample = Sample(text.utf8.prefix(horizon))
        guard let (script, share) = sample.script else { return nil }
        if let tag = script.language(sample) { return (tag, min(share, Double(sample.letters) / 20)) }
        guard sample.words.count >= fewest else { return nil }
        var scores = [Double](repeating: 0, count: LanguageProfile.all.count)
        for word in sample.words { LanguageIndex.shared.add(word, to: &scores) }
        let candidates = LanguageProfile.all.indices.filter { LanguageProfile.all[$0].script == script }
        let ranked = candidates.sorted { scores[$0] > scores[$1] }
        guard let best = ranked.first else { return nil }
        let words = Double(sample.words.count)
        let tag = LanguageProfile.all[best].tag
        let second = ranked.first { !areAlike(LanguageProfile.all[$0].tag, tag) }.map { scores[$0] } ?? 0
        // News has function words in a third of its places; a list of names has none.
        let density = min(scores[best] / words / 0.25, 1)
        let margin = scores[best] > 0 ? (scores[best] - second) / scores[best] : 0
        let evidence = scores[best] / (scores[best] + 1.5)
        let confidence = evidence * min(1, margin * 2.5) * min(1, 0.3 + density)
        return confidence >= 0.25 ? (tag, min(confidence, share)) : nil
    }
}

/// A script as far as languages are told by it.
enum Script: Int, CaseIterable {
    case latin, cyrillic, greek, arabic, hebrew, devanagari, bengali, gurmukhi, gujarati, tamil, telugu, kannada
    case malayalam, sinhala, thai, lao, myanmar, georgian, armenian, ethiopic, khmer, hangul, kana, han

    /// The script of a letter; nil for what is no letter of these scripts.
    init?(_ value: UInt32) {
        switch value {
        // Stops of Devanagari and Urdu, and signs of Arabic, stand in the ranges of letters.
        case 0x964, 0x965, 0x6D4, 0x66A...0x66D: return nil
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x52F: self = .cyrillic
        case 0x531...0x58F: self = .armenian
        case 0x590...0x5FF: self = .hebrew
        case 0x620...0x6FF, 0x750...0x77F, 0xFB50...0xFDFF, 0xFE70...0xFEFE: self = .arabic
        case 0x900...0x97F: self = .devanagari
        case 0x980...0x9FF: self = .bengali
        case 0xA00...0xA7F: self = .gurmukhi
        case 0xA80...0xAFF: self = .gujarati
        case 0xB80...0xBFF: self = .tamil
        case 0xC00...0xC7F: self = .telugu
        case 0xC80...0xCFF: self = .kannada
        case 0xD00...0xD7F: self = .malayalam
        case 0xD80...0xDFF: self = .sinhala
        case 0xE00...0xE7F: self = .thai
        case 0xE80...0xEFF: self = .lao
        case 0x1000...0x109F: self = .myanmar
        case 0x10A0...0x10FF: self = .georgian
        case 0x1100...0x11FF, 0xAC00...0xD7AF: self = .hangul
        case 0x1200...0x137F: self = .ethiopic
        case 0x1780...0x17FF: self = .khmer
        case 0x3040...0x30FF: self = .kana
        case 0x3400...0x9FFF: self = .han
        default: return nil
        }
    }

    /// The language of a script of one language; nil when words must tell.
    func language(_ sample: Sample) -> String? {
        switch self {
        case .latin, .cyrillic, .arabic, .devanagari: nil
        case .greek: "el"
        case .armenian: "hy"
        case .hebrew: "he"
        case .bengali: "bn"
        case .gurmukhi: "pa"
        case .gujarati: "gu"
        case .tamil: "ta"
        case .telugu: "te"
        case .kannada: "kn"
        case .malayalam: "ml"
        case .sinhala: "si"
        case .thai: "th"
        case .lao: "lo"
        case .myanmar: "my"
        case .georgian: "ka"
        case .hangul: "ko"
        case .ethiopic: "am"
        case .khmer: "km"
        case .kana: "ja"
        // Japanese has kana between its characters, Chinese none.
        case .han: sample.counts[Script.kana.rawValue] * 20 > sample.counts[self.rawValue] ? "ja" : "zh"
        }
    }
}

/// What the identifier counts in the beginning of a text.
struct Sample {
    /// Letters by script.
    private(set) var counts = [Int](repeating: 0, count: Script.allCases.count)
    /// Words in lower case; a letter outside of the known scripts, or an apostrophe, parts them.
    private(set) var words: [[UInt32]] = []
    private(set) var letters = 0

    init(_ bytes: Substring.UTF8View) {
        // A cut character at the end decodes as U+FFFD, which is no letter.
        var word: [UInt32] = []
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if let script = Script(scalar.value) {
                counts[script.rawValue] += 1
                letters += 1
                word.append(Sample.lower(scalar))
            } else if (0x300...0x36F).contains(scalar.value) {
                continue
            } else if !word.isEmpty {
                words.append(word)
                word.removeAll(keepingCapacity: true)
            }
        }
        if !word.isEmpty { words.append(word) }
    }

    static func lower(_ scalar: Unicode.Scalar) -> UInt32 {
        if scalar.value < 0x80 { return (0x41...0x5A).contains(scalar.value) ? scalar.value + 0x20 : scalar.value }
        return scalar.properties.lowercaseMapping.unicodeScalars.first?.value ?? scalar.value
    }

    /// The script of most letters and its share of them; nil without letters.
    var script: (Script, Double)? {
        guard let most = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[most] > 0,
            let script = Script(rawValue: most)
        else { return nil }
        // Kana and Chinese characters are one script's worth of evidence.
        let isEastern = script == .kana || script == .han
        let count = isEastern ? counts[Script.kana.rawValue] + counts[Script.han.rawValue] : counts[most]
        return (script, Double(count) / Double(letters))
    }
}

/// The profiles turned around: from a word, an ending or a letter to the languages that have it.
private struct LanguageIndex {
    static let shared = LanguageIndex()

    private var words: [[UInt32]: [(language: Int, weight: Double)]] = [:]
    private var endings: [[UInt32]: [(language: Int, weight: Double)]] = [:]
    private var letters: [UInt32: [(language: Int, weight: Double)]] = [:]

    private init() {
        for (language, profile) in LanguageProfile.all.enumerated() {
            for word in Set(profile.words.split(separator: " ")) {
                words[LanguageIndex.scalars(word), default: []].append((language, 1))
            }
            for ending in Set(profile.endings.split(separator: " ")) {
                endings[LanguageIndex.scalars(ending), default: []].append((language, 0.35))
            }
            for letter in profile.letters.unicodeScalars {
                letters[letter.value, default: []].append((language, 0.5))
            }
        }
        // What n languages share is worth little for telling them apart, but still says that it is one of them.
        words = words.mapValues(LanguageIndex.shared)
        endings = endings.mapValues(LanguageIndex.shared)
        letters = letters.mapValues(LanguageIndex.shared)
    }

    private static func shared(_ entries: [(language: Int, weight: Double)]) -> [(language: Int, weight: Double)] {
        entries.map { ($0.language, $0.weight / Double(entries.count).squareRoot()) }
    }

    private static func scalars(_ text: Substring) -> [UInt32] { text.unicodeScalars.map(Sample.lower) }

    /// Adds what one word says: itself, else its longest known ending and its telling letters.
    func add(_ word: [UInt32], to scores: inout [Double]) {
        if let entries = words[word] {
            for entry in entries { scores[entry.language] += entry.weight }
            return
        }
        for size in stride(from: min(5, word.count - 1), through: 2, by: -1) {
            guard let entries = endings[Array(word.suffix(size))] else { continue }
            for entry in entries { scores[entry.language] += entry.weight }
            break
        }
        // A word of a hundred ł says no more than one of two.
        for letter in Set(word.prefix(24)) where letter > 0x7F {
            guard let entries = letters[letter] else { continue }
            for entry in entries { scores[entry.language] += entry.weight }
        }
    }
}

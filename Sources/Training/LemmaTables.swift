import Linguistics

/// Verbs whose past or participle follows no rule.
package struct IrregularVerbs: Sendable {
    /// By Penn tag, VBD or VBN: form to base form.
    private(set) var bases: [String: [String: String]] = ["VBD": [:], "VBN": [:]]

    package init() {}

    /// Reads lines of base form, past and participle; forms of the same kind are separated by `|`.
    ///
    /// - Throws: ``CorpusError`` with file and line.
    package init(path: String) throws {
        var number = 0
        try Treebank.forEachLine(of: path) { line in
            number += 1
            guard !line.isEmpty, !line.hasPrefix("#") else { return }
            let columns = line.split(separator: "\t").map(String.init)
            guard columns.count == 3 else {
                throw CorpusError(description: "\(path):\(number): \(columns.count) columns instead of 3")
            }
            for (tag, forms) in [("VBD", columns[1]), ("VBN", columns[2])] {
                for form in forms.split(separator: "|") { bases[tag]![String(form)] = columns[0] }
            }
        }
    }
}

/// Learns the tables of lemmas and of morphological features from treebanks.
struct LemmaTables {
    private struct Rule: Hashable {
        var drop: Int
        var add: String
    }

    private var rules: [Rule] = []
    private var numbers: [Rule: UInt32] = [:]
    private var seen: [UInt64: UInt32] = [:]
    private var endings: [UInt64: UInt32] = [:]
    private var features: [String] = []
    private var featuresSeen: [UInt64: UInt32] = [:]
    private var featuresByTags: [UInt16] = []

    /// - Parameters:
    ///   - sentences: with gold lemmas.
    ///   - tagged: with tags only; what they hold as base forms decides about forms that the former lack.
    ///   - irregular: base forms of pasts and participles, by Penn tag and form.
    init(
        _ sentences: [GoldSentence],
        tagged: [GoldSentence] = [],
        irregular: IrregularVerbs = IrregularVerbs(),
        xpos: [String],
        upos: [String]
    ) {
        learnLemmas(sentences, tagged, irregular, xpos)
        learnFeatures(sentences, xpos, upos)
    }

    // MARK: Lemmas

    private mutating func learnLemmas(
        _ sentences: [GoldSentence],
        _ tagged: [GoldSentence],
        _ irregular: IrregularVerbs,
        _ xpos: [String]
    ) {
        var byForm: [String: [Int: [Rule: Int]]] = [:]
        for sentence in sentences where sentence.lemmas.count == sentence.words.count {
            for (i, word) in sentence.words.enumerated() where sentence.lemmas[i] != "_" && word.utf8.count <= 64 {
                guard let tag = xpos.firstIndex(of: sentence.xpos[i]) else { continue }
                let form = String(decoding: LemmaRules.fold(word), as: UTF8.self)
                byForm[form, default: [:]][tag, default: [:]][rule(form, sentence.lemmas[i]), default: 0] += 1
            }
        }
        learnEndings(byForm)
        for (form, tags) in byForm.sorted(by: { $0.key < $1.key }) {
            for (tag, counts) in tags.sorted(by: { $0.key < $1.key }) {
                let best = Self.best(counts)
                if guess(form, tag) != number(best) { seen[LemmaRules.hash(Array(form.utf8), tag)] = number(best) }
            }
        }
        for (label, forms) in irregular.bases {
            guard let tag = xpos.firstIndex(of: label) else { continue }
            for (form, base) in forms.sorted(by: { $0.key < $1.key }) {
                let best = rule(form, base)
                // "lay" is the past of "lie" too; but where the treebanks have the base at all, "struck" itself is a slip.
                guard byForm[form]?[tag].map({ $0[best] != nil }) ?? true else { continue }
                if guess(form, tag) != number(best) { seen[LemmaRules.hash(Array(form.utf8), tag)] = number(best) }
            }
        }
        learnInflections(sentences + tagged, xpos) { form, tag in byForm[form]?[tag] != nil }
    }

    /// Regular forms that have no gold lemma, such as "bombed": of the base forms they can come from, the one that texts hold most.
    private mutating func learnInflections(
        _ sentences: [GoldSentence],
        _ xpos: [String],
        isKnown: (String, Int) -> Bool
    ) {
        var bases: [String: Int] = [:]
        var inflected: [String: Set<String>] = [:]
        for sentence in sentences where sentence.xpos.count == sentence.words.count {
            for (i, word) in sentence.words.enumerated() where word.utf8.count <= 64 {
                let form = String(decoding: LemmaRules.fold(word), as: UTF8.self)
                switch sentence.xpos[i] {
                case "VB", "VBP": bases[form, default: 0] += 10
                case "NN": bases[form, default: 0] += 1
                case "VBD", "VBN", "VBG", "VBZ", "NNS": inflected[sentence.xpos[i], default: []].insert(form)
                default: break
                }
            }
        }
        for (label, forms) in inflected.sorted(by: { $0.key < $1.key }) {
            guard let tag = xpos.firstIndex(of: label) else { continue }
            for form in forms.sorted() where !isKnown(form, tag) && seen[LemmaRules.hash(Array(form.utf8), tag)] == nil
            {
                let candidates = Self.candidates(form).filter { bases[$0] != nil }
                guard let base = candidates.max(by: { (bases[$0]!, $1) < (bases[$1]!, $0) }) else { continue }
                let best = rule(form, base)
                if guess(form, tag) != number(best) { seen[LemmaRules.hash(Array(form.utf8), tag)] = number(best) }
            }
        }
    }

    /// What a regular form of English may be the form of.
    private static func candidates(_ form: String) -> [String] {
        func without(_ count: Int) -> String { String(form.dropLast(count)) }
        func undoubled(_ stem: String) -> [String] {
            stem.count > 2 && stem.last == stem.dropLast().last ? [String(stem.dropLast())] : []
        }
        if form.hasSuffix("ied") || form.hasSuffix("ies") { return [without(3) + "y", without(1)] }
        if form.hasSuffix("ed") { return [without(2), without(1)] + undoubled(without(2)) }
        if form.hasSuffix("ing") { return [without(3), without(3) + "e"] + undoubled(without(3)) }
        if form.hasSuffix("es") { return [without(1), without(2)] }
        return form.hasSuffix("s") ? [without(1)] : []
    }

    /// For every ending of up to ``LemmaRules/longestEnding`` bytes the rule of most word types, where it differs from the shorter ending's.
    private mutating func learnEndings(_ byForm: [String: [Int: [Rule: Int]]]) {
        var counts: [Int: [[UInt8]: [Rule: Int]]] = [:]
        for (form, tags) in byForm {
            let bytes = Array(form.utf8)
            for (tag, rules) in tags {
                let best = Self.best(rules)
                for length in 0...min(LemmaRules.longestEnding, bytes.count) {
                    counts[tag, default: [:]][Array(bytes.suffix(length)), default: [:]][best, default: 0] += 1
                }
            }
        }
        for (tag, byEnding) in counts.sorted(by: { $0.key < $1.key }) {
            for (ending, rules) in byEnding.sorted(by: {
                $0.key.count != $1.key.count ? $0.key.count < $1.key.count : $0.key.lexicographicallyPrecedes($1.key)
            }) {
                let best = Self.best(rules)
                let total = rules.values.reduce(0, +)
                // An ending of one rare word says nothing; the empty ending is what is left.
                guard ending.isEmpty || (total >= 2 && rules[best]! * 2 > total) else { continue }
                if ending.isEmpty || shorter(ending, tag) != number(best) {
                    endings[LemmaRules.hash(ending, tag)] = number(best)
                }
            }
        }
    }

    private func shorter(_ ending: [UInt8], _ tag: Int) -> UInt32? {
        for length in stride(from: ending.count - 1, through: 0, by: -1) {
            if let found = endings[LemmaRules.hash(ending.suffix(length), tag)] { return found }
        }
        return nil
    }

    private func guess(_ form: String, _ tag: Int) -> UInt32? {
        let bytes = Array(form.utf8)
        for length in stride(from: min(LemmaRules.longestEnding, bytes.count), through: 0, by: -1) {
            if let found = endings[LemmaRules.hash(bytes.suffix(length), tag)] { return found }
        }
        return nil
    }

    private func rule(_ form: String, _ lemma: String) -> Rule {
        let form = Array(form.utf8)
        let lemma = LemmaRules.fold(lemma)
        var shared = 0
        while shared < form.count, shared < lemma.count, form[shared] == lemma[shared] { shared += 1 }
        while shared > 0, shared < lemma.count, lemma[shared] & 0xC0 == 0x80 { shared -= 1 }
        return Rule(drop: form.count - shared, add: String(decoding: lemma[shared...], as: UTF8.self))
    }

    private mutating func number(_ rule: Rule) -> UInt32 {
        if let known = numbers[rule] { return known }
        numbers[rule] = UInt32(rules.count)
        rules.append(rule)
        return UInt32(rules.count - 1)
    }

    private static func best(_ counts: [Rule: Int]) -> Rule {
        counts.max { ($0.value, -$0.key.drop, $1.key.add) < ($1.value, -$1.key.drop, $0.key.add) }!.key
    }

    // MARK: Features

    private mutating func learnFeatures(_ sentences: [GoldSentence], _ xpos: [String], _ upos: [String]) {
        var byTags: [SIMD2<Int>: [String: Int]] = [:]
        var byForm: [SIMD2<Int>: [String: [String: Int]]] = [:]
        for sentence in sentences where sentence.features.count == sentence.words.count {
            for (i, word) in sentence.words.enumerated() where word.utf8.count <= 64 {
                guard let tag = xpos.firstIndex(of: sentence.xpos[i]),
                    let upos = upos.firstIndex(of: sentence.upos[i])
                else { continue }
                byTags[SIMD2(upos, tag), default: [:]][sentence.features[i], default: 0] += 1
                byForm[SIMD2(upos, tag), default: [:]][
                    String(decoding: LemmaRules.fold(word), as: UTF8.self),
                    default: [:]
                ][sentence.features[i], default: 0] += 1
            }
        }
        features = Array(Set(byTags.values.flatMap(\.keys)).union(["_"])).sorted()
        let index = Dictionary(uniqueKeysWithValues: features.enumerated().map { ($1, $0) })
        func best(_ counts: [String: Int]) -> String { counts.max { ($0.value, $1.key) < ($1.value, $0.key) }!.key }
        featuresByTags = [UInt16](repeating: UInt16(index["_"]!), count: upos.count * xpos.count)
        for (tags, counts) in byTags {
            featuresByTags[tags.x * xpos.count + tags.y] = UInt16(index[best(counts)]!)
        }
        for (tags, forms) in byForm {
            let usual = featuresByTags[tags.x * xpos.count + tags.y]
            for (form, counts) in forms where UInt16(index[best(counts)]!) != usual {
                featuresSeen[FeatureRules.hash(Array(form.utf8), upos: tags.x, tag: tags.y)] = UInt32(
                    index[best(counts)]!
                )
            }
        }
    }

    // MARK: File

    func add(to writer: inout ModelWriter) {
        writer.add("lemma.rules", rules.map { "\($0.drop)\t\($0.add)" })
        writer.add("lemma.seen", seen)
        writer.add("lemma.endings", endings)
        writer.add("features", features)
        writer.add("feature.seen", featuresSeen)
        writer.add("feature.tags", featuresByTags)
    }
}

/// Lemmas by edit rules: the word in small letters loses some bytes at its end and gets others.
///
/// Rules of words that were seen stand in a table by form and Penn tag; all others follow the longest known ending with that tag.
struct Lemmatiser: Sendable {
    /// Longest ending that is looked up, in bytes.
    static let longestEnding = 6

    /// A rule: bytes to drop, bytes to add, and whether the word's own capitals stay.
    struct Rule: Sendable {
        var drop: Int
        var add: [UInt8]
    }

    private let seen: HashTable
    private let endings: HashTable
    private let rules: [Rule]

    init(_ file: ModelFile) throws(ModelError) {
        seen = try HashTable(file, "lemma.seen")
        endings = try HashTable(file, "lemma.endings")
        var rules: [Rule] = []
        for line in try file.strings("lemma.rules") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 2, let drop = Int(parts[0]), drop >= 0 else {
                throw ModelError(
                    code: .inconsistent,
                    path: file.path,
                    detail: "a rule of lemmas that cannot be read: \(line)"
                )
            }
            rules.append(Rule(drop: drop, add: Array(parts[1].utf8)))
        }
        self.rules = rules
    }

    /// Appends the lemma of a form to `output`.
    ///
    /// - Parameters:
    ///   - form: the word as written.
    ///   - tag: the number of its Penn tag.
    ///   - keepsCase: whether capitals stay, as in names.
    func append(_ form: UnsafeBufferPointer<UInt8>, tag: Int, keepsCase: Bool, to output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { small in
            guard form.count <= 64 else {
                output.append(contentsOf: form)
                return
            }
            let n = Self.fold(form, into: small)
            let key = UnsafeBufferPointer(rebasing: small[..<n])
            let rule = self.rule(key, tag)
            guard let rule, rule.drop <= n else {
                output.append(contentsOf: keepsCase ? form : key)
                return
            }
            let kept = n - rule.drop
            let base =
                keepsCase && n == form.count
                ? UnsafeBufferPointer(rebasing: form[..<kept]) : UnsafeBufferPointer(rebasing: key[..<kept])
            output.append(contentsOf: base)
            output.append(contentsOf: rule.add)
        }
    }

    private func rule(_ key: UnsafeBufferPointer<UInt8>, _ tag: Int) -> Rule? {
        if let number = seen[Self.hash(key, tag)], Int(number) < rules.count { return rules[Int(number)] }
        var length = min(Self.longestEnding, key.count)
        while length >= 0 {
            let ending = UnsafeBufferPointer(rebasing: key[(key.count - length)...])
            if let number = endings[Self.hash(ending, tag)], Int(number) < rules.count { return rules[Int(number)] }
            length -= 1
        }
        return nil
    }

    /// The hash of a form or an ending with a tag; never zero.
    package static func hash(_ bytes: UnsafeBufferPointer<UInt8>, _ tag: Int) -> UInt64 {
        max(WordFeatures.hash(bytes, seed: 100 + UInt64(tag)), 1)
    }

    /// A form in small letters with straight apostrophes.
    package static func fold(_ form: UnsafeBufferPointer<UInt8>, into folded: UnsafeMutableBufferPointer<UInt8>) -> Int
    {
        var count = 0
        var at = 0
        while at < form.count {
            if form[at] == 0xE2, at + 2 < form.count, form[at + 1] == 0x80, form[at + 2] == 0x99 || form[at + 2] == 0x98
            {
                folded[count] = 0x27
                at += 3
            } else {
                folded[count] = form[at].lowered
                at += 1
            }
            count += 1
        }
        return count
    }
}

/// What the trainer needs to build the tables of ``Lemmatiser``.
package enum LemmaRules {
    package static let longestEnding = Lemmatiser.longestEnding

    package static func hash(_ text: some Collection<UInt8>, _ tag: Int) -> UInt64 {
        Array(text).withUnsafeBufferPointer { Lemmatiser.hash($0, tag) }
    }

    package static func fold(_ form: String) -> [UInt8] {
        var folded = [UInt8](repeating: 0, count: form.utf8.count)
        let count = Array(form.utf8).withUnsafeBufferPointer { form in
            folded.withUnsafeMutableBufferPointer { Lemmatiser.fold(form, into: $0) }
        }
        return Array(folded[..<count])
    }
}

/// Morphological features (UD's FEATS): by form and both tags where a word was seen to differ, else by the tags.
struct FeatureTable: Sendable {
    package let labels: [String]
    private let seen: HashTable
    private let byTags: [UInt16]
    private let xpos: Int

    init(_ file: ModelFile, upos: Int, xpos: Int) throws(ModelError) {
        labels = try file.strings("features")
        seen = try HashTable(file, "feature.seen")
        byTags = Array(try file.section("feature.tags", UInt16.self, count: upos * xpos).elements)
        self.xpos = xpos
        guard byTags.allSatisfy({ $0 < labels.count }) else {
            throw ModelError(
                code: .inconsistent,
                path: file.path,
                detail: "a table of features that points outside of its labels"
            )
        }
    }

    /// The number of a word's features in ``labels``.
    func number(_ form: UnsafeBufferPointer<UInt8>, upos: Int, tag: Int) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { small in
            if form.count <= 64 {
                let n = Lemmatiser.fold(form, into: small)
                if let number = seen[Self.hash(UnsafeBufferPointer(rebasing: small[..<n]), upos, tag)],
                    Int(number) < labels.count
                {
                    return Int(number)
                }
            }
            return Int(byTags[upos * xpos + tag])
        }
    }

    package static func hash(_ bytes: UnsafeBufferPointer<UInt8>, _ upos: Int, _ tag: Int) -> UInt64 {
        max(WordFeatures.hash(bytes, seed: 10_000 + UInt64(upos) * 256 + UInt64(tag)), 1)
    }
}

/// The hash that ``FeatureTable`` uses, for the trainer.
package enum FeatureRules {
    package static func hash(_ folded: [UInt8], upos: Int, tag: Int) -> UInt64 {
        folded.withUnsafeBufferPointer { FeatureTable.hash($0, upos, tag) }
    }
}

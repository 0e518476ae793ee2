/// Reads corpora of names, one token a line, and puts their labels into our types: PER, ORG, LOC, NORP, TIME, MISC.
package enum NameCorpus {
    /// How a corpus writes its columns and names its types.
    package enum Format: String, Sendable, CaseIterable { case gmb, uner }

    private static let types: [Substring: String] = [
        "geo": "LOC", "gpe": "NORP", "per": "PER", "org": "ORG", "tim": "TIME", "GPE": "LOC", "LOC": "LOC",
        "FAC": "LOC", "PER": "PER",
        "PERSON": "PER", "ORG": "ORG", "NORP": "NORP", "DATE": "TIME", "TIME": "TIME",
    ]

    /// Titles, which stay outside of a person's name.
    static let titles: Set<String> = [
        "mr", "mrs", "ms", "dr", "sir", "lord", "lady", "prof", "president", "vice-president", "vice", "prime",
        "minister", "premier",
        "chancellor", "secretary", "secretary-general", "general", "foreign", "defense", "defence", "interior",
        "senator", "sen", "rep",
        "representative", "congressman", "governor", "mayor", "king", "queen", "prince", "princess", "pope",
        "ambassador", "judge",
        "justice", "chief", "commander", "colonel", "col", "lieutenant", "lt", "major", "gen", "captain", "capt",
        "sergeant", "sgt",
        "admiral", "adm", "sheikh", "ayatollah", "imam", "reverend", "rev", "archbishop", "bishop", "cardinal",
        "spokesman",
        "spokeswoman", "chairman", "director", "ex-president", "former", "deputy", "leader", "of", "state", "us",
        "u.s.", "the",
    ]

    package static func read(_ path: String, _ format: Format) throws -> [GoldSentence] {
        var sentences: [GoldSentence] = []
        var current = GoldSentence()
        func end() {
            if !current.words.isEmpty { sentences.append(current) }
            current = GoldSentence()
        }
        try Treebank.forEachLine(of: path) { line in
            if line.isEmpty { return end() }
            if format == .uner, line.hasPrefix("#") { return }
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard columns.count >= 3 else {
                throw CorpusError(description: "\(path): fewer than 3 columns in: \(line)")
            }
            current.words.append(String(columns[format == .gmb ? 0 : 1]))
            let label = columns[2]
            current.names.append(label.count > 2 ? label.prefix(2) + (types[label.dropFirst(2)] ?? "MISC") : "O")
        }
        end()
        return sentences
    }

    /// The names of a sentence without the titles of persons.
    package static func spans(_ words: [String], _ labels: [String]) -> [(range: SIMD2<Int>, type: String)] {
        var found: [(range: SIMD2<Int>, type: String)] = []
        var i = 0
        while i < labels.count {
            guard labels[i] != "O", labels[i].count > 2 else {
                i += 1
                continue
            }
            let type = String(labels[i].dropFirst(2))
            var end = i + 1
            while end < labels.count, labels[end] == "I-" + type { end += 1 }
            var first = i
            if type == "PER" {
                while first < end - 1, titles.contains(words[first].lowercased().trimming(".")) { first += 1 }
            }
            found.append((SIMD2(first, end), type))
            i = end
        }
        return found
    }
}

extension String {
    fileprivate func trimming(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}

package import Knowledge

/// The words that stand for countries: between two reports of one dyad they tell nothing that the codes do not.
package struct CountryNames: Sendable {
    private let phrases: Set<String>
    /// Stems of names, adjectives and people of countries.
    let stems: Set<String>
    /// Country by stem, of names of one word.
    let codes: [String: String]

    package init(_ knowledge: Knowledge) {
        var (phrases, stems, codes): (Set<String>, Set<String>, [String: String]) = ([], [], [:])
        for (phrase, name) in knowledge.phrases {
            switch name.kind {
            case .country, .adjective, .demonym:
                phrases.insert(phrase)
                let words = Words.stems(phrase)
                stems.formUnion(words)
                if words.count == 1, let code = name.code { codes[words[0]] = min(code, codes[words[0]] ?? code) }
            case .metonym, .capital: phrases.insert(phrase)
            case .organisation, .place, .person: break
            }
        }
        (self.phrases, self.stems, self.codes) = (phrases, stems, codes)
    }

    /// Whether a name stands for a country or its government.
    func isCountry(_ name: String) -> Bool { phrases.contains(name) }
}

/// Regular English inflection of verbs: for words whose base form the language core has never met.
enum Inflection {
    /// The forms in -s, -ed and -ing; where the last letter may be doubled, both ways.
    static func forms(of verb: String) -> [String] {
        guard let last = verb.last, verb.count > 2 else { return [] }
        let beforeLast = verb.dropLast().last ?? " "
        if last == "y", !isVowel(beforeLast) {
            let stem = verb.dropLast()
            return [stem + "ies", stem + "ied", verb + "ing"]
        }
        if last == "e" { return [verb + "s", verb + "d", verb.dropLast() + "ing", verb + "ing"] }
        let s = ["s", "x", "z", "ch", "sh"].contains { verb.hasSuffix($0) } ? verb + "es" : verb + "s"
        var forms = [s, verb + "ed", verb + "ing"]
        if !isVowel(last), isVowel(beforeLast) { forms += ["\(verb)\(last)ed", "\(verb)\(last)ing"] }
        return forms
    }

    private static func isVowel(_ letter: Character) -> Bool { "aeiou".contains(letter) }
}

import Linguistics

/// Numbers as news writes them.
enum Numbers {
    /// "35", "3,500", "1.5 million", "twelve".
    static func value(_ tree: Tree, _ token: Int) -> Double? {
        let scale = tree.dependents(of: token).compactMap { scales[tree.lemmas[$0]] }.first
        if let own = scales[tree.lemmas[token]] {
            let count = tree.dependents(of: token).compactMap { plain(tree, $0) }.first
            return own * (count ?? 1)
        }
        return plain(tree, token).map { $0 * (scale ?? 1) }
    }

    private static func plain(_ tree: Tree, _ token: Int) -> Double? {
        if let word = words[tree.forms[token]] { return word }
        var text = tree.analysis.token(token)
        text.removeAll { $0 == "," }
        return Double(text)
    }

    /// `exactly` unless words before say otherwise.
    static func qualifier(_ tree: Tree, _ token: Int) -> String {
        for child in tree.dependents(of: token) where child < token {
            if tree.forms[child] == "least" { return "at least" }
            if tree.forms[child] == "most" { return "at most" }
            if let found = qualifiers[tree.forms[child]] { return found }
        }
        guard token > 0 else { return "exactly" }
        if token > 1, tree.forms[token - 2] == "at" || tree.forms[token - 2] == "up" || tree.forms[token - 1] == "than"
        {
            switch (tree.forms[token - 2], tree.forms[token - 1]) {
            case ("at", "least"): return "at least"
            case ("at", "most"), ("up", "to"): return "at most"
            case ("more", "than"): return "more than"
            case ("fewer", "than"), ("less", "than"): return "less than"
            default: break
            }
        }
        return qualifiers[tree.forms[token - 1]] ?? "exactly"
    }

    private static let qualifiers: [Symbol: String] = [
        "over": "more than", "about": "about", "around": "about", "nearly": "about", "almost": "about", "some": "about",
        "roughly": "about", "approximately": "about",
    ]
    private static let scales: [Symbol: Double] = [
        "hundred": 100, "thousand": 1000, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12,
    ]
    private static let words: [Symbol: Double] = [
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
        "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
        "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
        "seventy": 70, "eighty": 80, "ninety": 90,
    ]
}

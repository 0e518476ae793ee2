package import Records

/// Actors and recipients as noun phrases inside of a sentence.
package struct PartyPhrase: Sendable, Equatable {
    let text: String
    let isPlural: Bool

    /// The parties joined with commas and “and”, at most three by name; nil when there is none.
    ///
    /// - Parameter countries: names of countries by their code, for a party that is named by a pronoun alone.
    package init?(_ parties: [Actor], countries: [String: String]) {
        var texts: [String] = []
        for party in parties {
            let text = PartyPhrase.text(of: party, countries)
            if !texts.contains(text) { texts.append(text) }
        }
        guard let first = texts.first else { return nil }
        isPlural = texts.count > 1 || PartyPhrase.isPlural(first, isName: parties[0].name != nil)
        text = PartyPhrase.joined(texts.count > 3 ? Array(texts.prefix(2)) + ["others"] : texts)
    }

    /// “a”, “a and b”, “a, b and c”.
    static func joined(_ texts: [String]) -> String {
        guard texts.count > 1 else { return texts.first ?? "" }
        return texts.dropLast().joined(separator: ", ") + " and " + texts[texts.count - 1]
    }

    /// The longest text of a party, in characters: what is longer is a whole clause.
    private static let longest = 90

    private static func text(of party: Actor, _ countries: [String: String]) -> String {
        if let name = party.name { return withArticle(name) }
        let words = party.text.split(whereSeparator: \.isWhitespace).map(String.init)
        let isPronoun = words.count == 1 && pronouns.contains(words[0].lowercased())
        // “American” of “the American sanctions” names the country alone.
        let isAdjective =
            words.count == 1 && adjectiveEndings.contains { words[0].hasSuffix($0) }
        if words.isEmpty || isPronoun || party.text.count > longest || isAdjective && party.code != nil {
            return party.code.flatMap { countries[$0] }.map(withArticle) ?? "an unnamed party"
        }
        let openers: Set<String> = [
            "The", "A", "An", "His", "Her", "Their", "Its", "Some", "Many", "Several", "Two", "Three",
        ]
        let first = openers.contains(words[0]) ? words[0].lowercased() : words[0]
        return ([first] + words.dropFirst()).joined(separator: " ")
    }

    private static let adjectiveEndings = ["an", "ese", "ish", "ench", "utch", "aqi", "raeli", "ani"]
    private static let pronouns: Set<String> = [
        "he", "she", "it", "they", "we", "i", "him", "her", "them", "us", "you", "who", "which", "that", "this", "one",
        "both",
        "himself", "herself", "itself", "themselves", "these", "those", "his", "its", "their",
    ]

    /// “the United States”, “the European Union”; “Russia” and “Angela Merkel” as they are.
    private static func withArticle(_ name: String) -> String {
        let words = name.split(separator: " ")
        guard let first = words.first, let last = words.last, first != "the", first != "The" else { return name }
        let takesArticle =
            countriesWithArticle.contains(name) || first == "United"
            || words.count > 1 && heads.contains(String(last)) || name.contains(" of ") && heads.contains(String(first))
        return takesArticle ? "the \(name)" : name
    }

    private static let countriesWithArticle: Set<String> = [
        "Netherlands", "Philippines", "Bahamas", "Gambia", "Maldives", "Comoros", "Seychelles", "Taliban", "Kremlin",
        "Pentagon", "Vatican", "White House",
    ]
    private static let heads: Set<String> = [
        "Republic", "Union", "Emirates", "Islands", "Kingdom", "Nations", "States", "Organization", "Organisation",
        "Council", "Ministry", "Department", "Agency", "Commission", "Army", "League", "Party", "Court", "Bank", "Fund",
        "Committee", "Front", "Movement", "Parliament", "Senate", "Congress", "Government", "Police", "Authority",
        "Church",
        "Guard", "Guards", "Forces", "Federation", "Association", "Bureau", "Service", "Navy",
    ]

    private static func isPlural(_ text: String, isName: Bool) -> Bool {
        guard !isName, let first = text.split(separator: " ").first else { return false }
        if ["a", "an", "one", "each", "every"].contains(first.lowercased()) { return false }
        if first.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2C }) { return first != "1" }
        let head = text.split(separator: " ").prefix {
            !["of", "in", "from", "at", "on", "for", "with", "who"].contains($0)
        }
        guard let last = head.last else { return false }
        return last.hasSuffix("s") && !last.hasSuffix("ss") && !last.hasSuffix("'s")
            || ["people", "police", "children", "women", "men", "troops", "forces"].contains(last.lowercased())
    }
}

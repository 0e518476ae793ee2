import Knowledge
import Linguistics
import Records

/// A stretch of a sentence that names or describes an actor or a place.
struct Chunk {
    /// From its number or first adjective to its last noun; articles are left out.
    var tokens: Range<Int>
    var actor: Actor
    /// The entity it belongs to; nil for descriptions and pronouns.
    var entity: EntityKey?
    var kind: Kind
    var quantity: Quantity?

    /// What sort of expression it is.
    enum Kind: Equatable {
        case person, organisation, country, place, group, described
        /// "he", "she", "they", "it", "we", "I".
        case pronoun
    }

    /// A country, city or region: an actor only where it acts.
    var isPlace: Bool { kind == .place || kind == .country }
}

/// What makes two mentions the same entity.
struct EntityKey: Hashable {
    let name: String
    let type: Entity.EntityType
}

extension Range<Int> {
    /// From one token to before another; empty when that comes first.
    init(from start: Int, before end: Int) { self = start..<Swift.max(start, end) }
}

/// The words of a sentence that the coder's rules speak of, in lower case.
enum Words {
    static let determiners: Set<String> = [
        "the", "a", "an", "this", "that", "these", "those", "its", "his", "her", "their", "some", "all",
    ]
    static let placePrepositions: Set<String> = ["in", "at", "near", "outside", "across", "inside"]
    static let prepositions: Set<String> = placePrepositions.union([
        "of", "to", "from", "with", "by", "against", "on", "for", "over", "after", "before", "during", "between",
        "under",
        "into", "about", "as", "through", "toward", "towards", "amid", "despite", "since", "until", "among",
    ])
    static let conjunctions: Set<String> = [
        "and", "or", "but", "as", "while", "when", "if", "because", "although", "that", "which", "who", "whom", "whose",
        "where", "than",
    ]
    static let auxiliaries: Set<String> = [
        "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "will", "would",
        "could", "may", "might", "can", "should", "must",
    ]
    static let pronouns: Set<String> = ["he", "she", "they", "it", "we", "i"]
    static let numbers: [String: Double] = [
        "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
        "eleven": 11,
        "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
        "fifty": 50, "hundred": 100,
    ]
    static let months: [String: Int] = [
        "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
        "september": 9,
        "october": 10, "november": 11, "december": 12, "jan.": 1, "feb.": 2, "mar.": 3, "apr.": 4, "jun.": 6, "jul.": 7,
        "aug.": 8, "sept.": 9, "sep.": 9, "oct.": 10, "nov.": 11, "dec.": 12,
    ]
    static let weekdays: [String: Int] = [
        "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    ]

    /// Words between a country and a noun, as in "35 Russian suspected spies", are none of these.
    static func endsPhrase(_ word: String) -> Bool {
        determiners.contains(word) || prepositions.contains(word) || conjunctions.contains(word)
            || auxiliaries.contains(word)
            || pronouns.contains(word) || word == "'s" || word == "’s"
    }
}

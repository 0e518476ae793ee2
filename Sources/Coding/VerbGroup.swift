import Knowledge
import Linguistics

/// A verb with its auxiliaries and adverbs: "has repeatedly been accused".
struct VerbGroup {
    /// From its first auxiliary to the verb or its particle.
    var tokens: Range<Int> = 0..<0
    var isPassive = false
    var isNegated = false
    var isInfinitive = false
    /// "will", "is going to".
    var isFuture = false
    /// "would", "could", "may", "might", "can".
    var isPossible = false
    /// "should", "must".
    var isDemanded = false
    /// "allegedly", "reportedly".
    var isAlleged = false
    /// "previously", "formerly".
    var isBackground = false

    /// Reads leftwards from a verb.
    ///
    /// - Returns: nil when the form, as it stands, is no verb of a clause: a noun, an adjective, a gerund without "be".
    init?(at verb: Int, form: Frames.Form, before end: Int, from start: Int, _ lower: [String]) {
        var index = verb
        var hasBe = false
        var hasAuxiliary = false
        while index > start {
            let word = lower[index - 1]
            if VerbGroup.be.contains(word) {
                hasBe = true
                hasAuxiliary = true
            } else if !note(word), !VerbGroup.isAdverb(word) {
                break
            } else if Words.auxiliaries.contains(word) || word == "'ll" || word == "’ll" {
                hasAuxiliary = true
            }
            index -= 1
        }
        if index > start, lower[index - 1] == "to", form == .base {
            isInfinitive = true
            index -= 1
            if index > start, lower[index - 1] == "not" {
                isNegated = true
                index -= 1
            }
        }
        tokens = index..<verb + 1
        switch form {
        case .participle:
            // "diplomats expelled by Russia": a passive without its auxiliary.
            isPassive = hasBe || verb + 1 < end && lower[verb + 1] == "by"
            guard isPassive || VerbGroup.has.contains(where: { lower[index..<verb].contains($0) }) else { return nil }
        case .gerund: guard hasBe else { return nil }
        case .base:
            guard
                isInfinitive || hasAuxiliary && !hasBe || isNegated || index == verb
                    || lower[index..<verb].allSatisfy(VerbGroup.isAdverb)
            else { return nil }
        case .past:
            guard !hasBe, !VerbGroup.has.contains(where: { lower[index..<verb].contains($0) }),
                verb + 1 >= end || lower[verb + 1] != "by"
            else { return nil }
        case .third, .noun: break
        }
        // A determiner before it makes it a noun or an adjective.
        if index > start, !isInfinitive, Words.determiners.contains(lower[index - 1]), lower[index - 1] != "that" {
            return nil
        }
    }

    /// Takes note of a word before the verb; false when it says nothing of interest.
    private mutating func note(_ word: String) -> Bool {
        switch word {
        case "not", "n't", "n’t", "never": isNegated = true
        case "will", "'ll", "’ll": isFuture = true
        case "would", "could", "may", "might", "can": isPossible = true
        case "should", "must": isDemanded = true
        case "allegedly", "reportedly", "supposedly": isAlleged = true
        case "previously", "formerly", "once": isBackground = true
        case "has", "have", "had", "'ve", "’ve", "does", "do", "did": break
        default: return false
        }
        return true
    }

    private static let be: Set<String> = ["is", "are", "was", "were", "be", "been", "being", "'re", "’re"]
    private static let has: Set<String> = ["has", "have", "had", "'ve", "’ve"]

    private static func isAdverb(_ word: String) -> Bool {
        word.count > 4 && word.hasSuffix("ly") && word != "family" && word != "italy" && word != "july"
            || ["also", "already", "again", "now", "still", "then", "earlier", "later", "soon", "since", "even", "so"]
                .contains(word)
    }
}

import Knowledge
import Linguistics
import Records

/// Finds subjects and objects in a sentence without a parser: by what stands beside the verb.
struct Clause {
    let sentence: Range<Int>
    let lower: [String]
    let knowledge: Knowledge
    /// The sentence's chunks, in order.
    let chunks: [Chunk]

    // MARK: Left of the verb

    /// The actors left of a verb group, those joined by "and" together; empty when it has none.
    func subject(of group: Range<Int>) -> [Chunk] {
        let before = group.lowerBound - 1
        guard before >= sentence.lowerBound else { return [] }
        switch lower[before] {
        case "who", "which", "that":
            return last(endingBy: before, gap: 1).map(joined) ?? []
        case ",":
            return beforeApposition(comma: before)
        default:
            return last(endingBy: group.lowerBound, gap: 6).map(joined) ?? []
        }
    }

    /// The nearest chunk to the left over words of its own phrase, such as "officials in Moscow".
    private func last(endingBy end: Int, gap: Int) -> Int? {
        var end = end
        while let index = chunks.lastIndex(where: {
            $0.tokens.upperBound <= end && $0.tokens.lowerBound >= sentence.lowerBound
        }) {
            let between = chunks[index].tokens.upperBound..<end
            guard between.count <= gap, between.allSatisfy(isTransparent) else { return nil }
            // What a preposition governs is not the subject; what stands before it may be.
            guard let governor = governor(of: chunks[index]), Words.prepositions.contains(lower[governor]) else {
                return index
            }
            // "a day after Obama ordered": a conjunction before a clause, where the verb follows at once.
            if between.isEmpty, Clause.clausal.contains(lower[governor]) { return index }
            end = governor
        }
        return nil
    }

    /// "Peskov, the president's spokesman, denied": the chunk before the first of the two commas.
    private func beforeApposition(comma: Int) -> [Chunk] {
        guard let opening = (sentence.lowerBound..<comma).last(where: { lower[$0] == "," }), comma - opening <= 20,
            let index = chunks.lastIndex(where: { $0.tokens.upperBound == opening })
        else { return [] }
        return joined(index)
    }

    /// A chunk with those that "and" or a comma joins to it on its left.
    private func joined(_ index: Int) -> [Chunk] {
        var group = [chunks[index]]
        var at = index
        var joins = false
        while at > 0 {
            let between = Range(from: chunks[at - 1].tokens.upperBound, before: governed(chunks[at]))
            let words = between.map { lower[$0] }
            guard words == ["and"] || words == [",", "and"] || joins && words == [","], !chunks[at - 1].isPronoun else {
                break
            }
            joins = true
            at -= 1
            group.insert(chunks[at], at: 0)
        }
        return group
    }

    /// Where a chunk's phrase begins, its article included.
    private func governed(_ chunk: Chunk) -> Int {
        let before = chunk.tokens.lowerBound - 1
        return before >= sentence.lowerBound && Words.determiners.contains(lower[before])
            ? before : chunk.tokens.lowerBound
    }

    private static let clausal: Set<String> = ["after", "before", "since", "until", "as"]

    private func governor(of chunk: Chunk) -> Int? {
        let before = governed(chunk) - 1
        return before >= sentence.lowerBound ? before : nil
    }

    // MARK: Right of the verb

    /// The chunk right behind a verb, over an article and adjectives, with those joined to it.
    func object(from start: Int) -> [Chunk] { next(from: start, gap: 4) }

    /// What a preposition within the clause governs.
    func prepositional(_ prepositions: [String], from start: Int) -> (preposition: Int, chunks: [Chunk])? {
        for index in Range(from: start, before: clauseEnd(from: start)) where prepositions.contains(lower[index]) {
            let found = next(from: index + 1, gap: 3)
            if !found.isEmpty { return (index, found) }
        }
        return nil
    }

    private func next(from start: Int, gap: Int) -> [Chunk] {
        guard let first = chunks.firstIndex(where: { $0.tokens.lowerBound >= start }) else { return [] }
        let between = start..<chunks[first].tokens.lowerBound
        guard between.count <= gap, between.allSatisfy({ isTransparent($0) && !Words.prepositions.contains(lower[$0]) })
        else {
            return []
        }
        var group = [chunks[first]]
        var at = first
        while at + 1 < chunks.count {
            let words = Range(from: chunks[at].tokens.upperBound, before: governed(chunks[at + 1])).map { lower[$0] }
            guard words == ["and"] || words == [","] || words == [",", "and"] else { break }
            // A comma alone joins only when an "and" follows; a verb behind it begins another clause.
            let end = chunks[at + 1].tokens.upperBound
            guard end >= sentence.upperBound || !isVerb(end) else { break }
            at += 1
            group.append(chunks[at])
        }
        return group
    }

    /// Where the words that belong to a verb end.
    func clauseEnd(from start: Int) -> Int {
        var index = start
        while index < sentence.upperBound, index - start < 18 {
            if [";", ":", ".", "!", "?", "“", "”", "\"", "who", "which", "while", "because", "although", "but"]
                .contains(lower[index])
            {
                break
            }
            if lower[index] == "," && index + 1 < sentence.upperBound && !isListed(index + 1) { break }
            index += 1
        }
        return index
    }

    /// A comma between two chunks goes on with a list.
    private func isListed(_ token: Int) -> Bool {
        chunks.contains { $0.tokens.upperBound == token - 1 } && chunks.contains { $0.tokens.lowerBound == token }
    }

    // MARK: Words

    /// Words that may stand inside a noun phrase.
    private func isTransparent(_ token: Int) -> Bool {
        let word = lower[token]
        if word.first.map({ !$0.isLetter && !$0.isNumber }) ?? true { return false }
        if Words.conjunctions.contains(word) || Words.auxiliaries.contains(word) { return false }
        return !isVerb(token)
    }

    /// Whether a word is a finite verb of some frame; nouns that look like verbs are given the benefit of the doubt.
    func isVerb(_ token: Int) -> Bool {
        knowledge.frames.uses(of: lower[token]).contains { [.past, .participle].contains($0.form) }
            || ["said", "says"].contains(lower[token])
    }
}

extension Chunk {
    var isPronoun: Bool { kind == .pronoun && entity == nil }
}

/// A sentence as the network reads it: rows of its words and the answers as numbers, -1 where there is none.
struct Example {
    var rows: [Int32]
    var xpos: [Int32]
    var upos: [Int32]
    var names: [Int32]
    /// -1 is the root, -2 unknown.
    var heads: [Int32]
    var relations: [Int32]
    /// How much the answer about head and relation counts.
    var weights: [Float]
    var count: Int { xpos.count }

    init(_ sentence: GoldSentence, _ vocabulary: Vocabulary, weight: Float, cache: inout [String: [Int32]]) {
        rows = []
        for word in sentence.words {
            if let known = cache[word] {
                rows += known
            } else {
                let found = vocabulary.rows(of: word)
                cache[word] = found
                rows += found
            }
        }
        let n = sentence.words.count
        func numbers(_ labels: [String], _ inventory: [String]) -> [Int32] {
            guard labels.count == n else { return [Int32](repeating: -1, count: n) }
            return labels.map { Int32(inventory.firstIndex(of: $0) ?? -1) }
        }
        xpos = numbers(sentence.xpos, vocabulary.xpos)
        upos = numbers(sentence.upos, vocabulary.upos)
        names = numbers(sentence.names, vocabulary.names)
        relations = numbers(sentence.relations, vocabulary.relations)
        heads = sentence.heads.count == n ? sentence.heads.map { $0 - 1 } : [Int32](repeating: -2, count: n)
        weights =
            sentence.certainty.count == n
            ? sentence.certainty.map { $0 * weight } : [Float](repeating: weight, count: n)
    }
}

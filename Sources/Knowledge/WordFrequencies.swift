/// In how many paragraphs of newswire each word occurs: what is rare, told once and for all.
///
/// A fixed table needs no count that grows with the articles, so what is made of an article depends on that article alone.
package struct WordFrequencies: Sendable {
    /// Paragraphs counted.
    package private(set) var paragraphs = 1
    /// By word, in lower case; words in fewer than three paragraphs are not there.
    package private(set) var counts: [String: Int] = [:]

    /// Knows no word: all are as rare as can be.
    package init() {}

    init(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            let text = try row.required("paragraphs")
            guard let count = Int(text), count > 0 else { throw row.error("'\(text)' is not a number of paragraphs") }
            counts[try row.required("word")] = count
        }
        guard let all = counts.removeValue(forKey: "(all)") else {
            throw KnowledgeError(
                description: "word-frequencies.tsv has no row '(all)' with the number of all paragraphs"
            )
        }
        paragraphs = all
    }
}

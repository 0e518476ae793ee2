/// In how many paragraphs of newswire each word occurs: what is rare, told once and for all.
///
/// A fixed table needs no count that grows with the articles, so what is made of an article depends on that article alone.
package struct WordFrequencies: Sendable {
    /// Paragraphs counted.
    package let paragraphs: Int
    /// By word, in lower case; words in fewer than three paragraphs are not there.
    package let counts: [String: Int]

    /// - Parameter directory: of the knowledge tables; holds word-frequencies.tsv.
    /// - Throws: with file and line of the first row that is wrong.
    package init(directory: String) throws(KnowledgeError) {
        var counts: [String: Int] = [:]
        let table = try Table("word-frequencies.tsv", in: directory)
        for row in table.rows {
            let text = try row.required("paragraphs")
            guard let count = Int(text), count > 0 else { throw row.error("'\(text)' is not a number of paragraphs") }
            counts[try row.required("word")] = count
        }
        guard let paragraphs = counts.removeValue(forKey: "(all)") else {
            throw KnowledgeError(
                description: "\(directory)/word-frequencies.tsv has no row '(all)', the number of paragraphs"
            )
        }
        self.paragraphs = paragraphs
        self.counts = counts
    }
}

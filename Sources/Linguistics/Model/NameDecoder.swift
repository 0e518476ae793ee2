/// The best sequence of IOB2 labels in which I- continues its own type: Viterbi over a linear-chain conditional random field (Lafferty et
/// al., 2001).
///
/// Labels are laid out as O, B-X, I-X, B-Y, I-Y and so on.
package struct NameDecoder: Sendable {
    /// The most labels.
    package static let most = 16
    private typealias Lanes = SIMD16<Float>
    private static let never: Float = -1e9

    private let labels: Int
    /// By label: what each label may follow it with; the last one is the start of a sentence.
    private let moves: [Lanes]

    /// - Parameters:
    ///   - labels: number of labels, odd, at most ``most``.
    ///   - transitions: labels + 1 rows of labels: the score of each label behind each label, and at the start.
    package init(labels: Int, transitions: UnsafeBufferPointer<Float>) {
        precondition(labels % 2 == 1 && labels <= Self.most && transitions.count == (labels + 1) * labels)
        self.labels = labels
        moves = (0...labels).map { from in
            var row = Lanes(repeating: Self.never)
            for to in 0..<labels {
                let isInside = to > 0 && to % 2 == 0
                if !isInside || from < labels && (from == to || from == to - 1) {
                    row[to] = transitions[from * labels + to]
                }
            }
            return row
        }
    }

    /// - Parameters:
    ///   - count: number of words.
    ///   - scores: the scores of the labels of a word.
    ///   - path: room for a label for each word.
    /// - Complexity: O(words · labels²).
    package func decode(_ count: Int, _ scores: (Int) -> UnsafePointer<Float>, into path: UnsafeMutablePointer<Int>) {
        guard count > 0 else { return }
        withUnsafeTemporaryAllocation(of: SIMD16<Int32>.self, capacity: count) { back in
            var totals = Lanes(repeating: Self.never)
            for word in 0..<count {
                var best = word == 0 ? moves[labels] : moves[0] + totals[0]
                var from = SIMD16<Int32>(repeating: 0)
                if word > 0 {
                    for label in 1..<labels {
                        let total = moves[label] + totals[label]
                        let isBetter = total .> best
                        best.replace(with: total, where: isBetter)
                        from.replace(with: SIMD16(repeating: Int32(label)), where: isBetter)
                    }
                }
                let line = scores(word)
                for label in 0..<labels { totals[label] = best[label] + line[label] }
                back[word] = from
            }
            var label = 0
            for other in 1..<labels where totals[other] > totals[label] { label = other }
            for word in stride(from: count - 1, through: 0, by: -1) {
                path[word] = label
                label = Int(back[word][label])
            }
        }
    }
}

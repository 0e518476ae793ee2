/// The best sequence of IOB2 labels in which I- continues its own type.
///
/// Viterbi over labels laid out as O, B-X, I-X, B-Y, I-Y and so on.
package enum NameDecoder {
    /// - Parameters:
    ///   - count: number of words.
    ///   - labels: number of labels, odd.
    ///   - scores: the scores of the labels of a word.
    /// - Returns: a label for each word.
    /// - Complexity: O(words · labels).
    package static func decode(_ count: Int, _ labels: Int, _ scores: (Int) -> UnsafePointer<Float>) -> [Int] {
        var path = [Int](repeating: 0, count: count)
        decode(count, labels, scores, into: &path)
        return path
    }

    /// The same into an array that is used again; `path` has room for `count` labels.
    static func decode(_ count: Int, _ labels: Int, _ scores: (Int) -> UnsafePointer<Float>, into path: inout [Int]) {
        // Only I-X has to look back: everything else follows whatever is best.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * labels) { totals in
            withUnsafeTemporaryAllocation(of: Int16.self, capacity: max(count * labels, 1)) { back in
                var now = totals.baseAddress!
                var before = now + labels
                for word in 0..<count {
                    let line = scores(word)
                    var top = 0
                    if word > 0 { for label in 1..<labels where before[label] > before[top] { top = label } }
                    for label in 0..<labels {
                        let isInside = label > 0 && label % 2 == 0
                        if word == 0 {
                            now[label] = isInside ? -.infinity : line[label]
                            back[label] = 0
                        } else if isInside {
                            let from = before[label] > before[label - 1] ? label : label - 1
                            now[label] = before[from] + line[label]
                            back[word * labels + label] = Int16(from)
                        } else {
                            now[label] = before[top] + line[label]
                            back[word * labels + label] = Int16(top)
                        }
                    }
                    swap(&now, &before)
                }
                guard count > 0 else { return }
                var label = 0
                for other in 1..<labels where before[other] > before[label] { label = other }
                for word in stride(from: count - 1, through: 0, by: -1) {
                    path[word] = label
                    label = Int(back[word * labels + label])
                }
            }
        }
    }
}

/// ROUGE-1 and ROUGE-L (Lin 2004) as F with equal weight of precision and recall; no stemming, no stop words; words are runs of letters and
/// digits in lower case.
///
/// ROUGE-L is over the whole text, not sentence by sentence: the references are one sentence each.
struct Rouge {
    var one: Double
    var l: Double

    init(one: Double, l: Double) {
        self.one = one
        self.l = l
    }

    init(_ candidate: [String], against reference: [String]) {
        var open = Dictionary(reference.map { ($0, 1) }, uniquingKeysWith: +)
        let shared = candidate.count { word in
            guard let left = open[word], left > 0 else { return false }
            open[word] = left - 1
            return true
        }
        one = Rouge.f(shared, candidate.count, reference.count)
        l = Rouge.f(Rouge.longestCommon(candidate, reference), candidate.count, reference.count)
    }

    /// Mean and best over several references; each measure has its own best.
    static func scores(_ candidate: [String], against references: [[String]]) -> (mean: Rouge, best: Rouge) {
        let all = references.map { Rouge(candidate, against: $0) }
        let count = Double(all.count)
        return (
            Rouge(one: all.map(\.one).reduce(0, +) / count, l: all.map(\.l).reduce(0, +) / count),
            Rouge(one: all.map(\.one).max() ?? 0, l: all.map(\.l).max() ?? 0)
        )
    }

    static func words(_ text: String) -> [String] {
        text.lowercased().utf8.split { !((0x30...0x39).contains($0) || (0x61...0x7A).contains($0)) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func f(_ shared: Int, _ candidate: Int, _ reference: Int) -> Double {
        shared == 0 ? 0 : 2 * Double(shared) / Double(candidate + reference)
    }

    private static func longestCommon(_ first: [String], _ second: [String]) -> Int {
        var row = [Int](repeating: 0, count: second.count + 1)
        for word in first {
            var diagonal = 0
            for (index, other) in second.enumerated() {
                let above = row[index + 1]
                row[index + 1] = word == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return row[second.count]
    }
}

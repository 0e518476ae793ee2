import Linguistics
import Testing

@Suite("Decoders") struct DecoderTests {
    /// Every single-rooted tree over n words, by brute force.
    private func trees(_ n: Int) -> [[Int32]] {
        var all: [[Int32]] = [[]]
        for word in 0..<n { all = all.flatMap { heads in (-1..<n).filter { $0 != word }.map { heads + [Int32($0)] } } }
        return all.filter { heads in
            heads.filter { $0 < 0 }.count == 1
                && heads.indices.allSatisfy { word in
                    var at = word
                    for _ in 0...n where at >= 0 { at = Int(heads[at]) }
                    return at < 0
                }
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func `the best tree is the best of all trees`(_ n: Int) {
        var generator = SystemRandomNumberGenerator()
        let trees = trees(n)
        var decoder = TreeDecoder()
        for _ in 0..<60 {
            let scores = (0..<n * (n + 1)).map { _ in Float.random(in: -5...5, using: &generator) }
            func total(_ heads: [Int32]) -> Float {
                heads.enumerated().reduce(0) { $0 + scores[$1.offset * (n + 1) + Int($1.element) + 1] }
            }
            var heads = [Int32](repeating: 0, count: n)
            scores.withUnsafeBufferPointer { decoder.decode($0.baseAddress!, n, into: &heads) }
            let best = trees.map(total).max()!
            #expect(trees.contains(heads))
            #expect(abs(total(heads) - best) < 0.05, "\(total(heads)) instead of \(best)")
        }
    }

    @Test func `a long sentence of cycles ends in a tree`() {
        let n = 200
        // Each word's best head is its neighbour, in pairs: a hundred cycles.
        var scores = [Float](repeating: 0, count: n * (n + 1))
        for d in 0..<n { scores[d * (n + 1) + (d ^ 1) + 1] = 10 }
        for d in 0..<n { scores[d * (n + 1)] = Float(d) / 1000 }
        var heads = [Int32](repeating: 0, count: n)
        var decoder = TreeDecoder()
        scores.withUnsafeBufferPointer { decoder.decode($0.baseAddress!, n, into: &heads) }
        #expect(heads.filter { $0 < 0 }.count == 1)
        for word in 0..<n {
            var at = word
            for _ in 0...n where at >= 0 { at = Int(heads[at]) }
            #expect(at < 0)
        }
    }

    @Test func `names are the best sequence in which inside follows its own type`() {
        var generator = SystemRandomNumberGenerator()
        let labels = 5  // O B-X I-X B-Y I-Y
        for _ in 0..<50 {
            let n = 4
            let scores = (0..<n).map { _ in (0..<labels).map { _ in Float.random(in: -2...2, using: &generator) } }
            let moves = (0..<(labels + 1) * labels).map { _ in Float.random(in: -1...1, using: &generator) }
            var best: (Float, [Int]) = (-.infinity, [])
            for code in 0..<625 {
                let path = (0..<n).map { code / [1, 5, 25, 125][$0] % 5 }
                let isLegal = path.indices.allSatisfy { i in
                    path[i] == 0 || path[i] % 2 == 1
                        || (i > 0 && (path[i - 1] == path[i] || path[i - 1] == path[i] - 1))
                }
                guard isLegal else { continue }
                let total = path.indices.reduce(Float(0)) {
                    $0 + scores[$1][path[$1]] + moves[($1 == 0 ? labels : path[$1 - 1]) * labels + path[$1]]
                }
                if total > best.0 { best = (total, path) }
            }
            let decoder = moves.withUnsafeBufferPointer { NameDecoder(labels: labels, transitions: $0) }
            var found = [Int](repeating: 0, count: n)
            scores.flatMap(\.self).withUnsafeBufferPointer { scores in
                decoder.decode(n, { scores.baseAddress! + $0 * labels }, into: &found)
            }
            #expect(found == best.1)
        }
    }
}

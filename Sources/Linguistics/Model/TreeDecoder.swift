/// The best tree with one root under scores of arcs: Chu & Liu (1965), Edmonds (1967), by contraction on a dense matrix.
///
/// Most sentences need no contraction, because the best head of each word already makes a tree.
/// Complexity: O(*n*²) then; O(*n*³) at worst.
package struct TreeDecoder {
    private var best: [Int32] = []
    private var marks: [Int32] = []

    package init() {}

    /// Finds the heads of *n* words.
    ///
    /// - Parameters:
    ///   - scores: *n* rows of *n* + 1 scores, first of the root, then of each word; a word's score as its own head is not read.
    ///   - heads: room for *n* heads; -1 is the root.
    package mutating func decode(_ scores: UnsafePointer<Float>, _ n: Int, into heads: UnsafeMutablePointer<Int32>) {
        var roots = 0
        for d in 0..<n {
            let line = scores + d * (n + 1)
            var top = -Float.infinity
            var head = -1
            for h in 0...n where h != d + 1 && line[h] > top {
                top = line[h]
                head = h - 1
            }
            heads[d] = Int32(head)
            if head < 0 { roots += 1 }
        }
        if roots == 1 && isTree(heads, n) { return }
        contract(scores, n, heads)
    }

    /// Whether every word is led to the root.
    private mutating func isTree(_ heads: UnsafeMutablePointer<Int32>, _ n: Int) -> Bool {
        if marks.count < n { marks = [Int32](repeating: 0, count: max(n, 256)) }
        for i in 0..<n { marks[i] = 0 }
        for i in 0..<n where marks[i] == 0 {
            var k = i
            while k >= 0, marks[k] == 0 {
                marks[k] = Int32(i + 1)
                k = Int(heads[k])
            }
            if k >= 0, marks[k] == Int32(i + 1) { return false }
        }
        return true
    }

    /// The whole algorithm, nodes 0...n with 0 the root.
    ///
    /// Arcs from the root cost so much that exactly one is taken.
    private func contract(_ scores: UnsafePointer<Float>, _ n: Int, _ heads: UnsafeMutablePointer<Int32>) {
        var graph = Graph(size: n + 1)
        for d in 1...n {
            for h in 0...n where h != d { graph[h, d] = scores[(d - 1) * (n + 1) + h] - (h == 0 ? 10_000 : 0) }
        }
        for (d, head) in graph.tree().enumerated().dropFirst() { heads[d - 1] = Int32(head - 1) }
    }
}

/// A dense directed graph whose node 0 is the root.
private struct Graph {
    let size: Int
    private var weight: [Float]

    init(size: Int) {
        self.size = size
        weight = [Float](repeating: -.infinity, count: size * size)
    }

    subscript(head: Int, dependent: Int) -> Float {
        get { weight[dependent * size + head] }
        set { weight[dependent * size + head] = newValue }
    }

    /// The heads of the best tree; the root's is -1.
    func tree() -> [Int] {
        var heads = [Int](repeating: -1, count: size)
        for d in 1..<size {
            heads[d] = (0..<size).filter { $0 != d }.max { self[$0, d] < self[$1, d] }!
        }
        guard let cycle = findCycle(heads) else { return heads }
        // The cycle becomes one node, the last of a smaller graph.
        let inside = Set(cycle)
        let outside = (0..<size).filter { !inside.contains($0) }
        var smaller = Graph(size: outside.count + 1)
        let joined = outside.count
        var entry = [Int](repeating: 0, count: size)
        var exit = [Int](repeating: 0, count: size)
        for (i, u) in outside.enumerated() {
            for (j, v) in outside.enumerated() where i != j && j > 0 { smaller[i, j] = self[u, v] }
            // Entering at a node gives up the cycle's own arc there.
            entry[u] = cycle.max { self[u, $0] - self[heads[$0], $0] < self[u, $1] - self[heads[$1], $1] }!
            smaller[i, joined] = self[u, entry[u]] - self[heads[entry[u]], entry[u]]
            if i > 0 {
                exit[u] = cycle.max { self[$0, u] < self[$1, u] }!
                smaller[joined, i] = self[exit[u], u]
            }
        }
        let found = smaller.tree()
        for (j, v) in outside.enumerated() where j > 0 { heads[v] = found[j] == joined ? exit[v] : outside[found[j]] }
        let from = outside[found[joined]]
        heads[entry[from]] = from
        return heads
    }

    private func findCycle(_ heads: [Int]) -> [Int]? {
        var mark = [Int](repeating: 0, count: size)
        for start in 1..<size where mark[start] == 0 {
            var k = start
            while k > 0, mark[k] == 0 {
                mark[k] = start
                k = heads[k]
            }
            guard k > 0, mark[k] == start else { continue }
            var cycle = [k]
            var next = heads[k]
            while next != k {
                cycle.append(next)
                next = heads[next]
            }
            return cycle
        }
        return nil
    }
}

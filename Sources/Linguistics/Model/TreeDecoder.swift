/// The best tree with one root under scores of arcs: Chu & Liu (1965), Edmonds (1967), by contraction in place on a dense matrix (Tarjan, 1977).
///
/// Most sentences need no contraction, because the best head of each word already makes a tree.
/// Complexity: O(*n*²).
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
    private mutating func contract(_ scores: UnsafePointer<Float>, _ n: Int, _ heads: UnsafeMutablePointer<Int32>) {
        graph.reset(size: n + 1)
        for d in 1...n {
            for h in 0...n where h != d { graph.set(h, d, scores[(d - 1) * (n + 1) + h] - (h == 0 ? 10_000 : 0)) }
        }
        graph.solve(heads)
    }

    private var graph = Graph()
}

/// A dense directed graph whose node 0 is the root.
///
/// A cycle of best arcs becomes one node, which takes the number of one of its members.
private struct Graph {
    private var size = 0
    /// By dependent, then head: the weight, and the arc between words that it stands for (head · size + dependent).
    private var weight: [Float] = []
    private var arc: [Int32] = []
    private var best: [Int] = []
    private var active: [Int] = []
    /// The words that each node holds.
    private var words: [[Int]] = []
    private var contractions: [Contraction] = []
    private var mark: [Int] = []

    private struct Contraction {
        let node: Int
        /// Each member with the arc of the cycle that enters it, and its words.
        let members: [(node: Int, arc: Int32, words: [Int])]
    }

    mutating func reset(size: Int) {
        self.size = size
        if weight.count < size * size {
            weight = [Float](repeating: 0, count: size * size)
            arc = [Int32](repeating: 0, count: size * size)
        }
        best = [Int](repeating: -1, count: size)
        mark = [Int](repeating: 0, count: size)
        active = Array(0..<size)
        words = (0..<size).map { [$0] }
        contractions.removeAll(keepingCapacity: true)
    }

    mutating func set(_ head: Int, _ dependent: Int, _ value: Float) {
        weight[dependent * size + head] = value
        arc[dependent * size + head] = Int32(head * size + dependent)
    }

    /// Writes the heads of the best tree for the words 1..<size, counted from 0; the root is -1.
    mutating func solve(_ heads: UnsafeMutablePointer<Int32>) {
        for node in active where node > 0 { choose(node) }
        while let cycle = findCycle() { contract(cycle) }
        var chosen = [Int32](repeating: -1, count: size)
        for node in active where node > 0 { chosen[node] = arc[node * size + best[node]] }
        for contraction in contractions.reversed() {
            let entering = chosen[contraction.node]
            let word = Int(entering) % size
            for member in contraction.members {
                chosen[member.node] = member.words.contains(word) ? entering : member.arc
            }
        }
        for node in 1..<size { heads[node - 1] = Int32(Int(chosen[node]) / size - 1) }
    }

    private mutating func choose(_ node: Int) {
        var top = -Float.infinity
        for head in active where head != node && weight[node * size + head] > top {
            top = weight[node * size + head]
            best[node] = head
        }
    }

    private mutating func contract(_ cycle: [Int]) {
        let node = cycle[0]
        let inside = Set(cycle)
        contractions.append(
            Contraction(node: node, members: cycle.map { ($0, arc[$0 * size + best[$0]], words[$0]) })
        )
        let own = cycle.map { weight[$0 * size + best[$0]] }
        active.removeAll { inside.contains($0) }
        for other in active {
            // Entering at a member gives up the cycle's own arc there.
            var entry = 0
            var into = -Float.infinity
            for (i, member) in cycle.enumerated() where weight[member * size + other] - own[i] > into {
                into = weight[member * size + other] - own[i]
                entry = member
            }
            let entering = arc[entry * size + other]
            weight[node * size + other] = into
            arc[node * size + other] = entering
            guard other > 0 else { continue }
            var exit = cycle[0]
            for member in cycle where weight[other * size + member] > weight[other * size + exit] { exit = member }
            let (out, leaving) = (weight[other * size + exit], arc[other * size + exit])
            weight[other * size + node] = out
            arc[other * size + node] = leaving
            if inside.contains(best[other]) { best[other] = node }
        }
        words[node] = cycle.flatMap { words[$0] }
        active.append(node)
        choose(node)
    }

    private mutating func findCycle() -> [Int]? {
        for node in active { mark[node] = 0 }
        for start in active where start > 0 && mark[start] == 0 {
            var k = start
            while k > 0, mark[k] == 0 {
                mark[k] = start
                k = best[k]
            }
            guard k > 0, mark[k] == start else { continue }
            var cycle = [k]
            var next = best[k]
            while next != k {
                cycle.append(next)
                next = best[next]
            }
            return cycle
        }
        return nil
    }
}

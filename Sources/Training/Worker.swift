import Linguistics

/// Runs sentences forward and backward through the network: one a thread, with all the room it needs.
final class Worker {
    typealias Floats = UnsafeMutablePointer<Float>

    let network: Network
    let gradients: Gradients
    var random: RandomNumbers
    var dropout = Dropout()
    /// Sums of the losses by task: arcs, relations, Penn tags, universal tags, names; and of the words.
    var losses = [Double](repeating: 0, count: 6)

    private let room: Int
    private(set) var starts: [Int] = []
    private var rows: [Int32] = []
    private let fixed: Floats
    private let fixedTransposed: Floats
    let x: [Floats]
    private let u: [Floats]
    private let c: [Floats]
    private let masks: [Floats]
    private let dropped: Floats
    /// The neighbours of each word, what they add to its candidates, and the gradients of both.
    private let neighbours: Floats
    private let dNeighbours: Floats
    private let added: Floats
    let out: Floats
    let dOut: Floats
    private let dX: Floats
    private let dU: Floats
    private let dInput: Floats
    private let scratch: Floats
    private let transposedWeights: Floats
    let q2: Floats
    let dQ2: Floats
    private let state: Floats

    struct Dropout {
        var word: Float = 0
        var layer: Float = 0
        var heads: Float = 0
    }

    init(_ network: Network, room: Int, seed: UInt64) {
        self.network = network
        self.room = room
        gradients = Gradients(network)
        random = RandomNumbers(seed)
        let s = network.shape
        let d = s.width
        func floats(_ n: Int) -> Floats {
            let p = Floats.allocate(capacity: n)
            p.initialize(repeating: 0, count: n)
            return p
        }
        fixed = floats(room * network.vectorWidth)
        fixedTransposed = floats(room * network.vectorWidth)
        x = (0...s.layers).map { _ in floats(room * d) }
        u = (0..<s.layers).map { _ in floats(room * 3 * d) }
        c = (0..<s.layers).map { _ in floats(room * d) }
        masks = (0...s.layers).map { _ in floats(room * d) }
        dropped = floats(room * d)
        neighbours = floats(room * 2 * d)
        dNeighbours = floats(room * 2 * d)
        added = floats(room * d)
        out = floats(room * s.heads)
        dOut = floats(room * s.heads)
        dX = floats(room * d)
        dU = floats(room * 3 * d)
        dInput = floats(room * d)
        scratch = floats(room * max(3 * d, s.heads))
        transposedWeights = floats(d * max(3 * d, s.heads))
        q2 = floats(room * s.arc)
        dQ2 = floats(room * s.arc)
        state = floats(8 * d)
    }

    // MARK: Forward

    /// Computes all layers of the sentences; `training` drops parts out.
    func forward(_ batch: [Example], training: Bool) {
        let s = network.shape
        let d = s.width
        starts = [0]
        rows.removeAll(keepingCapacity: true)
        for example in batch {
            rows += example.rows
            starts.append(starts.last! + example.count)
        }
        let n = starts.last!
        embed(n, training: training)
        for layer in 0..<s.layers {
            let input = drop(layer, n, training ? (layer == 0 ? dropout.word : dropout.layer) : 0)
            clear(u[layer], n * 3 * d)
            Kernels.multiply(u[layer], input, network.layers[layer].value, n, d, 3 * d)
            if layer == 0 { addNeighbours(input, n) }
            for sentence in 0..<batch.count { recur(layer, starts[sentence], starts[sentence + 1]) }
        }
        let input = drop(s.layers, n, training ? dropout.heads : 0)
        for i in 0..<n { (out + i * s.heads).update(from: network.headBias.value, count: s.heads) }
        Kernels.multiply(out, input, network.heads.value, n, d, s.heads)
    }

    func clear(_ p: Floats, _ n: Int) { p.update(repeating: 0, count: n) }

    private func embed(_ n: Int, training: Bool) {
        let d = network.shape.width
        let w = network.vectorWidth
        for i in 0..<n {
            let own = Int(rows[i * WordFeatures.count])
            if training {
                // A rare word is forgotten now and then, so that the parts of a form learn to stand for it.
                let count = own == 0 ? 0 : network.vocabulary.counts[own - 1]
                let forgets = random.unit() < 0.5 / (1 + Float(count)) + 0.04
                if forgets {
                    rows[i * WordFeatures.count] = 0
                    rows[i * WordFeatures.count + WordFeatures.form] = -1
                } else if random.unit() < 0.1 {
                    rows[i * WordFeatures.count + 1 + Int(random.next() % UInt64(WordFeatures.count - 1))] = -1
                }
            }
            let row = Int(rows[i * WordFeatures.count])
            (fixed + i * w).update(from: network.vectors + row * w, count: w)
            let target = x[0] + i * d
            clear(target, d)
            for f in 0..<WordFeatures.count where rows[i * WordFeatures.count + f] >= 0 {
                Kernels.add(target, 1, network.embeddings.value + Int(rows[i * WordFeatures.count + f]) * d, d)
            }
        }
        Kernels.multiply(x[0], fixed, network.projection.value, n, w, d)
    }

    /// Calls back with a word, its place among the two neighbours of another, and that other: a sentence's ends have one only.
    private func forEachNeighbour(_ body: (_ neighbour: Int, _ side: Int, _ word: Int) -> Void) {
        for sentence in 0..<starts.count - 1 {
            for word in starts[sentence]..<starts[sentence + 1] {
                if word > starts[sentence] { body(word - 1, 0, word) }
                if word + 1 < starts[sentence + 1] { body(word + 1, 1, word) }
            }
        }
    }

    private func fillNeighbours(_ input: Floats, _ n: Int) {
        let d = network.shape.width
        clear(neighbours, n * 2 * d)
        forEachNeighbour { neighbour, side, word in
            (neighbours + (word * 2 + side) * d).update(from: input + neighbour * d, count: d)
        }
    }

    /// Adds to the first layer's candidates what the words beside say.
    private func addNeighbours(_ input: Floats, _ n: Int) {
        let d = network.shape.width
        let half = d / 2
        fillNeighbours(input, n)
        clear(added, n * d)
        Kernels.multiply(added, neighbours, network.context.value, n, 2 * d, d)
        for i in 0..<n {
            Kernels.add(u[0] + i * 3 * d, 1, added + i * d, half)
            Kernels.add(u[0] + i * 3 * d + 3 * half, 1, added + i * d + half, half)
        }
    }

    /// The way back: from the gradients of the candidates to the matrix and to the words beside.
    private func backwardNeighbours(_ input: Floats, _ n: Int, into target: Floats) {
        let d = network.shape.width
        let half = d / 2
        for i in 0..<n {
            (added + i * d).update(from: dU + i * 3 * d, count: half)
            (added + i * d + half).update(from: dU + i * 3 * d + 3 * half, count: half)
        }
        fillNeighbours(input, n)
        accumulate(gradients.dense[1 + 2 * network.shape.layers], neighbours, added, n, 2 * d, d)
        clear(dNeighbours, n * 2 * d)
        back(dNeighbours, added, network.context, n)
        forEachNeighbour { neighbour, side, word in
            Kernels.add(target + neighbour * d, 1, dNeighbours + (word * 2 + side) * d, d)
        }
    }

    /// The input of a layer with parts dropped out, the same parts for all words of a sentence.
    private func drop(_ layer: Int, _ n: Int, _ rate: Float) -> Floats {
        let d = network.shape.width
        guard rate > 0 else { return x[layer] }
        let mask = masks[layer]
        for sentence in 0..<starts.count - 1 {
            let first = mask + starts[sentence] * d
            for j in 0..<d { first[j] = random.unit() < rate ? 0 : 1 / (1 - rate) }
            for i in (starts[sentence] + 1)..<max(starts[sentence + 1], starts[sentence] + 1) {
                (mask + i * d).update(from: first, count: d)
            }
        }
        for i in 0..<n * d { dropped[i] = x[layer][i] * mask[i] }
        return dropped
    }

    private func recur(_ layer: Int, _ start: Int, _ end: Int) {
        let d = network.shape.width
        let half = d / 2
        let g = network.gates[layer].value
        for backward in 0...1 {
            let side = backward * half
            var j = 0
            while j < half {
                let bf = Kernels.load(g + side + j), br = Kernels.load(g + d + side + j)
                let vf = Kernels.load(g + 2 * d + side + j), vr = Kernels.load(g + 3 * d + side + j)
                var cell = Kernels.V(repeating: 0)
                for step in start..<end {
                    let t = backward == 0 ? step : start + end - 1 - step
                    let row = u[layer] + t * 3 * d + backward * 3 * half
                    let z = Kernels.load(row + j)
                    let f = Gate.value(Kernels.load(row + half + j) + vf * cell + bf)
                    let r = Gate.value(Kernels.load(row + 2 * half + j) + vr * cell + br)
                    cell = f * (cell - z) + z
                    Kernels.store(c[layer] + t * d + side + j, cell)
                    let skip = Kernels.load(x[layer] + t * d + side + j)
                    Kernels.store(x[layer + 1] + t * d + side + j, r * (cell - skip) + skip)
                    // Kept for the way back.
                    Kernels.store(row + half + j, f)
                    Kernels.store(row + 2 * half + j, r)
                }
                j += 16
            }
        }
    }

    // MARK: Backward

    /// Gradients of a batch that ``forward(_:training:)`` has just seen.
    func backward(_ batch: [Example], scale: Float) {
        let s = network.shape
        let d = s.width
        let n = starts.last!
        clear(dOut, n * s.heads)
        clear(dQ2, n * s.arc)
        let base = s.layers * 2 + 2
        for (index, example) in batch.enumerated() {
            tagLoss(example, starts[index], scale)
            arcLoss(example, starts[index], scale, gradients.dense[base + 2])
            relationLoss(example, starts[index], scale, gradients.dense[base + 3], gradients.dense[base + 4])
            nameLoss(example, starts[index], scale, gradients.dense[base + 5])
        }
        // Through the heads.
        let input = dropout.heads > 0 ? masked(s.layers, n) : x[s.layers]
        accumulate(gradients.dense[base], input, dOut, n, d, s.heads)
        for i in 0..<n { Kernels.add(gradients.dense[base + 1], 1, dOut + i * s.heads, s.heads) }
        clear(dX, n * d)
        back(dX, dOut, network.heads, n)
        if dropout.heads > 0 { for i in 0..<n * d { dX[i] *= masks[s.layers][i] } }
        for layer in stride(from: s.layers - 1, through: 0, by: -1) { backwardLayer(layer, n, batch.count) }
        // Through the words.
        accumulate(gradients.dense[0], fixed, dX, n, network.vectorWidth, d)
        for i in 0..<n {
            for f in 0..<WordFeatures.count {
                let row = rows[i * WordFeatures.count + f]
                guard row >= 0 else { continue }
                gradients.touch(row)
                Kernels.add(gradients.rows + Int(row) * d, 1, dX + i * d, d)
            }
        }
    }

    private func masked(_ layer: Int, _ n: Int) -> Floats {
        let d = network.shape.width
        for i in 0..<n * d { dropped[i] = x[layer][i] * masks[layer][i] }
        return dropped
    }

    /// dW (k × m) += Xᵀ · dY.
    private func accumulate(_ target: Floats, _ input: Floats, _ dY: Floats, _ n: Int, _ k: Int, _ m: Int) {
        Kernels.transpose(scratch, input, n, k)
        Kernels.multiply(target, scratch, dY, k, n, m)
    }

    /// dX += dY · Wᵀ.
    private func back(_ target: Floats, _ dY: Floats, _ weights: Parameter, _ n: Int) {
        Kernels.transpose(transposedWeights, weights.value, weights.rows, weights.columns)
        Kernels.multiply(target, dY, transposedWeights, n, weights.columns, weights.rows)
    }

    private func backwardLayer(_ layer: Int, _ n: Int, _ sentences: Int) {
        let d = network.shape.width
        let rate = layer == 0 ? dropout.word : dropout.layer
        for sentence in 0..<sentences { recurBack(layer, starts[sentence], starts[sentence + 1]) }
        // dX now holds what goes around the layer; what goes through it is added.
        let input = rate > 0 ? masked(layer, n) : x[layer]
        accumulate(gradients.dense[1 + layer], input, dU, n, d, 3 * d)
        let through = dInput
        clear(through, n * d)
        back(through, dU, network.layers[layer], n)
        if layer == 0 { backwardNeighbours(input, n, into: through) }
        if rate > 0 {
            for i in 0..<n * d { dX[i] += through[i] * masks[layer][i] }
        } else {
            for i in 0..<n * d { dX[i] += through[i] }
        }
    }

    private func recurBack(_ layer: Int, _ start: Int, _ end: Int) {
        let d = network.shape.width
        let half = d / 2
        let g = network.gates[layer].value
        let dg = gradients.dense[1 + network.shape.layers + layer]
        for backward in 0...1 {
            let side = backward * half
            var j = 0
            while j < half {
                let vf = Kernels.load(g + 2 * d + side + j), vr = Kernels.load(g + 3 * d + side + j)
                var dbf = Kernels.V(repeating: 0), dbr = dbf, dvf = dbf, dvr = dbf
                var dNext = Kernels.V(repeating: 0)
                for step in stride(from: end - 1, through: start, by: -1) {
                    let t = backward == 0 ? step : start + end - 1 - step
                    let before = backward == 0 ? t - 1 : t + 1
                    let row = u[layer] + t * 3 * d + backward * 3 * half
                    let z = Kernels.load(row + j)
                    let f = Kernels.load(row + half + j)
                    let r = Kernels.load(row + 2 * half + j)
                    let cell = Kernels.load(c[layer] + t * d + side + j)
                    let previous =
                        step == start ? Kernels.V(repeating: 0) : Kernels.load(c[layer] + before * d + side + j)
                    let skip = Kernels.load(x[layer] + t * d + side + j)
                    let dh = Kernels.load(dX + t * d + side + j)
                    let dr = dh * (cell - skip) * Gate.slope(r)
                    let dc = dh * r + dNext
                    let df = dc * (previous - z) * Gate.slope(f)
                    let dz = dc * (1 - f)
                    dNext = dc * f + df * vf + dr * vr
                    dvf += df * previous
                    dvr += dr * previous
                    dbf += df
                    dbr += dr
                    Kernels.store(dX + t * d + side + j, dh * (1 - r))
                    let target = dU + t * 3 * d + backward * 3 * half
                    Kernels.store(target + j, dz)
                    Kernels.store(target + half + j, df)
                    Kernels.store(target + 2 * half + j, dr)
                }
                for (index, sum) in [dbf, dbr, dvf, dvr].enumerated() {
                    let p = dg + index * d + side + j
                    Kernels.store(p, Kernels.load(p) + sum)
                }
                j += 16
            }
        }
    }
}

import Linguistics

/// Scores and losses behind the last matrix: tags, arcs, relations.
extension Worker {
    /// Cross-entropy of one distribution: writes scaled gradients and returns the loss.
    private func crossEntropy(_ scores: Floats, _ gradient: Floats, _ count: Int, _ gold: Int, _ scale: Float) -> Float
    {
        var top = -Float.infinity
        for i in 0..<count { top = max(top, scores[i]) }
        var sum: Float = 0
        for i in 0..<count {
            let e = Exponential.value(scores[i] - top)
            gradient[i] = e
            sum += e
        }
        let p = gradient[gold] / sum
        let factor = scale / sum
        for i in 0..<count { gradient[i] *= factor }
        gradient[gold] -= scale
        return -Exponential.logarithm(max(p, 1e-12))
    }

    func tagLoss(_ example: Example, _ start: Int, _ scale: Float) {
        let s = network.shape
        for i in 0..<example.count {
            let row = out + (start + i) * s.heads + s.tagOffset
            let target = dOut + (start + i) * s.heads + s.tagOffset
            let w = scale * example.weights[i]
            if example.xpos[i] >= 0 { losses[2] += Double(crossEntropy(row, target, s.xpos, Int(example.xpos[i]), w)) }
            if example.upos[i] >= 0 {
                losses[3] += Double(crossEntropy(row + s.xpos, target + s.xpos, s.upos, Int(example.upos[i]), w * 0.5))
            }
            losses[5] += 1
        }
    }

    /// The negative logarithm of the probability of a sentence's name labels in a linear-chain conditional random field (Lafferty et al.,
    /// 2001), by forward and backward sums that are scaled at each word.
    func nameLoss(_ example: Example, _ start: Int, _ scale: Float, _ dMoves: Floats) {
        guard !example.names.contains(where: { $0 < 0 }), example.count > 0 else { return }
        let s = network.shape
        let k = s.names
        let n = example.count
        let moves = network.nameMoves.value
        let offset = s.tagOffset + s.xpos + s.upos
        func scores(_ i: Int) -> Floats { out + (start + i) * s.heads + offset }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (k + 1) * k + 3 * n * k + k) { buffer in
            let factors = buffer.baseAddress!  // exp of the moves
            let emissions = factors + (k + 1) * k  // exp of the scores, the largest of a word is 1
            let forward = emissions + n * k
            let backward = forward + n * k
            let sum = backward + n * k
            for i in 0..<(k + 1) * k { factors[i] = Exponential.value(moves[i]) }
            var total: Double = 0
            var gold: Double = 0
            for i in 0..<n {
                let line = scores(i)
                var top = line[0]
                for y in 1..<k { top = max(top, line[y]) }
                for y in 0..<k { emissions[i * k + y] = Exponential.value(line[y] - top) }
                let here = forward + i * k
                let before = i == 0 ? factors + k * k : sum
                if i > 0 {
                    clear(sum, k)
                    for x in 0..<k { for y in 0..<k { sum[y] += here[x - k] * factors[x * k + y] } }
                }
                var norm: Float = 0
                for y in 0..<k {
                    here[y] = before[y] * emissions[i * k + y]
                    norm += here[y]
                }
                for y in 0..<k { here[y] /= norm }
                total += Double(top + Exponential.logarithm(norm))
                let label = Int(example.names[i])
                gold += Double(line[label] + moves[(i == 0 ? k : Int(example.names[i - 1])) * k + label])
            }
            losses[4] += total - gold
            for y in 0..<k { backward[(n - 1) * k + y] = 1 }
            for i in stride(from: n - 1, through: 0, by: -1) {
                // The probability of each label, and of each pair with the label before.
                let here = backward + i * k
                var norm: Float = 0
                for y in 0..<k { norm += forward[i * k + y] * here[y] }
                let target = dOut + (start + i) * s.heads + offset
                for y in 0..<k { target[y] = scale * forward[i * k + y] * here[y] / norm }
                target[Int(example.names[i])] -= scale
                if i == 0 {
                    for y in 0..<k { dMoves[k * k + y] += target[y] }
                    break
                }
                for y in 0..<k { sum[y] = emissions[i * k + y] * here[y] }
                let previous = here - k
                var pairs: Float = 0
                for x in 0..<k {
                    var value: Float = 0
                    for y in 0..<k { value += factors[x * k + y] * sum[y] }
                    previous[x] = value
                    pairs += forward[(i - 1) * k + x] * value
                }
                for x in 0..<k {
                    let weight = scale * forward[(i - 1) * k + x] / pairs
                    for y in 0..<k { dMoves[x * k + y] += weight * factors[x * k + y] * sum[y] }
                }
                dMoves[Int(example.names[i - 1]) * k + Int(example.names[i])] -= scale
                var size: Float = 0
                for x in 0..<k { size += previous[x] }
                for x in 0..<k { previous[x] /= size }
            }
        }
    }

    /// Scores of all heads of each word: row per dependent, first the root, then the words.
    func arcScores(_ sentence: Int, into scores: Floats) {
        let s = network.shape
        let a = s.arc
        let start = starts[sentence]
        let n = starts[sentence + 1] - start
        for i in 0..<n {
            let row = out + (start + i) * s.heads
            for j in 0..<2 * a { row[j] = max(row[j], 0) }
        }
        // Dependents through the bilinear form.
        clear(q2 + start * a, n * a)
        for i in 0..<n {
            let row = out + (start + i) * s.heads
            let target = q2 + (start + i) * a
            for j in 0..<a where row[j] > 0 { Kernels.add(target, row[j], network.arcs.value + j * a, a) }
        }
        let bias = network.arcs.value + a * a
        let root = bias + a
        for dependent in 0..<n {
            let q = q2 + (start + dependent) * a
            let distances = out + (start + dependent) * s.heads + s.distanceOffset
            let line = scores + dependent * (n + 1)
            line[0] = Kernels.dot(q, root, a) + Kernels.dot(bias, root, a) + distances[16]
            for head in 0..<n {
                if head == dependent {
                    line[head + 1] = -1e9
                    continue
                }
                let k = out + (start + head) * s.heads + s.headOffset
                line[head + 1] = Kernels.dot(q, k, a) + distances[ModelShape.distance(from: dependent, to: head)]
            }
        }
        for head in 0..<n {
            let k = out + (start + head) * s.heads + s.headOffset
            let b = Kernels.dot(bias, k, a)
            for dependent in 0..<n where dependent != head { scores[dependent * (n + 1) + head + 1] += b }
        }
    }

    func arcLoss(_ example: Example, _ start: Int, _ scale: Float, _ dArcs: Floats) {
        guard example.heads.contains(where: { $0 > -2 }), let sentence = starts.firstIndex(of: start) else { return }
        let s = network.shape
        let a = s.arc
        let n = example.count
        let scores = Floats.allocate(capacity: n * (n + 1))
        let g = Floats.allocate(capacity: n * (n + 1))
        defer {
            scores.deallocate()
            g.deallocate()
        }
        arcScores(sentence, into: scores)
        for i in 0..<n {
            guard example.heads[i] > -2 else {
                clear(g + i * (n + 1), n + 1)
                continue
            }
            let w = scale * example.weights[i]
            losses[0] += Double(
                crossEntropy(scores + i * (n + 1), g + i * (n + 1), n + 1, Int(example.heads[i]) + 1, w)
            )
        }
        let bias = network.arcs.value + a * a
        let root = bias + a
        let dBias = dArcs + a * a
        let dRoot = dBias + a
        for dependent in 0..<n {
            let q = q2 + (start + dependent) * a
            let dq = dQ2 + (start + dependent) * a
            let line = g + dependent * (n + 1)
            let dd = dOut + (start + dependent) * s.heads + s.distanceOffset
            dd[16] += line[0]
            Kernels.add(dq, line[0], root, a)
            Kernels.add(dRoot, line[0], q, a)
            Kernels.add(dRoot, line[0], bias, a)
            Kernels.add(dBias, line[0], root, a)
            for head in 0..<n where head != dependent {
                let value = line[head + 1]
                guard value > 1e-9 || value < -1e-9 else { continue }
                dd[ModelShape.distance(from: dependent, to: head)] += value
                let k = out + (start + head) * s.heads + s.headOffset
                let dk = dOut + (start + head) * s.heads + s.headOffset
                Kernels.add(dq, value, k, a)
                Kernels.add(dk, value, q, a)
                Kernels.add(dk, value, bias, a)
                Kernels.add(dBias, value, k, a)
            }
        }
        for i in 0..<n {
            let row = out + (start + i) * s.heads
            let target = dOut + (start + i) * s.heads
            let dq = dQ2 + (start + i) * a
            for j in 0..<a where row[j] > 0 {
                target[j] = Kernels.dot(dq, network.arcs.value + j * a, a)
                Kernels.add(dArcs + j * a, row[j], dq, a)
            }
            for j in a..<2 * a where row[j] <= 0 { target[j] = 0 }
        }
    }

    /// Scores of the relations between a word and a head; writes the hidden layer.
    func relationScores(_ dependent: Int, _ head: Int, _ start: Int, hidden: Floats, into scores: Floats) {
        let s = network.shape
        let r = s.relation
        let d = out + (start + dependent) * s.heads + s.relationDependentOffset
        let distance = network.relationDistance.value + ModelShape.distance(from: dependent, to: head) * r
        let h =
            head < 0
            ? network.relationDistance.value + ModelShape.distances * r
            : out + (start + head) * s.heads + s.relationHeadOffset
        for j in 0..<r { hidden[j] = max(d[j] + h[j] + distance[j], 0) }
        scores.update(from: network.relations.value + r * s.relationColumns, count: s.relationColumns)
        for j in 0..<r where hidden[j] > 0 {
            Kernels.add(scores, hidden[j], network.relations.value + j * s.relationColumns, s.relationColumns)
        }
    }

    func relationLoss(
        _ example: Example,
        _ start: Int,
        _ scale: Float,
        _ dRelations: Floats,
        _ dDistance: Floats
    ) {
        let s = network.shape
        let r = s.relation
        let columns = s.relationColumns
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * r + 2 * columns) { buffer in
            let hidden = buffer.baseAddress!
            let dHidden = hidden + r
            let scores = dHidden + r
            let g = scores + columns
            for i in 0..<example.count where example.heads[i] > -2 && example.relations[i] >= 0 {
                let head = Int(example.heads[i])
                relationScores(i, head, start, hidden: hidden, into: scores)
                g.update(repeating: 0, count: columns)
                losses[1] += Double(
                    crossEntropy(scores, g, s.relations, Int(example.relations[i]), scale * example.weights[i])
                )
                Kernels.add(dRelations + r * columns, 1, g, columns)
                for j in 0..<r {
                    if hidden[j] > 0 {
                        dHidden[j] = Kernels.dot(g, network.relations.value + j * columns, columns)
                        Kernels.add(dRelations + j * columns, hidden[j], g, columns)
                    } else {
                        dHidden[j] = 0
                    }
                }
                Kernels.add(dOut + (start + i) * s.heads + s.relationDependentOffset, 1, dHidden, r)
                Kernels.add(dDistance + ModelShape.distance(from: i, to: head) * r, 1, dHidden, r)
                let target =
                    head < 0
                    ? dDistance + ModelShape.distances * r : dOut + (start + head) * s.heads + s.relationHeadOffset
                Kernels.add(target, 1, dHidden, r)
            }
        }
    }
}

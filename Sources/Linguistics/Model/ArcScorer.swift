/// Scores heads of words (biaffine, Dozat & Manning, 2017, with a bias for the distance) and names the relations of the chosen ones.
final class ArcScorer {
    private let model: LanguageModel
    private let queries: UnsafeMutablePointer<Float>
    private let scores: UnsafeMutablePointer<Float>
    private let hidden: UnsafeMutablePointer<Float>
    private let rounded: UnsafeMutablePointer<Int16>
    private let factors: UnsafeMutablePointer<Float>
    private let relationScores: UnsafeMutablePointer<Float>

    init(_ model: LanguageModel) {
        self.model = model
        let n = Annotator.longestSentence
        queries = .allocate(capacity: n * model.shape.arc)
        scores = .allocate(capacity: n * (n + 1))
        hidden = .allocate(capacity: model.shape.relation)
        rounded = .allocate(capacity: (n + 4) * model.shape.relation)
        rounded.initialize(repeating: 0, count: (n + 4) * model.shape.relation)
        factors = .allocate(capacity: n)
        relationScores = .allocate(capacity: (n + 4) * model.shape.relationColumns)
    }

    deinit {
        queries.deallocate()
        scores.deallocate()
        hidden.deallocate()
        rounded.deallocate()
        factors.deallocate()
        relationScores.deallocate()
    }

    /// The heads of the best tree over *n* rows of the last matrix.
    func decode(
        _ rows: UnsafeMutablePointer<Float>,
        _ n: Int,
        _ decoder: inout TreeDecoder,
        into heads: UnsafeMutablePointer<Int32>
    ) {
        score(rows, n)
        decoder.decode(scores, n, into: heads)
    }

    private func score(_ rows: UnsafeMutablePointer<Float>, _ n: Int) {
        let a = model.shape.arc
        let width = model.shape.heads
        let bias = model.arcs.start + a * a
        let root = bias + a
        for i in 0..<n {
            let row = rows + i * width
            for j in stride(from: 0, to: 2 * a, by: 16) {
                let v = Lane.load(row + j)
                Lane.store(row + j, v.replacing(with: Lane.V(repeating: 0), where: v .< Lane.V(repeating: 0)))
            }
            query(row, into: queries + i * a)
        }
        let rootBias = Lane.dot(bias, root, a)
        for dependent in 0..<n {
            let q = queries + dependent * a
            let distances = rows + dependent * width + model.shape.distanceOffset
            let line = scores + dependent * (n + 1)
            line[0] = Lane.dot(q, root, a) + rootBias + distances[16]
            for head in 0..<n {
                let k = rows + head * width + model.shape.headOffset
                line[head + 1] = Lane.dot(q, k, a) + distances[ModelShape.distance(from: dependent, to: head)]
            }
        }
        for head in 0..<n {
            let b = Lane.dot(bias, rows + head * width + model.shape.headOffset, a)
            for dependent in 0..<n { scores[dependent * (n + 1) + head + 1] += b }
        }
    }

    /// The dependent's side through the bilinear form.
    private func query(_ row: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>) {
        let a = model.shape.arc
        for from in stride(from: 0, to: a, by: 16) {
            var sum = Lane.V(repeating: 0)
            for j in 0..<a { sum += row[j] * Lane.load(model.arcs.start + j * a + from) }
            Lane.store(target + from, sum)
        }
    }

    /// The numbers of the best relations between *n* words and their heads; the root's is its own.
    func relations(
        _ rows: UnsafeMutablePointer<Float>,
        _ n: Int,
        heads: UnsafePointer<Int32>,
        into relations: UnsafeMutablePointer<UInt8>
    ) {
        let shape = model.shape
        let r = shape.relation
        for dependent in 0..<n {
            let head = Int(heads[dependent])
            let d = rows + dependent * shape.heads + shape.relationDependentOffset
            let h = rows + max(head, 0) * shape.heads + shape.relationHeadOffset
            let distance = model.relationDistance.start + ModelShape.distance(from: dependent, to: head) * r
            for at in stride(from: 0, to: r, by: 16) {
                let v = Lane.load(d + at) + Lane.load(h + at) + Lane.load(distance + at)
                Lane.store(hidden + at, v.replacing(with: Lane.V(repeating: 0), where: v .< Lane.V(repeating: 0)))
            }
            factors[dependent] = Rounding.round(
                hidden,
                r,
                limit: IntegerMatrix.inputLimit,
                into: rounded + dependent * r
            )
        }
        model.relationOut.multiply(rounded, factors, n, bias: model.relationBias.start, into: relationScores)
        for dependent in 0..<n {
            guard heads[dependent] >= 0 else {
                relations[dependent] = UInt8(model.root)
                continue
            }
            let line = relationScores + dependent * shape.relationColumns
            line[model.root] = -.infinity
            var top = 0
            for i in 1..<shape.relations where line[i] > line[top] { top = i }
            relations[dependent] = UInt8(top)
        }
    }
}

/// Sixteen floats at a time.
enum Lane {
    typealias V = SIMD16<Float>

    @inline(__always) static func load(_ p: UnsafePointer<Float>) -> V { UnsafeRawPointer(p).loadUnaligned(as: V.self) }
    @inline(__always) static func load(_ p: UnsafeMutablePointer<Float>) -> V {
        UnsafeRawPointer(p).loadUnaligned(as: V.self)
    }
    @inline(__always) static func store(_ p: UnsafeMutablePointer<Float>, _ v: V) {
        UnsafeMutableRawPointer(p).storeBytes(of: v, as: V.self)
    }

    @inline(__always) static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ n: Int) -> Float {
        var sum = V(repeating: 0)
        for at in stride(from: 0, to: n, by: 16) { sum += load(a + at) * load(b + at) }
        let eight = sum.lowHalf + sum.highHalf
        let four = eight.lowHalf + eight.highHalf
        return (four[0] + four[2]) + (four[1] + four[3])
    }
}

/// The vectors of words that were met before, with what the first layer makes of them; each worker has its own.
///
/// A word's vector depends on its form alone, and news repeats itself: nine words of ten are found here, and the rest costs one matrix product.
/// What a word gets does not depend on what is in the cache.
struct WordCache: ~Copyable {
    /// Places; each set of two takes the words that share a hash.
    static let sets = 4096

    private let width: Int
    private let keys: UnsafeMutablePointer<UInt64>
    private let vectors: UnsafeMutablePointer<Float>
    private var turn: UInt8 = 0

    init(width: Int) {
        self.width = width
        keys = .allocate(capacity: Self.sets * 2)
        keys.initialize(repeating: 0, count: Self.sets * 2)
        vectors = .allocate(capacity: Self.sets * 2 * 4 * width)
    }

    deinit {
        keys.deallocate()
        vectors.deallocate()
    }

    /// The vector of a word (width floats) followed by the first layer's sums (3 × width), valid until the next call.
    mutating func vector(of form: UnsafeBufferPointer<UInt8>, _ model: LanguageModel) -> UnsafePointer<Float> {
        let key = max(WordFeatures.hash(form, seed: 0x7E), 1)
        let set = Int(truncatingIfNeeded: key >> 7) & (Self.sets - 1)
        if keys[set * 2] == key { return UnsafePointer(vectors + set * 2 * 4 * width) }
        if keys[set * 2 + 1] == key { return UnsafePointer(vectors + (set * 2 + 1) * 4 * width) }
        turn ^= 1
        let place = set * 2 + Int(turn)
        keys[place] = key
        let target = vectors + place * 4 * width
        compute(form, model, into: target)
        return UnsafePointer(target)
    }

    private func compute(
        _ form: UnsafeBufferPointer<UInt8>,
        _ model: LanguageModel,
        into target: UnsafeMutablePointer<Float>
    ) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
            let n = WordFeatures.normalise(form, into: buffer)
            let key = UnsafeBufferPointer(rebasing: buffer[..<n])
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: WordFeatures.count - 1) { hashed in
                WordFeatures.hashed(form, key: key, into: hashed)
                let own = Int(model.words[max(WordFeatures.hash(key, seed: 0), 1)] ?? 0)
                target.update(repeating: 0, count: 4 * width)
                add(own < model.wordRows ? own : 0, model, target)
                for row in hashed { add(model.wordRows + Int(row), model, target) }
            }
        }
        multiply(target, model.firstLayer.start, into: target + width)
    }

    private func add(_ row: Int, _ model: LanguageModel, _ target: UnsafeMutablePointer<Float>) {
        let scale = model.rowScales[row]
        let source = UnsafeRawPointer(model.rows.start + row * width)
        let goal = UnsafeMutableRawPointer(target)
        for at in stride(from: 0, to: width, by: 16) {
            let v = SIMD16<Float>(source.loadUnaligned(fromByteOffset: at, as: SIMD16<Int8>.self))
            let sum = goal.loadUnaligned(fromByteOffset: at * 4, as: SIMD16<Float>.self) + scale * v
            goal.storeBytes(of: sum, toByteOffset: at * 4, as: SIMD16<Float>.self)
        }
    }

    private func multiply(
        _ x: UnsafePointer<Float>,
        _ weights: UnsafePointer<Float>,
        into y: UnsafeMutablePointer<Float>
    ) {
        let columns = 3 * width
        for from in stride(from: 0, to: columns, by: 16) {
            var sum = SIMD16<Float>(repeating: 0)
            var w = UnsafeRawPointer(weights + from)
            for k in 0..<width {
                sum += x[k] * w.loadUnaligned(as: SIMD16<Float>.self)
                w += columns * 4
            }
            UnsafeMutableRawPointer(y + from).storeBytes(of: sum, as: SIMD16<Float>.self)
        }
    }
}

/// The vectors of words that were met before, with what the first layer makes of them; each worker has its own.
///
/// A word's vector depends on its form alone, and so does what it adds to the first layer's sums of the next word, of itself and of the word
/// before. News repeats itself: nine words of ten are found here. What a word gets does not depend on what is in the cache.
final class WordCache {
    /// Places in twos; a word has one of the two that its hash chooses.
    private static let sets = 4096
    /// New words whose sums are computed together.
    private static let group = 32
    private static let limit: Float = 32_767

    /// The place of no word, before and behind a sentence.
    let nothing: Int
    private let model: LanguageModel
    private let width: Int
    /// Where a word's parts begin in its sums: for itself, for the next word, for the one before; and the end.
    private let parts: [Int]
    private let keys: UnsafeMutablePointer<UInt64>
    /// The batch that used a place last: what the current one uses is not given away.
    private let used: UnsafeMutablePointer<UInt32>
    private let vectors: UnsafeMutablePointer<Float>
    private let sums: UnsafeMutablePointer<Int16>
    private let factors: UnsafeMutablePointer<Float>
    private var batch: UInt32 = 0
    private var turn = 0
    /// Places behind the sets, for words of one batch that found theirs taken.
    private var spare = 0
    private var new: [Int] = []
    private let newRounded: UnsafeMutablePointer<Int16>
    private let newFactors: UnsafeMutablePointer<Float>
    private let newSums: UnsafeMutablePointer<Float>

    /// - Parameter room: the most words of a batch.
    init(_ model: LanguageModel, room: Int) {
        self.model = model
        width = model.shape.width
        let places = Self.sets * 2 + room + 1
        nothing = places - 1
        parts = [0, 3 * width, 4 * width, 5 * width]
        let row = model.shape.firstRows
        func zeros<T: BinaryInteger>(_ n: Int, _: T.Type) -> UnsafeMutablePointer<T> {
            let p = UnsafeMutablePointer<T>.allocate(capacity: n)
            p.initialize(repeating: 0, count: n)
            return p
        }
        keys = zeros(places, UInt64.self)
        used = zeros(places, UInt32.self)
        sums = zeros(places * row, Int16.self)
        newRounded = zeros((Self.group + 4) * width, Int16.self)
        vectors = .allocate(capacity: places * width)
        factors = .allocate(capacity: places * 3)
        (factors + nothing * 3).initialize(repeating: 0, count: 3)
        newFactors = .allocate(capacity: Self.group)
        newSums = .allocate(capacity: (Self.group + 4) * row)
        new.reserveCapacity(Self.group)
    }

    deinit {
        keys.deallocate()
        used.deallocate()
        vectors.deallocate()
        sums.deallocate()
        factors.deallocate()
        newRounded.deallocate()
        newFactors.deallocate()
        newSums.deallocate()
    }

    /// Begins a batch; the places of the last one may be given away.
    func begin() {
        batch &+= 1
        spare = Self.sets * 2
    }

    /// The place of a word, valid until the batch ends; ``finish()`` comes before its vector and sums are read.
    func place(of form: UnsafeBufferPointer<UInt8>) -> Int {
        let key = max(WordFeatures.hash(form, seed: 0x7E), 1)
        let first = (Int(truncatingIfNeeded: key >> 7) & (Self.sets - 1)) * 2
        for place in first...first + 1 where keys[place] == key {
            used[place] = batch
            return place
        }
        turn ^= 1
        var place = first + turn
        if used[place] == batch { place = first + (1 - turn) }
        if used[place] == batch {
            place = spare
            spare += 1
        } else {
            keys[place] = key
        }
        used[place] = batch
        embed(form, into: vectors + place * width)
        new.append(place)
        if new.count == Self.group { finish() }
        return place
    }

    /// Computes the sums of words that are new.
    func finish() {
        guard !new.isEmpty else { return }
        let layer = model.layers[0]
        for (i, place) in new.enumerated() {
            layer.round(vectors + place * width, 1, into: newRounded + i * width, newFactors + i)
        }
        layer.multiply(newRounded, newFactors, new.count, into: newSums)
        let row = model.shape.firstRows
        for (i, place) in new.enumerated() {
            for part in 0..<3 {
                factors[place * 3 + part] = Rounding.round(
                    newSums + i * row + parts[part],
                    parts[part + 1] - parts[part],
                    limit: Self.limit,
                    into: sums + place * row + parts[part]
                )
            }
        }
        new.removeAll(keepingCapacity: true)
    }

    /// The vector of a word: width floats.
    func vector(_ place: Int) -> UnsafePointer<Float> { UnsafePointer(vectors + place * width) }

    /// The first layer's sums (3 × width) of a word between its neighbours, which add to its candidates.
    func sum(_ before: Int, _ word: Int, _ next: Int, into target: UnsafeMutablePointer<Float>) {
        let row = model.shape.firstRows
        let half = width / 2
        let own = sums + word * row
        let left = sums + before * row + 3 * width, right = sums + next * row + 4 * width
        let factor = factors[word * 3], leftFactor = factors[before * 3 + 1], rightFactor = factors[next * 3 + 2]
        func plain(_ range: Range<Int>) {
            for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                UnsafeMutableRawPointer(target + at)
                    .storeBytes(of: factor * Rounding.floats(own + at), as: SIMD8<Float>.self)
            }
        }
        func candidates(from start: Int, _ side: Int) {
            for at in stride(from: 0, to: half, by: 8) {
                let sum =
                    factor * Rounding.floats(own + start + at) + leftFactor * Rounding.floats(left + side + at)
                    + rightFactor * Rounding.floats(right + side + at)
                UnsafeMutableRawPointer(target + start + at).storeBytes(of: sum, as: SIMD8<Float>.self)
            }
        }
        candidates(from: 0, 0)
        plain(half..<3 * half)
        candidates(from: 3 * half, half)
        plain(4 * half..<6 * half)
    }

    private func embed(_ form: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<Float>) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
            let n = WordFeatures.normalise(form, into: buffer)
            let key = UnsafeBufferPointer(rebasing: buffer[..<n])
            let hash = max(WordFeatures.hash(key, seed: 0), 1)
            let lists = NameLists(rawValue: model.lists[hash] ?? 0)
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: WordFeatures.count - 1) { hashed in
                WordFeatures.hashed(form, key: key, lists: lists, into: hashed)
                let own = Int(model.words[hash] ?? 0)
                target.update(repeating: 0, count: width)
                add(own < model.wordRows ? own : 0, target)
                for row in hashed { add(model.wordRows + Int(row), target) }
            }
        }
    }

    private func add(_ row: Int, _ target: UnsafeMutablePointer<Float>) {
        let scale = model.rowScales[row]
        let source = UnsafeRawPointer(model.rows.start + row * width)
        let goal = UnsafeMutableRawPointer(target)
        for at in stride(from: 0, to: width, by: 16) {
            let v = SIMD16<Float>(source.loadUnaligned(fromByteOffset: at, as: SIMD16<Int8>.self))
            let sum = goal.loadUnaligned(fromByteOffset: at * 4, as: SIMD16<Float>.self) + scale * v
            goal.storeBytes(of: sum, toByteOffset: at * 4, as: SIMD16<Float>.self)
        }
    }
}

/// A matrix of 16-bit weights, a row per output, and what turns sums back into floats.
///
/// Inputs are rounded to 12 bits with a factor per word. Sums of integers do not depend on their order, so every machine computes the same,
/// and the compiler may use whatever instruction multiplies and adds pairs.
struct IntegerMatrix: Sendable {
    /// Largest rounded input and weight: 256 products of these fit 32 bits.
    package static let inputLimit: Float = 2047
    package static let weightLimit: Float = 4095
    static let widest = 256

    let inputs: Int
    let outputs: Int
    private let weights: Mapped<Int16>
    private let scales: Mapped<Float>

    init(_ file: ModelFile, _ name: String, inputs: Int, outputs: Int) throws(ModelError) {
        self.inputs = inputs
        self.outputs = outputs
        weights = try file.section(name + ".weights", Int16.self, count: inputs * outputs)
        scales = try file.section(name + ".scales", Float.self, count: outputs)
    }

    /// Rounds the rows of X (n × inputs); writes a factor per row.
    func round(
        _ x: UnsafePointer<Float>,
        _ n: Int,
        into rounded: UnsafeMutablePointer<Int16>,
        _ factors: UnsafeMutablePointer<Float>
    ) {
        for i in 0..<n {
            factors[i] = Rounding.round(x + i * inputs, inputs, limit: Self.inputLimit, into: rounded + i * inputs)
        }
    }

    /// Y (n × outputs) = X Wᵀ + bias for rounded rows; room behind the last row is needed for up to three more, in X and in Y.
    ///
    /// Complexity: O(n · inputs · outputs).
    func multiply(
        _ x: UnsafePointer<Int16>,
        _ factors: UnsafePointer<Float>,
        _ n: Int,
        bias: UnsafePointer<Float>? = nil,
        into y: UnsafeMutablePointer<Float>
    ) {
        // As many rows at a time as stay in the first cache with one row of weights.
        let sums = UnsafeMutableRawPointer(y).assumingMemoryBound(to: Int32.self)
        var first = 0
        while first < n {
            let last = min(first + 48, n)
            for output in 0..<outputs { dots(x, output, first, last, into: sums) }
            for i in first..<last { scale(sums + i * outputs, factors[i], bias, into: y + i * outputs) }
            first = last
        }
    }

    @inline(__always)
    private func scale(
        _ sums: UnsafePointer<Int32>,
        _ factor: Float,
        _ bias: UnsafePointer<Float>?,
        into y: UnsafeMutablePointer<Float>
    ) {
        let scales = self.scales.start
        if let bias {
            for output in 0..<outputs { y[output] = Float(sums[output]) * (scales[output] * factor) + bias[output] }
        } else {
            for output in 0..<outputs { y[output] = Float(sums[output]) * (scales[output] * factor) }
        }
    }

    @inline(__always)
    private static func load(_ p: UnsafePointer<Int16>) -> SIMD8<Int32> {
        SIMD8<Int32>(truncatingIfNeeded: UnsafeRawPointer(p).loadUnaligned(as: SIMD8<Int16>.self))
    }

    /// Products of rows with one row of weights, four rows at a time; each sum goes straight to memory, which lets the compiler multiply and
    /// add pairs.
    @inline(never)
    private func dots(
        _ x: UnsafePointer<Int16>,
        _ output: Int,
        _ first: Int,
        _ last: Int,
        into sums: UnsafeMutablePointer<Int32>
    ) {
        let w = weights.start + output * inputs
        let k = inputs
        let m = outputs
        var i = first
        while i < last {
            let a0 = x + i * k, a1 = a0 + k, a2 = a1 + k, a3 = a2 + k
            var c0 = SIMD8<Int32>(repeating: 0), c1 = c0, c2 = c0, c3 = c0
            var p = 0
            while p < k {
                let v = IntegerMatrix.load(w + p)
                c0 &+= v &* IntegerMatrix.load(a0 + p)
                c1 &+= v &* IntegerMatrix.load(a1 + p)
                c2 &+= v &* IntegerMatrix.load(a2 + p)
                c3 &+= v &* IntegerMatrix.load(a3 + p)
                p += 8
            }
            sums[i * m + output] = c0.wrappedSum()
            sums[(i + 1) * m + output] = c1.wrappedSum()
            sums[(i + 2) * m + output] = c2.wrappedSum()
            sums[(i + 3) * m + output] = c3.wrappedSum()
            i += 4
        }
    }
}

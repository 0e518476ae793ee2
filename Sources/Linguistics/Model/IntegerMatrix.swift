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
            let row = UnsafeRawPointer(x + i * inputs)
            var top = SIMD8<Float>(repeating: 0)
            var at = 0
            while at < inputs {
                let v = row.loadUnaligned(fromByteOffset: at * 4, as: SIMD8<Float>.self)
                let size = v.replacing(with: -v, where: v .< SIMD8(repeating: 0))
                top = top.replacing(with: size, where: size .> top)
                at += 8
            }
            let largest = max(top.max(), 1e-6)
            let factor = IntegerMatrix.inputLimit / largest
            factors[i] = largest / IntegerMatrix.inputLimit
            let target = UnsafeMutableRawPointer(rounded + i * inputs)
            let magic = SIMD8<Float>(repeating: 12_582_912)
            at = 0
            while at < inputs {
                // Adding a large number rounds to the nearest even and leaves the integer in the low bits.
                let v = row.loadUnaligned(fromByteOffset: at * 4, as: SIMD8<Float>.self) * factor + magic
                let bits = unsafeBitCast(v, to: SIMD8<Int32>.self) &- Int32(bitPattern: Float(12_582_912).bitPattern)
                target.storeBytes(
                    of: SIMD8<Int16>(truncatingIfNeeded: bits),
                    toByteOffset: at * 2,
                    as: SIMD8<Int16>.self
                )
                at += 8
            }
        }
    }

    /// Y (n × outputs) = X Wᵀ for rounded rows; room behind the last row is needed for up to three more, in X and in Y.
    ///
    /// Complexity: O(n · inputs · outputs).
    func multiply(
        _ x: UnsafePointer<Int16>,
        _ factors: UnsafePointer<Float>,
        _ n: Int,
        into y: UnsafeMutablePointer<Float>
    ) {
        // As many rows at a time as stay in the first cache with one row of weights.
        let scales = self.scales.start
        let sums = UnsafeMutableRawPointer(y).assumingMemoryBound(to: Int32.self)
        var first = 0
        while first < n {
            let last = min(first + 48, n)
            for output in 0..<outputs { dots(x, output, first, last, into: sums) }
            first = last
        }
        for i in 0..<n {
            let factor = factors[i]
            for output in 0..<outputs {
                y[i * outputs + output] = Float(sums[i * outputs + output]) * (scales[output] * factor)
            }
        }
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
                let v = SIMD8<Int32>(truncatingIfNeeded: UnsafeRawPointer(w + p).loadUnaligned(as: SIMD8<Int16>.self))
                c0 &+=
                    v &* SIMD8<Int32>(truncatingIfNeeded: UnsafeRawPointer(a0 + p).loadUnaligned(as: SIMD8<Int16>.self))
                c1 &+=
                    v &* SIMD8<Int32>(truncatingIfNeeded: UnsafeRawPointer(a1 + p).loadUnaligned(as: SIMD8<Int16>.self))
                c2 &+=
                    v &* SIMD8<Int32>(truncatingIfNeeded: UnsafeRawPointer(a2 + p).loadUnaligned(as: SIMD8<Int16>.self))
                c3 &+=
                    v &* SIMD8<Int32>(truncatingIfNeeded: UnsafeRawPointer(a3 + p).loadUnaligned(as: SIMD8<Int16>.self))
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

import Foundation

/// One matrix of weights with the state that Adam (Kingma & Ba, 2015) keeps of it.
final class Parameter {
    let name: String
    let rows: Int
    let columns: Int
    let value: UnsafeMutablePointer<Float>
    let first: UnsafeMutablePointer<Float>
    let second: UnsafeMutablePointer<Float>

    var count: Int { rows * columns }

    init(_ name: String, _ rows: Int, _ columns: Int, scale: Float, _ random: inout RandomNumbers) {
        self.name = name
        self.rows = rows
        self.columns = columns
        value = .allocate(capacity: rows * columns)
        first = .allocate(capacity: rows * columns)
        second = .allocate(capacity: rows * columns)
        first.initialize(repeating: 0, count: rows * columns)
        second.initialize(repeating: 0, count: rows * columns)
        for index in 0..<rows * columns { value[index] = scale == 0 ? 0 : random.uniform() * scale }
    }

    deinit {
        value.deallocate()
        first.deallocate()
        second.deallocate()
    }

    /// Some of the rows.
    struct Block {
        let value: UnsafeMutablePointer<Float>
        let rows: Int
        let columns: Int
    }

    func block(rows: Range<Int>) -> Block {
        Block(value: value + rows.lowerBound * columns, rows: rows.count, columns: columns)
    }

    /// One step of Adam over a range of elements; clears the gradient.
    func step(_ gradient: UnsafeMutablePointer<Float>, _ range: Range<Int>, _ optimiser: Optimiser) {
        for index in range {
            let g = gradient[index]
            let m = optimiser.beta1 * first[index] + (1 - optimiser.beta1) * g
            let v = optimiser.beta2 * second[index] + (1 - optimiser.beta2) * g * g
            first[index] = m
            second[index] = v
            value[index] -= optimiser.rate * m / (v.squareRoot() + optimiser.epsilon)
            gradient[index] = 0
        }
    }
}

/// What Adam is told for one step; the rate has the bias corrections in it.
struct Optimiser {
    var rate: Float = 0
    var beta1: Float = 0.9
    var beta2: Float = 0.98
    var epsilon: Float = 1e-8
}

/// xorshift64*: the same numbers on every machine.
package struct RandomNumbers: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    package mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// Between -1 and 1.
    mutating func uniform() -> Float { Float(Int64(bitPattern: next()) >> 40) / Float(1 << 23) }
    /// Between 0 and 1.
    mutating func unit() -> Float { Float(next() >> 40) / Float(1 << 24) }
}

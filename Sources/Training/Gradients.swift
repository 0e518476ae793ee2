/// Gradients of one worker: dense ones for the small matrices, touched rows for the embeddings.
final class Gradients {
    let dense: [UnsafeMutablePointer<Float>]
    private let counts: [Int]
    let rows: UnsafeMutablePointer<Float>
    /// Rows of the embeddings that this step has touched.
    var touched: [Int32] = []
    let isTouched: UnsafeMutablePointer<Bool>

    init(_ network: Network) {
        counts = network.dense.map(\.count)
        dense = counts.map {
            let p = UnsafeMutablePointer<Float>.allocate(capacity: $0)
            p.initialize(repeating: 0, count: $0)
            return p
        }
        rows = .allocate(capacity: network.embeddings.count)
        rows.initialize(repeating: 0, count: network.embeddings.count)
        isTouched = .allocate(capacity: network.embeddings.rows)
        isTouched.initialize(repeating: false, count: network.embeddings.rows)
    }

    deinit {
        for p in dense { p.deallocate() }
        rows.deallocate()
        isTouched.deallocate()
    }

    /// Adds another worker's gradients and clears them.
    func absorb(_ other: Gradients, width: Int) {
        for (index, p) in dense.enumerated() {
            let q = other.dense[index]
            for i in 0..<counts[index] {
                p[i] += q[i]
                q[i] = 0
            }
        }
        for row in other.touched {
            touch(row)
            let p = rows + Int(row) * width
            let q = other.rows + Int(row) * width
            for i in 0..<width {
                p[i] += q[i]
                q[i] = 0
            }
            other.isTouched[Int(row)] = false
        }
        other.touched.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    func touch(_ row: Int32) {
        if !isTouched[Int(row)] {
            isTouched[Int(row)] = true
            touched.append(row)
        }
    }
}

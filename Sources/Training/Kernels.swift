/// The few dense operations that training needs, on row-major floats.
///
/// Widths are multiples of 16.
enum Kernels {
    typealias Floats = UnsafeMutablePointer<Float>
    typealias V = SIMD16<Float>

    @inline(__always)
    static func load(_ p: UnsafePointer<Float>) -> V { UnsafeRawPointer(p).loadUnaligned(as: V.self) }
    @inline(__always)
    static func load(_ p: Floats) -> V { UnsafeRawPointer(p).loadUnaligned(as: V.self) }
    @inline(__always)
    static func store(_ p: Floats, _ v: V) { UnsafeMutableRawPointer(p).storeBytes(of: v, as: V.self) }

    @inline(__always)
    static func multiplyAdd(_ acc: inout V, _ a: Float, _ b: V) {
        #if TIDINGS_NATIVE
        acc = acc.addingProduct(V(repeating: a), b)
        #else
        acc += a * b
        #endif
    }

    /// C (n × m) += A (n × k) · B (k × m).
    ///
    /// Complexity: O(*n k m*).
    static func multiply(
        _ c: Floats,
        _ a: UnsafePointer<Float>,
        _ b: UnsafePointer<Float>,
        _ n: Int,
        _ k: Int,
        _ m: Int
    ) {
        var j = 0
        while j < m {
            var i = 0
            while i + 6 <= n {
                let a0 = a + i * k, a1 = a0 + k, a2 = a1 + k, a3 = a2 + k, a4 = a3 + k, a5 = a4 + k
                var c0 = load(c + i * m + j), c1 = load(c + (i + 1) * m + j), c2 = load(c + (i + 2) * m + j)
                var c3 = load(c + (i + 3) * m + j), c4 = load(c + (i + 4) * m + j), c5 = load(c + (i + 5) * m + j)
                var bp = b + j
                for p in 0..<k {
                    let v = load(bp)
                    multiplyAdd(&c0, a0[p], v)
                    multiplyAdd(&c1, a1[p], v)
                    multiplyAdd(&c2, a2[p], v)
                    multiplyAdd(&c3, a3[p], v)
                    multiplyAdd(&c4, a4[p], v)
                    multiplyAdd(&c5, a5[p], v)
                    bp += m
                }
                store(c + i * m + j, c0)
                store(c + (i + 1) * m + j, c1)
                store(c + (i + 2) * m + j, c2)
                store(c + (i + 3) * m + j, c3)
                store(c + (i + 4) * m + j, c4)
                store(c + (i + 5) * m + j, c5)
                i += 6
            }
            while i < n {
                var c0 = load(c + i * m + j)
                for p in 0..<k { multiplyAdd(&c0, a[i * k + p], load(b + p * m + j)) }
                store(c + i * m + j, c0)
                i += 1
            }
            j += 16
        }
    }

    /// B (m × n) = Aᵀ, A being n × m.
    static func transpose(_ b: Floats, _ a: UnsafePointer<Float>, _ n: Int, _ m: Int) {
        var i = 0
        while i < n {
            let last = min(i + 16, n)
            for j in 0..<m {
                for r in i..<last { b[j * n + r] = a[r * m + j] }
            }
            i += 16
        }
    }

    static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ n: Int) -> Float {
        var acc = V(repeating: 0)
        var i = 0
        while i < n {
            acc += load(a + i) * load(b + i)
            i += 16
        }
        return acc.sum()
    }

    /// y += s · x.
    static func add(_ y: Floats, _ s: Float, _ x: UnsafePointer<Float>, _ n: Int) {
        var i = 0
        while i < n {
            store(y + i, load(y + i) + s * load(x + i))
            i += 16
        }
    }
}

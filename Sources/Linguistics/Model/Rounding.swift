/// Floats to 16-bit integers and back, a factor a row.
enum Rounding {
    /// Rounds *count* floats, a multiple of 8, so that the largest becomes *limit*, at most 32,767.
    ///
    /// - Returns: what an integer is multiplied with to get its float back.
    static func round(
        _ row: UnsafePointer<Float>,
        _ count: Int,
        limit: Float,
        into rounded: UnsafeMutablePointer<Int16>
    ) -> Float {
        // The bits of floats without their signs are in the order of their sizes.
        let source = UnsafeRawPointer(row)
        var top = SIMD8<Int32>(repeating: 0)
        for at in stride(from: 0, to: count, by: 8) {
            let size = source.loadUnaligned(fromByteOffset: at * 4, as: SIMD8<Int32>.self) & 0x7FFF_FFFF
            let difference = top &- size
            top = size &+ (difference & ~(difference &>> 31))
        }
        var bits = top[0]
        for lane in 1..<8 { bits = max(bits, top[lane]) }
        let largest = max(Float(bitPattern: UInt32(bitPattern: bits)), 1e-6)
        let factor = limit / largest
        let target = UnsafeMutableRawPointer(rounded)
        // Adding a large number rounds to the nearest even and leaves the integer in the low half of the bits.
        let magic = SIMD8<Float>(repeating: 12_582_912)
        for at in stride(from: 0, to: count, by: 8) {
            let v = source.loadUnaligned(fromByteOffset: at * 4, as: SIMD8<Float>.self) * factor + magic
            let low = unsafeBitCast(v, to: SIMD16<Int16>.self).evenHalf
            target.storeBytes(of: low, toByteOffset: at * 2, as: SIMD8<Int16>.self)
        }
        return largest / limit
    }

    /// Eight integers as floats.
    @inline(__always)
    static func floats(_ p: UnsafePointer<Int16>) -> SIMD8<Float> {
        // 2²³ + 2¹⁵ + n, put together from its bits.
        let bits = SIMD8<UInt32>(truncatingIfNeeded: UnsafeRawPointer(p).loadUnaligned(as: SIMD8<UInt16>.self))
        return unsafeBitCast(bits ^ 0x4B00_8000, to: SIMD8<Float>.self) - SIMD8(repeating: 8_421_376)
    }
}

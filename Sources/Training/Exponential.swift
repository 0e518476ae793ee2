import Foundation

/// Exponential and logarithm for losses.
enum Exponential {
    static func value(_ x: Float) -> Float { x < -30 ? 0 : Foundation.exp(x) }
    static func logarithm(_ x: Float) -> Float { Foundation.log(x) }
}

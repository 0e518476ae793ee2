/// A number that stands out against its own past.
///
/// Robust z-score (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers): (number - median) / spread over the days before, where spread is
/// 1.4826 × the median absolute deviation, and at least the square root of the mean or of one, which is what counts that are merely random
/// (Poisson) spread.
package struct Spike: Sendable, Equatable, Encodable {
    package let median: Double
    package let spread: Double
    /// How many spreads the number lies above the median.
    package let score: Double

    /// Days that a number is compared with.
    package static let window = 28
    /// Fewer days of a past make no baseline.
    package static let leastDays = 14
    /// Smaller numbers are no spikes, however quiet it was.
    package static let leastNumber = 5
    /// From which score a number is a spike.
    package static let threshold = 4.0

    /// - Parameter past: the numbers of the days before; the last `window` of them are looked at.
    /// - Returns: nil when the number is no spike, or too little is known to tell.
    package init?(_ number: Int, past: [Int]) {
        let past = past.suffix(Spike.window).map(Double.init)
        guard number >= Spike.leastNumber, past.count >= Spike.leastDays else { return nil }
        let middle = Spike.median(past)
        let mean = past.reduce(0, +) / Double(past.count)
        median = middle
        spread = max(1.4826 * Spike.median(past.map { abs($0 - middle) }), max(mean, 1).squareRoot())
        score = (Double(number) - middle) / spread
        guard score >= Spike.threshold else { return nil }
    }

    private static func median(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

import ServiceSupport

/// How many requests a second somebody may make: a bucket that fills evenly, and empties by one a request.
package struct TokenBucket: Sendable {
    package struct Rate: Sendable, Equatable {
        /// Requests a second that are refilled.
        package var perSecond: Int
        /// Requests at once after a pause.
        package var burst: Int

        package init(perSecond: Int, burst: Int? = nil) {
            self.perSecond = max(1, perSecond)
            self.burst = max(1, burst ?? perSecond * 2)
        }
    }

    private var level: Double
    /// Milliseconds, monotonic.
    private var seen: Int

    init(_ rate: Rate, at now: Int) {
        level = Double(rate.burst)
        seen = now
    }

    /// Takes one, or tells in how many seconds there will be one.
    mutating func take(_ rate: Rate, at now: Int) -> Int? {
        level = fill(rate, at: now)
        seen = now
        guard level < 1 else {
            level -= 1
            return nil
        }
        return max(1, Int(((1 - level) / Double(rate.perSecond)).rounded(.up)))
    }

    func isFull(_ rate: Rate, at now: Int) -> Bool { fill(rate, at: now) >= Double(rate.burst) }

    private func fill(_ rate: Rate, at now: Int) -> Double {
        min(Double(rate.burst), level + Double(max(0, now - seen)) / 1000 * Double(rate.perSecond))
    }
}

/// A bucket for each of those who ask.
package final class RequestLimit: Sendable {
    /// The most that are remembered; those whose buckets are full are forgotten first, and no harm is done by that.
    static let most = 10_000

    private let rate: TokenBucket.Rate
    private let buckets = Locked<[String: TokenBucket]>([:])

    package init(_ rate: TokenBucket.Rate) { self.rate = rate }

    /// - Returns: nil, or in how many seconds `who` may ask again.
    package func take(_ who: String, at now: Int = Monotonic.milliseconds()) -> Int? {
        buckets.withLock { buckets in
            if buckets[who] == nil, buckets.count >= RequestLimit.most {
                buckets = buckets.filter { !$0.value.isFull(rate, at: now) }
                // Ten thousand addresses at once are an attack: a stranger waits.
                guard buckets.count < RequestLimit.most else { return 1 }
            }
            return buckets[who, default: TokenBucket(rate, at: now)].take(rate, at: now)
        }
    }
}

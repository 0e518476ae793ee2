import Glibc

/// The clocks a shell reads; state machines get their readings as arguments.
package enum Monotonic {
    /// Milliseconds since some fixed moment; never goes back, not even when the wall clock is set.
    package static func milliseconds() -> Int { microseconds() / 1000 }

    /// Microseconds since some fixed moment.
    package static func microseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }

    /// Sleeps on the calling thread, which must not be one of the cooperative pool.
    package static func sleep(milliseconds: Int) {
        _ = poll(nil, 0, Int32(clamping: max(0, milliseconds)))
    }
}

/// Waits that double with every failure, with jitter, so that clients of a returning server do not come all at once.
package struct Backoff: Sendable {
    private let first: Int
    private let limit: Int
    private var next: Int

    /// - Parameters:
    ///   - first: the first wait in milliseconds.
    ///   - limit: the longest wait in milliseconds.
    package init(first: Int = 100, limit: Int = 5000) {
        self.first = first
        self.limit = limit
        self.next = first
    }

    /// The next wait in milliseconds: between half and the whole of the current step.
    package mutating func wait(using generator: inout some RandomNumberGenerator) -> Int {
        let step = next
        next = min(limit, step * 2)
        return Int.random(in: step / 2...step, using: &generator)
    }

    /// The next wait with the system's randomness.
    package mutating func wait() -> Int {
        var generator = SystemRandomNumberGenerator()
        return wait(using: &generator)
    }

    package mutating func reset() { next = first }
}

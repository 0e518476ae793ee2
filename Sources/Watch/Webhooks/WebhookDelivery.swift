/// When the event at the head of an endpoint's queue is sent, sent again, or given up.
///
/// A state machine without I/O and clock; times are milliseconds of Unix time. Order is kept: the next event waits for this one.
package struct WebhookDelivery: Sendable {
    package struct Policy: Sendable, Equatable {
        /// Milliseconds to wait after each failed attempt; the attempt after the last is the last.
        package var waits: [Int]
        /// Each wait is changed at random by up to this part of it.
        package var jitter = 0.2
        package var perMinute: Int

        /// - Parameter waits: by default those of the Standard Webhooks specification: ten attempts in about three days.
        package init(waits: [Int] = Policy.standardWaits, perMinute: Int = 600) {
            self.waits = waits
            self.perMinute = perMinute
        }

        private static let minute = 60_000
        /// 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
        package static let standardWaits = [
            5000, 5 * minute, 30 * minute, 120 * minute, 300 * minute, 600 * minute, 840 * minute, 1200 * minute,
            1440 * minute,
        ]
    }

    /// What came of a request.
    package enum Answer: Sendable, Equatable {
        /// - Parameters:
        ///   - retryAfter: milliseconds that the endpoint asks us to wait.
        ///   - location: where a redirect would have led.
        case status(Int, retryAfter: Int? = nil, location: String? = nil)
        case none(reason: String)
    }

    package enum Action: Sendable, Equatable {
        case send(attempt: Int)
        case wait(until: Int)
        /// Note the success and go on with the next event.
        case delivered
        /// Note the failure; ``due(now:)`` says when to try again.
        case retry(at: Int, reason: String)
        /// Note the failure; a person has to look.
        case disable(reason: String)
    }

    private static let longestWait = 24 * 3_600_000
    private let policy: Policy
    /// Failed attempts of the present event that count.
    package private(set) var failures: Int
    package private(set) var failingSince: Int?
    package private(set) var nextAt: Int?
    /// Requests that may be sent at once; ten seconds' worth at most.
    private var allowance: Double
    private var allowanceAt: Int?

    package init(_ policy: Policy, failures: Int = 0, failingSince: Int? = nil, nextAt: Int? = nil) {
        self.policy = policy
        self.failures = failures
        self.failingSince = failingSince
        self.nextAt = nextAt
        allowance = WebhookDelivery.burst(policy)
    }

    private static func burst(_ policy: Policy) -> Double { max(1, Double(policy.perMinute) / 6) }

    /// Whether the event may be sent now; a `send` is counted as sent.
    package mutating func due(now: Int) -> Action {
        if let nextAt, nextAt > now { return .wait(until: nextAt) }
        let perMillisecond = Double(policy.perMinute) / 60_000
        // A clock that was set back earns nothing.
        let earned = Double(max(0, now - (allowanceAt ?? now))) * perMillisecond
        allowance = min(WebhookDelivery.burst(policy), allowance + earned)
        allowanceAt = now
        guard allowance >= 1 else { return .wait(until: now + max(1, Int((1 - allowance) / perMillisecond))) }
        allowance -= 1
        return .send(attempt: failures + 1)
    }

    /// The answer to the last `send`.
    package mutating func answered(
        _ answer: Answer,
        now: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Action {
        switch answer {
        case .status(200..<300, _, _):
            (failures, failingSince, nextAt) = (0, nil, nil)
            return .delivered
        case .status(410, _, _): return .disable(reason: "410: the endpoint says that it is gone for good")
        case .status(let status, let retryAfter, let location):
            let isThrottle = [429, 502, 503, 504].contains(status)
            let redirect =
                (300..<400).contains(status) ? " to \(location ?? "nowhere"): redirects are not followed" : ""
            return failed("status \(status)\(redirect)", retryAfter: isThrottle ? retryAfter : nil, now, &generator)
        case .none(let reason): return failed(reason, retryAfter: nil, now, &generator)
        }
    }

    /// An endpoint that says when it wants the next request gets it then, and no attempt is charged; time is.
    private mutating func failed(
        _ reason: String,
        retryAfter: Int?,
        _ now: Int,
        _ generator: inout some RandomNumberGenerator
    ) -> Action {
        let since = failingSince ?? now
        failingSince = since
        if retryAfter == nil { failures += 1 }
        guard failures <= policy.waits.count else {
            return .disable(reason: "\(failures) attempts failed; the last: \(reason)")
        }
        let patience = Int(Double(policy.waits.reduce(0, +)) * (1 + policy.jitter))
        guard now - since <= patience else {
            return .disable(reason: "no success for \((now - since) / 3_600_000) hours; the last: \(reason)")
        }
        let wait: Int
        if let retryAfter {
            let asked = min(max(retryAfter, 1000), WebhookDelivery.longestWait)
            wait = asked + Int.random(in: 0...asked / 10, using: &generator)
        } else {
            let step = policy.waits[max(0, failures - 1)]
            let change = Int(Double(step) * policy.jitter)
            wait = step + Int.random(in: -change...change, using: &generator)
        }
        nextAt = now + wait
        return .retry(at: now + wait, reason: reason)
    }
}

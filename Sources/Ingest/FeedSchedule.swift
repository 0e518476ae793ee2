/// When a feed is asked next, and with which validators.
///
/// A state machine without I/O; times are seconds since 1970, because they outlive the process. After RFC 9110 (conditional
/// requests, Retry-After) and RFC 9111 (max-age).
struct FeedSchedule: Codable, Equatable, Sendable {
    /// What became of asking.
    enum Answer: Equatable, Sendable {
        /// The feed, with its validators.
        case content(etag: String?, lastModified: String?, digest: String, maxAge: Int?)
        case notModified(maxAge: Int?)
        /// 429 or 503, with the seconds of Retry-After.
        case wait(seconds: Int?, reason: String)
        /// 410: it will not come back.
        case gone
        case failed(String)
    }

    /// The address that all of this is about.
    var url: String
    var etag: String?
    var lastModified: String?
    /// SHA-256 of the last body: a server without validators sends the same again and again.
    var digest: String?
    /// Failures in a row.
    private(set) var failures = 0
    private(set) var nextAt = 0
    /// What is wrong; nil when the last answer was good.
    private(set) var problem: String?
    /// It is not asked any more.
    private(set) var isStopped = false

    /// The longest wait after failures.
    static let longest = 24 * 3600
    /// The longest that a server may ask us to wait.
    static let longestRetryAfter = 7 * 24 * 3600

    init(url: String) { self.url = url }

    func isDue(now: Int) -> Bool { !isStopped && now >= nextAt }

    /// Takes an answer in.
    ///
    /// - Parameters:
    ///   - every: seconds between requests when all is well.
    ///   - jitter: 0 ..< 1, so that the clients of a server do not come all at once.
    mutating func record(_ answer: Answer, every: Int, now: Int, jitter: Double) {
        var wait = every
        switch answer {
        case .content(let etag, let lastModified, let digest, let maxAge):
            self.etag = etag
            self.lastModified = lastModified
            self.digest = digest
            wait = succeeded(every, maxAge)
        case .notModified(let maxAge):
            wait = succeeded(every, maxAge)
        case .wait(let seconds, let reason):
            wait = failed(every, reason)
            if let seconds { wait = min(FeedSchedule.longestRetryAfter, max(every, seconds)) }
        case .gone:
            isStopped = true
            problem = "410 Gone: it will not come back, and is not asked again; remove it, or correct its url"
        case .failed(let reason):
            wait = failed(every, reason)
        }
        nextAt = now + wait + Int(Double(every) * 0.1 * jitter)
    }

    private mutating func succeeded(_ every: Int, _ maxAge: Int?) -> Int {
        failures = 0
        problem = nil
        return max(every, min(FeedSchedule.longest, maxAge ?? 0))
    }

    /// Doubles with every failure.
    private mutating func failed(_ every: Int, _ reason: String) -> Int {
        failures += 1
        problem = reason
        let doubled = every << min(failures - 1, 20)
        return max(every, min(FeedSchedule.longest, doubled))
    }
}

import Glibc
import Records
import ServiceSupport
import Wire

/// Jobs from the socket's thread to the coding threads, and their answers back.
final class WorkPool: Sendable {
    struct Job: Sendable {
        var lease: Lease
        /// The article as JSON.
        var article: [UInt8]
    }

    struct Answer: Sendable {
        var lease: Lease
        var message: WorkMessage
    }

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    private let state = Locked(State())
    private let available: UnsafeSemaphore = UnsafeSemaphore()
    let answers = Mailbox<Answer>()

    func add(_ job: Job) {
        state.withLock { $0.jobs.append(job) }
        available.signal()
    }

    /// Waits for the next job; nil when the pool is closed.
    func next() -> Job? {
        while true {
            available.wait()
            let (job, isClosed) = state.withLock { state -> (Job?, Bool) in
                (state.isClosed || state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
            }
            if isClosed {
                available.signal()
                return nil
            }
            if let job { return job }
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        available.signal()
    }
}

/// A POSIX semaphore at a fixed address.
final class UnsafeSemaphore: Sendable {
    // A semaphore must not move, hence the pointer, which is not Sendable by itself. Unsafe is sound here: it is set once, sem_post and
    // sem_wait are made for many threads, and it is freed only with the object, when no thread can be inside.
    nonisolated(unsafe) private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(handle, 0, 0) }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func signal() { sem_post(handle) }

    func wait() { while sem_wait(handle) != 0, errno == EINTR {} }
}

/// One coding thread: JSON in, records or a reason out.
struct CodingThread {
    private let settings: ExtractionService.Settings
    private let pool: WorkPool
    private let code: ExtractionService.CodeArticle
    /// What one RESULT may hold; the hub takes no larger message.
    private static let recordLimit = 4000
    private static let byteLimit = 6 << 20

    init(_ settings: ExtractionService.Settings, _ pool: WorkPool, _ code: @escaping ExtractionService.CodeArticle) {
        self.settings = settings
        self.pool = pool
        self.code = code
    }

    func run() {
        while let job = pool.next() { pool.answers.post(.init(lease: job.lease, message: answer(job))) }
    }

    private func answer(_ job: WorkPool.Job) -> WorkMessage {
        guard let article = try? JSON.decode(Article.self, from: job.article) else {
            return failure(job.lease, "the job's article is not in the form this version knows")
        }
        let deadline = Monotonic.milliseconds() + settings.secondsPerArticle * 1000
        do {
            let records = try code(article) { Monotonic.milliseconds() > deadline }
            let bytes = records.reduce(0) { $0 + $1.data.count }
            guard records.count <= CodingThread.recordLimit, bytes <= CodingThread.byteLimit else {
                return failure(
                    job.lease,
                    "the article gives \(records.count) records of \(bytes) bytes, more than one answer may hold "
                        + "(\(CodingThread.recordLimit) and \(CodingThread.byteLimit)); split it"
                )
            }
            return .result(job.lease, records)
        } catch {
            return failure(job.lease, "\(error)")
        }
    }

    private func failure(_ lease: Lease, _ reason: String) -> WorkMessage {
        .fail(.init(lease: lease, kind: .poison, reason: reason))
    }
}

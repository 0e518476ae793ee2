package import Logging
import Messaging
package import Records
import ServiceSupport
package import Wire

/// Extraction: takes jobs from the hub, codes articles on its worker threads, and sends the records back.
///
/// Holds no credential.
package final class ExtractionService: Sendable {
    /// Codes one article into records; asks the closure now and then whether its time is over, and throws when it is.
    package typealias CodeArticle = (Article, _ isOverBudget: () -> Bool) throws -> [RecordDraft]

    /// Whom to work for and within what bounds.
    package struct Settings: Sendable {
        /// The hub's work endpoint.
        package var hub: String
        /// The file with this extractor's key and the hub's public one.
        package var keyFile: String
        /// Articles coded at one time, one thread each.
        package var workers: Int
        /// Seconds for one article; twice that ends the process, since a thread cannot be ended.
        package var secondsPerArticle: Int
        /// Written into every record, `tidings 0.1.0`.
        package var coder: String

        package init(hub: String, keyFile: String, workers: Int, secondsPerArticle: Int = 20, coder: String) {
            self.hub = hub
            self.keyFile = keyFile
            self.workers = workers
            self.secondsPerArticle = secondsPerArticle
            self.coder = coder
        }
    }

    private let stop = StopSwitch()
    private let thread: Worker
    private let workers: [Worker]

    /// Starts the threads; the hub may come later.
    ///
    /// - Parameters:
    ///   - makeCoder: called once on each of the threads, for what that thread codes with.
    ///   - abandon: called when a job does not end; must end the process.
    package init(
        _ settings: Settings,
        logger: Logger,
        makeCoder: @escaping @Sendable () -> CodeArticle,
        abandon: @escaping @Sendable (String) -> Void
    ) {
        let shared = WorkPool()
        let stop = self.stop
        workers = (0..<settings.workers).map { number in
            Worker(name: "coder \(number)") { CodingThread(settings, shared, makeCoder()).run() }
        }
        thread = Worker(name: "extract") {
            ExtractionThread(settings, shared, logger, abandon).run(until: stop)
            shared.close()
        }
    }

    /// Says BYE, so that unanswered jobs go to others at once, and stops; an article in work is finished but not sent.
    package func shutdown() {
        stop.stop()
        thread.join()
        workers.forEach { $0.join() }
    }
}

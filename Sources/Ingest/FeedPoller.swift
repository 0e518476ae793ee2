import Articles
import FoundationEssentials
import Glibc
import HTTPSupport
import Logging
import Records
import ServiceSupport

/// Polls feeds and puts what they answer into the inbox, from where it goes the way of every file.
///
/// One thread decides and writes; each request has a thread of its own, a few at a time.
final class FeedPoller: Sendable {
    private let stop = StopSwitch()
    private let worker: Worker
    /// What is wrong with feeds, by name.
    private let trouble: Locked<[String: String]>

    init(_ list: SettingsFile<FeedList>, directory: String, logger: Logger) {
        let stop = self.stop
        let trouble = Locked<[String: String]>([:])
        self.trouble = trouble
        worker = Worker(name: "feeds") {
            FeedThread(list, directory, logger, stop, trouble).run()
        }
    }

    var problems: [String: String]? { trouble.withLock { $0.isEmpty ? nil : $0 } }

    /// Gives up what is on its way and stops.
    func shutdown() {
        stop.stop()
        worker.join()
    }
}

private final class FeedThread {
    private var list: SettingsFile<FeedList>
    private let tree: FileTree
    private let logger: Logger
    private let stop: StopSwitch
    private let trouble: Locked<[String: String]>
    private let results = Mailbox<(name: String, result: FeedFetch.Result)>()
    private let hosts = BusyHosts()
    private var schedules: [String: FeedSchedule] = [:]
    private var requests: [String: (feed: FeedList.Feed, worker: Worker)] = [:]

    private static let requestsAtOnce = 4

    init(
        _ list: SettingsFile<FeedList>,
        _ directory: String,
        _ logger: Logger,
        _ stop: StopSwitch,
        _ trouble: Locked<[String: String]>
    ) {
        self.list = list
        tree = FileTree(directory)
        self.logger = logger
        self.stop = stop
        self.trouble = trouble
    }

    func run() {
        while !stop.isStopped {
            refresh()
            start()
            for (name, result) in results.wait(milliseconds: 200) { finish(name, result) }
        }
        for (_, worker) in requests.values { worker.join() }
    }

    private func refresh() {
        switch list.refresh() {
        case .same: return
        case .read: logger.notice("feeds read again", metadata: ["file": "\(list.path)"])
        case .wrong(let error): logger.error("feeds kept as they were", metadata: ["error": "\(error)"])
        }
        tell()
    }

    /// Starts what is due and whose host is free.
    private func start() {
        let now = Int(time(nil))
        for feed in list.value.feeds where requests[feed.name] == nil {
            guard requests.count < FeedThread.requestsAtOnce else { return }
            let schedule = schedule(of: feed)
            guard schedule.isDue(now: now), hosts.take(feed.url.host) else { continue }
            let fetch = FeedFetch(
                feed: feed,
                schedule: schedule,
                userAgent: "Tidings/0.1 (feed reader\(list.value.contact.map { "; \($0)" } ?? ""))",
                hosts: hosts,
                stop: stop
            )
            let results = self.results
            requests[feed.name] = (feed, Worker(name: "feed") { results.post((feed.name, fetch.run())) })
        }
    }

    private func finish(_ name: String, _ result: FeedFetch.Result) {
        guard let (feed, worker) = requests.removeValue(forKey: name) else { return }
        worker.join()
        hosts.release(feed.url.host)
        guard !stop.isStopped else { return }
        var schedule = schedule(of: feed)
        let answer = answer(result.outcome, feed, schedule)
        schedule.record(answer, every: feed.every, now: Int(time(nil)), jitter: .random(in: 0..<1))
        schedules[name] = schedule
        report(feed, schedule, result.movedTo)
        do {
            try tree.replace(FeedThread.state(of: feed), with: try JSON.encode(schedule) + [UInt8(ascii: "\n")])
        } catch { logger.error("a feed's state is not kept", metadata: ["feed": "\(name)", "error": "\(error)"]) }
    }

    /// Puts content that is new into the inbox; only then is its validator worth keeping.
    private func answer(
        _ outcome: FeedFetch.Outcome,
        _ feed: FeedList.Feed,
        _ schedule: FeedSchedule
    ) -> FeedSchedule.Answer {
        switch outcome {
        case .answer(let answer): return answer
        case .content(let bytes, let ending, let etag, let lastModified, let maxAge):
            let digest = sha256(of: bytes)
            if digest != schedule.digest {
                let stamp = Date().formatted(.iso8601).filter { $0.isNumber || $0 == "T" || $0 == "Z" }
                let path = TreePath("inbox/\(feed.source)/\(feed.name)-\(stamp).\(ending)")
                do { _ = try tree.drop(bytes, as: path) } catch { return .failed("\(error)") }
            }
            return .content(etag: etag, lastModified: lastModified, digest: digest, maxAge: maxAge)
        }
    }

    private func report(_ feed: FeedList.Feed, _ schedule: FeedSchedule, _ movedTo: String?) {
        if let movedTo {
            logger.notice(
                "a feed has moved for good; write its new address into the list",
                metadata: ["feed": "\(feed.name)", "url": "\(feed.url)", "to": "\(movedTo)"]
            )
        }
        if let problem = schedule.problem {
            logger.warning(
                "a feed is in trouble",
                metadata: [
                    "feed": "\(feed.name)", "error": "\(problem)", "failures": "\(schedule.failures)",
                    "next": "\(schedule.isStopped ? "never" : "in \(schedule.nextAt - Int(time(nil))) s")",
                ]
            )
        }
        tell()
    }

    private func tell() {
        var problems: [String: String] = [:]
        if let problem = list.problem { problems["feeds.yaml"] = problem }
        for feed in list.value.feeds {
            if let problem = schedules[feed.name]?.problem { problems[feed.name] = problem }
        }
        trouble.withLock { $0 = problems }
    }

    // MARK: State

    /// The schedule in memory, or of the last run; a feed whose address has changed begins anew.
    private func schedule(of feed: FeedList.Feed) -> FeedSchedule {
        if let known = schedules[feed.name], known.url == feed.url.text { return known }
        let path = "\(tree.path)/\(FeedThread.state(of: feed).display)"
        let kept = FileManager.default.contents(atPath: path).flatMap { try? JSON.decode(FeedSchedule.self, from: $0) }
        let schedule = kept.flatMap { $0.url == feed.url.text ? $0 : nil } ?? FeedSchedule(url: feed.url.text)
        schedules[feed.name] = schedule
        return schedule
    }

    private static func state(of feed: FeedList.Feed) -> TreePath { TreePath(".feeds/\(feed.name).json") }
}

import Articles
import Glibc
import Logging
import Postgres
import ServiceSupport
import Storage

/// The one thread of ingest: a listing of the inbox every few seconds is the truth, notices of the kernel only make it faster.
final class IngestThread {
    let inbox: Inbox
    let logger: Logger
    let reader = ArticleReader()
    let database: Database
    let bell: Doorbell
    var counts = Counts()
    var sources: SettingsFile<SourceDefaults>
    private let settings: IngestService.Settings
    private let stop: StopSwitch
    private let notices: Notices
    private let feedProblems: @Sendable () -> [String: String]?
    private var arrivals: Arrivals
    /// What was said about names that stay in the inbox, so that it is said once.
    private var refused: [TreePath: Refusal] = [:]
    /// Stored, or refused, and not where they belong yet: the directory took nothing.
    var stuck: [Fate] = []
    private var isTruncated = false
    private var nextScan = 0
    private var nextBeat = 0

    /// What status shows of ingest.
    struct Counts: Encodable {
        var stored = 0
        var duplicates = 0
        var failed = 0
        var refused = 0
        var waiting = 0
        /// What is wrong with the directories; nil when nothing is.
        ///
        /// Status is not ready while it stands.
        var trouble: String?
        /// What is wrong with sources.yaml; nil when nothing is.
        var sources: String?
        /// What is wrong with feeds, by name; nil when nothing is.
        var feeds: [String: String]?
    }

    /// A name that was left in the inbox.
    private struct Refusal {
        var stamp: Arrivals.Stamp?
        /// Whether the same file may be taken later, as when its owner or its mount is changed: listings try it again.
        var mayPass: Bool
    }

    /// Files of one transaction.
    private static let batchFiles = 256
    private static let batchBytes = 8 << 20

    init(
        _ inbox: Inbox,
        _ sources: SettingsFile<SourceDefaults>,
        _ settings: IngestService.Settings,
        _ logger: Logger,
        _ stop: StopSwitch,
        feedProblems: @escaping @Sendable () -> [String: String]?
    ) {
        self.feedProblems = feedProblems
        self.inbox = inbox
        self.sources = sources
        self.settings = settings
        self.logger = logger
        self.stop = stop
        database = Database(
            .init(database: settings.database, application: "tidings-ingest"),
            logger: logger,
            stop: stop
        )
        bell = Doorbell(settings.hub, settings.keyFile, logger)
        arrivals = Arrivals(settle: settings.settle)
        notices = Notices(logger)
    }

    func run() {
        recover()
        while !stop.isStopped {
            wait()
            takeNotices()
            scanWhenDue()
            while !stop.isStopped, takeBatch() {}
            beatWhenDue()
        }
    }

    private func wait() {
        let now = Monotonic.milliseconds()
        let next = min(nextScan, nextBeat, arrivals.nextReady ?? Int.max)
        var item = pollfd(fd: notices.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&item, 1, Int32(clamping: min(200, max(0, next - now))))
    }

    // MARK: Finding files

    private func takeNotices() {
        let (found, isListingDue) = notices.drain()
        if isListingDue { nextScan = 0 }
        let now = Monotonic.milliseconds()
        for notice in found where !notice.path.isTemporary {
            if notice.isFolder {
                enter(notice, now)
            } else {
                look(at: notice.path, inbox.stamp(of: notice.path), movedIn: notice.movedIn, now)
            }
        }
    }

    /// Looks into a folder that has appeared, because its files may have come before its watch.
    ///
    /// A folder that was renamed into place is whole.
    private func enter(_ notice: Notices.Notice, _ now: Int) {
        var limits = Inbox.limits
        guard notice.path.components.count <= limits.depth else { return }
        limits.folders = 64
        let end = inbox.inbox.walk(from: notice.path, limits, entering: notices.watch) { path, status in
            look(at: path, Arrivals.Stamp(status), movedIn: notice.movedIn, now)
        }
        if end.isTruncated || !end.tooDeep.isEmpty { nextScan = 0 }
    }

    private func scanWhenDue() {
        let now = Monotonic.milliseconds()
        guard now >= nextScan else { return }
        nextScan = now + settings.scan
        refreshSources()
        var trouble = checkDirectories()
        var listed: Set<TreePath> = []
        let end = inbox.inbox.walk(Inbox.limits, entering: notices.watch) { path, status in
            listed.insert(path)
            look(at: path, Arrivals.Stamp(status), movedIn: false, isListing: true, now)
        }
        if let failure = end.unreadable.first(where: { $0.path == .root }) {
            return tell(trouble ?? "the inbox \(inbox.inbox.path) cannot be listed: \(failure.reason)")
        }
        if let stuck = moveStuck() { trouble = [trouble, stuck].compactMap(\.self).joined(separator: "; ") }
        tell(trouble)
        for (folder, reason) in end.unreadable {
            listed.insert(folder)
            refuseFolder(folder, "unreadable", "the folder cannot be listed: \(reason); check its owner and mode")
        }
        for (folder, _) in end.tooDeep {
            listed.insert(folder)
            refuseFolder(
                folder,
                "too-deep",
                "only \(Inbox.limits.depth) folders inside one another are read; move what is in it further up"
            )
        }
        arrivals.keep(only: listed)
        refused = refused.filter { listed.contains($0.key) }
        notices.keep(only: end.folders)
        if end.isTruncated, !isTruncated {
            logger.warning(
                "too many folders in the inbox; what is in the others is left there",
                metadata: ["limit": "\(Inbox.limits.folders)", "do": "remove empty folders"]
            )
        }
        isTruncated = end.isTruncated
    }

    private func refreshSources() {
        switch sources.refresh() {
        case .same: break
        case .read: logger.notice("sources read again", metadata: ["file": "\(sources.path)"])
        case .wrong(let error):
            logger.error("sources kept as they were", metadata: ["error": "\(error)"])
        }
        counts.sources = sources.problem
    }

    /// Makes directories that were removed, and looks whether files can be moved between them.
    ///
    /// - Returns: what is wrong.
    private func checkDirectories() -> String? {
        do {
            _ = try Inbox(root: settings.directory)
            return nil
        } catch { return "the inbox or a directory beside it cannot be used: \(error)" }
    }

    /// Says once what is wrong with the directories, and when it is over.
    private func tell(_ trouble: String?) {
        guard trouble != counts.trouble else { return }
        counts.trouble = trouble
        nextBeat = 0
        if let trouble {
            logger.error("files cannot be taken", metadata: ["error": "\(trouble)"])
        } else {
            logger.notice("the directories are usable again")
        }
    }

    private func look(
        at name: TreePath,
        _ stamp: Arrivals.Stamp?,
        movedIn: Bool,
        isListing: Bool = false,
        _ now: Int
    ) {
        guard let stamp else { return arrivals.forget(name) }
        if let known = refused[name], known.stamp == stamp, !(known.mayPass && isListing) { return }
        arrivals.observe(name, stamp, movedIn: movedIn, now: now)
    }

    // MARK: Taking files

    /// Claims, reads and stores one batch; true when there may be more at once.
    private func takeBatch() -> Bool {
        let now = Monotonic.milliseconds()
        let due = arrivals.due(now: now, limit: IngestThread.batchFiles)
        if !due.isEmpty { refreshSources() }
        var claimed: [Inbox.Claimed] = []
        var bytes = 0
        for name in due where bytes < IngestThread.batchBytes {
            look(at: name, inbox.stamp(of: name), movedIn: false, now)
            guard arrivals.isReady(name, now: now) else { continue }
            arrivals.forget(name)
            guard let file = claim(name, now) else { continue }
            claimed.append(file)
            if case .bytes(let content) = file.content { bytes += content.count }
        }
        process(claimed)
        return !claimed.isEmpty
    }

    private func claim(_ name: TreePath, _ now: Int) -> Inbox.Claimed? {
        let stamp = inbox.stamp(of: name)
        switch inbox.claim(name, byteLimit: reader.limits.file) {
        case .claimed(let file): return file
        case .gone: return nil
        case .busy:
            if let stamp { arrivals.observe(name, stamp, movedIn: false, now: now) }
        case .refused(let code, let message):
            refuse(name, stamp, code, message)
        case .failed(let reason):
            refuse(
                name,
                stamp,
                "unreadable",
                "the file cannot be taken: \(reason); check the owner and mode of it and of its folder",
                mayPass: true
            )
        }
        return nil
    }

    /// The file stays in the inbox; its reason goes to `failed/` once.
    private func refuse(
        _ name: TreePath,
        _ stamp: Arrivals.Stamp?,
        _ code: String,
        _ message: String,
        mayPass: Bool = false
    ) {
        let known = refused[name]
        refused[name] = Refusal(stamp: stamp, mayPass: mayPass)
        if let known, known.stamp == stamp { return }
        counts.refused += 1
        logger.warning(
            "left in the inbox",
            metadata: ["file": "\(name.display)", "code": "\(code)", "reason": "\(message)"]
        )
        write(ReasonFile(file: name, code: code, message: message), beside: name)
    }

    /// As for files; said once, whatever happens inside the folder.
    private func refuseFolder(_ folder: TreePath, _ code: String, _ message: String) {
        guard refused[folder] == nil else { return }
        refuse(folder, Arrivals.Stamp(inode: 0, size: 0, modified: 0), code, message)
    }

    /// Files that an earlier process had claimed: it may or may not have stored them, and storing again does no harm.
    private func recover() {
        var names: [TreePath] = []
        let limits = FileTree.WalkLimits(depth: Inbox.limits.depth, folders: Int.max, all: true)
        _ = inbox.work.walk(limits) { path, _ in names.append(path) }
        guard !names.isEmpty else { return }
        logger.notice("taking up files that were in hand at the last end", metadata: ["files": "\(names.count)"])
        var start = 0
        while start < names.count, !stop.isStopped {
            let end = min(names.count, start + 32)
            process(names[start..<end].compactMap { inbox.reclaim($0, byteLimit: reader.limits.file) })
            start = end
        }
    }

    private func beatWhenDue() {
        let now = Monotonic.milliseconds()
        guard now >= nextBeat else { return }
        nextBeat = now + 5000
        counts.waiting = arrivals.count
        counts.feeds = feedProblems()
        let state = ServiceState.json(counts)
        _ = try? database.run("saying that ingest lives", patience: 0) { (connection) throws(PostgresError) in
            try ServiceStore.beat(name: "ingest", instance: ServiceState.instance, state: state, on: connection)
        }
    }
}

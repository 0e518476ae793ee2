import Articles
import CLinux
import Glibc
import Logging
import Messaging
import Postgres
import Records
import ServiceSupport
import Storage
import Wire

/// The one thread of ingest: a listing of the inbox every few seconds is the truth, notices of the kernel only make it faster.
final class IngestThread {
    private let inbox: Inbox
    private let settings: IngestService.Settings
    private let logger: Logger
    private let stop: StopSwitch
    private let reader = ArticleReader()
    private let database: Database
    private let bell: Doorbell
    private let notices: Int32
    private var arrivals: Arrivals
    /// What was said about names that stay in the inbox, so that it is said once.
    private var refused: [Inbox.Name: Arrivals.Stamp] = [:]
    private var counts = Counts()
    private var nextScan = 0
    private var nextBeat = 0

    /// What status shows of ingest.
    struct Counts: Encodable {
        var stored = 0
        var duplicates = 0
        var failed = 0
        var refused = 0
        var waiting = 0
    }

    /// Files of one transaction.
    private static let batchFiles = 256
    private static let batchBytes = 8 << 20

    init(_ inbox: Inbox, _ settings: IngestService.Settings, _ logger: Logger, _ stop: StopSwitch) {
        self.inbox = inbox
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
        notices = tidings_inotify_open()
    }

    deinit { if notices >= 0 { close(notices) } }

    func run() {
        if notices < 0 || tidings_inotify_watch(notices, inbox.inbox) < 0 {
            logger.warning(
                "no notices from the kernel; new files are found by listing only",
                metadata: ["directory": "\(inbox.inbox)", "error": "\(String(cString: strerror(errno)))"]
            )
        }
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
        var item = pollfd(fd: notices, events: Int16(POLLIN), revents: 0)
        _ = poll(&item, 1, Int32(clamping: min(200, max(0, next - now))))
    }

    // MARK: Finding files

    private func takeNotices() {
        guard notices >= 0 else { return }
        var found: [(what: UInt32, name: Inbox.Name)] = []
        withUnsafeMutablePointer(to: &found) { pointer in
            _ = tidings_inotify_drain(
                notices,
                { what, name, context in
                    guard let name, let context else { return }
                    let bytes = UnsafeBufferPointer(start: name, count: strlen(name)).map { UInt8(bitPattern: $0) }
                    context.assumingMemoryBound(to: [(what: UInt32, name: Inbox.Name)].self).pointee
                        .append((what, Inbox.Name(bytes: bytes)))
                },
                pointer
            )
        }
        let now = Monotonic.milliseconds()
        for (what, name) in found {
            if what & (8 | 16) != 0 { nextScan = 0 }
            if what & 16 != 0 { reopen() }
            guard !name.bytes.isEmpty else { continue }
            look(at: name, movedIn: what & 1 != 0, now)
        }
    }

    /// The watched directory itself was moved or deleted.
    private func reopen() {
        do {
            _ = try Inbox(root: settings.directory)
            tidings_inotify_watch(notices, inbox.inbox)
        } catch {
            logger.error("the inbox is gone", metadata: ["error": "\(error)"])
        }
    }

    private func scanWhenDue() {
        let now = Monotonic.milliseconds()
        guard now >= nextScan else { return }
        nextScan = now + settings.scan
        switch Inbox.names(in: inbox.inbox) {
        case .success(let names):
            arrivals.keep(only: Set(names))
            refused = refused.filter { Set(names).contains($0.key) }
            for name in names { look(at: name, movedIn: false, now) }
        case .failure(let failure):
            logger.error("the inbox cannot be listed", metadata: ["error": "\(failure)"])
            reopen()
        }
    }

    private func look(at name: Inbox.Name, movedIn: Bool, _ now: Int) {
        guard !name.isTemporary else { return }
        guard let stamp = inbox.stamp(of: name) else { return arrivals.forget(name) }
        guard refused[name] != stamp else { return }
        arrivals.observe(name, stamp, movedIn: movedIn, now: now)
    }

    // MARK: Taking files

    /// Claims, reads and stores one batch; true when there may be more at once.
    private func takeBatch() -> Bool {
        let now = Monotonic.milliseconds()
        let due = arrivals.due(now: now, limit: IngestThread.batchFiles)
        var claimed: [Inbox.Claimed] = []
        var bytes = 0
        for name in due where bytes < IngestThread.batchBytes {
            look(at: name, movedIn: false, now)
            guard arrivals.isReady(name, now: now) else { continue }
            arrivals.forget(name)
            guard let file = claim(name, now) else { continue }
            claimed.append(file)
            if case .bytes(let content) = file.content { bytes += content.count }
        }
        process(claimed)
        return !claimed.isEmpty
    }

    private func claim(_ name: Inbox.Name, _ now: Int) -> Inbox.Claimed? {
        let stamp = inbox.stamp(of: name)
        switch inbox.claim(name, byteLimit: reader.limits.file) {
        case .claimed(let file): return file
        case .gone: return nil
        case .busy:
            if let stamp { arrivals.observe(name, stamp, movedIn: false, now: now) }
        case .refused(let code, let message):
            refuse(name, stamp, code, message)
        case .failed(let reason):
            refuse(name, stamp, "unreadable", "the file cannot be taken: \(reason); check its owner and mode")
        }
        return nil
    }

    /// The file stays in the inbox; its reason goes to `failed/` once.
    private func refuse(_ name: Inbox.Name, _ stamp: Arrivals.Stamp?, _ code: String, _ message: String) {
        refused[name] = stamp
        counts.refused += 1
        logger.warning(
            "left in the inbox",
            metadata: ["file": "\(name.display)", "code": "\(code)", "reason": "\(message)"]
        )
        write(ReasonFile(file: name, code: code, message: message), beside: name)
    }

    /// Files that an earlier process had claimed: it may or may not have stored them, and storing again does no harm.
    private func recover() {
        guard case .success(let names) = Inbox.names(in: inbox.work), !names.isEmpty else { return }
        logger.notice("taking up files that were in hand at the last end", metadata: ["files": "\(names.count)"])
        var start = 0
        while start < names.count, !stop.isStopped {
            let end = min(names.count, start + 32)
            process(names[start..<end].compactMap { inbox.reclaim($0, byteLimit: reader.limits.file) })
            start = end
        }
    }

    // MARK: Storing

    /// A claimed file and what reading it gave.
    private struct Reading {
        var file: Inbox.Claimed
        var articles: [Article] = []
        var failures: [ArticleError] = []
        /// The reason when the whole file is refused.
        var refusal: ReasonFile?
    }

    private func process(_ files: [Inbox.Claimed]) {
        guard !files.isEmpty else { return }
        var readings = files.map(read)
        guard store(&readings) else { return }
        bell.ring()
        for directory in Set(readings.compactMap(file)) { Inbox.sync(directory: directory) }
    }

    private func read(_ file: Inbox.Claimed) -> Reading {
        var reading = Reading(file: file)
        switch file.content {
        case .unreadable(let reason):
            reading.refusal = ReasonFile(
                file: file.name,
                code: "unreadable",
                message: "the file cannot be read: \(reason); check the disk, then drop it again"
            )
        case .tooLarge(let size):
            reading.refusal = ReasonFile(
                file: file.name,
                code: "too-large",
                message: "the file has \(size) bytes, the limit is \(reader.limits.file); split it into smaller files"
            )
        case .bytes(let bytes):
            do {
                for item in try reader.read(bytes, name: file.name.display) {
                    switch item {
                    case .article(let article): reading.articles.append(article)
                    case .failure(let error): reading.failures.append(error)
                    }
                }
            } catch {
                reading.refusal = ReasonFile(
                    file: file.name,
                    code: error.code.rawValue,
                    message: error.message,
                    offset: error.offset,
                    line: error.line
                )
            }
        }
        return reading
    }

    /// Stores all articles of a batch at once, or one file at a time when the database refuses one of them.
    ///
    /// - Returns: false when stopped before the database answered; the files stay in hand.
    private func store(_ readings: inout [Reading]) -> Bool {
        let arrivals = readings.flatMap { reading in
            reading.articles.map { ArticleStore.Arrival(article: $0, fileName: reading.file.name.bytes) }
        }
        guard !arrivals.isEmpty else { return true }
        do {
            let fresh = try database.run("storing articles") { (connection) throws(PostgresError) in
                try ArticleStore.store(arrivals, on: connection)
            }
            guard let fresh else { return false }
            counts.stored += fresh.count
            counts.duplicates += arrivals.count - fresh.count
            return true
        } catch {
            guard readings.count == 1 else {
                for index in readings.indices {
                    var one = [readings[index]]
                    guard store(&one) else { return false }
                    readings[index] = one[0]
                }
                return true
            }
            logger.error(
                "the database refused a file",
                metadata: ["file": "\(readings[0].file.name.display)", "error": "\(error)"]
            )
            readings[0].articles = []
            readings[0].refusal = ReasonFile(
                file: readings[0].file.name,
                code: "refused",
                message: "the database refused it: \(error); nothing of it was stored"
            )
            return true
        }
    }

    /// Moves a file to where its fate belongs; the articles in it are stored by now.
    ///
    /// - Returns: the directory it went to.
    private func file(_ reading: Reading) -> String? {
        let name = reading.file.name
        let whole = reading.refusal == nil && reading.failures.isEmpty
        let directory = whole ? inbox.done : inbox.failed
        guard let filed = Inbox.move(reading.file.work, from: inbox.work, to: directory, as: name) else {
            logger.error(
                "a file cannot be moved out of the work directory; it is tried again at the next start",
                metadata: ["file": "\(name.display)", "error": "\(String(cString: strerror(errno)))"]
            )
            return nil
        }
        guard !whole else { return directory }
        counts.failed += 1
        let reason = reading.refusal ?? partial(reading)
        logger.warning(
            "failed",
            metadata: ["file": "\(name.display)", "code": "\(reason.code)", "reason": "\(reason.message)"]
        )
        write(reason, beside: filed)
        return directory
    }

    private func partial(_ reading: Reading) -> ReasonFile {
        ReasonFile(
            file: reading.file.name,
            code: "partly",
            message:
                "\(reading.articles.count) articles were stored, \(reading.failures.count) could not be read; mend those "
                + "and drop the file again: what is stored stays as it is",
            stored: reading.articles.count,
            parts: reading.failures.prefix(1000).map {
                .init(code: $0.code.rawValue, message: $0.message, line: $0.line)
            }
        )
    }

    private func write(_ reason: ReasonFile, beside name: Inbox.Name) {
        do { try reason.write(beside: name, in: inbox.failed) } catch { logger.error("\(error)") }
    }

    private func beatWhenDue() {
        let now = Monotonic.milliseconds()
        guard now >= nextBeat else { return }
        nextBeat = now + 5000
        counts.waiting = arrivals.count
        let state = ServiceState.json(counts)
        _ = try? database.run("saying that ingest lives", patience: 0) { (connection) throws(PostgresError) in
            try ServiceStore.beat(name: "ingest", instance: ServiceState.instance, state: state, on: connection)
        }
    }
}

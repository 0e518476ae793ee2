import Articles
import Glibc
import Logging
import Messaging
import Postgres
import Records
import ServiceSupport
import Storage
import Wire

extension IngestThread {
    /// A claimed file and what reading it gave.
    private struct Reading {
        var file: Inbox.Claimed
        var articles: [Article] = []
        /// What the source's defaults filled, by place in `articles`.
        var filled: [[SourceDefaults.Filled]] = []
        var failures: [ArticleError] = []
        /// The reason when the whole file is refused.
        var refusal: ReasonFile?
    }

    /// Reads, stores and files away what was claimed.
    func process(_ files: [Inbox.Claimed]) {
        guard !files.isEmpty else { return }
        var readings = files.map(read)
        guard store(&readings) else { return }
        bell.ring()
        var places: [String: Set<TreePath>] = [:]
        for (tree, folder) in readings.compactMap(file) { places[tree.path, default: []].insert(folder) }
        for (path, folders) in places { for folder in folders { FileTree(path).sync(folder) } }
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
                    case .article(var article):
                        reading.filled.append(sources.value.fill(&article, from: file.name.source))
                        reading.articles.append(article)
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
        let read = readings.flatMap { reading in reading.articles.map { ($0, reading.file.name.bytes) } }
        guard !read.isEmpty else { return true }
        let defaults = readings.flatMap { reading in
            zip(reading.articles, reading.filled).flatMap { article, filled in
                filled.map {
                    DefaultStore.Filled(
                        article: article.id,
                        member: $0.member.rawValue,
                        value: $0.value,
                        folder: $0.folder
                    )
                }
            }
        }
        do {
            let fresh = try database.run("storing articles") { (connection) throws(PostgresError) in
                let fresh = try ArticleStore.store(Origins.arrivals(read, on: connection), on: connection)
                try DefaultStore.store(defaults, on: connection)
                return fresh
            }
            guard let fresh else { return false }
            counts.stored += fresh.count
            counts.duplicates += read.count - fresh.count
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

    /// Where a file that was read belongs.
    struct Fate {
        var work: TreePath
        var name: TreePath
        /// Why it failed; nil when all of it is stored.
        var reason: ReasonFile?
    }

    /// Moves a file to where its fate belongs; the articles in it are stored by now.
    ///
    /// - Returns: the folder it went to; nil when that takes nothing, and the file stays in hand until it does.
    private func file(_ reading: Reading) -> (tree: FileTree, folder: TreePath)? {
        let whole = reading.refusal == nil && reading.failures.isEmpty
        let reason = whole ? nil : reading.refusal ?? partial(reading)
        return file(Fate(work: reading.file.work, name: reading.file.name, reason: reason))
    }

    private func file(_ fate: Fate) -> (tree: FileTree, folder: TreePath)? {
        let tree = fate.reason == nil ? inbox.done : inbox.failed
        guard let filed = inbox.work.move(fate.work, to: tree, as: fate.name) else {
            // Somebody has taken it out of the work directory: nothing is left to move.
            if errno != ENOENT || inbox.work.status(of: fate.work) != nil { stuck.append(fate) }
            return nil
        }
        guard let reason = fate.reason else { return (tree, filed.folder) }
        counts.failed += 1
        logger.warning(
            "failed",
            metadata: ["file": "\(fate.name.display)", "code": "\(reason.code)", "reason": "\(reason.message)"]
        )
        write(reason, beside: filed)
        return (tree, filed.folder)
    }

    /// Tries again to move what could not be moved; nothing is stored again.
    ///
    /// - Returns: what is wrong.
    func moveStuck() -> String? {
        let again = stuck
        stuck = []
        var reason: Int32 = 0
        for fate in again {
            if let (tree, folder) = file(fate) { FileTree(tree.path).sync(folder) } else { reason = errno }
        }
        guard !stuck.isEmpty else { return nil }
        return "\(stuck.count) files that are read cannot be moved out of \(inbox.work.path): "
            + "\(String(cString: strerror(reason))); make room, or mend done/ and failed/"
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

    func write(_ reason: ReasonFile, beside name: TreePath) {
        do { try reason.write(beside: name, in: inbox.failed) } catch { logger.error("\(error)") }
    }
}

import ArgumentParser
import FoundationEssentials
import Glibc
import Postgres
import ServiceSupport
import Storage
import Supervision

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Checks what a support person would ask for, and says what to do. Exit code 1 when something is wrong.",
        discussion: "Example: tidings doctor --data var"
    )

    @OptionGroup var stack: StackOptions

    func run() throws {
        var sheet = Sheet()
        sheet.machine()
        sheet.disk(stack.layout)
        sheet.inbox(stack.layout)
        sheet.database(stack)
        sheet.services(stack)
        output(sheet.lines.joined(separator: "\n") + "\n")
        if sheet.isBad { throw ExitCode(1) }
    }
}

/// The findings, worst kept.
private struct Sheet {
    private(set) var lines: [String] = []
    private(set) var isBad = false

    private mutating func good(_ what: String) { lines.append("ok     \(what)") }

    private mutating func warn(_ what: String, _ advice: String) { lines.append("warn   \(what). \(advice)") }

    private mutating func bad(_ what: String, _ advice: String) {
        isBad = true
        lines.append("wrong  \(what). \(advice)")
    }

    mutating func machine() {
        var name = utsname()
        uname(&name)
        let kernel = withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        good(
            "Linux \(kernel), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores, executables in \(Installation.executable)"
        )
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        if limit.rlim_cur < 1024 { warn("only \(limit.rlim_cur) open files are allowed", "Raise it: ulimit -n 4096") }
        do { good("migrations and seeds in \(try Installation.migrations()) and \(try Installation.seeds())") } catch {
            bad("\(error)", "Install Tidings again")
        }
    }

    mutating func disk(_ layout: DataLayout) {
        guard access(layout.root, F_OK) == 0 else {
            return bad("no data directory \(layout.root)", "'tidings up --data DIR' makes one")
        }
        var volume = statvfs()
        if statvfs(layout.root, &volume) == 0 {
            let free = (Int(volume.f_bavail) * Int(volume.f_frsize)) >> 20
            free > 1024
                ? good("\(free) MiB free in \(layout.root)")
                : bad("only \(free) MiB free in \(layout.root)", "Make room")
        }
        if let milliseconds = fsyncMedian(layout.root) {
            let text = "the disk makes a write safe in \(milliseconds) ms (fsync of 4 KiB, median of 20)"
            milliseconds < 20
                ? good(text) : warn(text, "Every commit waits for that: a faster disk makes everything faster")
        }
    }

    private func fsyncMedian(_ directory: String) -> Double? {
        let path = "\(directory)/.doctor-\(getpid())"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        defer {
            close(descriptor)
            unlink(path)
        }
        let block = [UInt8](repeating: 1, count: 4096)
        let times = (0..<20).map { _ -> Int in
            let start = Monotonic.microseconds()
            _ = write(descriptor, block, block.count)
            fsync(descriptor)
            return Monotonic.microseconds() - start
        }
        return Double(times.sorted()[10] / 10) / 100
    }

    mutating func inbox(_ layout: DataLayout) {
        guard access(layout.inbox, R_OK | X_OK) == 0 else {
            return bad("no inbox at \(layout.inbox)", "'tidings up' makes it")
        }
        let limits = FileTree.WalkLimits(depth: 16, folders: 10_000)
        var waiting = 0
        _ = FileTree(layout.inbox).walk(limits) { _, _ in waiting += 1 }
        good("\(waiting) files wait in \(layout.inbox)")
        var failed = 0
        _ = FileTree(layout.root + "/failed").walk(limits) { path, _ in
            if path.display.hasSuffix(".error.json") { failed += 1 }
        }
        if failed > 0 {
            warn(
                "\(failed) files have failed",
                "Each has its reason beside it: find \(layout.root)/failed -name '*.error.json'"
            )
        }
    }

    mutating func database(_ stack: StackOptions) {
        let connection: Connection
        do { connection = try stack.connect() } catch { return bad("\(error)", "See 'tidings up --help'") }
        do {
            let row = try connection.query(
                """
                select version(), current_setting('fsync'), current_setting('full_page_writes'),
                    (select max(version) from migration), pg_size_pretty(pg_database_size(current_database())),
                    extract(epoch from now())::bigint
                """
            )[0]
            good("\(try row.string(0).prefix(60)), schema \(try row.int(3)), \(try row.string(4))")
            for (index, name) in [(1, "fsync"), (2, "full_page_writes")] where try row.string(index) != "on" {
                bad("\(name) is off", "A power failure would lose committed articles: set it on in postgresql.conf")
            }
            let skew = abs(try row.int(5) - Int(Date().timeIntervalSince1970))
            if skew > 5 {
                warn("the database's clock is \(skew) s from this machine's", "Use one time server for both")
            }
        } catch {
            bad("the database does not answer as ours: \(error.message)", "'tidings migrate' brings it up to date")
        }
    }

    mutating func services(_ stack: StackOptions) {
        let report = Readiness(database: stack.databaseString, feed: stack.feedEndpoint, keyFile: stack.keyFile).report(
            patience: 2000
        )
        for missing in report.missing { bad(missing, "The services' logs are in \(stack.layout.logs)") }
        if report.ready { good("all services are ready at \(stack.feedEndpoint)") }
        guard let figures = report.figures else { return }
        if figures.dead > 0 { warn("\(figures.dead) articles could not be coded", "'tidings dead list' tells why") }
        if figures.oldestReadySeconds > 60 {
            warn(
                "an article has waited for \(figures.oldestReadySeconds) s; \(figures.ready) are in the queue",
                "Add extractors: 'tidings up --workers N', or 'docker compose up --scale extract=N'"
            )
        }
        if figures.unsequenced > 10_000 {
            warn("\(figures.unsequenced) records wait for their place in the log", "See the hub's log")
        }
    }
}

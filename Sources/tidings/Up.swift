import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import Postgres
import ServiceSupport
import Storage
import Supervision
import TidingsClient
import Wire

struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the whole stack on this machine: a private PostgreSQL and all services, until Ctrl-C.",
        discussion: """
            Everything lies in the data directory: inbox/, done/, failed/, postgres/, keys/, log/. Nothing listens beyond this
            machine. A second run keeps the data. sources.yaml and feeds.yaml in it, when they are there, name sources and feeds; rules/ holds
            the alert rules.

            Examples:
              tidings up --demo
              tidings up --data /srv/tidings --port-base 7500 --workers 4
              tidings up --http-door                          takes articles at http://127.0.0.1:7410/articles too
              tidings up --no-http                            without dashboard, API and stream over HTTP
            """
    )

    @Option(help: "The directory that holds everything.") var data = "var"
    @Option(help: "First of the ports in a row: work, feed, tap, dashboard and API.") var portBase = 7400
    @Flag(inversion: .prefixedNo, help: "Serve dashboard, API and stream over HTTP, on loopback with a token.")
    var http = true
    @Option(help: "Requests a second over HTTP that each token may make.") var httpRate = 50
    @Flag(help: "Feed the sample articles and print the events as they arrive.") var demo = false
    @Option(help: "Articles coded at one time; as many as there are cores when not given.") var workers: Int?
    @Option(help: "A service to leave out, such as one that runs elsewhere: ingest, extract or watch.") var without:
        [String] = []
    @Option(help: "Milliseconds without change after which a dropped file is whole.") var settle = 2000
    @Flag(
        help: "Take articles over HTTP on this machine, at the port ten above --port-base; keys/article-token opens it."
    )
    var httpDoor = false
    @OptionGroup var options: ServiceOptions

    func validate() throws {
        guard (1024...65525).contains(portBase) else { throw ValidationError("--port-base is 1024 to 65525") }
        for name in without where !["ingest", "extract", "watch"].contains(name) {
            throw ValidationError("--without \(name): one of ingest, extract, watch")
        }
    }

    func run() throws {
        Lifecycle.prepare()
        let started = Monotonic.milliseconds()
        let logger = options.logger("tidings")
        let layout = DataLayout(data)
        let lock = try UpLock(layout)
        defer { lock.release() }
        let endpoints = StackState.Endpoints(portBase: portBase)
        if let left = StackState(of: layout)?.awaitServices(seconds: 15), !left.isEmpty {
            throw Complaint(
                "services of an earlier run do not end: processes \(left); 'kill -9' them, then start again"
            )
        }
        do {
            try StackState(endpoints: endpoints).write(to: layout)
            try Preparation(layout, logger).run()
        } catch {
            try? PostgresCluster(directory: layout.postgres).stop()
            unlink(layout.stateFile)
            throw Complaint("\(error)")
        }
        let supervisor = Supervisor(services(layout, endpoints), layout: layout, endpoints: endpoints, logger: logger)
        defer {
            note("stopping…")
            supervisor.shutdown()
            note("stopped; the data stays in \(layout.root)")
        }
        let readiness = Readiness(
            database: layout.database(.operator),
            feed: endpoints.feed,
            keyFile: layout.keys.keyFile(.operator),
            without: Set(without)
        )
        guard try waitUntilReady(supervisor, readiness, layout, started) else { return }
        show(endpoints, layout, after: Monotonic.milliseconds() - started)
        let printing = demo ? try Demo(layout, endpoints) : nil
        defer { printing?.end() }
        while !Lifecycle.waitForEnd(orEndOfInput: options.endWithInput, milliseconds: 200) { supervisor.turn() }
    }

    private func services(_ layout: DataLayout, _ endpoints: StackState.Endpoints) -> [Supervisor.Service] {
        func service(_ name: String, _ arguments: [String]) -> Supervisor.Service {
            let path = Installation.sibling("tidings-\(name)")
            return .init(
                name: name,
                command: [path] + arguments + [
                    "--end-with-input", "--log-format", "text", "--log-level", options.logLevel,
                ]
            )
        }
        let all = [
            service(
                "hub",
                [
                    "--database", layout.database(.hub), "--keys", layout.keys.directory, "--work", endpoints.work,
                    "--feed", endpoints.feed, "--tap",
                    endpoints.tap,
                ]
            ),
            service(
                "extract",
                ["--hub", endpoints.work, "--key", layout.keys.keyFile(.extract)]
                    + (workers.map { ["--workers", "\($0)"] } ?? [])
            ),
            service(
                "watch",
                [
                    "--database", layout.database(.watch), "--feed", endpoints.feed, "--key",
                    layout.keys.keyFile(.watch), "--webhooks", layout.webhooks, "--rules", layout.rules,
                    "--alerts", layout.alerts,
                ] + web(layout)
            ),
            service(
                "ingest",
                [
                    "--database", layout.database(.ingest), "--hub", endpoints.work, "--key",
                    layout.keys.keyFile(.ingest), "--directory", layout.root, "--settle", "\(settle)",
                ] + (httpDoor ? ["--http", "127.0.0.1:\(portBase + 10)", "--token-file", layout.articleToken] : [])
            ),
        ]
        return all.filter { !without.contains($0.name) }
    }

    private var webAddress: String { "127.0.0.1:\(portBase + 3)" }

    private func web(_ layout: DataLayout) -> [String] {
        guard http else { return [] }
        let keys = layout.keys
        return [
            "--http", webAddress, "--http-token", keys.httpToken, "--http-write-token", keys.httpWriteToken,
            "--http-rate",
            "\(httpRate)",
        ]
    }

    /// Where dashboard and API are, and a link that signs the owner of this directory in.
    private func webLines(_ layout: DataLayout) -> String {
        guard http, !without.contains("watch"), let token = try? SecretFile.readOrCreate(layout.keys.httpWriteToken)
        else {
            return ""
        }
        return """

              dashboard           http://\(webAddress)/login#token=\(token)
              API                 curl -H "Authorization: Bearer $(cat '\(layout.keys.httpToken)')" http://\(webAddress)/api/v1/events
            """
    }

    /// - Returns: false when asked to end before.
    private func waitUntilReady(
        _ supervisor: Supervisor,
        _ readiness: Readiness,
        _ layout: DataLayout,
        _ started: Int
    ) throws -> Bool {
        var said = Monotonic.milliseconds()
        var missing = ["nothing has started yet"]
        while true {
            supervisor.turn()
            missing = readiness.missing(patience: 200)
            if missing.isEmpty { return true }
            if Lifecycle.waitForEnd(orEndOfInput: options.endWithInput, milliseconds: 20) { return false }
            let now = Monotonic.milliseconds()
            if now - said > 3000 {
                said = now
                note("waiting: \(missing.joined(separator: "; "))")
            }
            guard now - started < 60_000 else {
                throw Complaint(
                    "not ready after 60 s: \(missing.joined(separator: "; ")). The logs are in \(layout.logs)"
                )
            }
        }
    }

    private func show(_ endpoints: StackState.Endpoints, _ layout: DataLayout, after milliseconds: Int) {
        let seconds = Double(milliseconds / 100) / 10
        note(
            """
            ready after \(seconds) s
              drop articles into  \(layout.inbox)\(httpDoor ? "\n  or send them to     http://127.0.0.1:\(portBase + 10)/articles" : "")
              feed (reliable)     \(endpoints.feed)
              tap (live)          \(endpoints.tap)\(webLines(layout))
              database            psql \"\(layout.database(.operator))\"
              logs                \(layout.logs)
            Ctrl-C stops everything.
            """
        )
    }
}

/// Keeps a second `tidings up` out of the same data directory.
private struct UpLock {
    private let descriptor: Int32

    init(_ layout: DataLayout) throws {
        try FileManager.default.createDirectory(atPath: layout.root, withIntermediateDirectories: true)
        descriptor = open(layout.lockFile, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            throw Complaint("cannot open \(layout.lockFile): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = StackState(of: layout).map { " by process \($0.pid)" } ?? ""
            throw Complaint("\(layout.root) is in use\(holder); 'tidings down --data \(layout.root)' stops it")
        }
    }

    func release() { close(descriptor) }
}

/// What has to be there before services start: directories, keys, the private server, its schema and its passwords.
private struct Preparation {
    let layout: DataLayout
    let logger: Logger

    init(_ layout: DataLayout, _ logger: Logger) {
        self.layout = layout
        self.logger = logger
    }

    func run() throws {
        try FileManager.default.createDirectory(atPath: layout.logs, withIntermediateDirectories: true)
        let keys = layout.keys
        try keys.create()
        let cluster = PostgresCluster(directory: layout.postgres)
        if !cluster.exists { note("making a private PostgreSQL server in \(cluster.directory)") }
        try cluster.create(password: try keys.password(.admin))
        try cluster.start()
        let server = try Connection(admin("postgres"), application: "tidings up")
        try Schema.create(database: "tidings", on: server)
        let connection = try Connection(admin("tidings"), application: "tidings up")
        let applied = try Migrator.apply(Schema.migrations(in: Installation.migrations()), on: connection)
        if !applied.isEmpty {
            note("database schema: applied migrations \(applied.map(String.init).joined(separator: ", "))")
        }
        try Schema.setPasswords(keys, on: connection)
        // The rules that come along, once: from then on they are the person's own.
        if access(layout.rules, F_OK) != 0 {
            try FileManager.default.copyItem(atPath: Installation.seeds() + "/rules", toPath: layout.rules)
        }
    }

    private func admin(_ database: String) -> String { layout.database(.admin, name: database) }
}

/// Drops the sample articles into the inbox and prints what comes out, on a thread of its own.
private final class Demo {
    private let stop = StopSwitch()
    private let worker: Worker

    init(_ layout: DataLayout, _ endpoints: StackState.Endpoints) throws {
        let samples = try Installation.seeds() + "/articles"
        let names = try FileManager.default.contentsOfDirectory(atPath: samples).sorted()
        note("sample articles, and what is found in them:\n")
        let stop = self.stop
        let (feed, key) = (endpoints.feed, layout.keys.keyFile(.operator))
        worker = Worker(name: "demo") {
            let reader = FeedReader(feed, keyFile: key, filter: "type=event,article", from: .floor, client: "demo")
            var shown = 0
            while !stop.isStopped {
                guard let deliveries = try? reader.next(milliseconds: 200) else { return note("the feed refuses") }
                // A long log is not printed again at every start.
                let skipped = (reader.subscription.head ?? 0) - 500
                for delivery in deliveries where delivery.seq > skipped { output(Pretty.lines(delivery.envelope)) }
                shown += deliveries.count
            }
            reader.close()
        }
        for name in names where name.hasSuffix(".txt") {
            guard let bytes = FileManager.default.contents(atPath: "\(samples)/\(name)") else { continue }
            _ = try FileTree(layout.inbox).drop(Array(bytes), as: TreePath(name))
        }
    }

    func end() {
        stop.stop()
        worker.join()
    }
}

struct Down: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops what 'tidings up' runs in a data directory, and waits for it.",
        discussion: "Example: tidings down --data var"
    )

    @Option(help: "The data directory of 'tidings up'.") var data = "var"

    func run() throws {
        let layout = DataLayout(data)
        let cluster = PostgresCluster(directory: layout.postgres)
        if layout.isHeld, let state = StackState(of: layout) {
            kill(state.pid, SIGTERM)
            let deadline = Monotonic.milliseconds() + 130_000
            while layout.isHeld {
                guard Monotonic.milliseconds() < deadline else {
                    throw Complaint(
                        "process \(state.pid) does not end; 'kill -9 \(state.pid)', then 'tidings down' again"
                    )
                }
                Monotonic.sleep(milliseconds: 20)
            }
            note("stopped")
        } else if cluster.isRunning {
            try cluster.stop()
            unlink(layout.stateFile)
            note("stopped the server that was left running")
        } else {
            note("nothing runs in \(layout.root)")
        }
    }
}

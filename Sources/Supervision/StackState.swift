import FoundationEssentials
import Glibc
import Records
import ServiceSupport

/// What runs in a data directory: the file that `tidings up` keeps there and that other commands look into.
package struct StackState: Codable, Sendable, Equatable {
    /// The process of `tidings up`.
    package var pid: Int32
    package var endpoints: Endpoints
    /// The services' processes by name, as they are now.
    package var services: [String: Int32]

    /// The addresses of the hub's sockets.
    package struct Endpoints: Codable, Sendable, Equatable {
        package var work: String
        package var feed: String
        package var tap: String

        /// On loopback, at three ports from `portBase`.
        package init(portBase: Int) {
            work = "tcp://127.0.0.1:\(portBase)"
            feed = "tcp://127.0.0.1:\(portBase + 1)"
            tap = "tcp://127.0.0.1:\(portBase + 2)"
        }
    }

    package init(endpoints: Endpoints) {
        pid = getpid()
        self.endpoints = endpoints
        services = [:]
    }

    /// Reads the file, or nil when there is none.
    package init?(of layout: DataLayout) {
        guard let bytes = FileManager.default.contents(atPath: layout.stateFile),
            let state = try? JSON.decode(StackState.self, from: bytes)
        else { return nil }
        self = state
    }

    /// Waits for the services of a `tidings up` that was killed: they end by themselves, and hold the ports until then.
    ///
    /// - Returns: the processes that are still there after `seconds`.
    package func awaitServices(seconds: Int) -> [Int32] {
        let deadline = Monotonic.milliseconds() + seconds * 1000
        while true {
            let left = services.values.filter(StackState.isService)
            if left.isEmpty || Monotonic.milliseconds() > deadline { return left.sorted() }
            Monotonic.sleep(milliseconds: 20)
        }
    }

    /// Whether the number is still that of a service of ours, and has not been given to another process.
    private static func isService(_ process: Int32) -> Bool {
        (try? String(contentsOf: URL(filePath: "/proc/\(process)/comm"), encoding: .utf8))?.hasPrefix("tidings-")
            == true
    }

    /// Replaces the file at once.
    package func write(to layout: DataLayout) throws {
        try Data(JSON.encode(self)).write(to: URL(filePath: layout.stateFile), options: .atomic)
    }
}

/// Where everything of one installation lies below its data directory.
package struct DataLayout: Sendable {
    package let root: String

    /// - Parameter path: the directory; relative to the working directory or absolute.
    package init(_ path: String) {
        root = URL(filePath: path).standardizedFileURL.path(percentEncoded: false).trimmingTrailingSlash
    }

    package var inbox: String { root + "/inbox" }
    /// The token of ingest's HTTP door.
    package var articleToken: String { root + "/keys/article-token" }
    package var postgres: String { root + "/postgres" }
    package var keys: Keys { Keys(directory: root + "/keys") }
    package var logs: String { root + "/log" }
    package var webhooks: String { root + "/webhooks.yaml" }
    /// The directory of alert rules.
    package var rules: String { root + "/rules" }
    /// What sinks of alerts write, read and run.
    package var alerts: String { root + "/alerts" }
    package var stateFile: String { root + "/stack.json" }
    package var lockFile: String { root + "/.up.lock" }

    /// Whether a `tidings up` holds this directory now: its lock tells, for a process number may have been given to another.
    package var isHeld: Bool {
        let descriptor = open(lockFile, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    package func log(of service: String) -> String { "\(logs)/\(service).log" }

    /// The libpq connection string of a role on the private cluster.
    package func database(_ role: Keys.Role, name: String = "tidings") -> String {
        PostgresCluster(directory: postgres).connectionString(database: name, user: role.user)
            + " passfile='\(keys.passfile(role))'"
    }
}

extension String {
    fileprivate var trimmingTrailingSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}

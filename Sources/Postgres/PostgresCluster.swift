import Glibc

/// A PostgreSQL cluster in a directory of ours: created, started and stopped with the server's own tools.
///
/// It listens on a unix socket in its directory only. PostgreSQL refuses to run as root; then the tools run as `postgres`.
package struct PostgresCluster: Sendable {
    package let directory: String

    /// How `pg_ctl stop` ends sessions.
    package enum StopMode: String, Sendable { case smart, fast, immediate }

    /// A tool is missing or has failed; the message says what to do.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter directory: an absolute path; data, socket and log go below it.
    package init(directory: String) { self.directory = directory }

    package var dataDirectory: String { directory + "/data" }
    package var socketDirectory: String { directory + "/socket" }
    package var logFile: String { directory + "/postgres.log" }
    package var exists: Bool { access(dataDirectory + "/PG_VERSION", F_OK) == 0 }

    /// A libpq connection string for the cluster's superuser, or for `user`.
    package func connectionString(database: String, user: String = "tidings_admin") -> String {
        "host=\(socketDirectory) dbname=\(database) user=\(user)"
    }

    /// Runs `initdb`, unless the cluster exists.
    package func create() throws(Failure) {
        guard !exists else { return }
        try makeDirectories()
        try run([
            try PostgresCluster.tool("initdb"), "-D", dataDirectory, "-U", "tidings_admin", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ])
    }

    /// Starts the server and waits until it accepts connections.
    ///
    /// - Parameter settings: server settings by name.
    package func start(settings: [String: String] = [:]) throws(Failure) {
        guard !isRunning else { return }
        try makeDirectories()
        var options = "-c listen_addresses='' -c unix_socket_directories='\(socketDirectory)'"
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) { options += " -c \(name)='\(value)'" }
        do {
            try control(["start", "-w", "-t", "60", "-l", logFile, "-o", options])
        } catch {
            throw Failure(description: "\(error.description); the server's log is \(logFile)")
        }
    }

    /// Stops the server and waits; no error when it is not running.
    package func stop(mode: StopMode = .fast) throws(Failure) {
        guard isRunning else { return }
        try control(["stop", "-w", "-t", "120", "-m", mode.rawValue])
    }

    /// Whether `pg_ctl` finds a live server in the directory.
    package var isRunning: Bool {
        guard exists, let tool = try? PostgresCluster.tool("pg_ctl") else { return false }
        return (try? run([tool, "status", "-D", dataDirectory])) != nil
    }

    private func control(_ arguments: [String]) throws(Failure) {
        try run([try PostgresCluster.tool("pg_ctl"), "-D", dataDirectory, "-s"] + arguments)
    }

    /// The newest installed version of a server tool.
    private static func tool(_ name: String) throws(Failure) -> String {
        let candidates = (13...30).reversed().map { "/usr/lib/postgresql/\($0)/bin/\(name)" } + ["/usr/local/bin/\(name)", "/usr/bin/\(name)"]
        for candidate in candidates where access(candidate, X_OK) == 0 { return candidate }
        throw Failure(description: "\(name) is not installed; run deploy/bootstrap, or: apt-get install postgresql")
    }

    private func makeDirectories() throws(Failure) {
        for path in [directory, socketDirectory] {
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw Failure(description: "cannot make \(path): \(String(cString: strerror(errno)))")
            }
        }
        guard geteuid() == 0 else { return }
        guard let entry = getpwnam("postgres") else {
            throw Failure(description: "running as root needs the user postgres; run deploy/bootstrap")
        }
        for path in [directory, socketDirectory] { chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) }
    }

    /// Runs a tool, as `postgres` when we are root, and throws with its output when it fails.
    private func run(_ command: [String]) throws(Failure) {
        let command = geteuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] + command : command
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(description: "pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        // The server keeps its parent's descriptors: its own output goes to the log, the tool's to the pipe.
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // A group of its own, so that Ctrl-C at the terminal reaches us and not the server.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, command[0], &actions, &attributes, &arguments, environ)
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw Failure(description: "cannot run \(command[0]): \(String(cString: strerror(status)))")
        }
        var wait: Int32 = 0
        while waitpid(child, &wait, 0) < 0, errno == EINTR {}
        let output = PostgresCluster.available(ends[0])
        close(ends[0])
        guard wait == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")) failed: \(output)")
        }
    }

    /// What waits in the pipe: a server that stays up may hold its other end open for ever.
    private static func available(_ descriptor: Int32) -> String {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            .split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

package import Glibc

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

    /// The user that the server's tools run as when we are root, since they refuse to be root.
    package static let unprivilegedUser = "postgres"

    package var dataDirectory: String { directory + "/data" }
    package var socketDirectory: String { directory + "/socket" }
    package var logFile: String { directory + "/postgres.log" }
    package var exists: Bool { access(dataDirectory + "/PG_VERSION", F_OK) == 0 }

    /// A libpq connection string for the cluster's superuser, or for `user`.
    package func connectionString(database: String, user: String = "tidings_admin") -> String {
        "host=\(socketDirectory) dbname=\(database) user=\(user)"
    }

    /// Runs `initdb`, unless the cluster exists.
    ///
    /// - Parameter password: of the superuser; nil trusts everyone who reaches the socket, which is for tests.
    package func create(password: String? = nil) throws(Failure) {
        guard !exists else { return }
        try makeDirectories()
        var command = [
            try PostgresCluster.tool("initdb"), "-D", dataDirectory, "-U", "tidings_admin", "--encoding=UTF8",
            "--locale=C.UTF-8", "--no-instructions",
        ]
        guard let password else { return try run(command + ["--auth=trust"]) }
        let file = directory + "/.initdb-password"
        try writePassword(password, to: file)
        defer { unlink(file) }
        command += ["--auth=scram-sha-256", "--pwfile=\(file)"]
        try run(command)
    }

    private func writePassword(_ password: String, to file: String) throws(Failure) {
        unlink(file)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(description: "cannot write \(file): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        if geteuid() == 0, let entry = getpwnam(PostgresCluster.unprivilegedUser) {
            fchown(descriptor, entry.pointee.pw_uid, entry.pointee.pw_gid)
        }
        let line = Array((password + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count else {
            throw Failure(description: "cannot write \(file): \(String(cString: strerror(errno)))")
        }
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

    /// Whether the server's first process lives, without starting a tool.
    ///
    /// O(1).
    package var isAlive: Bool { process != nil }

    /// The server's first process, by the file it keeps; nil when it does not live.
    package var process: pid_t? {
        guard let file = fopen(dataDirectory + "/postmaster.pid", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil,
            let pid = pid_t(String(decoding: line.prefix { $0 > 32 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        else { return nil }
        return kill(pid, 0) == 0 || errno == EPERM ? pid : nil
    }

    private func control(_ arguments: [String]) throws(Failure) {
        try run([try PostgresCluster.tool("pg_ctl"), "-D", dataDirectory, "-s"] + arguments)
    }

    /// The newest installed version of a server tool.
    private static func tool(_ name: String) throws(Failure) -> String {
        let candidates =
            (13...30).reversed().map { "/usr/lib/postgresql/\($0)/bin/\(name)" } + [
                "/usr/local/bin/\(name)", "/usr/bin/\(name)",
            ]
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
        guard let entry = getpwnam(PostgresCluster.unprivilegedUser) else {
            throw Failure(description: "running as root needs the user postgres; run deploy/bootstrap")
        }
        for path in [directory, socketDirectory] { chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) }
    }

    /// Runs a tool, as `postgres` when we are root, and throws with its output when it fails.
    private func run(_ command: [String]) throws(Failure) {
        let command =
            geteuid() == 0 ? ["/usr/sbin/runuser", "-u", PostgresCluster.unprivilegedUser, "--"] + command : command
        do {
            try ChildProcess.run(command)
        } catch { throw Failure(description: error.description) }
    }
}

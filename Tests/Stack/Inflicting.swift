import FoundationEssentials
import Glibc
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// What the fault tests do to a stack.
enum Inflict {
    /// Kills a service with -9.
    ///
    /// - Returns: false between two lives of it, when there is nothing to kill.
    static func kill(_ service: String, _ stack: LiveStack) -> Bool {
        stack.process(service).map { Glibc.kill($0, SIGKILL) == 0 } ?? false
    }

    /// Ends the PostgreSQL server in immediate mode.
    ///
    /// pg_ctl would wait for a server that the supervisor starts again at once.
    static func endPostgres(_ stack: LiveStack) {
        if let server = PostgresCluster(directory: stack.layout.postgres).process { Glibc.kill(server, SIGQUIT) }
    }
}

extension LiveStack {
    /// Lets a client in as a person does, and returns the file with its keys.
    func addClient(_ name: String, _ arguments: [String] = []) throws -> String {
        let path = "\(directory)/\(name).key"
        let printed = try tool(["client", "add", name] + arguments)
        #expect(printed.status == 0, "\(printed.output)")
        let keys = printed.output.split(separator: "\n").filter { $0.contains(" = \"") }.joined(separator: "\n")
        try Data((keys + "\n").utf8).write(to: URL(filePath: path))
        // Clients refuse a key that others can read.
        guard chmod(path, 0o600) == 0 else { throw Failure("chmod \(path): \(errno)") }
        return path
    }
}

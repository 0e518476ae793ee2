import ArgumentParser
import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision

/// Which installation a command is about.
struct StackOptions: ParsableArguments {
    @Option(help: "The data directory of 'tidings up'.") var data = "var"
    @Option(
        help:
            "PostgreSQL: a libpq connection string or URL; by default the private server of --data, else the PG* variables."
    )
    var database: String?
    @Option(help: "The hub's feed endpoint; by default that of --key or --data, else tcp://127.0.0.1:7401.") var feed:
        String?

    @Option(
        help:
            "The file with your key, as 'tidings client add' prints it; by default that of --data, else $TIDINGS_KEY."
    )
    var key: String?

    var layout: DataLayout { DataLayout(data) }

    /// The person's own key.
    var keyFile: String {
        let own = layout.keys.keyFile(.operator)
        if let key { return key }
        return access(own, F_OK) == 0 ? own : ProcessInfo.processInfo.environment["TIDINGS_KEY"] ?? own
    }

    /// The hub's addresses: those of --data when a stack runs there, else the usual ones.
    var endpoints: StackState.Endpoints { StackState(of: layout)?.endpoints ?? StackState.Endpoints(portBase: 7400) }

    var feedEndpoint: String {
        feed ?? key.flatMap { try? KeyFile($0)["feed"] } ?? endpoints.feed
    }

    /// The connection string for a person.
    var databaseString: String {
        if let database { return database }
        let layout = layout
        return PostgresCluster(directory: layout.postgres).exists ? layout.database(.operator) : ""
    }

    /// Connects as a person, or says what to do.
    func connect() throws -> Connection {
        do {
            return try Connection(databaseString, application: "tidings")
        } catch {
            let hint =
                layout.isHeld
                ? "see \(PostgresCluster(directory: layout.postgres).logFile)"
                : "is the stack up? 'tidings up --data \(data)' starts it; --database names another server"
            throw Complaint("no database: \(error.message); \(hint)")
        }
    }
}

/// An error for a person, printed as it is.
struct Complaint: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Writes text to standard output at once, or ends quietly when its reader is gone.
func output(_ bytes: [UInt8]) {
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            write(STDOUT_FILENO, $0.baseAddress.map { $0 + written }, bytes.count - written)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { exit(errno == EPIPE ? 0 : 74) }
        written += count
    }
}

func output(_ text: String) { output(Array(text.utf8)) }

/// Writes a line for the person, not for the data, to standard error.
func note(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

import FoundationEssentials
import Glibc
import Postgres
import ServiceSupport
import Supervision
import Synchronization

/// A PostgreSQL cluster of its own for a test run, on a unix socket in a temporary directory; ends with the process.
package final class PrivatePostgres: Sendable {
    package static let shared: Result<PrivatePostgres, any Error> = Result { try PrivatePostgres() }
    private static let counter = Atomic<Int>(0)

    private let cluster: PostgresCluster

    private init() throws {
        let directory = "/tmp/tidings-test-\(getpid())"
        cluster = PostgresCluster(directory: directory)
        try cluster.create()
        try cluster.start(settings: ["fsync": "off", "max_connections": "50"])
        PrivatePostgres.stopAtExit(directory)
    }

    /// Makes an empty database and returns its connection string for the cluster's superuser.
    package func freshDatabase() throws -> String {
        let name = "test\(PrivatePostgres.counter.add(1, ordering: .relaxed).newValue)"
        let connection = try Connection(cluster.connectionString(database: "postgres"), application: "tests")
        try connection.execute(script: "create database \(name)")
        return cluster.connectionString(database: name)
    }

    // Swift Testing has no end-of-run hook; the directory is kept in a global for atexit.
    private static let directoryAtExit = Mutex<String?>(nil)

    private static func stopAtExit(_ directory: String) {
        directoryAtExit.withLock { $0 = directory }
        atexit {
            guard let directory = PrivatePostgres.directoryAtExit.withLock({ $0 }) else { return }
            try? PostgresCluster(directory: directory).stop(mode: .immediate)
            try? FileManager.default.removeItem(atPath: directory)
        }
    }
}

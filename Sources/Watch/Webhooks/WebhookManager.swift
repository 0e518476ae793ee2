import FoundationEssentials
import Glibc
package import HTTPSupport
package import Logging
import Postgres
import ServiceSupport
import Settings
import Storage

/// Keeps one worker an endpoint of `webhooks.yaml`, and looks at the file once a second.
///
/// A file that is wrong changes nothing: the endpoints go on as they were, and the log says what is wrong where.
package final class WebhookManager: Sendable {
    package struct Settings: Sendable {
        /// The file; none is the same as an empty one.
        package var file: String
        package var feed: FeedSource
        package var database: String
        /// Milliseconds between the attempts of one event.
        package var waits = WebhookDelivery.Policy.standardWaits
        /// Replaced in tests.
        package var resolver: HostResolver = HostLookup.system

        package init(file: String, feed: FeedSource, database: String) {
            self.file = file
            self.feed = feed
            self.database = database
        }
    }

    private let stop = StopSwitch()
    private let worker: Worker

    package init(_ settings: Settings, logger: Logger) {
        let stop = self.stop
        worker = Worker(name: "webhooks") { WebhookManagerThread(settings, logger, stop).run() }
    }

    package func shutdown() {
        stop.stop()
        worker.join()
    }
}

private final class WebhookManagerThread {
    private struct Running {
        var endpoint: WebhookEndpoint
        var stop: StopSwitch
        var worker: Worker
    }

    private let settings: WebhookManager.Settings
    private let logger: Logger
    private let stop: StopSwitch
    private let database: Database
    private var running: [String: Running] = [:]
    private var seen: String?

    init(_ settings: WebhookManager.Settings, _ logger: Logger, _ stop: StopSwitch) {
        self.settings = settings
        self.logger = logger
        self.stop = stop
        database = Database(
            .init(database: settings.database, application: "tidings-watch webhooks"),
            logger: logger,
            stop: stop
        )
    }

    func run() {
        while !stop.isStopped {
            let mark = fileMark()
            if mark != seen {
                seen = mark
                reload()
            }
            for _ in 0..<20 where !stop.isStopped { Monotonic.sleep(milliseconds: 50) }
        }
        end(running.keys.sorted())
    }

    /// What changes when the file is written.
    private func fileMark() -> String {
        var status = stat()
        guard stat(settings.file, &status) == 0 else { return "none" }
        return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    }

    private func reload() {
        let endpoints: [WebhookEndpoint]
        do {
            endpoints = try read()
        } catch {
            logger.error(
                "the file of webhooks is wrong; \(running.count) endpoints go on as they were",
                metadata: ["error": "\(error)"]
            )
            return
        }
        let wanted = Dictionary(endpoints.map { ($0.name, $0) }) { first, _ in first }
        end(running.filter { wanted[$0.key] != $0.value.endpoint }.keys.sorted())
        for endpoint in endpoints where running[endpoint.name] == nil { start(endpoint) }
        logger.info("webhooks", metadata: ["endpoints": "\(endpoints.map(\.name).joined(separator: " "))"])
    }

    private func read() throws -> [WebhookEndpoint] {
        guard access(settings.file, F_OK) == 0 else { return [] }
        let data = try Data(contentsOf: URL(filePath: settings.file))
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw SettingsError(file: settings.file, line: nil, message: "is not UTF-8; save it as UTF-8")
        }
        return try WebhookFile.parse(text, path: settings.file)
    }

    private func start(_ endpoint: WebhookEndpoint) {
        do {
            let made: Void? = try database.run("making the webhook's row") { (connection) throws(PostgresError) in
                try WebhookStore.create(endpoint.name, on: connection)
            }
            guard made != nil else { return }
        } catch {
            logger.error("cannot start the webhook \(endpoint.name)", metadata: ["error": "\(error)"])
            // Tried again as if the file had changed.
            seen = nil
            return
        }
        let stop = StopSwitch()
        let (settings, logger) = (settings, logger)
        let worker = Worker(name: "wh-\(endpoint.name)") { WebhookWorker(endpoint, settings, logger, stop).run() }
        running[endpoint.name] = Running(endpoint: endpoint, stop: stop, worker: worker)
    }

    private func end(_ names: [String]) {
        for name in names { running[name]?.stop.stop() }
        for name in names { running.removeValue(forKey: name)?.worker.join() }
    }
}

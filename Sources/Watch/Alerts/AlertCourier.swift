import Briefing
package import HTTPSupport
package import Logging
import Postgres
import Records
import ServiceSupport
import Storage

/// Threads that send what the rules' alerts ask for, again and again until it is taken or given up.
///
/// At least once: an alert whose success could not be noted is sent again, with the same id.
package final class AlertCourier: Sendable {
    package struct Settings: Sendable {
        package var database: String
        package var places: AlertPlaces?
        package var resolver: HostResolver = HostLookup.system
        /// Milliseconds to wait after each failed attempt; the attempt after the last is the last.
        package var waits = WebhookDelivery.Policy.standardWaits

        package init(database: String, places: AlertPlaces?) {
            self.database = database
            self.places = places
        }
    }

    /// Sinks that are slow hold up others no more than so many.
    private static let threads = 3
    /// Longer than any sink takes: a delivery that nobody ended is tried again after it.
    private static let leaseSeconds = 120

    private let workers: [Worker]
    private let stop = StopSwitch()

    package init(_ settings: Settings, logger: Logger) {
        let stop = self.stop
        workers = (0..<AlertCourier.threads).map { number in
            Worker(name: "alerts-\(number)") { AlertCourier.run(settings, logger, stop) }
        }
    }

    package func shutdown() {
        stop.stop()
        for worker in workers { worker.join() }
    }

    private static func run(_ settings: Settings, _ logger: Logger, _ stop: StopSwitch) {
        let database = Database(
            .init(database: settings.database, application: "tidings-watch alerts"),
            logger: logger,
            stop: stop
        )
        let sender = AlertSender(logger: logger, resolver: settings.resolver, stop: stop)
        while !stop.isStopped {
            do {
                let due = try database.run("looking for alerts to send") { (connection) throws(PostgresError) in
                    try AlertDeliveryStore.claim(limit: 1, leaseSeconds: leaseSeconds, on: connection)
                }
                guard let delivery = due?.first else {
                    Monotonic.sleep(milliseconds: 300)
                    continue
                }
                let outcome = attempt(delivery, sender, settings, logger)
                // What was on its way when the service ended is due again after the lease.
                if stop.isStopped, outcome != .delivered { return }
                _ = try database.run("noting what became of an alert") { (connection) throws(PostgresError) in
                    try AlertDeliveryStore.note(outcome, of: delivery, on: connection)
                }
            } catch {
                logger.error("alerts cannot be sent: the database refused", metadata: ["error": "\(error)"])
                Monotonic.sleep(milliseconds: 1000)
            }
        }
    }

    private static func attempt(
        _ delivery: AlertDeliveryStore.Delivery,
        _ sender: AlertSender,
        _ settings: Settings,
        _ logger: Logger
    ) -> AlertDeliveryStore.Outcome {
        let failure: AlertSender.Failure
        do throws(AlertSender.Failure) {
            let (alert, sink) = try read(delivery, settings)
            if let sink { try sender.send(alert, data: delivery.data, to: sink) }
            return .delivered
        } catch { failure = error }
        let outcome = outcome(of: failure, attempt: delivery.attempt, waits: settings.waits)
        var metadata: Logger.Metadata = [
            "alert": "\(delivery.alert)", "sink": "\(delivery.sink)", "attempt": "\(delivery.attempt)",
            "reason": "\(failure.reason)",
        ]
        if case .later(let milliseconds, _) = outcome {
            metadata["again_in_seconds"] = "\(milliseconds / 1000)"
            logger.warning("an alert was not taken", metadata: metadata)
        } else {
            logger.error("an alert is given up; the table alert_delivery has it", metadata: metadata)
        }
        return outcome
    }

    private static func read(
        _ delivery: AlertDeliveryStore.Delivery,
        _ settings: Settings
    ) throws(AlertSender.Failure) -> (Alert, AlertSink?) {
        let kind = delivery.sink.prefix { $0 != ":" }
        do {
            guard let kind = Sink.Kind(rawValue: String(kind)) else {
                throw AlertSender.Failure(reason: "'\(kind)' is no kind of sink", isFinal: true)
            }
            let sink = Sink(kind, try JSON.decode([String: String].self, from: delivery.settings))
            return (try JSON.decode(Alert.self, from: delivery.data), try AlertSink(sink, in: settings.places))
        } catch let failure as AlertSender.Failure { throw failure } catch {
            throw AlertSender.Failure(reason: "\(error)", isFinal: true)
        }
    }

    /// When a failed attempt is repeated: after the policy's wait, changed at random by a fifth, or after what the other side asks for.
    static func outcome(of failure: AlertSender.Failure, attempt: Int, waits: [Int]) -> AlertDeliveryStore.Outcome {
        guard !failure.isFinal, attempt <= waits.count else { return .failed(reason: failure.reason) }
        let wait = max(waits[max(0, attempt - 1)], min(failure.retryAfter ?? 0, 24 * 3_600_000))
        return .later(milliseconds: wait + Int.random(in: 0...max(1, wait / 5)), reason: failure.reason)
    }
}

import FoundationEssentials
import HTTPSupport
import Logging
import Postgres
import Records
import ServiceSupport
import Storage
import TidingsClient
import Wire

/// The thread of one endpoint: follows the feed with the endpoint's cursor and sends each event until it is acknowledged.
///
/// The cursor moves in the transaction that notes the success. An event whose acknowledgement could not be noted is sent again
/// with the same webhook-id.
final class WebhookWorker {
    private let endpoint: WebhookEndpoint
    private let settings: WebhookManager.Settings
    private let logger: Logger
    private let stop: StopSwitch
    private let database: Database
    private let client: OutboundClient
    private var delivery: WebhookDelivery
    private var state = WebhookStore.State()
    private var nextLook = 0

    /// Why reading the feed ends for now.
    private enum End: Error {
        /// The row is another than it was: read it again.
        case changed
        /// The next attempt is a while off: no need to hold a place at the hub.
        case waiting
        case removed
        case feed(FeedReader.Failure)
        case database(PostgresError)
    }

    init(_ endpoint: WebhookEndpoint, _ settings: WebhookManager.Settings, _ logger: Logger, _ stop: StopSwitch) {
        self.endpoint = endpoint
        self.settings = settings
        self.stop = stop
        var logger = logger
        logger[metadataKey: "webhook"] = "\(endpoint.name)"
        self.logger = logger
        database = Database(
            .init(database: settings.database, application: "tidings-watch webhook \(endpoint.name)"),
            logger: logger,
            stop: stop
        )
        client = OutboundClient(allowPrivate: endpoint.allowPrivate, resolver: settings.resolver, stop: stop)
        delivery = WebhookDelivery(.init(perMinute: endpoint.perMinute))
    }

    func run() {
        defer { client.close() }
        while !stop.isStopped {
            do {
                try load()
                try pause()
                try follow()
            } catch End.changed, End.waiting {
                continue
            } catch End.removed {
                logger.notice("removed; no event is sent to it any more")
                return
            } catch End.feed(let failure) {
                // Nothing is skipped: it waits until the log is the one it knows, or a person says where to go on.
                note(failure.description)
                sleep(5000)
            } catch End.database(let error) {
                logger.error("the database refused", metadata: ["error": "\(error)"])
                sleep(1000)
            } catch {
                logger.error("\(error)")
                sleep(1000)
            }
        }
    }

    private func load() throws {
        let name = endpoint.name
        let row: WebhookStore.State?? = try inDatabase("reading where the webhook stands") {
            (connection) throws(PostgresError) in
            try WebhookStore.state(name, on: connection)
        }
        guard let row else { throw End.changed }
        guard let found = row else { throw End.removed }
        state = found
        delivery = WebhookDelivery(
            .init(waits: settings.waits, perMinute: endpoint.perMinute),
            failures: state.failures,
            failingSince: state.failingSince,
            nextAt: state.nextAt
        )
    }

    /// Waits, without a place at the hub, while the endpoint is disabled or its next attempt is far.
    private func pause() throws {
        while !stop.isStopped {
            if state.isActive, (state.nextAt ?? 0) <= WebhookWorker.now() { return }
            try look()
            sleep(min(200, max(1, state.isActive ? (state.nextAt ?? 0) - WebhookWorker.now() : 200)))
        }
    }

    private func follow() throws {
        if stop.isStopped { return }
        let reader = settings.feed.open(
            filter: endpoint.filter,
            from: state.cursor.map { .after(seq: $0.seq, epoch: $0.epoch) } ?? .now,
            client: "webhook-\(endpoint.name)",
            window: 100
        )
        defer { reader.close() }
        var nextMark = 0
        while !stop.isStopped {
            let deliveries: [FeedMessage.Delivery]
            do { deliveries = try reader.next(milliseconds: 200) } catch { throw End.feed(error) }
            try look()
            guard let epoch = reader.subscription.epoch else { continue }
            if state.reason != nil, state.failingSince == nil {
                // The feed had refused, and takes us again.
                state.reason = nil
                try store()
            }
            for event in deliveries { try deliver(event, epoch) }
            // What did not match is passed by from time to time; the very first place at once.
            if let scanned = reader.subscription.scanned, scanned > (state.cursor?.seq ?? -1),
                state.cursor == nil || Monotonic.milliseconds() >= nextMark
            {
                nextMark = Monotonic.milliseconds() + 5000
                state.cursor = .init(epoch: epoch, seq: scanned)
                state.reason = nil
                try store()
            }
        }
    }

    /// Sends one event until it is acknowledged.
    private func deliver(_ event: FeedMessage.Delivery, _ epoch: String) throws {
        guard let id = WebhookWorker.identifier(event.envelope) else {
            throw PostgresError(sqlState: nil, message: "event \(event.seq) has no id: the hub is not ours")
        }
        while !stop.isStopped {
            switch delivery.due(now: WebhookWorker.now()) {
            case .wait(let until):
                if let nextAt = state.nextAt, nextAt - WebhookWorker.now() > 1000 { throw End.waiting }
                try look()
                sleep(min(200, max(1, until - WebhookWorker.now())))
            case .send(let attempt):
                let started = WebhookWorker.now()
                let result: (answer: WebhookDelivery.Answer, excerpt: String?)
                do {
                    result = try WebhookRequest.send(
                        event.envelope,
                        id: id,
                        to: endpoint,
                        by: client,
                        seconds: started / 1000
                    )
                } catch {
                    note("\(error)")
                    sleep(5000)
                    continue
                }
                // Cut off by our own end: not the endpoint's failure.
                if stop.isStopped, case .none = result.answer { return }
                let now = WebhookWorker.now()
                var generator = SystemRandomNumberGenerator()
                let action = delivery.answered(result.answer, now: now, using: &generator)
                var note = WebhookStore.Attempt(
                    at: started,
                    seq: event.seq,
                    record: id,
                    number: attempt,
                    outcome: .failed,
                    status: nil,
                    milliseconds: now - started,
                    detail: result.excerpt
                )
                if case .status(let status, _, _) = result.answer { note.status = status }
                if try take(action, &note, .init(epoch: epoch, seq: event.seq)) { return }
            default: return
            }
        }
    }

    /// Notes what came of an attempt.
    ///
    /// - Returns: whether the event is acknowledged.
    private func take(
        _ action: WebhookDelivery.Action,
        _ attempt: inout WebhookStore.Attempt,
        _ cursor: WatchStore.Cursor
    ) throws -> Bool {
        (state.failures, state.failingSince, state.nextAt) = (delivery.failures, delivery.failingSince, delivery.nextAt)
        switch action {
        case .delivered:
            if state.reason != nil { logger.notice("the endpoint takes events again") }
            attempt.outcome = .delivered
            state.reason = nil
            state.cursor = cursor
            state.delivered += 1
        case .retry(let at, let reason):
            if state.reason == nil { logger.warning("a delivery failed", metadata: ["reason": "\(reason)"]) }
            attempt.detail = attempt.detail.map { "\(reason): \($0)" } ?? reason
            state.reason = reason
            state.nextAt = at
        case .disable(let reason):
            attempt.outcome = .disabled
            attempt.detail = attempt.detail.map { "\(reason): \($0)" } ?? reason
            state.reason = reason
            state.nextAt = nil
            state.isActive = false
            logger.error(
                "the webhook is disabled; its events wait. 'tidings webhook enable \(endpoint.name)' goes on",
                metadata: ["reason": "\(reason)"]
            )
        case .send, .wait: return false
        }
        try store(attempt)
        if case .disable = action { throw End.changed }
        if case .delivered = action { return true }
        return false
    }

    private func store(_ attempt: WebhookStore.Attempt? = nil) throws {
        let (name, state) = (endpoint.name, state)
        let stored = try inDatabase("noting where the webhook stands") { (connection) throws(PostgresError) in
            try WebhookStore.store(name, state, attempt: attempt, on: connection)
        }
        if stored != true { throw End.changed }
    }

    /// Writes a reason that is not an attempt's, once.
    private func note(_ reason: String) {
        guard state.reason != reason else { return }
        logger.error("the webhook waits", metadata: ["reason": "\(reason)"])
        state.reason = reason
        _ = try? store()
    }

    /// Looks once a second whether a person has changed the row.
    private func look() throws {
        guard Monotonic.milliseconds() >= nextLook else { return }
        nextLook = Monotonic.milliseconds() + 1000
        let name = endpoint.name
        let row: WebhookStore.State?? = try inDatabase("looking at the webhook's row") {
            (connection) throws(PostgresError) in
            try WebhookStore.state(name, on: connection)
        }
        guard let row else { return }
        guard let found = row else { throw End.removed }
        if found.revision != state.revision { throw End.changed }
    }

    private func inDatabase<Value>(
        _ what: String,
        _ body: (Connection) throws(PostgresError) -> Value
    ) throws -> Value? {
        do { return try database.run(what, body) } catch { throw End.database(error) }
    }

    /// Sleeps in slices, so that the service ends when it is asked to.
    private func sleep(_ milliseconds: Int) {
        let deadline = Monotonic.milliseconds() + milliseconds
        while !stop.isStopped, Monotonic.milliseconds() < deadline {
            Monotonic.sleep(milliseconds: min(50, deadline - Monotonic.milliseconds()))
        }
    }

    /// Milliseconds of Unix time.
    private static func now() -> Int { Int(Date().timeIntervalSince1970 * 1000) }

    private static func identifier(_ envelope: [UInt8]) -> String? {
        struct Envelope: Decodable { var id: String }
        return try? JSON.decode(Envelope.self, from: envelope).id
    }
}

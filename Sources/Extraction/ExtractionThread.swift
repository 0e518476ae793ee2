import Logging
import Messaging
import ServiceSupport
import Wire

/// The thread that owns the work socket; executes what `WorkClient` decides.
final class ExtractionThread {
    private let settings: ExtractionService.Settings
    private let pool: WorkPool
    private let logger: Logger
    private let abandon: @Sendable (String) -> Void
    private let context = MessagingContext()
    private var socket: Socket?
    private var handshake: Handshake?
    /// Connections tried since the hub last spoke.
    private var attempt = 0
    private var client: WorkClient
    private var backoff = Backoff(first: 100, limit: 2000)
    private var connectAt = 0

    init(
        _ settings: ExtractionService.Settings,
        _ pool: WorkPool,
        _ logger: Logger,
        _ abandon: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.pool = pool
        self.logger = logger
        self.abandon = abandon
        client = WorkClient(
            name: ServiceState.instance,
            coder: settings.coder,
            workers: settings.workers,
            hangAfter: settings.secondsPerArticle * 2000
        )
    }

    func run(until stop: StopSwitch) {
        while !stop.isStopped {
            connect()
            var poller = Poller(sockets: socket.map { [$0] } ?? [], descriptors: [pool.answers.descriptor])
            poller.wait(milliseconds: 100)
            for answer in pool.answers.drain() {
                execute(client.finished(answer.lease, with: answer.message, now: Monotonic.milliseconds()))
            }
            receive()
            execute(client.tick(now: Monotonic.milliseconds()))
        }
        _ = try? socket?.send(WorkMessage.bye.frames.message)
        socket = nil
    }

    private func connect() {
        let now = Monotonic.milliseconds()
        guard socket == nil, now >= connectAt else { return }
        do {
            let fresh = try Socket.connecting(
                .dealer,
                to: settings.hub,
                keyFile: settings.keyFile,
                attempt: attempt,
                in: context,
                limits: .init(messageBytes: 8 << 20, highWater: 1000, lingerMilliseconds: 1000)
            )
            (socket, handshake) = fresh
            attempt += 1
            execute(client.connected(now: now))
        } catch {
            logger.error("no work socket", metadata: ["hub": "\(settings.hub)", "error": "\(error)"])
            connectAt = now + backoff.wait()
        }
    }

    private var isRefused: Bool { (try? handshake?.look()) == .refused }

    private var refusal: String {
        "the hub refuses the key in \(settings.keyFile); 'tidings client list' shows which keys it knows"
    }

    private func receive() {
        while let socket {
            do {
                guard let frames = try socket.receive() else { return }
                guard let message = WorkMessage(frames) else { continue }
                attempt = 0
                if case .job = message { backoff.reset() }
                execute(client.receive(message, now: Monotonic.milliseconds()))
            } catch {
                logger.error("the work socket failed", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    private func execute(_ actions: [WorkClient.Action]) {
        for action in actions {
            switch action {
            case .send(let message): _ = try? socket?.send(message.frames.message)
            case .run(let lease, let article): pool.add(.init(lease: lease, article: article))
            case .reconnect(let reason):
                logger.notice(
                    "connecting to the hub again",
                    metadata: ["hub": "\(settings.hub)", "reason": "\(isRefused ? refusal : reason)"]
                )
                socket = nil
                connectAt = Monotonic.milliseconds() + backoff.wait()
            case .abandon(let lease, let reason):
                logger.error(
                    "giving up with an article",
                    metadata: ["article": "\(lease.article)", "reason": "\(reason)"]
                )
                _ = try? socket?.send(
                    WorkMessage.fail(.init(lease: lease, kind: .poison, reason: reason)).frames.message
                )
                // Closing lets the message leave, on libzmq's own thread, which the end of the process would stop.
                socket = nil
                Monotonic.sleep(milliseconds: 300)
                abandon(reason)
            }
        }
    }
}

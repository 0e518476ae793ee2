import Glibc
package import Logging
import ServiceSupport

/// Keeps the services of a stack running: starts them, starts them again when they end, and ends them in order.
package final class Supervisor {
    /// One program to be kept running.
    package struct Service: Sendable {
        package var name: String
        package var command: [String]

        package init(name: String, command: [String]) {
            self.name = name
            self.command = command
        }
    }

    private final class Slot {
        let service: Service
        var process: ChildProcess?
        var startAt = 0
        var startedAt = 0
        var backoff = Backoff(first: 200, limit: 5000)

        init(_ service: Service) { self.service = service }
    }

    private let layout: DataLayout
    private let cluster: PostgresCluster
    private let logger: Logger
    private var state: StackState
    private let slots: [Slot]

    package init(_ services: [Service], layout: DataLayout, endpoints: StackState.Endpoints, logger: Logger) {
        self.layout = layout
        self.logger = logger
        cluster = PostgresCluster(directory: layout.postgres)
        state = StackState(endpoints: endpoints)
        slots = services.map(Slot.init)
    }

    /// Looks after everything once: starts what should run and does not.
    package func turn() {
        if !cluster.isAlive {
            logger.warning("PostgreSQL is not running; starting it", metadata: ["log": "\(cluster.logFile)"])
            do { try cluster.start() } catch { logger.error("\(error)") }
        }
        var changed = false
        for slot in slots {
            changed = reap(slot) || changed
            changed = start(slot) || changed
        }
        if changed { record() }
    }

    /// Ends all services, those that take articles first, then the server.
    package func shutdown() {
        for slot in slots.reversed() { slot.process?.send(signal: SIGTERM) }
        let deadline = Monotonic.milliseconds() + 10_000
        for slot in slots.reversed() {
            while slot.process?.ended() == nil, slot.process != nil {
                if Monotonic.milliseconds() > deadline {
                    logger.warning("killed: it did not end by itself", metadata: ["service": "\(slot.service.name)"])
                    slot.process?.send(signal: SIGKILL)
                }
                Monotonic.sleep(milliseconds: 10)
            }
            slot.process = nil
        }
        do { try cluster.stop() } catch { logger.error("\(error)") }
        unlink(layout.stateFile)
    }

    private func reap(_ slot: Slot) -> Bool {
        guard let end = slot.process?.ended() else { return false }
        let now = Monotonic.milliseconds()
        slot.process = nil
        if now - slot.startedAt > 10_000 { slot.backoff.reset() }
        slot.startAt = now + slot.backoff.wait()
        logger.warning(
            "a service ended; starting it again",
            metadata: [
                "service": "\(slot.service.name)", "end": "\(end)", "in_ms": "\(slot.startAt - now)",
                "log": "\(layout.log(of: slot.service.name))",
            ]
        )
        return true
    }

    private func start(_ slot: Slot) -> Bool {
        let now = Monotonic.milliseconds()
        guard slot.process == nil, now >= slot.startAt else { return false }
        do {
            slot.process = try ChildProcess(slot.service.command, log: layout.log(of: slot.service.name))
            slot.startedAt = now
            return true
        } catch {
            logger.error("\(error)")
            slot.startAt = now + slot.backoff.wait()
            return false
        }
    }

    private func record() {
        state.services = [:]
        for slot in slots { state.services[slot.service.name] = slot.process?.pid }
        do { try state.write(to: layout) } catch { logger.error("cannot write \(layout.stateFile): \(error)") }
    }
}

package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import ServiceSupport

/// An HTTP server for services whose own work is on threads: starts in `init`, ends in ``shutdown()``.
package final class HTTPDoor: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private enum Event: Sendable {
        case running(port: Int)
        case ended(reason: String?)
    }

    /// Where it listens, with the port that port 0 was given.
    package let address: ListenAddress
    private let group: ServiceGroup
    private let events: Mailbox<Event>

    /// Starts the server and waits until it listens; blocks, and must not be called on the cooperative pool.
    ///
    /// - Parameters:
    ///   - address: where to listen.
    ///   - router: what it answers.
    ///   - connections: more than so many wait until others end.
    package init(
        _ address: ListenAddress,
        router: Router<DoorContext>,
        connections: Int,
        logger: Logger
    ) throws(Failure) {
        let events = Mailbox<Event>()
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: .maximum(connections, logger: quiet)
            ),
            onServerRunning: { channel in events.post(.running(port: channel.localAddress?.port ?? address.port)) },
            logger: quiet
        )
        var configuration = ServiceGroupConfiguration(services: [.init(service: application)], logger: quiet)
        // The listener closes first: a connection that is accepted while its server is cancelled ends the process (NIOAsyncWriter).
        configuration.maximumGracefulShutdownDuration = .seconds(2)
        let group = ServiceGroup(configuration: configuration)
        Task {
            do {
                try await group.run()
                events.post(.ended(reason: nil))
            } catch { events.post(.ended(reason: "\(error)")) }
        }
        self.group = group
        self.events = events
        switch events.wait(milliseconds: 10_000).first {
        case .running(let port): self.address = ListenAddress(host: address.host, port: port)
        case .ended(let reason):
            throw Failure(description: "cannot listen on \(address): \(reason ?? "the server ended at once")")
        case nil:
            Task { await group.triggerGracefulShutdown() }
            throw Failure(description: "cannot listen on \(address): no answer in 10 s")
        }
    }

    /// Stops listening, cancels requests that still run after two seconds, and waits until all is over, five seconds at most.
    package func shutdown() {
        let group = group
        Task { await group.triggerGracefulShutdown() }
        _ = events.wait(milliseconds: 5000)
    }
}

import Glibc
import ServiceSupport

/// A TCP server on a free port of loopback, for servers that tests write themselves: one thread a connection.
package final class LoopbackListener: Sendable {
    package let port: Int
    private let descriptor: Int32
    private let stop = StopSwitch()

    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 50) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard listens else { throw LiveStack.Failure("no port to listen on: \(errno)") }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    /// Whether it was closed: what serves a connection ends then.
    package var isClosed: Bool { stop.isStopped }

    package func close() { stop.stop() }

    /// Accepts until it is closed; each connection is closed when `body` returns.
    package func serve(_ body: @escaping @Sendable (Int32) -> Void) {
        Worker(name: "listener") { [self] in
            while !stop.isStopped {
                var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&item, 1, 50) > 0 else { continue }
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { continue }
                Worker(name: "listener-peer") {
                    body(connection)
                    Glibc.close(connection)
                }
                .detach()
            }
            Glibc.close(descriptor)
        }
        .detach()
    }
}

import CLinux
import Glibc

/// A named thread of its own for blocking work: ZeroMQ sockets and libpq connections never run on Swift's cooperative pool.
package final class Worker: Sendable {
    private let handle: pthread_t

    /// Starts a thread that runs `body` and ends with it.
    ///
    /// - Parameters:
    ///   - name: shown by `ps -L` and `gdb`; cut to 15 bytes.
    ///   - body: the thread's work.
    package init(name: String, body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(name: name, run: body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                let body = Unmanaged<Body>.fromOpaque(argument.unsafelyUnwrapped).takeRetainedValue()
                tidings_name_thread(body.name)
                body.run()
                return nil
            },
            box.toOpaque()
        )
        precondition(status == 0, "pthread_create failed with \(status): the process has no thread left")
        handle = thread
    }

    /// Waits until the thread has ended; call once, or ``detach()``.
    package func join() { pthread_join(handle, nil) }

    /// Lets the thread end by itself, whenever it does; call instead of ``join()``.
    package func detach() { pthread_detach(handle) }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
}

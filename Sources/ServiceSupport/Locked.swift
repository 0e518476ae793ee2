import Glibc

/// A value that one thread at a time may touch.
///
/// A POSIX mutex and not `Synchronization.Mutex`, whose futex calls ThreadSanitizer does not see: every use of it is reported
/// as a race, and real ones would drown.
///
/// `@unchecked Sendable` because the compiler cannot see that the value is only touched while the mutex is held: it is private, `withLock` is the only way
/// to it, and what comes in is `sending`, so nobody else keeps it.
package final class Locked<Value>: @unchecked Sendable {
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init(_ value: sending Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        let status = pthread_mutex_init(mutex, nil)
        precondition(status == 0, "pthread_mutex_init failed: \(status)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with the value while no other thread can; must not be called again from `body`.
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}

import CLinux
import Glibc
import Synchronization

/// Messages from any thread to the one thread that owns the mailbox, with a descriptor that `poll` and `zmq_poll` can wait on.
///
/// A mailbox has no bound of its own: what is posted is bounded by the credit of the protocol above it.
package final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Locked<[Message]>([])
    /// Readable while messages wait.
    package let descriptor: Int32

    package init() {
        descriptor = tidings_event_open()
        precondition(descriptor >= 0, "eventfd failed: \(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// Appends a message and wakes the owner.
    ///
    /// O(1).
    package func post(_ message: Message) {
        messages.withLock { $0.append(message) }
        tidings_event_signal(descriptor)
    }

    /// Takes all waiting messages, oldest first.
    package func drain() -> [Message] {
        tidings_event_clear(descriptor)
        return messages.withLock { messages in
            let taken = messages
            messages.removeAll(keepingCapacity: taken.capacity <= 1024)
            return taken
        }
    }

    /// Waits up to `milliseconds` for messages and takes them; empty when none came.
    package func wait(milliseconds: Int) -> [Message] {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&item, 1, Int32(clamping: max(0, milliseconds)))
        return drain()
    }
}

/// A switch that is thrown once, and that loops look at.
package final class StopSwitch: Sendable {
    private let stopped = Atomic<Bool>(false)

    package init() {}

    package var isStopped: Bool { stopped.load(ordering: .acquiring) }

    package func stop() { stopped.store(true, ordering: .releasing) }
}

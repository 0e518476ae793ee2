import CZeroMQ

/// A ZeroMQ context: the I/O threads that all sockets of a process share.
///
/// The context may be shared between threads (zmq_ctx_new(3)); a socket may not.
package final class MessagingContext: Sendable {
    // Unsafe only in that a C pointer is not Sendable: it is set once, and libzmq documents the context behind it as thread-safe (zmq_ctx_new(3)).
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    package init() {
        guard let handle = zmq_ctx_new() else {
            preconditionFailure("zmq_ctx_new failed: the process has no memory left")
        }
        self.handle = handle
        zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, 4096)
    }

    deinit { zmq_ctx_term(handle) }
}

/// What went wrong with a socket, on which endpoint.
package struct MessagingError: Error, CustomStringConvertible {
    /// The `errno` of libzmq.
    package let code: Int32
    package let description: String

    package init(code: Int32, description: String) {
        self.code = code
        self.description = description
    }

    static func last(_ action: String) -> MessagingError {
        let code = zmq_errno()
        return MessagingError(code: code, description: "\(action): \(String(cString: zmq_strerror(code)))")
    }
}

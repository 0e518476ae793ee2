import ServiceSupport

/// One value at a time from a thread to a task: the thread waits until the task has taken it, and never fills the memory.
final class Handoff<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value?, Never>)
        case full(Value)
        /// Nothing follows; a value that was put before may still be taken.
        case ended(last: Value?)
    }

    private let state = Locked<State>(.empty)
    private let room = Mailbox<Void>()

    /// Waits for room and puts the value there; blocks, for threads only.
    ///
    /// - Returns: false when the other side has ended.
    func put(_ value: Value) -> Bool {
        while true {
            let done: Bool? = state.withLock { state in
                switch state {
                case .empty:
                    state = .full(value)
                    return true
                case .waiting(let continuation):
                    state = .empty
                    continuation.resume(returning: value)
                    return true
                case .full: return nil
                case .ended: return false
                }
            }
            if let done { return done }
            _ = room.wait(milliseconds: 1000)
        }
    }

    /// The next value, or nil at the end; for one task.
    func take() async -> Value? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    switch state {
                    case .full(let value):
                        state = .empty
                        continuation.resume(returning: value)
                    case .ended(let last):
                        state = .ended(last: nil)
                        continuation.resume(returning: last)
                    case .empty: state = .waiting(continuation)
                    case .waiting: preconditionFailure("two tasks take from one hand-off")
                    }
                }
                room.post(())
            }
        } onCancel: {
            end()
        }
    }

    /// Ends both sides.
    func end() {
        state.withLock { state in
            switch state {
            case .waiting(let continuation):
                state = .ended(last: nil)
                continuation.resume(returning: nil)
            case .full(let value): state = .ended(last: value)
            case .empty: state = .ended(last: nil)
            case .ended: break
            }
        }
        room.post(())
    }

    var isEnded: Bool {
        state.withLock { state in if case .ended = state { true } else { false } }
    }
}

import CLinux
import Glibc

/// How a service process starts and ends.
package enum Lifecycle {
    /// Blocks SIGTERM and SIGINT in this thread and all threads started after it, ignores SIGPIPE, and allows itself as many open files as
    /// the system permits, up to 65,536: the usual 1,024 are few for a hub with many connections.
    ///
    /// Call first in `main`, before any thread exists.
    ///
    /// - Parameter takesHangup: block SIGHUP too, which ``waitForEnd(orEndOfInput:milliseconds:onHangup:)`` then hands over.
    package static func prepare(takesHangup: Bool = false) {
        signal(SIGPIPE, SIG_IGN)
        var set = endingSignals()
        if takesHangup { sigaddset(&set, SIGHUP) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        var files = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        files.rlim_cur = max(files.rlim_cur, min(files.rlim_max, 65_536))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }

    /// Waits for SIGTERM or SIGINT, or, with `orEndOfInput`, until standard input ends because the parent is gone.
    ///
    /// - Parameters:
    ///   - orEndOfInput: also end when standard input is closed.
    ///   - milliseconds: the longest wait; nil waits for ever.
    ///   - onHangup: called at each SIGHUP.
    /// - Returns: whether the process was asked to end.
    package static func waitForEnd(
        orEndOfInput: Bool = false,
        milliseconds: Int? = nil,
        onHangup: (() -> Void)? = nil
    ) -> Bool {
        var set = endingSignals()
        if onHangup != nil { sigaddset(&set, SIGHUP) }
        let deadline = milliseconds.map { Monotonic.milliseconds() + $0 }
        while true {
            let left = deadline.map { max(0, $0 - Monotonic.milliseconds()) } ?? 200
            let wait = min(left, 200)
            var timeout = timespec(tv_sec: wait / 1000, tv_nsec: wait % 1000 * 1_000_000)
            switch sigtimedwait(&set, nil, &timeout) {
            case SIGHUP: onHangup?()
            case 1...: return true
            default: break
            }
            if orEndOfInput, inputHasEnded() { return true }
            if let deadline, Monotonic.milliseconds() >= deadline { return false }
        }
    }

    private static func endingSignals() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }

    private static func inputHasEnded() -> Bool {
        var item = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, 0) > 0 else { return false }
        guard item.revents & Int16(POLLIN) != 0 else { return true }
        var byte: UInt8 = 0
        return read(STDIN_FILENO, &byte, 1) == 0
    }
}

import Glibc
import ServiceSupport

/// Which names in the inbox are ready to be taken.
///
/// A state machine without I/O; times are milliseconds.
///
/// A file that was moved in is whole at once. Any other is whole when it has not changed for the settle time: a writer may close
/// a file half-written and open it again.
struct Arrivals {
    /// What tells that a file has changed.
    struct Stamp: Equatable {
        var inode: UInt64
        var size: Int
        /// Modification time in nanoseconds.
        var modified: Int

        init(inode: UInt64, size: Int, modified: Int) {
            self.inode = inode
            self.size = size
            self.modified = modified
        }

        init(_ status: stat) {
            inode = UInt64(status.st_ino)
            size = Int(status.st_size)
            modified = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
        }
    }

    private struct Candidate {
        var stamp: Stamp
        var readyAt: Int
    }

    private let settle: Int
    private var candidates: [TreePath: Candidate] = [:]

    /// - Parameter settle: milliseconds without change after which a file is whole.
    init(settle: Int) { self.settle = settle }

    var count: Int { candidates.count }

    /// A name was looked at.
    ///
    /// - Parameter movedIn: a rename put it there, just now.
    mutating func observe(_ name: TreePath, _ stamp: Stamp, movedIn: Bool, now: Int) {
        if !movedIn, let known = candidates[name], known.stamp == stamp { return }
        candidates[name] = Candidate(stamp: stamp, readyAt: movedIn ? now : now + settle)
    }

    /// A name is taken, gone or refused.
    mutating func forget(_ name: TreePath) { candidates[name] = nil }

    /// Forgets what a full listing does not show any more.
    mutating func keep(only names: Set<TreePath>) { candidates = candidates.filter { names.contains($0.key) } }

    /// Whether a name that was just observed has settled.
    func isReady(_ name: TreePath, now: Int) -> Bool { candidates[name].map { $0.readyAt <= now } ?? false }

    /// Names that have settled since they were last looked at, those ready longest first, then in byte order.
    func due(now: Int, limit: Int) -> [TreePath] {
        let ready = candidates.filter { $0.value.readyAt <= now }.sorted {
            $0.value.readyAt != $1.value.readyAt
                ? $0.value.readyAt < $1.value.readyAt : $0.key.bytes.lexicographicallyPrecedes($1.key.bytes)
        }
        return ready.prefix(limit).map(\.key)
    }

    /// When the next name will have settled, or nil when none waits.
    var nextReady: Int? { candidates.values.lazy.map(\.readyAt).min() }
}

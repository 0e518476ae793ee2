import Glibc
import ServiceSupport

/// The directories of ingest, on one file system: files are claimed, and leave, by rename, and keep their path below each.
///
/// The first folder below the inbox names the source of what is in it; deeper ones are just folders.
struct Inbox {
    let inbox: FileTree
    let work: FileTree
    let done: FileTree
    let failed: FileTree

    /// Folders inside one another in the inbox, and folders in all.
    static let limits = FileTree.WalkLimits(depth: 8, folders: 4096)

    typealias Failure = FileTree.Failure

    /// Opens the four directories below `root`, making those that are missing.
    init(root: String) throws(Failure) {
        inbox = FileTree(root + "/inbox")
        work = FileTree(root + "/.work")
        done = FileTree(root + "/done")
        failed = FileTree(root + "/failed")
        var device: dev_t?
        for path in [inbox, work, done, failed].map(\.path) {
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw Failure(description: "cannot make the directory \(path): \(String(cString: strerror(errno)))")
            }
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw Failure(description: "\(path) is not a directory")
            }
            guard access(path, R_OK | W_OK | X_OK) == 0 else {
                throw Failure(
                    description: "no permission to read and write \(path); give it to the user ingest runs as"
                )
            }
            if let device, device != status.st_dev {
                throw Failure(
                    description:
                        "\(path) is on another file system than \(inbox.path); files must be renamed between them"
                )
            }
            device = status.st_dev
        }
    }
}

/// Held while a process works on the directories: two would take each other's files for leftovers.
final class InboxLock: Sendable {
    private let descriptor: Int32

    init(_ root: String) throws(Inbox.Failure) {
        let path = root + "/.ingest.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            throw Inbox.Failure(description: "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Inbox.Failure(
                description: "another tidings-ingest works on \(root); stop it, or give this one its own directory"
            )
        }
    }

    func release() { close(descriptor) }
}

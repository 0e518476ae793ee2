import CLinux
import Glibc
import ServiceSupport

extension Inbox {
    /// A file that is ours: renamed into the work directory, and read.
    struct Claimed {
        /// Its path in the work directory.
        var work: TreePath
        /// Its path in the inbox.
        var name: TreePath
        var content: Content
    }

    /// What was in a claimed file.
    enum Content {
        case bytes([UInt8])
        /// More bytes than the limit; not read.
        case tooLarge(Int)
        case unreadable(String)
    }

    /// What became of an attempt to claim a name.
    enum Claim {
        case claimed(Claimed)
        /// Somebody still writes to it, or it has changed: look again later.
        case busy
        /// It is not there any more.
        case gone
        /// It is not a regular file and stays where it is.
        case refused(code: String, message: String)
        /// The system says no for now, such as for want of permission.
        case failed(String)
    }

    /// What stat tells of a name in the inbox without following links, or nil when it is gone.
    func stamp(of name: TreePath) -> Arrivals.Stamp? { inbox.status(of: name).map(Arrivals.Stamp.init) }

    private static let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC

    /// Takes a name out of the inbox and reads it, never through a link and never waiting for a pipe's other end.
    func claim(_ name: TreePath, byteLimit: Int) -> Claim {
        // A folder on the way that is gone, or is a link by now, is found so by the next listing.
        guard let folder = inbox.open(name.folder) else { return errno == EACCES ? .failed(Inbox.reason()) : .gone }
        let descriptor = openat(folder.descriptor, FileTree.cString(name.leaf), Inbox.flags)
        guard descriptor >= 0 else { return Inbox.unopened(errno) }
        defer { close(descriptor) }
        var before = stat()
        guard fstat(descriptor, &before) == 0 else { return .failed(Inbox.reason()) }
        guard before.st_mode & S_IFMT == S_IFREG else { return Inbox.refusal(before) }
        guard tidings_open_for_writing(descriptor) != 1 else { return .busy }
        guard let moved = inbox.move(name, to: work, as: name, taken: .fail) else {
            switch errno {
            case ENOENT: return .gone
            // A file in hand has the name of this one's folder: it leaves soon.
            case ENOTDIR, ELOOP, EEXIST: return .busy
            default: return .failed(Inbox.reason())
            }
        }
        // The name may have been given to another file between open and rename.
        guard let status = work.status(of: moved), status.st_ino == before.st_ino else {
            return putBack(moved, as: name)
        }
        let content = Inbox.read(descriptor, size: Int(before.st_size), limit: byteLimit)
        var after = stat()
        guard fstat(descriptor, &after) == 0, Arrivals.Stamp(after) == Arrivals.Stamp(before) else {
            return putBack(moved, as: name)
        }
        return .claimed(Claimed(work: moved, name: name, content: content))
    }

    /// Reads a file that an earlier process had claimed and did not finish.
    func reclaim(_ name: TreePath, byteLimit: Int) -> Claimed? {
        guard let folder = work.open(name.folder) else { return nil }
        let descriptor = openat(folder.descriptor, FileTree.cString(name.leaf), Inbox.flags)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Claimed(
            work: name,
            name: name,
            content: Inbox.read(descriptor, size: Int(status.st_size), limit: byteLimit)
        )
    }

    private func putBack(_ moved: TreePath, as name: TreePath) -> Claim {
        _ = work.move(moved, to: inbox, as: name)
        return .busy
    }

    private static func unopened(_ code: Int32) -> Claim {
        switch code {
        case ENOENT: return .gone
        case ELOOP:
            return .refused(
                code: "symlink",
                message:
                    "a symbolic link is not followed: it could point at any file of this machine; drop the file itself"
            )
        case ENXIO, ENODEV, EOPNOTSUPP:
            return .refused(code: "not-a-file", message: onlyFiles("a socket or a device"))
        default: return .failed(reason(code))
        }
    }

    private static func refusal(_ status: stat) -> Claim {
        switch status.st_mode & S_IFMT {
        // A folder took the file's place since it was listed; the next listing enters it.
        case S_IFDIR: .gone
        case S_IFIFO: .refused(code: "fifo", message: onlyFiles("a named pipe (FIFO)"))
        default: .refused(code: "not-a-file", message: onlyFiles("a socket or a device"))
        }
    }

    private static func onlyFiles(_ what: String) -> String {
        "this is \(what); only regular files are read; remove it"
    }

    private static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

    private static func read(_ descriptor: Int32, size: Int, limit: Int) -> Content {
        guard size <= limit else { return .tooLarge(size) }
        var bytes: [UInt8] = []
        var failure: Int32 = 0
        // One byte more than the size shows a file that is growing; the second fstat then sends it back.
        bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { return }
                count += got
            }
        }
        return failure == 0 ? .bytes(bytes) : .unreadable(reason(failure))
    }
}

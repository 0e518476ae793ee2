import CLinux
import Glibc
import Logging
import ServiceSupport

/// The kernel's notices of new names in the inbox and its folders: hints that make ingest faster; listing is the truth.
final class Notices {
    /// A name that appeared or was written.
    struct Notice {
        var path: TreePath
        /// A rename put it there.
        var movedIn: Bool
        var isFolder: Bool
    }

    let descriptor: Int32
    private let logger: Logger
    private var folders: [Int32: TreePath] = [:]
    /// Said once, until all folders are watched again.
    private var isIncomplete = false

    init(_ logger: Logger) {
        self.logger = logger
        descriptor = tidings_inotify_open()
        if descriptor < 0 { warn(.root, errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches a folder; one that was renamed is known by its new path from now on.
    func watch(_ folder: borrowing OpenFolder) {
        guard descriptor >= 0 else { return }
        let watch = tidings_inotify_watch(descriptor, folder.descriptor)
        if watch >= 0 { folders[watch] = folder.path } else { warn(folder.path, errno) }
    }

    /// Ends the watches of folders that a full listing does not show any more.
    func keep(only listed: Set<TreePath>) {
        for (watch, folder) in folders where !listed.contains(folder) {
            folders[watch] = nil
            tidings_inotify_unwatch(descriptor, watch)
        }
        if folders.count >= listed.count { isIncomplete = false }
    }

    private func warn(_ folder: TreePath, _ code: Int32) {
        guard !isIncomplete else { return }
        isIncomplete = true
        logger.warning(
            "no notices from the kernel for a folder; its new files are found by listing only",
            metadata: [
                "folder": "inbox/\(folder.display)", "error": "\(String(cString: strerror(code)))",
                "do": "raise the limit: sysctl fs.inotify.max_user_watches=65536",
            ]
        )
    }

    /// Takes all pending notices.
    ///
    /// - Returns: the notices, and whether some were lost or a folder went, so that only a listing tells.
    func drain() -> (notices: [Notice], isListingDue: Bool) {
        guard descriptor >= 0 else { return ([], false) }
        var found: [(watch: Int32, what: UInt32, name: [UInt8])] = []
        withUnsafeMutablePointer(to: &found) { pointer in
            _ = tidings_inotify_drain(
                descriptor,
                { watch, what, name, context in
                    guard let name, let context else { return }
                    let bytes = UnsafeBufferPointer(start: name, count: strlen(name)).map { UInt8(bitPattern: $0) }
                    context.assumingMemoryBound(to: [(watch: Int32, what: UInt32, name: [UInt8])].self).pointee
                        .append((watch, what, bytes))
                },
                pointer
            )
        }
        var notices: [Notice] = []
        var isListingDue = false
        for (watch, what, name) in found {
            if what & (8 | 16) != 0 { isListingDue = true }
            if what & 64 != 0 { folders[watch] = nil }
            guard !name.isEmpty, let folder = folders[watch] else { continue }
            notices.append(
                Notice(path: folder.appending(name), movedIn: what & 1 != 0, isFolder: what & 32 != 0)
            )
        }
        return (notices, isListingDue)
    }
}

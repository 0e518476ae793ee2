import CLinux
package import Glibc

/// A folder that is open; closed with the value.
package struct OpenFolder: ~Copyable {
    package let descriptor: Int32
    package let path: TreePath

    fileprivate init(descriptor: Int32, path: TreePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a folder in this one, not through a link; nil with errno.
    fileprivate func enter(_ component: [UInt8]) -> OpenFolder? {
        let next = openat(descriptor, FileTree.cString(component), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return next < 0 ? nil : OpenFolder(descriptor: next, path: path.appending(component))
    }
}

/// A directory and what lies below it, reached component by component so that no link below it is ever followed.
///
/// Failures leave errno.
package struct FileTree: Sendable {
    /// The directory; itself it may be a link.
    package let path: String

    /// What went wrong, with which path, and what to do.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        package init(description: String) { self.description = description }
    }

    package init(_ path: String) { self.path = path }

    package static func cString(_ bytes: [UInt8]) -> [CChar] { (bytes + [0]).map { CChar(bitPattern: $0) } }

    package func open(_ folder: TreePath) -> OpenFolder? {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var place = OpenFolder(descriptor: descriptor, path: .root)
        for component in folder.components {
            guard let next = place.enter(component) else { return nil }
            place = next
        }
        return place
    }

    /// What to do when something that is no folder has a folder's name.
    package enum Taken: Sendable { case fail, number }

    /// Opens a folder and makes what is missing of it, durably.
    ///
    /// - Parameter taken: `number` takes `name-1`, `name-2` … instead of a name that a file has; see ``OpenFolder/path``.
    package func make(_ folder: TreePath, taken: Taken) -> OpenFolder? {
        guard var place = open(.root) else { return nil }
        for component in folder.components {
            var number = 0
            while true {
                let name = TreePath.numbered(component, number)
                if let next = place.enter(name) {
                    place = next
                    break
                }
                if errno == ENOENT {
                    guard mkdirat(place.descriptor, FileTree.cString(name), 0o755) == 0 || errno == EEXIST else {
                        return nil
                    }
                    fsync(place.descriptor)
                } else {
                    guard errno == ENOTDIR || errno == ELOOP, taken == .number, number < 1000 else { return nil }
                    number += 1
                }
            }
        }
        return place
    }

    /// What stat tells of a path, not through links; nil when it is gone.
    package func status(of path: TreePath) -> stat? {
        guard let folder = open(path.folder) else { return nil }
        var status = stat()
        return fstatat(folder.descriptor, FileTree.cString(path.leaf), &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// Renames into a tree of the same file system without replacing, as `name-1.txt`, `name-2.txt` … when the name is taken.
    ///
    /// - Returns: the path it has now, or nil with errno.
    package func move(_ path: TreePath, to tree: FileTree, as wanted: TreePath, taken: Taken = .number) -> TreePath? {
        guard let from = open(path.folder), let to = tree.make(wanted.folder, taken: taken) else { return nil }
        return FileTree.rename(path.leaf, from, wanted.leaf, to)
    }

    private static func rename(
        _ leaf: [UInt8],
        _ from: borrowing OpenFolder,
        _ wanted: [UInt8],
        _ to: borrowing OpenFolder
    ) -> TreePath? {
        for number in 0..<10_000 {
            let target = TreePath.numbered(wanted, number)
            if tidings_rename_noreplace(from.descriptor, cString(leaf), to.descriptor, cString(target)) == 0 {
                return to.path.appending(target)
            }
            guard errno == EEXIST else { return nil }
        }
        errno = EEXIST
        return nil
    }

    /// Makes renames into a folder survive a power failure.
    package func sync(_ folder: TreePath) {
        if let folder = open(folder) { fsync(folder.descriptor) }
    }

    /// Puts a new file into the tree, whole or not at all, durably: written under a hidden name ending in `.part`, then renamed.
    ///
    /// - Parameter path: where to; its folders are made, and a name that is taken gets a number.
    /// - Returns: the path it has.
    package func drop(_ bytes: [UInt8], as path: TreePath) throws(Failure) -> TreePath {
        guard let folder = make(path.folder, taken: .fail) else { throw failure("make the folder", path.folder) }
        let part = Array(".\(getpid())-\(UInt64.random(in: 0 ... .max)).part".utf8)
        let descriptor = openat(
            folder.descriptor,
            FileTree.cString(part),
            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
            0o644
        )
        guard descriptor >= 0 else { throw failure("write", path) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        let whole = written == bytes.count && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        errno = code
        guard whole, let target = FileTree.rename(part, folder, path.leaf, folder) else {
            let failure = failure("write", path)
            unlinkat(folder.descriptor, FileTree.cString(part), 0)
            throw failure
        }
        fsync(folder.descriptor)
        return target
    }

    /// Replaces a small file at once, durably.
    package func replace(_ path: TreePath, with bytes: [UInt8], mode: mode_t = 0o644) throws(Failure) {
        guard let folder = make(path.folder, taken: .fail) else { throw failure("make the folder", path.folder) }
        let part = [UInt8(ascii: ".")] + path.leaf.prefix(250) + Array(".pt".utf8)
        let descriptor = openat(
            folder.descriptor,
            FileTree.cString(part),
            O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
            mode
        )
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            renameat(folder.descriptor, FileTree.cString(part), folder.descriptor, FileTree.cString(path.leaf)) == 0
        else { throw failure("write", path) }
        fsync(folder.descriptor)
    }

    private func failure(_ action: String, _ place: TreePath) -> Failure {
        Failure(description: "cannot \(action) \(path)/\(place.display): \(String(cString: strerror(errno)))")
    }
}

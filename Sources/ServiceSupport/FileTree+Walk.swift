package import Glibc

extension FileTree {
    /// How much of a tree is looked at.
    package struct WalkLimits: Sendable {
        /// Folders inside one another.
        package var depth: Int
        /// Folders in all.
        package var folders: Int
        /// Whether hidden and temporary names are looked at too.
        package var all = false

        package init(depth: Int, folders: Int, all: Bool = false) {
            self.depth = depth
            self.folders = folders
            self.all = all
        }
    }

    /// What a walk found beside the names it visited.
    package struct WalkEnd: Sendable {
        package var folders: Set<TreePath> = []
        /// Folders that are not entered because they lie too deep, with their status.
        package var tooDeep: [(path: TreePath, status: stat)] = []
        /// Folders that cannot be listed, and why.
        package var unreadable: [(path: TreePath, reason: String)] = []
        /// Whether there are more folders than the limit.
        package var isTruncated = false
    }

    /// Visits everything that is no folder below `start`, folder by folder from the top, in byte order.
    ///
    /// - Parameters:
    ///   - entering: called with each folder before it is listed.
    ///   - visit: called with each name and its status.
    /// - Complexity: O(names), with the names of one folder in memory.
    package func walk(
        from start: TreePath = .root,
        _ limits: WalkLimits,
        entering: (borrowing OpenFolder) -> Void = { _ in },
        visit: (TreePath, stat) -> Void
    ) -> WalkEnd {
        var end = WalkEnd()
        var queue = [start]
        var next = 0
        while next < queue.count {
            let path = queue[next]
            next += 1
            guard let folder = open(path) else {
                // It may have gone since it was listed; the root has to be there.
                if path == .root || errno != ENOENT { end.unreadable.append((path, String(cString: strerror(errno)))) }
                continue
            }
            end.folders.insert(path)
            entering(folder)
            guard let names = FileTree.names(in: folder) else {
                end.unreadable.append((path, String(cString: strerror(errno))))
                continue
            }
            for name in names where limits.all || !TreePath.isTemporary(name) {
                var status = stat()
                guard fstatat(folder.descriptor, FileTree.cString(name), &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                    continue
                }
                let place = path.appending(name)
                guard status.st_mode & S_IFMT == S_IFDIR else {
                    visit(place, status)
                    continue
                }
                if place.components.count > limits.depth {
                    end.tooDeep.append((place, status))
                } else if queue.count >= limits.folders {
                    end.isTruncated = true
                } else {
                    queue.append(place)
                }
            }
        }
        return end
    }

    /// The names in an open folder in byte order, or nil with errno.
    private static func names(in folder: borrowing OpenFolder) -> [[UInt8]]? {
        // closedir closes its descriptor, so it gets one of its own.
        let copy = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return nil }
        guard let handle = fdopendir(copy) else {
            close(copy)
            return nil
        }
        defer { closedir(handle) }
        var names: [[UInt8]] = []
        while let entry = readdir(handle) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if bytes != [0x2E], bytes != [0x2E, 0x2E] { names.append(bytes) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

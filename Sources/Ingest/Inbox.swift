import CLinux
import Glibc

/// The directories of ingest, on one file system: files are claimed, and leave, by rename.
struct Inbox {
    let inbox: String
    let work: String
    let done: String
    let failed: String

    /// What is wrong with the directories, and what to do.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Opens the four directories below `root`, making those that are missing.
    init(root: String) throws(Failure) {
        inbox = root + "/inbox"
        work = root + "/.work"
        done = root + "/done"
        failed = root + "/failed"
        var device: dev_t?
        for path in [inbox, work, done, failed] {
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
                    description: "\(path) is on another file system than \(inbox); files must be renamed between them"
                )
            }
            device = status.st_dev
        }
    }

    /// A file's name as the bytes that the file system has; any bytes but `/` and NUL.
    struct Name: Hashable {
        let bytes: [UInt8]

        /// For people: bytes that are not printable ASCII or UTF-8 text as `\x0a`.
        var display: String { displayed(bytes) }

        /// Whether a writer is still at work under this name, by the customs of editors and copy tools.
        var isTemporary: Bool {
            let hidden = bytes.first == UInt8(ascii: ".")
            let endings = [".part", ".tmp", ".swp", "~", ".filepart", ".crdownload"].map { Array($0.utf8) }
            return hidden || endings.contains { bytes.suffix($0.count).elementsEqual($0) }
        }
    }

    /// The names in a directory, in byte order.
    static func names(in directory: String) -> Result<[Name], Failure> {
        guard let handle = opendir(directory) else {
            return .failure(Failure(description: "cannot read \(directory): \(String(cString: strerror(errno)))"))
        }
        defer { closedir(handle) }
        var names: [Name] = []
        while let entry = readdir(handle) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if bytes != [0x2E], bytes != [0x2E, 0x2E] { names.append(Name(bytes: bytes)) }
        }
        return .success(names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
    }

    /// A path as C wants it, with any bytes in the name.
    static func path(_ directory: String, _ name: Name) -> [CChar] {
        (Array(directory.utf8) + [UInt8(ascii: "/")] + name.bytes + [0]).map { CChar(bitPattern: $0) }
    }

    /// Renames without replacing, with `name-1.txt`, `name-2.txt` … when the name is taken.
    ///
    /// - Returns: the name used, or nil with errno when the move failed.
    static func move(_ name: Name, from: String, to: String, as wanted: Name) -> Name? {
        for number in 0..<10_000 {
            let target = number == 0 ? wanted : numbered(wanted, number)
            if tidings_rename_noreplace(AT_FDCWD, path(from, name), AT_FDCWD, path(to, target)) == 0 { return target }
            guard errno == EEXIST else { return nil }
        }
        errno = EEXIST
        return nil
    }

    /// `report.txt` and 2 give `report-2.txt`; cut so that the name stays within 255 bytes.
    static func numbered(_ name: Name, _ number: Int) -> Name {
        let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")).flatMap {
            $0 > 0 && name.bytes.count - $0 <= 16 ? $0 : nil
        }
        let ending = Array("-\(number)".utf8) + (dot.map { Array(name.bytes[$0...]) } ?? [])
        let stem = name.bytes[..<(dot ?? name.bytes.count)].prefix(255 - ending.count)
        return Name(bytes: Array(stem) + ending)
    }

    /// Makes renames in a directory survive a power failure.
    static func sync(directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// Bytes as text for people: what is not printable as `\x0a`.
func displayed(_ bytes: [UInt8]) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        if scalar.value < 0x20 || scalar.value == 0x7F {
            text += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        } else {
            text.unicodeScalars.append(scalar)
        }
    }
    return text
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

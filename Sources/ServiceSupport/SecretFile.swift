import Glibc

/// Secrets in files that their owner alone can read.
package enum SecretFile {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// The most that a secret may have.
    private static let limit = 64 << 10

    /// Reads a secret without the white space around it.
    ///
    /// - Throws: when it cannot be read, is empty, or can be read by others than its owner.
    package static func read(_ path: String) throws(Failure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot read \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot read \(path)") }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(description: "others can read the secret in \(path); 'chmod 600 \(path)' ends that")
        }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure("cannot read \(path)") }
        let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
        let text = bytes[..<count].drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        guard !text.isEmpty else { throw Failure(description: "\(path) is empty; remove it to have a new one made") }
        return String(decoding: Array(text), as: UTF8.self)
    }

    /// Writes a new secret with mode 0600, and the directories above it with 0700.
    ///
    /// - Throws: also when the file exists: a secret in use is never replaced.
    package static func create(_ path: String, _ text: String) throws(Failure) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for count in 1..<max(2, parts.count) {
            let directory = parts[..<count].joined(separator: "/")
            guard directory.isEmpty || mkdir(directory, 0o700) == 0 || errno == EEXIST else {
                throw failure("cannot make \(directory)")
            }
        }
        // Written aside and linked into place: nobody sees half of it, and nothing is replaced.
        let part = "\(path).part\(getpid())"
        unlink(part)
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot write \(part)") }
        defer {
            close(descriptor)
            unlink(part)
        }
        let bytes = Array((text + "\n").utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, link(part, path) == 0 else {
            throw failure("cannot write \(path)")
        }
    }

    /// The secret of a file that is made, with 256 random bits in hexadecimal digits, when it is missing.
    package static func readOrCreate(_ path: String) throws(Failure) -> String {
        if access(path, F_OK) != 0 {
            var generator = SystemRandomNumberGenerator()
            let secret = (0..<64).map { _ in String(UInt8.random(in: 0..<16, using: &generator), radix: 16) }.joined()
            // Another process may have made it since.
            do { try create(path, secret) } catch { if access(path, F_OK) != 0 { throw error } }
        }
        return try read(path)
    }

    private static func failure(_ action: String) -> Failure {
        Failure(description: "\(action): \(String(cString: strerror(errno)))")
    }
}

import Glibc

/// A key file: `name = "value"` lines, a comment behind `#` at the beginning of a line; a subset of TOML.
///
/// A client's file holds `server_key`, `public_key`, `secret_key`, for a time `next_server_key`, and may hold the addresses `feed`
/// and `tap`. The hub's holds its own two keys; that of an authorised key `public_key` and `roles`.
package struct KeyFile: Sendable, Equatable {
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
        /// Whether this process has no descriptor or memory left, which says nothing of the file.
        package let isExhaustion: Bool

        package init(_ description: String, code: Int32 = 0) {
            self.description = description
            isExhaustion = [EMFILE, ENFILE, ENOMEM].contains(code)
        }
    }

    /// The largest file that is read.
    private static let byteLimit = 16 << 10

    package let path: String
    private var values: [String: String] = [:]

    /// Reads a file.
    ///
    /// - Throws: with what is wrong in which line, and what to do; also when a secret key is in it and others than its owner can read it.
    package init(_ path: String) throws(Failure) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            throw Failure("cannot read the key file \(path): \(String(cString: strerror(code)))", code: code)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Failure("cannot read the key file \(path): \(String(cString: strerror(errno)))")
        }
        var bytes = [UInt8](repeating: 0, count: KeyFile.byteLimit)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0, count < bytes.count else { throw Failure("\(path) is not a key file: it is too large") }
        let lines = bytes[..<count].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            guard let first = text.first(where: { !$0.isWhitespace }), first != "#" else { continue }
            let parts = text.split(separator: "=", maxSplits: 1).map { $0.drop { $0 == " " } }
            guard parts.count == 2, let open = parts[1].first, open == "\"",
                let close = parts[1].dropFirst().firstIndex(of: "\"")
            else { throw Failure("\(path), line \(number + 1): a line is name = \"value\"") }
            values[String(parts[0].prefix { $0 != " " })] = String(
                parts[1][parts[1].index(after: parts[1].startIndex)..<close]
            )
        }
        guard values["secret_key"] == nil || status.st_mode & 0o077 == 0 else {
            throw Failure("others can read the secret key in \(path); 'chmod 600 \(path)' ends that")
        }
    }

    package subscript(_ name: String) -> String? { values[name] }

    /// A key that must be there.
    package func key(_ name: String) throws(Failure) -> String {
        guard let value = values[name] else { throw Failure("\(path) has no \(name)") }
        guard CurveKeyPair.isKey(value) else { throw Failure("\(path): \(name) is not a key of 40 Z85 characters") }
        return value
    }

    /// The file's own key pair.
    package func pair() throws(Failure) -> CurveKeyPair {
        CurveKeyPair(publicKey: try key("public_key"), secretKey: try key("secret_key"))
    }

    /// How to connect with this file for the `attempt`th time: while the hub's key is being changed, its old and its new key take turns.
    package func client(attempt: Int) throws(Failure) -> Security {
        let servers = values["next_server_key"] == nil ? ["server_key"] : ["server_key", "next_server_key"]
        return .client(serverKey: try key(servers[attempt % servers.count]), keys: try pair())
    }
}

extension Socket {
    /// Opens a socket with a client's key file, read now, and connects it.
    ///
    /// - Parameter attempt: counts the tries that were not welcomed; see ``KeyFile/client(attempt:)``.
    package static func connecting(
        _ kind: Kind,
        to endpoint: String,
        keyFile: String,
        attempt: Int = 0,
        in context: MessagingContext,
        limits: Limits
    ) throws(MessagingError) -> (socket: Socket, handshake: Handshake) {
        let security: Security
        do { security = try KeyFile(keyFile).client(attempt: attempt) } catch {
            throw MessagingError(code: EACCES, description: error.description)
        }
        let socket = try Socket(kind, in: context, limits: limits, security: security)
        let handshake = try Handshake(of: socket, in: context)
        try socket.connect(endpoint)
        return (socket, handshake)
    }
}

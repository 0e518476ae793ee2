import Access
import Glibc
import Messaging

/// The secrets of one installation: a password a database role and a key a service, each in a file of its own, readable by us only.
package struct Keys: Sendable {
    /// A database role of ours.
    package enum Role: String, Sendable, CaseIterable {
        /// The owner of the schema; used by `migrate` and nothing else.
        case admin
        case ingest, hub, watch
        /// A person: reads everything, revives dead jobs.
        case `operator`

        package var user: String { "tidings_\(rawValue)" }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let directory: String

    package init(directory: String) { self.directory = directory }

    /// The role's libpq password file (`passfile=`), in a directory of its own that a container can be given alone.
    package func passfile(_ role: Role) -> String { "\(directory)/\(role.rawValue)/pgpass" }

    /// The token that readers over HTTP send.
    package var httpToken: String { "\(directory)/http/token" }
    /// The token that opens writing over HTTP, too.
    package var httpWriteToken: String { "\(directory)/http/write-token" }

    /// The owner's password and nothing else, as the images of PostgreSQL take it (`POSTGRES_PASSWORD_FILE`).
    private var ownerPassword: String { "\(directory)/\(Role.admin.rawValue)/password" }

    /// Makes what is missing; keeps what is there.
    package func create() throws(Failure) {
        try make(directory)
        for role in Role.allCases where access(passfile(role), F_OK) != 0 {
            try make("\(directory)/\(role.rawValue)")
            var generator = SystemRandomNumberGenerator()
            let password = (0..<32).map { _ in String(UInt8.random(in: 0..<16, using: &generator), radix: 16) }.joined()
            try write("*:*:*:\(role.user):\(password)\n", to: passfile(role))
        }
        if access(ownerPassword, F_OK) != 0 { try write(try password(.admin) + "\n", to: ownerPassword) }
        try createCurveKeys()
    }

    func make(_ directory: String) throws(Failure) {
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw failure("cannot make \(directory)") }
    }

    /// The role's password, from its file.
    package func password(_ role: Role) throws(Failure) -> String {
        let path = passfile(role)
        guard let file = fopen(path, "r") else { throw failure("cannot read \(path); 'tidings keys init' makes it") }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        guard fgets(&line, Int32(line.count), file) != nil else {
            throw Failure(description: "\(path) is empty; remove it and run 'tidings keys init'")
        }
        let text = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let password = text.split(separator: ":").last else {
            throw Failure(description: "\(path) is not a password file")
        }
        return String(password)
    }

    /// Replaces a file at once; it belongs to whoever owns its directory, also when root writes it for a container.
    func write(_ text: String, to path: String) throws(Failure) {
        let part = path + ".part"
        unlink(part)
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot write \(part)") }
        defer { close(descriptor) }
        var owner = stat()
        if getuid() == 0, stat(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), &owner) == 0 {
            fchown(descriptor, owner.st_uid, owner.st_gid)
        }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(part, path) == 0
        else { throw failure("cannot write \(path)") }
    }

    func failure(_ action: String) -> Failure {
        Failure(description: "\(action): \(String(cString: strerror(errno)))")
    }
}

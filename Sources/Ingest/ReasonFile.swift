import FoundationEssentials
import Glibc
import Records

/// The note beside a file that could not be taken, or not wholly: `failed/NAME.error.json`.
struct ReasonFile: Codable, Equatable {
    /// The file's name; bytes that are not text as `\x0a`.
    var file: String
    /// A word for programs, such as `not-utf8`.
    var code: String
    /// What happened and what to do next.
    var message: String
    /// Where in the file, in bytes, when there is such a place.
    var offset: Int?
    var line: Int?
    /// Articles of this file that were stored nevertheless.
    var stored: Int
    /// The parts of a file with several articles that could not be read.
    var parts: [Part]
    /// RFC 3339.
    var at: String

    /// One article of several.
    struct Part: Codable, Equatable {
        var code: String
        var message: String
        var line: Int?
    }

    init(
        file: Inbox.Name,
        code: String,
        message: String,
        offset: Int? = nil,
        line: Int? = nil,
        stored: Int = 0,
        parts: [Part] = []
    ) {
        self.file = file.display
        self.code = code
        self.message = message
        self.offset = offset
        self.line = line
        self.stored = stored
        self.parts = parts
        at = Date().formatted(.iso8601)
    }

    /// Writes the note beside `name` in the directory: whole, or not at all.
    func write(beside name: Inbox.Name, in directory: String) throws(Inbox.Failure) {
        let target = Inbox.Name(bytes: Array(name.bytes.prefix(240)) + Array(".error.json".utf8))
        let part = Inbox.Name(bytes: [UInt8(ascii: ".")] + Array(target.bytes.prefix(250)) + Array(".pt".utf8))
        let bytes = ((try? JSON.encode(self)) ?? []) + [UInt8(ascii: "\n")]
        let descriptor = open(Inbox.path(directory, part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw failure(directory) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(Inbox.path(directory, part), Inbox.path(directory, target)) == 0
        else { throw failure(directory) }
    }

    private func failure(_ directory: String) -> Inbox.Failure {
        .init(description: "cannot write the reason for \(file) into \(directory): \(String(cString: strerror(errno)))")
    }
}

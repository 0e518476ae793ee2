import FoundationEssentials
import Glibc
import Records
import ServiceSupport

/// The note beside a file that could not be taken, or not wholly: `failed/NAME.error.json`.
struct ReasonFile: Codable, Equatable {
    /// The file's path in the inbox; bytes that are not text as `\x0a`.
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
        file: TreePath,
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
    func write(beside name: TreePath, in tree: FileTree) throws(FileTree.Failure) {
        let leaf = Array(name.leaf.prefix(240)) + Array(".error.json".utf8)
        let bytes = ((try? JSON.encode(self)) ?? []) + [UInt8(ascii: "\n")]
        guard let folder = tree.make(name.folder, taken: .number) else {
            throw FileTree.Failure(
                description: "cannot make the folder for the reason for \(file): \(String(cString: strerror(errno)))"
            )
        }
        try tree.replace(folder.path.appending(leaf), with: bytes)
    }
}

import ArgumentParser
import FoundationEssentials
import Glibc
import ServiceSupport
import Supervision

struct Submit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts article files, or standard input, into the inbox, whole and at once.",
        discussion: """
            The files stay where they are; the inbox gets copies. What becomes of them: done/ or failed/ with a reason.

            Examples:
              tidings submit report.txt page.html batch.jsonl
              tidings submit --source reuters report.txt      into the folder of a source, with its defaults
              curl -s https://example.org/story.html | tidings submit
            """
    )

    @Argument(help: "Files; standard input when there are none, or for '-'.") var files: [String] = []
    @Option(help: "The source that the files come from: a folder of the inbox, made when it is not there.")
    var source: String?
    @Option(help: "The data directory of 'tidings up'.") var data = "var"

    func validate() throws {
        if let source, !TreePath.isFolderName(source) {
            throw ValidationError("--source is the name of one folder, not hidden, without '/', of at most 100 bytes")
        }
    }

    func run() throws {
        let inbox = FileTree(DataLayout(data).inbox)
        guard access(inbox.path, W_OK) == 0 else {
            throw Complaint(
                "no inbox at \(inbox.path): \(String(cString: strerror(errno))); 'tidings up --data \(data)' makes it"
            )
        }
        var failed = false
        for file in files.isEmpty ? ["-"] : files {
            do {
                let bytes = file == "-" ? try readAll(STDIN_FILENO, name: "standard input") : try contents(file)
                let name = file == "-" ? "stdin-\(getpid()).txt" : String(file.split(separator: "/").last ?? "article")
                // A hidden name would be left alone for ever.
                let path = TreePath((source.map { "\($0)/" } ?? "") + (name.hasPrefix(".") ? "article" + name : name))
                output("\(inbox.path)/\(try inbox.drop(bytes, as: path).display)\n")
            } catch {
                note("\(error)")
                failed = true
            }
        }
        if failed { throw ExitCode(1) }
    }

    private func contents(_ file: String) throws -> [UInt8] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Complaint("cannot read \(file): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        return try readAll(descriptor, name: file)
    }

    private func readAll(_ descriptor: Int32, name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Complaint("cannot read \(name): \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= 64 << 20 else {
                throw Complaint("\(name) has more than 64 MiB; split it into smaller files")
            }
        }
    }
}

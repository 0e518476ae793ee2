import ArgumentParser
import CLinux
import FoundationEssentials
import Glibc
import Supervision

struct Submit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts article files, or standard input, into the inbox, whole and at once.",
        discussion: """
            The files stay where they are; the inbox gets copies. What becomes of them: done/ or failed/ with a reason.

            Examples:
              tidings submit report.txt page.html batch.jsonl
              curl -s https://example.org/story.html | tidings submit
            """
    )

    @Argument(help: "Files; standard input when there are none, or for '-'.") var files: [String] = []
    @Option(help: "The data directory of 'tidings up'.") var data = "var"

    func run() throws {
        let dropping = Dropping(inbox: DataLayout(data).inbox)
        guard access(dropping.inbox, W_OK) == 0 else {
            throw Complaint(
                "no inbox at \(dropping.inbox): \(String(cString: strerror(errno))); 'tidings up --data \(data)' makes it"
            )
        }
        var failed = false
        for file in files.isEmpty ? ["-"] : files {
            do {
                let bytes = file == "-" ? try readAll(STDIN_FILENO, name: "standard input") : try contents(file)
                let name = file == "-" ? "stdin-\(getpid()).txt" : String(file.split(separator: "/").last ?? "article")
                output("\(try dropping.drop(bytes, name: name))\n")
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

/// Puts files into an inbox by the safe way: under a name that ingest leaves alone, then renamed.
struct Dropping {
    let inbox: String

    /// - Returns: the path in the inbox; `report-1.txt` when `report.txt` is taken.
    func drop(_ bytes: [UInt8], name: String) throws -> String {
        let part = "\(inbox)/.\(getpid())-\(UInt32.random(in: 0...UInt32.max)).part"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Complaint("cannot write into \(inbox): \(String(cString: strerror(errno)))")
        }
        defer { unlink(part) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count > 0 else {
                close(descriptor)
                throw Complaint("cannot write into \(inbox): \(String(cString: strerror(errno)))")
            }
            written += count
        }
        guard fsync(descriptor) == 0, close(descriptor) == 0 else {
            throw Complaint("cannot write into \(inbox): \(String(cString: strerror(errno)))")
        }
        let visible = name.hasPrefix(".") ? "article" + name : name
        let (stem, ending) = split(visible)
        for number in 0..<10_000 {
            let target = "\(inbox)/\(stem)\(number == 0 ? "" : "-\(number)")\(ending)"
            if rename(part, unlessTaken: target) { return target }
            guard errno == EEXIST else { throw Complaint("cannot put \(target): \(String(cString: strerror(errno)))") }
        }
        throw Complaint(
            "ten thousand files named \(visible) wait in \(inbox); is ingest running? 'tidings status' tells"
        )
    }

    private func rename(_ part: String, unlessTaken target: String) -> Bool {
        tidings_rename_noreplace(AT_FDCWD, part, AT_FDCWD, target) == 0
    }

    private func split(_ name: String) -> (stem: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        return (String(name[..<dot]), String(name[dot...]))
    }
}

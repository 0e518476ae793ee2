import Glibc

/// A file or standard input, whole or line by line; a line is bounded, so that a file without line ends cannot fill the memory.
struct InputLines {
    private let name: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private static let lineLimit = 64 << 20

    init(_ file: String) throws {
        name = file == "-" ? "standard input" : file
        descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Complaint("cannot read \(file): \(String(cString: strerror(errno)))") }
    }

    mutating func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            if isAtEnd {
                defer { start = buffer.count }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            guard buffer.count <= InputLines.lineLimit else { throw Complaint("\(name): a line has more than 64 MiB") }
            try fill()
        }
    }

    /// All of it; a file that is too large is refused before it is read.
    func rest() throws -> [UInt8] {
        var copy = self
        var facts = stat()
        if fstat(descriptor, &facts) == 0, facts.st_size > InputLines.lineLimit {
            if descriptor != STDIN_FILENO { close(descriptor) }
            throw Complaint("\(name) has more than 64 MiB; split it")
        }
        while !copy.isAtEnd {
            guard copy.buffer.count <= InputLines.lineLimit else {
                throw Complaint("\(name) has more than 64 MiB; split it")
            }
            try copy.fill()
        }
        if descriptor != STDIN_FILENO { close(descriptor) }
        return copy.buffer
    }

    private mutating func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { return }
        guard count >= 0 else { throw Complaint("cannot read \(name): \(String(cString: strerror(errno)))") }
        isAtEnd = count == 0
        buffer += chunk[..<count]
    }
}

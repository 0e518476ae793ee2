import CLinux
import Glibc

/// A program that works for us: no shell, one input, one output, no other descriptor, and bounds on all that it uses.
package struct ConfinedProgram {
    /// How much it may use.
    package struct Bounds: Sendable {
        /// Seconds of processor time.
        package var processor = 10
        /// Seconds of the clock.
        package var time = 20
        /// Bytes of address space.
        package var memory = 512 << 20
        /// Bytes that it may write to its output.
        package var output = 8 << 20
        /// Bytes of any file that it may write; 0 keeps it from writing files.
        package var file = 0

        package init() {}
    }

    package enum Outcome {
        case output([UInt8], status: Int32)
        case missing
        /// What it used too much of.
        case exceeded(String)
        case failed(String)
    }

    private let path: String
    private let arguments: [String]
    private let environment: [String]
    private let bounds: Bounds

    /// - Parameter environment: `NAME=value`, beside a PATH of the system's programs.
    package init(path: String, arguments: [String], environment: [String] = [], bounds: Bounds) {
        self.path = path
        self.arguments = arguments
        self.environment = ["PATH=/usr/bin:/bin"] + environment
        self.bounds = bounds
    }

    /// Runs it to its end; blocks for at most `bounds.time` seconds.
    package func run(_ input: [UInt8]) -> Outcome {
        guard access(path, X_OK) == 0 else { return .missing }
        let source = input.withUnsafeBytes { tidings_memory_file($0.baseAddress, UInt64($0.count)) }
        guard source >= 0 else { return .failed("memfd_create: \(String(cString: strerror(errno)))") }
        defer { close(source) }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return .failed("pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        let child = tidings_spawn_confined(
            path,
            &words,
            &variables,
            source,
            ends[1],
            .init(
                seconds: UInt64(bounds.processor),
                address_space: UInt64(bounds.memory),
                file: UInt64(bounds.file)
            )
        )
        close(ends[1])
        guard child > 0 else { return .failed("fork: \(String(cString: strerror(errno)))") }
        let (output, exceeded) = collect(ends[0])
        if exceeded != nil {
            // Its group has what it started; it is itself named too, in case it has not made the group yet.
            kill(-child, SIGKILL)
            kill(child, SIGKILL)
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        if let exceeded { return .exceeded(exceeded) }
        let signal = status & 0x7F
        if signal == SIGXCPU || signal == SIGKILL { return .exceeded("\(bounds.processor) seconds of processor time") }
        return signal == 0
            ? .output(output, status: status >> 8 & 0xFF) : .failed("it was ended by signal \(signal)")
    }

    /// What it writes, and what it exceeded with that.
    private func collect(_ descriptor: Int32) -> ([UInt8], String?) {
        let end = ContinuousClock.now + .seconds(bounds.time)
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = (end - ContinuousClock.now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            if milliseconds <= 0 { return (output, "\(bounds.time) seconds") }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(min(milliseconds, 60_000)))
            guard ready > 0 else { continue }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return (output, nil) }
            output += chunk[..<count]
            if output.count > bounds.output { return (output, "\(bounds.output) bytes of output") }
        }
    }
}

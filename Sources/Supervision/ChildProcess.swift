package import Glibc

/// A process that we started, in a group of its own so that Ctrl-C at the terminal reaches us and not it.
package struct ChildProcess: ~Copyable {
    package let pid: pid_t
    /// Our end of its standard input: when we are gone it reads the end, and ends too.
    private let lifeline: Int32

    /// A program could not be started, or has failed.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Starts a program that runs beside us.
    ///
    /// - Parameters:
    ///   - command: the executable's path and its arguments.
    ///   - log: a file that its standard output and error are appended to.
    package init(_ command: [String], log: String) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .last("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer {
            close(ends[0])
            if output >= 0 { close(output) }
        }
        guard output >= 0 else {
            close(ends[1])
            throw .last("cannot write \(log)")
        }
        do {
            pid = try ChildProcess.spawn(command, input: ends[0], output: output)
        } catch {
            close(ends[1])
            throw error
        }
        lifeline = ends[1]
    }

    deinit { close(lifeline) }

    /// Its exit, in words, once it has ended; nil while it runs.
    ///
    /// Whoever asks again hears that it ended before.
    package func ended() -> String? {
        var status: Int32 = 0
        let answer = waitpid(pid, &status, WNOHANG)
        if answer < 0, errno == ECHILD { return "ended before" }
        guard answer == pid else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? "exit \(status >> 8 & 0xFF)" : "signal \(signal)"
    }

    package func send(signal: Int32) { kill(pid, signal) }

    /// Runs a tool to its end.
    ///
    /// - Throws: with the tool's output when it fails.
    package static func run(_ command: [String]) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .last("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        let child: pid_t
        do {
            child = try spawn(command, input: null, output: ends[1])
            close(ends[1])
        } catch {
            close(ends[1])
            throw error
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")) failed: \(available(ends[0]))")
        }
    }

    private static func spawn(_ command: [String], input: Int32, output: Int32) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, command[0], &actions, &attributes, &arguments, environ)
        guard status == 0 else {
            throw Failure(description: "cannot run \(command[0]): \(String(cString: strerror(status)))")
        }
        return child
    }

    /// What waits in the pipe: a server that stays up may hold its other end open for ever.
    private static func available(_ descriptor: Int32) -> String {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            .split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

extension ChildProcess.Failure {
    static func last(_ action: String) -> Self { .init(description: "\(action): \(String(cString: strerror(errno)))") }
}

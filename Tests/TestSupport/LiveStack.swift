import FoundationEssentials
package import Glibc
import ServiceSupport
package import Supervision
import Synchronization

/// The real binaries under `tidings up` in a directory of their own, ended with the test.
package final class LiveStack {
    package let directory: String
    package let portBase: Int
    private var up: ChildProcess
    private var starts = 1
    private let arguments: [String]
    private let launcher: [String]
    private let keepsData: Bool

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    /// Starts a stack and waits until it is ready.
    ///
    /// - Parameters:
    ///   - launcher: a program with its arguments that `tidings up` and the tools are run by, such as nsenter.
    ///   - directory: where its data lie, and stay; a temporary one when nil.
    ///   - rules: the alert rules that come along; without them nothing but what articles hold is in the log.
    ///   - waits: false for a stack that lacks a service until the caller brings it.
    package init(
        _ name: String,
        arguments: [String] = [],
        launcher: [String] = [],
        directory: String? = nil,
        rules: Bool = false,
        waits: Bool = true
    ) throws {
        self.directory = directory ?? "/tmp/tidings-stack-\(name)-\(getpid())"
        keepsData = directory != nil
        portBase = LiveStack.freePorts()
        self.arguments = arguments
        self.launcher = launcher
        if !rules {
            try FileManager.default.createDirectory(
                atPath: "\(self.directory)/rules",
                withIntermediateDirectories: true
            )
        }
        up = try LiveStack.start(self.directory, portBase, arguments, launcher)
        if waits { try waitUntilReady() }
    }

    deinit {
        _ = try? LiveStack.tool(["down", "--data", directory])
        up.send(signal: SIGKILL)
        while up.ended() == nil { Monotonic.sleep(milliseconds: 10) }
        if !keepsData { try? FileManager.default.removeItem(atPath: directory) }
    }

    private static func start(
        _ directory: String,
        _ portBase: Int,
        _ arguments: [String],
        _ launcher: [String]
    ) throws -> ChildProcess {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return try ChildProcess(
            launcher + [binary("tidings"), "up", "--data", directory, "--port-base", "\(portBase)", "--end-with-input"]
                + arguments,
            log: "\(directory)/up.log"
        )
    }

    package var layout: DataLayout { DataLayout(directory) }
    package var feed: String { StackState.Endpoints(portBase: portBase).feed }
    package var tap: String { StackState.Endpoints(portBase: portBase).tap }
    package var work: String { StackState.Endpoints(portBase: portBase).work }

    package func waitUntilReady() throws {
        let deadline = Monotonic.milliseconds() + 60_000
        // The services of an earlier run may still answer: only the line of this one counts.
        while try upLog.split(separator: "ready after").count <= starts || tool(["status"]).status != 0 {
            if let end = up.ended() { throw Failure("tidings up ended with \(end): \(log("../up"))") }
            guard Monotonic.milliseconds() < deadline else {
                throw Failure("not ready: \(try tool(["status"]).output) \(log("../up"))")
            }
            Monotonic.sleep(milliseconds: 50)
        }
    }

    /// Ends `tidings up` in the way a signal does, waits, and starts it again.
    package func restart(signal: Int32) throws {
        try end(signal: signal)
        try start()
    }

    package func end(signal: Int32) throws {
        up.send(signal: signal)
        while up.ended() == nil { Monotonic.sleep(milliseconds: 10) }
    }

    package func start() throws {
        starts += 1
        up = try LiveStack.start(directory, portBase, arguments, launcher)
        try waitUntilReady()
    }

    /// Runs `tidings` on this stack.
    package func tool(_ arguments: [String], input: String? = nil) throws -> Run {
        try LiveStack.run(launcher + [LiveStack.binary("tidings")] + arguments + ["--data", directory], input: input)
    }

    /// A service's process as it is now, or nil between two lives.
    package func process(_ service: String) -> pid_t? { StackState(of: layout)?.services[service] }

    private var upLog: String {
        (try? String(contentsOf: URL(filePath: "\(directory)/up.log"), encoding: .utf8)) ?? ""
    }

    package func log(_ service: String) -> String {
        (try? String(contentsOf: URL(filePath: layout.log(of: service)), encoding: .utf8)) ?? ""
    }

    /// Puts a file into the inbox in one step.
    package func drop(_ text: String, as name: String) throws {
        let part = "\(layout.inbox)/.\(name).part"
        try Data(text.utf8).write(to: URL(filePath: part))
        guard rename(part, "\(layout.inbox)/\(name)") == 0 else { throw Failure("rename: \(errno)") }
    }

    package func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(directory)/\(path)") }

    // MARK: Tools

    /// What a program did.
    package struct Run: Sendable {
        package var status: Int32
        package var output: String
    }

    package static func tool(_ arguments: [String], input: String? = nil) throws -> Run {
        try run([binary("tidings")] + arguments, input: input)
    }

    /// Runs a program to its end; standard error comes with the output.
    package static func run(_ command: [String], input: String? = nil) throws -> Run {
        let base = "/tmp/tidings-run-\(getpid())-\(counter.add(1, ordering: .relaxed).newValue)"
        defer { for ending in ["in", "out"] { unlink("\(base).\(ending)") } }
        try Data((input ?? "").utf8).write(to: URL(filePath: "\(base).in"))
        let child = try ChildProcess(
            ["/bin/sh", "-c", "in=$1; shift; exec \"$@\" < \"$in\"", "run", "\(base).in"] + command,
            log: "\(base).out"
        )
        var end = child.ended()
        while end == nil {
            Monotonic.sleep(milliseconds: 2)
            end = child.ended()
        }
        let output = (try? String(contentsOf: URL(filePath: "\(base).out"), encoding: .utf8)) ?? ""
        let status = end.flatMap { Int32($0.split(separator: " ").last ?? "") } ?? -1
        return Run(status: end?.hasPrefix("signal") == true ? -status : status, output: output)
    }

    private static let counter = Atomic<Int>(0)

    /// One of our executables: in the directory that `TIDINGS_BINARIES` names, else beside the running tests.
    package static func binary(_ name: String) -> String {
        if let directory = ProcessInfo.processInfo.environment["TIDINGS_BINARIES"] {
            return URL(filePath: directory).standardizedFileURL.path(percentEncoded: false) + "/" + name
        }
        let arguments = CommandLine.arguments
        let bundle = arguments.firstIndex(of: "--test-bundle-path").map { arguments[$0 + 1] } ?? arguments[0]
        var place = URL(filePath: bundle).standardizedFileURL
        while place.path().count > 1 {
            place.deleteLastPathComponent()
            let candidate = place.path(percentEncoded: false) + (place.path().hasSuffix("/") ? "" : "/") + name
            if access(candidate, X_OK) == 0 { return candidate }
        }
        return packageRoot + "/.build/debug/" + name
    }

    /// The repository's root.
    package static let packageRoot: String = {
        var place = URL(filePath: #filePath)
        for _ in 0..<3 { place.deleteLastPathComponent() }
        let path = place.path(percentEncoded: false)
        return path.hasSuffix("/") ? String(path.dropLast()) : path
    }()

    /// Six ports in a row that nobody listens on, below those the system hands out.
    package static func freePorts() -> Int {
        while true {
            let base = Int.random(in: 10_000..<30_000)
            if (0..<6).allSatisfy({ isFree(base + $0) }) { return base }
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }
}

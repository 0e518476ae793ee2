import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import Synchronization
import TestSupport
import Testing

/// A network of its own with a loopback to be broken; gone with its last process.
final class Namespace {
    private let holder: Running
    /// What runs a program inside.
    let enter: [String]

    init() throws {
        // Reads its standard input, which ends with this process.
        holder = try Running(["/usr/bin/unshare", "--net", "/bin/cat"], log: "/dev/null")
        enter = ["/usr/bin/nsenter", "-t", "\(holder.pid)", "-n", "--"]
        let own = Namespace.identity(getpid())
        guard Faults.wait(5, for: { Namespace.identity(holder.pid) != own }) else {
            throw LiveStack.Failure("no network namespace")
        }
        try run(["/usr/sbin/ip", "link", "set", "lo", "up"])
    }

    private static func identity(_ process: pid_t) -> String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net")) ?? ""
    }

    /// Whether this machine lets us make one and has the tools.
    static let isPossible =
        Faults.isRoot
        && ["/usr/sbin/nft", "/usr/sbin/ip", "/usr/bin/nsenter"].allSatisfy(
            FileManager.default.isExecutableFile
        )
        && (try? LiveStack.run(["/usr/bin/unshare", "--net", "/bin/true"]).status) == 0

    func run(_ command: [String]) throws {
        let run = try LiveStack.run(enter + command)
        guard run.status == 0 else { throw LiveStack.Failure("\(command.joined(separator: " ")): \(run.output)") }
    }

    /// Drops the packets that these nft expressions match, until ``heal()``.
    func drop(_ rules: [String]) throws {
        try run(["/usr/sbin/nft", "add table inet faults"])
        try run(["/usr/sbin/nft", "add chain inet faults in { type filter hook input priority 0; }"])
        for rule in rules { try run(["/usr/sbin/nft", "add rule inet faults in \(rule) drop"]) }
    }

    func heal() throws { try run(["/usr/sbin/nft", "flush ruleset"]) }
}

/// Stops single threads of a process, as a thread that spins or hangs: a signal would stop all of them.
///
/// Python's ctypes does the ptrace calls, which C declares
/// with variable arguments. They go on when this ends.
final class FrozenThreads {
    private let tracer: Running

    static let isPossible = Faults.isRoot && access("/usr/bin/python3", X_OK) == 0

    init(_ process: pid_t, named name: String, log: String) throws {
        let script = """
            import ctypes, glob, os, select, sys
            libc = ctypes.CDLL(None, use_errno=True)
            libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
            count = 0
            for task in glob.glob('/proc/\(process)/task/*'):
                if open(task + '/comm').read().startswith('\(name)'):
                    thread = int(task.rsplit('/')[-1])
                    for request in (0x4206, 0x4207):
                        if libc.ptrace(request, thread, None, None) != 0: sys.exit('ptrace: %d' % ctypes.get_errno())
                    count += 1
            print('frozen', count, flush=True)
            # A process whose threads are traced is gone only when the tracer has taken notice.
            while not select.select([sys.stdin], [], [], 0.05)[0]:
                try: os.waitpid(-1, 0x40000001)
                except ChildProcessError: break
            sys.stdin.read()
            """
        tracer = try Running(["/usr/bin/python3", "-c", script], log: log)
        guard Faults.wait(5, for: { Faults.contents(log).contains("frozen") || tracer.ended() != nil }),
            Faults.contents(log).contains("frozen"), !Faults.contents(log).contains("frozen 0")
        else { throw LiveStack.Failure("no thread \(name) of \(process) could be frozen: \(Faults.contents(log))") }
    }
}

/// A mount that goes with the test.
final class Mount {
    let path: String

    static let isPossible =
        Faults.isRoot
        && (try? LiveStack.run(["/usr/bin/unshare", "-m", "/bin/mount", "-t", "tmpfs", "none", "/mnt"]).status) == 0

    private init(_ path: String, _ arguments: [String]) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let run = try LiveStack.run(["/bin/mount"] + arguments + [path])
        guard run.status == 0 else { throw LiveStack.Failure("mount \(path): \(run.output)") }
    }

    /// A small disk.
    convenience init(megabytes: Int, at path: String) throws {
        try self.init(path, ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs"])
    }

    /// The directory over itself: another file system for rename(2).
    convenience init(over path: String) throws { try self.init(path, ["--bind", path]) }

    func makeReadOnly() throws { _ = try LiveStack.run(["/bin/mount", "-o", "remount,bind,ro", path]) }

    func end() { _ = try? LiveStack.run(["/bin/umount", "-l", path]) }

    deinit { end() }
}

/// A TCP proxy between a client and a server that can do what networks do: delay, stand still, cut.
final class Proxy: Sendable {
    /// How bytes pass.
    struct Weather: Sendable {
        /// Milliseconds that each piece waits, each way.
        var delay = 0
        /// Connections stay open and nothing is read, so that senders find their peer's window closed.
        var isStill = false
    }

    let address: String
    let port: Int
    private let weather = Locked(Weather())
    private let stop = StopSwitch()
    private let worker: Worker

    /// - Parameters:
    ///   - target: the server's port on 127.0.0.1.
    ///   - host: where to listen, on loopback.
    ///   - port: 0 for any that is free.
    init(to target: Int, host: String = "127.0.0.1", port: Int = 0) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        guard Proxy.withAddress(host, port, { bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
            throw LiveStack.Failure("the proxy cannot listen on \(host):\(port): \(errno)")
        }
        var own = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &own) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        self.port = Int(UInt16(bigEndian: own.sin_port))
        address = "tcp://\(host):\(self.port)"
        let (weather, stop, cuts) = (self.weather, self.stop, Pump.Cuts())
        self.cutter = cuts
        worker = Worker(name: "proxy") {
            var pump = Pump(listener: listener, target: target, cuts: cuts)
            while !stop.isStopped { pump.turn(weather.withLock { $0 }) }
            pump.end()
        }
    }

    private let cutter: Pump.Cuts

    deinit {
        stop.stop()
        worker.join()
    }

    func set(_ change: (inout Weather) -> Void) { weather.withLock { change(&$0) } }

    /// Resets all connections.
    func cut() { cutter.count.add(1, ordering: .relaxed) }

    static func withAddress<R>(_ host: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// The proxy's loop; one thread for all connections.
struct Pump {
    final class Cuts: Sendable { let count = Atomic<Int>(0) }

    private struct Way {
        var from: Int32
        var to: Int32
        var pieces: [(due: Int, bytes: [UInt8])] = []
    }

    private let listener: Int32
    private let target: Int
    private let cuts: Cuts
    private var seenCuts = 0
    private var ways: [Way] = []

    init(listener: Int32, target: Int, cuts: Cuts) {
        (self.listener, self.target, self.cuts) = (listener, target, cuts)
    }

    mutating func turn(_ weather: Proxy.Weather) {
        var items = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        if !weather.isStill { items += ways.map { pollfd(fd: $0.from, events: Int16(POLLIN), revents: 0) } }
        poll(&items, nfds_t(items.count), weather.delay > 0 ? 5 : 20)
        if items[0].revents != 0 { accept() }
        if cuts.count.load(ordering: .relaxed) != seenCuts {
            seenCuts = cuts.count.load(ordering: .relaxed)
            close(Set(ways.map(\.from)))
        }
        guard !weather.isStill else { return }
        let readable = Set(items.dropFirst().filter { $0.revents != 0 }.map(\.fd))
        let now = Monotonic.milliseconds()
        var ended: Set<Int32> = []
        for index in ways.indices {
            // What waits is bounded, as a router's queue is.
            if readable.contains(ways[index].from), ways[index].pieces.count < 256 {
                var buffer = [UInt8](repeating: 0, count: 65536)
                let count = recv(ways[index].from, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 {
                    ways[index].pieces.append((now + weather.delay, Array(buffer.prefix(count))))
                } else if count == 0 || errno != EAGAIN {
                    ended.insert(ways[index].from)
                }
            }
            pass(&ways[index], now, &ended)
        }
        if !ended.isEmpty { close(ended) }
    }

    private func pass(_ way: inout Way, _ now: Int, _ ended: inout Set<Int32>) {
        while let first = way.pieces.first, first.due <= now {
            let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
            let sent = send(way.to, first.bytes, first.bytes.count, flags)
            if sent < 0 {
                if errno != EAGAIN { ended.insert(way.from) }
                return
            }
            if sent < first.bytes.count {
                way.pieces[0].bytes.removeFirst(sent)
                return
            }
            way.pieces.removeFirst()
        }
    }

    private mutating func accept() {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard Proxy.withAddress("127.0.0.1", target, { connect(server, $0, $1) }) == 0 else {
            Glibc.close(client)
            Glibc.close(server)
            return
        }
        ways += [Way(from: client, to: server), Way(from: server, to: client)]
    }

    /// Resets these connections, both ends.
    private mutating func close(_ ends: Set<Int32>) {
        var reset = linger(l_onoff: 1, l_linger: 0)
        var gone: Set<Int32> = []
        for way in ways where ends.contains(way.from) || ends.contains(way.to) { gone.formUnion([way.from, way.to]) }
        for end in gone {
            setsockopt(end, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
            Glibc.close(end)
        }
        ways.removeAll { gone.contains($0.from) }
    }

    mutating func end() {
        close(Set(ways.map(\.from)))
        Glibc.close(listener)
    }
}

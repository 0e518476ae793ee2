import ArgumentParser
import FoundationEssentials
import Glibc
import ServiceSupport
import Supervision
import TestSupport
import TidingsClient

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-bench",
        abstract: "Measures the real services on this machine: what stands in docs/performance.md.",
        discussion: """
            Build with 'swift build -c release' first; the services beside this program are measured, on loopback, in a
            directory of their own under /tmp that is removed.

            Examples:
              tidings-bench latency --articles 60
              tidings-bench plumbing --articles 20000
              tidings-bench start
              tidings-bench fold newswire.jsonl
              tidings-bench records articles.jsonl
              tidings-bench rules
              tidings-bench api
            """,
        subcommands: [
            APIBench.self, FoldBench.self, Latency.self, Plumbing.self, RecordsBench.self, RulesBench.self, Start.self,
        ]
    )
}

/// Sorted figures of one kind.
struct Sample {
    private let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    /// The value that this share of the figures does not exceed; NaN when there are none.
    func percentile(_ share: Double) -> Double {
        sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
    }

    var median: Double { percentile(0.5) }
    var last: Double { sorted.last ?? .nan }
}

/// One decimal.
func decimal(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
}

func microseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}

/// A process's resident memory, read from the kernel; NaN when there is no such process.
func residentMegabytes(_ process: pid_t) -> Double {
    let text = (try? String(contentsOf: URL(filePath: "/proc/\(process)/status"), encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap {
        Double($0)
    }
    return (kilobytes ?? .nan) / 1024
}

/// Milliseconds for writing 4 KiB and fsync in a directory: what a commit costs at least.
func fsyncMilliseconds(in directory: String, rounds: Int = 200) throws -> Sample {
    let path = "\(directory)/fsync-probe"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ValidationError("cannot write \(path): \(String(cString: strerror(errno)))") }
    defer {
        close(descriptor)
        unlink(path)
    }
    let page = [UInt8](repeating: 0x74, count: 4096)
    return Sample(
        try (0..<rounds).map { _ in
            let start = microseconds()
            guard write(descriptor, page, page.count) == page.count, fsync(descriptor) == 0 else {
                throw ValidationError("cannot write \(path): \(String(cString: strerror(errno)))")
            }
            return Double(microseconds() - start) / 1000
        }
    )
}

struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Seconds from 'tidings up' to ready, new and with data.")

    @Option(help: "Rounds; the median is shown.") var rounds = 3

    func run() throws {
        var cold: [Double] = []
        var warm: [Double] = []
        for round in 0..<rounds {
            var start = microseconds()
            let stack = try LiveStack("bench-start-\(round)", rules: true)
            cold.append(Double(microseconds() - start) / 1e6)
            try stack.end(signal: SIGTERM)
            start = microseconds()
            try stack.start()
            warm.append(Double(microseconds() - start) / 1e6)
        }
        print(
            "start to ready, median of \(rounds): cold \(decimal(Sample(cold).median)) s, warm \(decimal(Sample(warm).median)) s"
        )
    }
}

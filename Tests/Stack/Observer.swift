import FoundationEssentials
import ServiceSupport
import Supervision
import Synchronization
import TestSupport

/// Looks at a stack every second, from a thread of its own: the memory of its services, and what `tidings status` says.
final class Observer {
    static let services = ["ingest", "hub", "extract", "watch"]

    struct Status: Decodable {
        struct Figures: Decodable {
            var ready: Int
            var leased: Int
            var dead: Int
            var unsequenced: Int
            var articles: Int
        }
        struct Hub: Decodable {
            struct Subscriber: Decodable {
                var client: String
                var lag: Int
            }
            var subscribers: [Subscriber]
        }
        var figures: Figures?
        var hub: Hub?
    }

    struct Seen {
        /// Megabytes by service, one a second while it lives.
        var memory: [String: [Double]] = [:]
        /// Events behind the head of the log by subscriber, one a second while the hub answers.
        var lag: [String: [Int]] = [:]
        var figures: Status.Figures?
        fileprivate var isOver = false
    }

    private final class Shared: Sendable { let seen = Mutex(Seen()) }

    private let shared = Shared()
    private let thread: Worker

    init(_ stack: LiveStack) {
        let command = [LiveStack.binary("tidings"), "status", "--output", "json", "--data", stack.directory]
        thread = Worker(name: "observer") { [shared, layout = stack.layout] in
            while !shared.seen.withLock({ $0.isOver }) {
                let due = Monotonic.milliseconds() + 1000
                let memory = (StackState(of: layout)?.services ?? [:]).compactMapValues(Observer.resident)
                let status = Observer.status(command)
                shared.seen.withLock {
                    for service in Observer.services {
                        if let megabytes = memory[service] { $0.memory[service, default: []].append(megabytes) }
                    }
                    for subscriber in status?.hub?.subscribers ?? [] {
                        $0.lag[subscriber.client, default: []].append(subscriber.lag)
                    }
                    if let figures = status?.figures { $0.figures = figures }
                }
                Monotonic.sleep(milliseconds: max(1, due - Monotonic.milliseconds()))
            }
        }
    }

    var seen: Seen { shared.seen.withLock { $0 } }

    /// Ends the thread; call once.
    func end() {
        shared.seen.withLock { $0.isOver = true }
        thread.join()
    }

    private static func status(_ command: [String]) -> Status? {
        guard let output = try? LiveStack.run(command).output, let start = output.firstIndex(of: "{") else {
            return nil
        }
        return try? JSONDecoder().decode(Status.self, from: Data(output[start...].utf8))
    }

    /// Megabytes of a process's memory that are in RAM; nil when it has ended.
    private static func resident(_ process: Int32) -> Double? {
        let text = (try? String(contentsOf: URL(filePath: "/proc/\(process)/status"), encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        return kilobytes.flatMap { Double($0) }.map { $0 / 1024 }
    }
}

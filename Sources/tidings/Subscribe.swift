import ArgumentParser
import Glibc
import ServiceSupport
import TidingsClient
import Wire

struct Subscribe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the events of the log, from any place, without loss or repetition.",
        discussion: """
            Joins the reliable feed, resumes after every fault, and proves with each event that none before it is missing.

            --where takes terms between spaces, all of which must hold: name=value[,value…], name!=value[,value…] (none of
            them), and for confidence and quad also >= and <=. A space in a value is %20. Names:
              \(KeyName.allCases.map(\.rawValue).joined(separator: " "))

            Examples:
              tidings subscribe --from start --idle 2
              tidings subscribe --where 'event=SANCTION,COERCE recipient=USA status!=denied confidence>=0.7'
              tidings subscribe --where 'country=UKR source=new%20york%20times' --output pretty
              tidings subscribe --from 4711 --count 10
              tidings subscribe --from start --cursor desk        goes on where 'desk' stopped
            """
    )

    enum From: ExpressibleByArgument {
        case start, now
        case after(Int)

        init?(argument: String) {
            switch argument {
            case "start": self = .start
            case "now": self = .now
            default:
                guard let seq = Int(argument), seq >= 0 else { return nil }
                self = .after(seq)
            }
        }
    }

    enum Output: String, ExpressibleByArgument, CaseIterable { case jsonl, pretty }

    @Option(help: "start (the oldest kept), now, or a sequence number to begin after; a known cursor goes before.")
    var from: From = .now
    @Option(help: "Stop after so many.") var count: Int?
    @Option(help: "Stop when nothing has come for so many seconds.") var idle: Double?
    @Option(name: .customLong("where"), help: "What to receive, such as 'event=SANCTION actor=RUS'.") var filter = ""
    @Option(help: "A place that the hub keeps under this name: begins there, and moves it behind what was printed.")
    var cursor: String?
    @Option(help: "jsonl (the CloudEvents as they are) or pretty.") var output: Output?
    @Option(help: "A name for the hub's status.") var client = "tidings-subscribe"
    @OptionGroup var stack: StackOptions

    func validate() throws {
        do { _ = try Filter(filter) } catch { throw ValidationError("--where: \(error)") }
        if let cursor, !FeedCursor.isName(cursor) {
            throw ValidationError("--cursor: a name is 1 to 64 of a-z 0-9 . _ -, for example desk-1")
        }
        if let count, count < 1 { throw ValidationError("--count is at least 1") }
    }

    func run() throws {
        let start: FeedSubscription.Start =
            switch from {
            case .start: .floor
            case .now: .now
            case .after(let seq): .after(seq: seq, epoch: nil)
            }
        let endpoint = stack.feedEndpoint
        let reader = FeedReader(
            endpoint,
            keyFile: stack.keyFile,
            filter: filter,
            from: start,
            cursor: cursor,
            client: client
        )
        defer {
            if !reader.close() { note("the hub has not stored the cursor: the last events will come again") }
        }
        let isPretty = (output ?? (isatty(STDOUT_FILENO) == 1 ? .pretty : .jsonl)) == .pretty
        var left = count ?? Int.max
        var lastEvent = Monotonic.milliseconds()
        var complaint = Complaints(endpoint: endpoint, keyFile: stack.keyFile)
        while left > 0 {
            let deliveries: [FeedMessage.Delivery]
            do { deliveries = try reader.next(milliseconds: 200) } catch { throw Complaint(error.description) }
            let now = Monotonic.milliseconds()
            complaint.look(at: reader, now)
            var lines: [UInt8] = []
            for delivery in deliveries.prefix(left) {
                lines +=
                    isPretty ? Array(Pretty.lines(delivery.envelope).utf8) : delivery.envelope + [UInt8(ascii: "\n")]
            }
            if !lines.isEmpty { tidings.output(lines) }
            if let last = deliveries.prefix(left).last { reader.acknowledge(last.seq) }
            left -= min(left, deliveries.count)
            if !deliveries.isEmpty { lastEvent = now }
            // Idle means that the hub says there is no more, not that it says nothing.
            let isAtEnd = reader.subscription.head.map { (reader.subscription.scanned ?? -1) >= $0 } ?? false
            if let idle, isAtEnd, Double(now - lastEvent) >= idle * 1000 { return }
        }
    }

    /// Tells the person when the hub does not answer, and when it does again.
    private struct Complaints {
        let endpoint: String
        let keyFile: String
        var since = Monotonic.milliseconds()
        var hasComplained = false

        mutating func look(at reader: FeedReader, _ now: Int) {
            if reader.isLive {
                since = now
                if hasComplained { note("the hub at \(endpoint) answers again") }
                hasComplained = false
            } else if now - since > 3000, !hasComplained {
                hasComplained = true
                note(
                    reader.isRefused
                        ? "the hub at \(endpoint) refuses the key in \(keyFile); still trying. 'tidings client list' shows its keys"
                        : "no answer from \(endpoint); still trying. Is the stack up? 'tidings status' tells"
                )
            }
        }
    }
}

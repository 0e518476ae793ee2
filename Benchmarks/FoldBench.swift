import ArgumentParser
import FoundationEssentials
import Glibc
import Knowledge
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Watch

struct FoldBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold",
        abstract: "Records a second that watch folds into its tables: all steps, beside reports and counts alone.",
        discussion: """
            Sends the articles through the real services, without watch, then folds their log again and again in this process, one
            connection, one thread.

            Examples:
              tidings-bench fold newswire.jsonl
              tidings-bench fold newswire.jsonl --rounds 5
            """
    )

    @Argument(help: "JSON Lines with articles.") var file: String
    @Option(help: "How often each is measured.") var rounds = 3

    func run() throws {
        let articles = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        let count = articles.split(separator: "\n").count
        let stack = try LiveStack("bench-fold", arguments: ["--without", "watch", "--settle", "100"], waits: false)
        while try stack.tool(["status"]).output.contains("hub       ") == false { Monotonic.sleep(milliseconds: 100) }
        try stack.drop(articles, as: "articles.jsonl")
        let connection = try Connection(stack.layout.database(.admin), application: "tidings-bench")
        let backend = try connection.query("select pg_backend_pid()")[0].int(0)
        while try connection.query(
            """
            select greatest(0, \(count) - (select count(*) from article)) + (select count(*) from job)
                + (select count(*) from outbox)
            """
        )[0].int(0) > 0 { Monotonic.sleep(milliseconds: 500) }
        let knowledge = try Knowledge(directory: Installation.seeds())
        let rules = RulesDirectory(try Installation.seeds() + "/rules", knowledge: knowledge, places: nil)
        var rates: [Replay.Steps: [Double]] = [:]
        for _ in 0..<rounds {
            for steps in [Replay.Steps.reportsAndCounts, .all] {
                let replay = Replay(steps, knowledge, rules: rules)
                try replay.empty(on: connection)
                let (began, own, theirs) = (
                    microseconds(), processorMicroseconds(), try processorMicroseconds(of: backend)
                )
                let outcome = try replay.run(on: connection)
                let seconds = Double(microseconds() - began) / 1_000_000
                let here = Double(processorMicroseconds() - own) / 1_000_000
                let there = Double(try processorMicroseconds(of: backend) - theirs) / 1_000_000
                rates[steps, default: []].append(Double(outcome.records) / (here + there))
                print(
                    "\(steps): \(outcome.records) records, \(outcome.bytes >> 20) MB in \(decimal(seconds)) s; processor time "
                        + "\(decimal(here)) s here, \(decimal(there)) s in PostgreSQL"
                )
            }
        }
        let (all, base) = (Sample(rates[.all] ?? []).median, Sample(rates[.reportsAndCounts] ?? []).median)
        print(
            "records a second of processor time, median of \(rounds): all steps \(decimal(all)), reports and counts alone "
                + "\(decimal(base)), ratio \(decimal(all / base))"
        )
    }

    /// What another process has used, in steps of 10 ms: the fields utime and stime of proc(5).
    private func processorMicroseconds(of process: Int) throws -> Int {
        let line = try String(contentsOf: URL(filePath: "/proc/\(process)/stat"), encoding: .utf8)
        let fields = line.drop { $0 != ")" }.split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
            throw ValidationError("/proc/\(process)/stat has another form")
        }
        return (user + system) * 10_000
    }

    private func processorMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}

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
        while try connection.query(
            "select count(*) from article where coded_at is null or \(count) > (select count(*) from article)"
        )[0].int(0) > 0
            || connection.query("select count(*) from outbox")[0].int(0) > 0
            || connection.query("select seq from log_head")[0].int(0) == 0
        {
            Monotonic.sleep(milliseconds: 500)
        }
        let knowledge = try Knowledge(directory: Installation.seeds())
        var rates: [Replay.Steps: [Double]] = [:]
        for _ in 0..<rounds {
            for steps in [Replay.Steps.reportsAndCounts, .all] {
                let (began, cpu) = (microseconds(), processorMicroseconds())
                let rules = RulesDirectory(try Installation.seeds() + "/rules", knowledge: knowledge, places: nil)
                let outcome = try Replay(steps, knowledge, rules: rules).run(on: connection)
                let seconds = Double(microseconds() - began) / 1_000_000
                rates[steps, default: []].append(Double(outcome.records) / seconds)
                print(
                    "\(steps): \(outcome.records) records, \(outcome.bytes >> 20) MB in \(decimal(seconds)) s, "
                        + "\(decimal(Double(processorMicroseconds() - cpu) / 1_000_000)) s of them in this process"
                )
            }
        }
        let (all, base) = (Sample(rates[.all] ?? []).median, Sample(rates[.reportsAndCounts] ?? []).median)
        print(
            "records a second, median of \(rounds): all steps \(decimal(all)), reports and counts alone \(decimal(base)), ratio \(decimal(all / base))"
        )
    }

    private func processorMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}

import ArgumentParser
import Records
import Storage

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows how the stack is: queue, log, services. Exit code 0 when ready.",
        discussion: """
            Examples:
              tidings status
              tidings status --output json
              tidings status --hub-only            for health checks where no database can be reached
            """
    )

    enum Output: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "text or json.") var output: Output = .text
    @Flag(help: "Ask the hub only.") var hubOnly = false
    @OptionGroup var stack: StackOptions

    func run() throws {
        if hubOnly { return try askHub() }
        let report = Readiness(database: stack.databaseString, feed: stack.feedEndpoint, keyFile: stack.keyFile).report(
            patience: 2000
        )
        switch output {
        case .json: tidings.output(try JSON.encode(report) + [UInt8(ascii: "\n")])
        case .text: tidings.output(text(report))
        }
        if !report.ready { throw ExitCode(1) }
    }

    private func askHub() throws {
        let readiness = Readiness(database: "", feed: stack.feedEndpoint, keyFile: stack.keyFile)
        let hub = try readiness.hub(patience: 2000)
        guard hub.epoch != nil else { throw Complaint("the hub waits for its database") }
        tidings.output("ready, log head \(hub.head)\n")
    }

    private func text(_ report: Readiness.Report) -> String {
        var lines = [report.ready ? "ready" : "NOT READY: " + report.missing.joined(separator: "; ")]
        if let figures = report.figures {
            let age = figures.ready > 0 ? ", the oldest for \(figures.oldestReadySeconds) s" : ""
            lines.append("queue     \(figures.ready) ready\(age), \(figures.leased) in work, \(figures.dead) dead")
            if figures.dead > 0 { lines.append("          'tidings dead list' shows why") }
            lines.append(
                "log       head \(figures.head), \(figures.unsequenced) waiting for their place, epoch \(figures.epoch)"
            )
        }
        if let hub = report.hub {
            for worker in hub.workers {
                lines.append(
                    "worker    \(worker.name)  \(worker.coder), \(worker.jobs) in work, \(worker.stored) stored"
                )
            }
            for subscriber in hub.subscribers {
                lines.append("reader    \(subscriber.client), \(subscriber.lag) behind")
            }
        }
        for life in report.services {
            let name = life.name + String(repeating: " ", count: max(1, 10 - life.name.count))
            lines.append(
                "\(name)\(life.instance), \(life.secondsAgo) s ago\(life.name == "hub" ? "" : "  \(life.state)")"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

import ArgumentParser
import ServiceSupport
import Simulation

/// Runs seeded schedules of the state machines, or one of them again.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-simulate",
        abstract: "Runs lease, sequencer, feed and subscribers through seeded schedules of faults on a virtual clock.",
        discussion: """
            Examples:
              tidings-simulate --schedules 1000000
              tidings-simulate --seed 4711 --trace
              tidings-simulate --mutation noFence
            """
    )

    @Option(help: "How many seeds to run.") var schedules = 100_000
    @Option(help: "The first seed.") var first: UInt64 = 1
    @Option(help: "Run this seed only.") var seed: UInt64?
    @Option(help: "Stop after so many minutes.") var minutes: Int?
    @Option(help: "Put a known defect in; the run must break.") var mutation: String?
    @Option(help: "Stop after so many seeds that broke.") var failures = 10
    @Flag(help: "Print every step.") var trace = false

    func run() throws {
        let known = try mutation.map { name in
            guard let mutation = Mutation(rawValue: name) else {
                let names = Mutation.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(name)' is not a mutation; there are \(names)")
            }
            return mutation
        }
        let start = Monotonic.milliseconds()
        let end = minutes.map { start + $0 * 60_000 }
        var (done, broken, steps, time) = (0, 0, 0, 0)
        var nextReport = start + 60_000
        for seed in seed.map({ $0...$0 }) ?? first...(first + UInt64(max(1, schedules)) - 1) {
            let result = World(seed: seed, mutation: known, print: trace ? { print($0) } : nil).run()
            done += 1
            steps += result.steps
            time += result.time
            if let failure = result.failure {
                broken += 1
                print("seed \(seed) broke after \(result.steps) steps: \(failure)")
                if broken >= failures { break }
            }
            let now = Monotonic.milliseconds()
            if let end, now >= end { break }
            if now >= nextReport {
                nextReport += 60_000
                print(report(done, broken, steps, time, now - start))
            }
        }
        print(report(done, broken, steps, time, Monotonic.milliseconds() - start))
        if broken > 0 { throw ExitCode.failure }
    }

    private func report(_ done: Int, _ broken: Int, _ steps: Int, _ time: Int, _ spent: Int) -> String {
        let rate = done * 60_000 / max(1, spent)
        return
            "\(done) schedules, \(broken) broken, \(steps / max(1, done)) steps and \(time / max(1, done)) ms of virtual time each, "
            + "\(rate) schedules a minute"
    }
}

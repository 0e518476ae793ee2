import FoundationEssentials
import Postgres
import ServiceSupport
import TestSupport
import Testing

/// Kills everything at random while articles are dropped, and lets the independent checker judge.
///
/// `TIDINGS_CHAOS_ARTICLES` and `TIDINGS_CHAOS_SEED` make it longer or repeat the order of faults; `make chaos` sets the first.
@Suite("Faults", .timeLimit(.minutes(30)), .serialized) struct ChaosTests {
    private struct Plan {
        let articles = ProcessInfo.processInfo.environment["TIDINGS_CHAOS_ARTICLES"].flatMap(Int.init) ?? 240
        let seed =
            ProcessInfo.processInfo.environment["TIDINGS_CHAOS_SEED"].flatMap(UInt64.init)
            ?? UInt64.random(in: 0...UInt64.max)
    }

    @Test func `nothing is lost or doubled while everything is killed`() throws {
        let plan = Plan()
        print("chaos: \(plan.articles) articles, seed \(plan.seed)")
        var random = Seeded(state: plan.seed)
        let stack = try LiveStack("chaos", arguments: ["--settle", "200"])
        let subscriber = try Subscriber(stack)
        let dropped = "\(stack.directory)/dropped"
        try FileManager.default.createDirectory(atPath: dropped, withIntermediateDirectories: true)
        // Every kind of fault several times, spread evenly, in random order.
        let victims = ["ingest", "hub", "extract", "watch", "subscriber"]
        let rounds = max(2, plan.articles / 750)
        var faults = (0..<rounds).flatMap { _ in victims }.shuffled(using: &random)
        faults.insert("postgres", at: faults.count / 3)
        faults.insert("postgres", at: 2 * faults.count / 3)
        let every = max(1, plan.articles / (faults.count + 1))
        for number in 0..<plan.articles {
            let text = Report.text(number, using: &random)
            try Data(text.utf8).write(to: URL(filePath: "\(dropped)/\(number).txt"))
            try stack.drop(text, as: "report-\(number).txt")
            Monotonic.sleep(milliseconds: Int.random(in: 0...20, using: &random))
            if number % every == every - 1, let fault = faults.popLast() { try inflict(fault, stack, subscriber) }
        }
        #expect(faults.isEmpty)
        let arrived = subscriber.wait(articles: plan.articles, seconds: 120)
        // What comes late would come now.
        Monotonic.sleep(milliseconds: 1500)
        subscriber.kill()
        let verdict = try LiveStack.run([LiveStack.binary("tidings-check"), dropped, subscriber.file])
        print("chaos: \(verdict.output)")
        let status = try stack.tool(["status"]).output
        #expect(arrived, "\(subscriber.articles) of \(plan.articles) arrived; \(status)")
        #expect(verdict.status == 0, "seed \(plan.seed): \(verdict.output)")
        try stack.waitUntilReady()
        try expectCountsOfWatch(stack, events: subscriber.lines.count { $0.contains(#""type":"tidings.event.v1""#) })
    }

    private func inflict(_ fault: String, _ stack: LiveStack, _ subscriber: Subscriber) throws {
        switch fault {
        case "subscriber": try subscriber.killAndResume()
        case "postgres": Inflict.endPostgres(stack)
        default:
            // Between two lives of a service there is nothing to kill: wait for the next.
            let deadline = Monotonic.milliseconds() + 20_000
            while !Inflict.kill(fault, stack) {
                guard Monotonic.milliseconds() < deadline else {
                    throw LiveStack.Failure("\(fault) does not come back")
                }
                Monotonic.sleep(milliseconds: 20)
            }
        }
    }

    /// The counts a day and dyad are neither short nor double: their sum is the number of dated events.
    private func expectCountsOfWatch(_ stack: LiveStack, events: Int) throws {
        var sum = -1
        for _ in 0..<100 {
            sum = try Database.number("select coalesce(sum(count), 0)::bigint from dyad_day", stack)
            if sum == events { break }
            Monotonic.sleep(milliseconds: 100)
        }
        #expect(sum == events)
    }
}

/// Reports for the fault tests: each with a title of its own, and with sentences that give events.
enum Report {
    private static let sentences = [
        "Russia expelled 35 American diplomats on Thursday.",
        "President Barack Obama ordered the expulsion of 35 Russian diplomats.",
        "\"We reject these accusations,\" Foreign Minister Sergei Lavrov said.",
        "France and Germany condemned the attack in Kabul.",
        "The United Nations imposed sanctions on North Korea.",
        "Israeli and Egyptian officials met in Cairo.",
        "Protesters marched in Warsaw.",
        "Iran denied the accusations on Monday.",
    ]

    static func text(_ number: Int, using random: inout some RandomNumberGenerator) -> String {
        let body = (0..<4).map { _ in sentences.randomElement(using: &random) ?? "" }.joined(separator: " ")
        return "Title: Report number \(number)\nDate: 2016-12-30\nSource: Chaos\n\nMOSCOW — \(body)\n"
    }
}

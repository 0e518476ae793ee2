import FoundationEssentials
import Glibc
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// The stream under full load while everything is killed at random, for `TIDINGS_ENDURANCE_SECONDS` (twenty; ten minutes with
/// `make endurance`): every honest subscriber gets exactly what the log holds, and nobody else anything.
@Suite("Endurance", .timeLimit(.minutes(30)), .serialized) struct EnduranceTests {
    private struct Plan {
        let seconds = ProcessInfo.processInfo.environment["TIDINGS_ENDURANCE_SECONDS"].flatMap(Int.init) ?? 20
        let seed =
            ProcessInfo.processInfo.environment["TIDINGS_CHAOS_SEED"].flatMap(UInt64.init)
            ?? UInt64.random(in: 0...UInt64.max)
        /// Long enough for what is said of memory and of lags.
        var isLong: Bool { seconds >= 120 }
        /// How often PostgreSQL is ended.
        var restarts: Int { max(1, seconds / 120) }
        /// Milliseconds between two faults.
        var pause: ClosedRange<Int> { isLong ? 2500...5500 : 800...1600 }
    }

    /// Megabytes that no service may ever take.
    private static let memoryLimit = 256.0

    @Test func `ten subscribers get all of the log while everything is killed, and a stranger nothing`() throws {
        let plan = Plan()
        var random = Seeded(state: plan.seed)
        let stack = try LiveStack("endurance", arguments: ["--settle", "100"])
        try FileManager.default.createDirectory(atPath: Follower.directory(stack), withIntermediateDirectories: true)
        let honest = try Follower.honest(stack)
        let stranger = try Follower.stranger(stack)
        let leaver = try Follower("leaver", .python(), "type=event", "r.type = 'event'", stack)
        var load = try Load(stack)
        print("endurance: \(plan.seconds) s, seed \(plan.seed), \(load.articles)")
        let observer = Observer(stack)
        let faults = try disturb(stack, plan, honest, &load, observer, &random)
        // Memory is that of the time under load.
        let seen = observer.seen
        let isDrained = try drain(stack, honest, load)
        observer.end()
        for follower in honest + [stranger, leaver] { follower.kill() }
        _ = try leaver.writeExpected() + stranger.writeExpected()
        let verdict = try LiveStack.run([
            LiveStack.binary("tidings-check"), "--streams", Follower.directory(stack),
        ])
        print("endurance: \(load.dropped) articles dropped; \(faults)\n\(verdict.output)")
        let status = try stack.tool(["status"]).output
        #expect(isDrained, "\(status)")
        #expect(verdict.status == 0, "seed \(plan.seed): \(verdict.output)")
        let refused = try String(contentsOf: URL(filePath: "\(stack.directory)/stranger.log"), encoding: .utf8)
        #expect(refused.contains("refuses the key"), "\(refused)")
        try expectEveryArticle(stack, load)
        expectFlatMemory(seen, plan)
        expectOneLags(seen, honest, plan)
    }

    /// Drops articles and inflicts faults until the time is over; returns what it did, in words.
    private func disturb(
        _ stack: LiveStack,
        _ plan: Plan,
        _ honest: [Follower],
        _ load: inout Load,
        _ observer: Observer,
        _ random: inout Seeded
    ) throws -> String {
        let start = Monotonic.milliseconds()
        let killable = honest.filter { $0.name == "killed" || $0.name == "cursor" }
        var deck: [String] = []
        var counts: [String: Int] = [:]
        var nextFault = start + 2000
        // Spread evenly, so that each finds a stack that has come to itself again.
        var restarts = (1...plan.restarts).map { start + $0 * plan.seconds * 1000 / (plan.restarts + 1) }
        var hasLeft = false
        while Monotonic.milliseconds() < start + plan.seconds * 1000 {
            let now = Monotonic.milliseconds()
            try load.fill(queued: observer.seen.figures.map { $0.ready + $0.leased } ?? 0)
            if let due = restarts.first, now >= due {
                restarts.removeFirst()
                Inflict.endPostgres(stack)
                counts["postgres", default: 0] += 1
            }
            if !hasLeft, now >= start + plan.seconds * 500 {
                hasLeft = true
                try removeLeaver(stack)
            }
            if now >= nextFault {
                if deck.isEmpty { deck = (Observer.services + killable.map(\.name)).shuffled(using: &random) }
                let victim = deck[deck.count - 1]
                if let follower = killable.first(where: { $0.name == victim }) {
                    try follower.killAndResume()
                } else if !Inflict.kill(victim, stack) {
                    Monotonic.sleep(milliseconds: 20)
                    continue
                }
                deck.removeLast()
                counts[victim, default: 0] += 1
                nextFault = now + Int.random(in: plan.pause, using: &random)
            }
            Monotonic.sleep(milliseconds: 20)
        }
        for service in Observer.services { #expect(counts[service, default: 0] > 0) }
        #expect(counts["postgres", default: 0] > 0)
        return "killed: " + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// Takes a client's key away, and notes for the checker when it has to be deaf: two seconds later.
    private func removeLeaver(_ stack: LiveStack) throws {
        let removed = try stack.tool(["client", "remove", "leaver"])
        #expect(removed.status == 0, "\(removed.output)")
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        try Data("\((now.tv_sec + 2) * 1_000_000 + now.tv_nsec / 1000)\n".utf8)
            .write(to: URL(filePath: "\(Follower.directory(stack))/leaver.until"))
    }

    /// Waits until every article is coded and every subscriber has the last event that is its.
    private func drain(_ stack: LiveStack, _ honest: [Follower], _ load: Load) throws -> Bool {
        let deadline = Monotonic.milliseconds() + 240_000
        try stack.waitUntilReady()
        for follower in honest { follower.hurry() }
        while try load.waiting() > 0
            || Database.number("select (select count(*) from job) + (select count(*) from outbox)", stack) > 0
        {
            guard Monotonic.milliseconds() < deadline else { return false }
            Monotonic.sleep(milliseconds: 200)
        }
        for follower in honest {
            let wanted = try follower.writeExpected()
            while follower.last < wanted {
                try follower.expectAlive()
                guard Monotonic.milliseconds() < deadline else { return false }
                Monotonic.sleep(milliseconds: 100)
            }
        }
        // What comes late or twice would come now.
        Monotonic.sleep(milliseconds: 1500)
        return true
    }

    /// Each article that was dropped is in the log exactly once.
    private func expectEveryArticle(_ stack: LiveStack, _ load: Load) throws {
        let announced = try Database.number(
            "select count(*) from log l join record r on r.id = l.record_id where r.type = 'article'",
            stack
        )
        let titles = try Database.number(
            """
            select count(distinct r.data->'article'->>'title') from log l join record r on r.id = l.record_id
            where r.type = 'article'
            """,
            stack
        )
        let events = try Database.number(
            "select count(*) from log l join record r on r.id = l.record_id where r.type = 'event'",
            stack
        )
        print(
            "endurance: \(titles) articles and \(events) events in the log; lost \(load.dropped - titles), duplicated \(announced - titles)"
        )
        #expect(announced == load.dropped && titles == load.dropped)
    }

    private func expectFlatMemory(_ seen: Observer.Seen, _ plan: Plan) {
        print("endurance: resident MB, one sample a second    median of thirds        longest")
        for service in Observer.services {
            let samples = seen.memory[service] ?? []
            let third = samples.count / 3
            guard third > 0 else {
                Issue.record("no samples of \(service)")
                continue
            }
            let medians = (0..<3).map { samples[($0 * third)..<(($0 + 1) * third)].sorted()[third / 2] }
            let most = samples.max() ?? 0
            let columns = (medians + [most]).map { decimal($0) }.joined(separator: "   ")
            print("  \(service) (\(samples.count) samples)   \(columns)")
            #expect(most <= EnduranceTests.memoryLimit, "\(service)")
            // A short run is all warm-up.
            if plan.isLong { #expect(medians[2] <= 1.25 * medians[1], "\(service) grows: \(medians)") }
        }
    }

    /// The slow one falls behind, and no other because of it.
    private func expectOneLags(_ seen: Observer.Seen, _ honest: [Follower], _ plan: Plan) {
        print("endurance: events behind the head by tidings status    median, p99, most")
        for follower in honest {
            let lags = (seen.lag[follower.name] ?? []).sorted()
            guard !lags.isEmpty else {
                Issue.record("the hub never named \(follower.name)")
                continue
            }
            let (median, most) = (lags[lags.count / 2], lags[lags.count - 1])
            print(
                "  \(follower.name) (\(lags.count) samples)   \(median)   \(lags[min(lags.count - 1, lags.count * 99 / 100)])   \(most)"
            )
            if follower.name == "slow" { #expect(most >= 200) } else { #expect(median <= 200, "\(follower.name)") }
        }
    }

    private func decimal(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

/// Articles for the inbox, as many as the stack takes: a newswire beside the repository when there is one, else reports made up.
struct Load {
    private struct Entry: Decodable { var text: String }

    /// Files in the inbox, and jobs beside them, that may wait.
    private static let most = 300

    let articles: String
    private(set) var dropped = 0
    private let texts: [String]
    private let stack: LiveStack
    private var random = Seeded(state: 1)

    init(_ stack: LiveStack) throws {
        self.stack = stack
        texts = try Load.newswire()
        articles =
            texts.isEmpty
            ? "skipped: there is no \(Load.file); reports made up instead" : "\(texts.count) newswire articles in turn"
    }

    private static let file = LiveStack.packageRoot + "/../shared/articles/newswire.jsonl.gz"

    /// The texts of the newswire beside the repository; empty when there is none.
    static func newswire() throws -> [String] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try LiveStack.run(["/bin/gzip", "-dc", file]).output.split(separator: "\n").map {
            try JSONDecoder().decode(Entry.self, from: Data($0.utf8)).text
        }
    }

    /// How many files lie in the inbox.
    func waiting() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: stack.layout.inbox).count { !$0.hasPrefix(".") }
    }

    /// Fills the inbox up; each article has a title of its own, so that none is a duplicate.
    mutating func fill(queued: Int) throws {
        let room = Load.most - queued - (try waiting())
        for _ in 0..<max(0, min(room, 50)) {
            let text =
                texts.isEmpty
                ? Report.text(dropped, using: &random)
                : "Title: Report number \(dropped)\nDate: 2016-12-30\nSource: Load\n\n\(texts[dropped % texts.count])\n"
            try stack.drop(text, as: "load-\(dropped).txt")
            dropped += 1
        }
    }
}

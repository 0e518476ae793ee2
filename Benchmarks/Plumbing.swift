import ArgumentParser
import Extraction
import FoundationEssentials
import Glibc
import Logging
import Postgres
import Records
import ServiceSupport
import Supervision
import TestSupport
import TidingsClient
import Wire

struct Plumbing: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Articles a second through ingest, hub, log and feed, and then the replay of the whole log.",
        discussion: """
            An extractor in this process gives ten canned events for every article, so that only the way of the data is
            measured. Memory is that of each process, read from the kernel.
            """
    )

    @Option(help: "Articles.") var articles = 20_000
    @Option(help: "Files waiting in the inbox at most.") var waiting = 2000

    func run() throws {
        let stack = try LiveStack("bench-plumbing", arguments: ["--without", "extract"], waits: false)
        let template = try Canned.event()
        let extractor = ExtractionService(
            .init(hub: stack.work, keyFile: stack.layout.keys.keyFile(.extract), workers: 2, coder: "bench"),
            logger: Logger(label: "bench"),
            makeCoder: { { article, _ in Canned.records(article, template) } },
            abandon: { _ in Glibc.exit(70) }
        )
        defer { extractor.shutdown() }
        try stack.waitUntilReady()
        try flow(stack)
        try replay(stack)
    }

    // MARK: The way of the data

    private func flow(_ stack: LiveStack) throws {
        let reader = FeedReader(
            stack.feed,
            keyFile: stack.layout.keys.keyFile(.operator),
            from: .now,
            client: "bench",
            window: 5000
        )
        while !reader.isLive { _ = try reader.next(milliseconds: 20) }
        let feeder = Worker(name: "feeder") { [articles, waiting, inbox = stack.layout.inbox] in
            Plumbing.feed(articles, into: inbox, waiting: waiting)
        }
        var memory = MemoryTable(stack)
        let start = microseconds()
        var received = 0
        var shown = 0
        while received < articles * 11 {
            received += try reader.next(milliseconds: 200).count
            while received / 11 >= shown + 2000 {
                shown += 2000
                memory.note(articles: shown)
            }
            guard microseconds() - start < 600_000_000 else {
                throw ValidationError("only \(received / 11) articles in 600 s")
            }
        }
        let seconds = Double(microseconds() - start) / 1e6
        feeder.join()
        reader.close()
        print(
            """
            plumbing, \(articles) articles with ten events each: \(decimal(Double(articles) / seconds)) articles/s, \
            \(decimal(Double(articles * 10) / seconds)) events/s
            """
        )
        memory.show()
    }

    /// Renames files into the inbox, as many at a time as it holds.
    private static func feed(_ articles: Int, into inbox: String, waiting: Int) {
        var number = 0
        var random = Seeded(state: 1)
        while number < articles {
            let there = (try? FileManager.default.contentsOfDirectory(atPath: inbox).count) ?? 0
            for _ in 0..<max(0, min(waiting - there, articles - number)) {
                let part = "\(inbox)/.\(number).part"
                guard let file = fopen(part, "w") else { return }
                // Words of their own: copies of one report would be looked up among each other.
                let words = (0..<20).map { _ in String(UInt64.random(in: .min ... .max, using: &random), radix: 36) }
                let text = "Russia expelled 35 American diplomats. \(words.joined(separator: " "))."
                fputs("Title: Report \(number)\nDate: 2016-12-30\n\n\(text)\n", file)
                fclose(file)
                rename(part, "\(inbox)/\(number).txt")
                number += 1
            }
            Monotonic.sleep(milliseconds: 20)
        }
    }

    // MARK: Replay

    private func replay(_ stack: LiveStack) throws {
        let rate = try replayRate(stack, where: "", matching: articles * 11)
        let rare = "type=article country!=FRA,DEU status!=denied,negated historical!=true"
        let scanned = try replayRate(stack, where: rare, matching: articles)
        let connection = try Connection(stack.layout.database(.operator), application: "bench")
        let start = microseconds()
        var rows = 0
        while true {
            let page = try connection.query(
                "select l.seq, r.topic, r.data::text from log l join record r on r.id = l.record_id where l.seq > \(rows) order by l.seq limit 1000"
            )
            rows += page.count
            if page.count == 0 { break }
        }
        let plain = Double(rows) / Double(microseconds() - start) * 1e6
        print(
            """
            replay to one client, median of 3: \(Int(rate)) records/s; the same rows by one connection with libpq alone: \
            \(Int(plain))/s, ratio \(decimal(rate / plain))
            the same with a filter of four terms that one record in eleven matches: \(Int(scanned)) records/s looked at
            """
        )
    }

    /// Records of the whole log a second, median of three.
    private func replayRate(_ stack: LiveStack, where filter: String, matching: Int) throws -> Double {
        var rates: [Double] = []
        for _ in 0..<3 {
            let reader = FeedReader(
                stack.feed,
                keyFile: stack.layout.keys.keyFile(.operator),
                filter: filter,
                from: .floor,
                client: "bench",
                window: 10_000
            )
            let start = microseconds()
            var received = 0
            while received < matching { received += try reader.next(milliseconds: 200).count }
            rates.append(Double(articles * 11) / Double(microseconds() - start) * 1e6)
            reader.close()
        }
        return Sample(rates).median
    }
}

/// Ten events as an extractor would send them.
private enum Canned {
    static func event() throws -> Event {
        let reference = ArticleReference(Article(sha256: String(repeating: "0", count: 64), format: .text, text: "x"))
        var event = Event(
            event: .sanction,
            evidence: Evidence(
                sentence: 0,
                text: "Russia expelled 35 American diplomats.",
                event: [Span(7, 15)],
                actor: [Span(0, 6)],
                recipient: [Span(16, 37)],
                date: [],
                rule: "expel"
            ),
            article: reference,
            coder: "bench"
        )
        event.mode = ["expel"]
        event.cameo = "161"
        event.actor = [Actor(text: "Russia", name: "Russia", code: "RUS", sector: .gov)]
        event.recipient = [Actor(text: "35 American diplomats", code: "USA", sector: .gov)]
        event.dateReason = "no date in the clause"
        event.locationReason = "no place in the clause"
        return event
    }

    static func records(_ article: Article, _ template: Event) -> [RecordDraft] {
        var coded = Coded(article: article, entities: [], quotes: [], events: [])
        coded.events = (0..<10).map { number in
            var event = template
            event.article = coded.article
            event.evidence.sentence = number
            event.evidence.event = [Span(7 + number, 15 + number)]
            event.identify()
            return event
        }
        return (try? Drafts.records(coded, coder: "bench")) ?? []
    }
}

/// The resident memory of each process as articles go by.
private struct MemoryTable {
    private let stack: LiveStack
    private var rows: [(articles: Int, megabytes: [Double])] = []
    private static let names = ["ingest", "hub", "watch"]

    init(_ stack: LiveStack) { self.stack = stack }

    mutating func note(articles: Int) {
        rows.append((articles, MemoryTable.names.map { stack.process($0).map(residentMegabytes) ?? .nan }))
    }

    func show() {
        print("  resident MB after articles: " + MemoryTable.names.joined(separator: ", "))
        for row in rows { print("  \(row.articles): " + row.megabytes.map(decimal).joined(separator: ", ")) }
    }
}

import ArgumentParser
import Glibc
import ServiceSupport
import Supervision
import TestSupport
import TidingsClient
import Wire

struct Latency: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Milliseconds from the rename into the inbox to the last event at a subscriber of the feed.",
        discussion: "One article a second through ingest, hub, the first coder, PostgreSQL and the feed."
    )

    @Option(help: "Articles.") var articles = 60
    @Option(help: "Milliseconds between them.") var interval = 1000

    func run() throws {
        let stack = try LiveStack("bench-latency", rules: true)
        let reader = FeedReader(
            stack.feed,
            keyFile: stack.layout.keys.keyFile(.operator),
            filter: "type=event,article",
            from: .now,
            client: "bench"
        )
        while !reader.isLive { _ = try reader.next(milliseconds: 20) }
        var all: [Double] = []
        var events = 0
        for number in 0..<articles {
            let due = microseconds() + interval * 1000
            let part = "\(stack.layout.inbox)/.\(number).part"
            let text = Latency.report(number)
            guard let file = fopen(part, "w") else { throw ValidationError("cannot write \(part)") }
            fputs(text, file)
            fclose(file)
            let start = microseconds()
            guard rename(part, "\(stack.layout.inbox)/report-\(number).txt") == 0 else {
                throw ValidationError("rename failed")
            }
            var arrived = false
            while !arrived, microseconds() - start < 10_000_000 {
                for delivery in try reader.next(milliseconds: 100) {
                    let envelope = String(decoding: delivery.envelope, as: UTF8.self)
                    events += envelope.contains(#""type":"tidings.event.v1""#) ? 1 : 0
                    arrived = arrived || envelope.contains(#""type":"tidings.article.v1""#)
                }
            }
            guard arrived else { throw ValidationError("article \(number) did not arrive in 10 s") }
            all.append(Double(microseconds() - start) / 1000)
            let rest = (due - microseconds()) / 1000
            if rest > 0 { Monotonic.sleep(milliseconds: rest) }
        }
        let sample = Sample(all)
        let disk = try fsyncMilliseconds(in: stack.directory)
        print(
            """
            latency, \(articles) articles with \(events) events, one every \(interval) ms:
              p50 \(decimal(sample.median)) ms, p99 \(decimal(sample.percentile(0.99))) ms, longest \(decimal(sample.last)) ms
              fsync of 4 KiB on this disk: p50 \(decimal(disk.median)) ms, p99 \(decimal(disk.percentile(0.99))) ms
            """
        )
        reader.close()
    }

    private static func report(_ number: Int) -> String {
        """
        Title: Report \(number)
        Date: 2016-12-30
        Source: Bench

        MOSCOW — Foreign Minister Sergei Lavrov urged President Vladimir Putin to expel 35 American diplomats.

        The comments came a day after President Barack Obama ordered the expulsion of 35 Russian diplomats. “We surely \
        cannot leave such tricks without an answer,” Lavrov said. France and Germany condemned the attack. This is report \(number).

        """
    }
}

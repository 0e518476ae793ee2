import Postgres
import ServiceSupport
import TestSupport
import Testing

/// Later versions of an item, copies of a report, embargoes and other languages, through the real stack.
@Suite("Versions and copies", .timeLimit(.minutes(3)), .serialized) struct VersionTests {
    private func feed(_ date: String, _ body: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link><item>
        <title>Expulsions</title><guid isPermaLink="false">item-1</guid><link>https://wire.example/1</link>
        <pubDate>\(date)</pubDate><description>\(body)</description></item></channel></rss>
        """
    }

    private func log(_ stack: LiveStack, articles: Int) throws -> [String] {
        let deadline = Monotonic.milliseconds() + 30_000
        while true {
            let lines = try stack.tool(["subscribe", "--from", "start", "--idle", "0.5", "--output", "jsonl"]).output
                .split(separator: "\n").map(String.init)
            if lines.count(where: { $0.contains(#""type":"tidings.article.v1""#) }) >= articles { return lines }
            guard Monotonic.milliseconds() < deadline else { throw LiveStack.Failure("\(lines.count) records") }
        }
    }

    private func count(_ lines: [String], _ type: String) -> Int {
        lines.count { $0.contains(#""type":"tidings.\#(type).v1""#) }
    }

    @Test func `a later version corrects what it repeats and retracts what it does not, and the counts follow`() throws
    {
        let stack = try LiveStack("versions", arguments: ["--settle", "100"])
        let date = "Fri, 30 Dec 2016 09:30:00 +0000"
        try stack.drop(
            feed(
                date,
                "Russia expelled 35 American diplomats on Friday. Germany condemned the attack in Kabul on Friday."
            ),
            as: "one.xml"
        )
        let first = try log(stack, articles: 1)
        let reported = count(first, "event")
        #expect(reported >= 2, "\(first)")
        try stack.drop(
            feed(date, "Russia expelled 36 American diplomats on Friday. The government said more would follow."),
            as: "two.xml"
        )
        let second = try log(stack, articles: 2)
        #expect(Array(second.prefix(first.count)) == first, "the log only grows")
        #expect(count(second, "event.corrected") == 1 && count(second, "event.retracted") == reported - 1, "\(second)")
        // What holds now: the corrected one, and what only the later version reports; the counts by day and dyad say the same.
        let holding = 1 + count(second, "event") - reported
        #expect(try Database.number("select count(*) from event", stack) == holding)
        var sum = -1
        for _ in 0..<100 {
            sum = try Database.number("select coalesce(sum(count), 0)::bigint from dyad_day", stack)
            if sum == holding { break }
            Monotonic.sleep(milliseconds: 50)
        }
        #expect(sum == holding)
        let only = try stack.tool([
            "subscribe", "--from", "start", "--idle", "0.5", "--where", "type=event.retracted", "--output", "jsonl",
        ])
        #expect(only.output.split(separator: "\n").count == reported - 1 && only.output.contains(#""retracts":""#))
    }

    @Test func `a copy of a report names its origin, another report does not`() throws {
        let stack = try LiveStack("copies", arguments: ["--settle", "100"])
        let story = """
            Russia expelled 35 American diplomats on Friday in response to the measures that Washington took the day before. \
            The foreign ministry in Moscow said the diplomats had three days to leave the country with their families. \
            A spokesman for the embassy declined to comment on the decision, which followed weeks of growing tension.
            """
        try stack.drop("Title: Expulsions\n\nMOSCOW (Reuters) — \(story)\n", as: "a.txt")
        _ = try log(stack, articles: 1)
        try stack.drop(
            "Title: Moscow acts\nSource: The Daily\n\n\(story) Readers were invited to comment.\n",
            as: "b.txt"
        )
        try stack.drop(
            "Title: Talks\n\nIsraeli and Egyptian officials met in Cairo to talk about the border.\n",
            as: "c.txt"
        )
        _ = try log(stack, articles: 3)
        #expect(try Database.number("select count(*) from article where origin_id is not null", stack) == 1)
        let copies: SQL =
            "select count(*) from article c join article o on o.id = c.origin_id where c.title = 'Moscow acts' and o.title = 'Expulsions'"
        #expect(try Database.number(copies, stack) == 1)
        #expect(try log(stack, articles: 3).contains { $0.contains(#""origin":""#) }, "subscribers see it")
    }

    @Test func `another language is kept with its reason, and an embargo holds an article back`() throws {
        let stack = try LiveStack("language", arguments: ["--settle", "100"])
        let german = """
            Title: Ausweisungen

            Russland hat am Freitag 35 amerikanische Diplomaten ausgewiesen. Das Außenministerium in Moskau teilte mit, die Diplomaten \
            müssten das Land innerhalb von drei Tagen verlassen. Die Botschaft wollte sich dazu nicht äußern.

            """
        try stack.drop(german, as: "de.txt")
        let lines = try log(stack, articles: 1)
        #expect(count(lines, "event") == 0 && lines[0].contains(#""not_coded":"language""#), "\(lines)")
        #expect(try Database.number("select count(*) from article where language = 'de'", stack) == 1)

        let embargoed = """
            <newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:wire.example:1" version="1" xml:lang="en">
            <itemMeta><itemClass qcode="ninat:text"/><provider literal="Wire"/><versionCreated>2016-12-30T09:00:00Z</versionCreated>
            <embargoed>2099-01-01T00:00:00Z</embargoed><pubStatus qcode="stat:usable"/></itemMeta>
            <contentMeta><headline>Expulsions</headline></contentMeta>
            <contentSet><inlineData contenttype="text/plain">Russia expelled 35 American diplomats on Friday.</inlineData></contentSet>
            </newsItem>
            """
        try stack.drop(embargoed, as: "later.xml")
        var waiting = 0
        for _ in 0..<100 where waiting == 0 {
            waiting = try Database.number("select count(*) from job where run_at > now() + interval '1 year'", stack)
            Monotonic.sleep(milliseconds: 50)
        }
        #expect(waiting == 1)
        #expect(try log(stack, articles: 1).count == lines.count, "nothing of it goes out before its time")
    }
}

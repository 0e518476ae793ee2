import FoundationEssentials
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// What watch makes of the log is a fold: killed at random it has the rows that it has undisturbed.
///
/// `TIDINGS_FOLD_ARTICLES` and `TIDINGS_FOLD_SEED` make it longer or repeat the order of faults. With the first, the same articles go
/// through a second stack that nothing disturbs, to see what depends on the order of arrival.
@Suite("Fold", .timeLimit(.minutes(30)), .serialized) struct FoldTests {
    private struct Plan {
        private static let environment = ProcessInfo.processInfo.environment
        let asked = environment["TIDINGS_FOLD_ARTICLES"].flatMap(Int.init)
        let seed = environment["TIDINGS_FOLD_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
        var articles: Int { asked ?? 120 }
    }

    /// The tables that follow from the log, with what two folds of one log may differ in: a number that the database draws.
    private static let tables: [(name: String, columns: SQL)] = [
        ("report", "select to_jsonb(t)::text from report t order by 1"),
        ("article_entry", "select to_jsonb(t)::text from article_entry t order by 1"),
        ("quote_entry", "select to_jsonb(t)::text from quote_entry t order by 1"),
        ("entity", "select to_jsonb(t)::text from entity t order by 1"),
        ("entity_article", "select to_jsonb(t)::text from entity_article t order by 1"),
        ("incident", "select to_jsonb(t)::text from incident t order by 1"),
        ("incident_key", "select to_jsonb(t)::text from incident_key t order by 1"),
        ("story", "select to_jsonb(t)::text from story t order by 1"),
        ("story_article", "select to_jsonb(t)::text from story_article t order by 1"),
        ("story_change", "select (to_jsonb(t) - 'id')::text from story_change t order by 1"),
        ("dyad_day", "select to_jsonb(t)::text from dyad_day t order by 1"),
        ("country_day", "select to_jsonb(t)::text from country_day t order by 1"),
        ("dyad_month", "select to_jsonb(t)::text from dyad_month t order by 1"),
        ("rule_state", "select to_jsonb(t)::text from rule_state t order by 1"),
        ("alert", "select to_jsonb(t)::text from alert t order by 1"),
    ]

    @Test func `a watch that is killed at random makes the rows that an undisturbed one makes`() throws {
        let plan = Plan()
        var random = Seeded(state: plan.seed)
        let texts = try FoldTests.texts(plan.articles)
        print("fold: \(texts.count) articles, seed \(plan.seed)")
        let stack = try LiveStack("fold", arguments: ["--settle", "100"], rules: true)
        let (kills, others) = try feed(texts, to: stack, &random)
        try settle(stack, articles: texts.count)
        let disturbed = try rows(stack)
        try expectSound(stack)

        // The same log once more, from its beginning and in peace; alerts too, which 'tidings rebuild' leaves.
        let rebuilt = try stack.tool(["rebuild"])
        #expect(rebuilt.status == 0, "\(rebuilt.output)")
        _ = try admin(stack).query("truncate alert, alert_delivery")
        let began = Monotonic.milliseconds()
        try settle(stack, articles: texts.count)
        let seconds = Double(Monotonic.milliseconds() - began) / 1000
        let undisturbed = try rows(stack)
        let head = try Database.number("select seq from log_head", stack)
        print("fold: watch killed \(kills) times, others \(others) times; \(head) records folded again in \(seconds) s")
        for (table, _) in FoldTests.tables {
            let (one, other) = (disturbed[table] ?? [], undisturbed[table] ?? [])
            print("fold: \(table) \(other.count) rows")
            let differing = Set(one).symmetricDifference(other).sorted().prefix(4)
            #expect(one == other, "seed \(plan.seed): \(table): \(differing.joined(separator: "\n"))")
        }
        for table in ["report", "article_entry", "quote_entry", "entity", "dyad_day", "country_day", "dyad_month"] {
            #expect(undisturbed[table]?.isEmpty == false, "\(table) is empty: this shows nothing")
        }
        #expect(kills >= FoldTests.leastKills)
        if plan.asked != nil { try compareWithAnotherRun(texts, stack) }
    }

    // MARK: Feeding

    private static let leastKills = 6

    /// Newswire when it lies beside the repository, else reports made up; every eighth is a later version of an earlier one.
    private static func texts(_ count: Int) throws -> [String] {
        var random = Seeded(state: 1)
        let wire = try Load.newswire()
        if wire.isEmpty { print("fold: no newswire beside the repository; reports made up instead") }
        var texts: [String] = []
        for number in 0..<count {
            let isVersion = number % 8 == 7
            let item = isVersion ? number - 5 : number
            let body =
                wire.isEmpty
                ? Report.text(item, using: &random).components(separatedBy: "\n\n").dropFirst().joined(
                    separator: "\n\n"
                )
                : wire[item % wire.count]
            let cut = isVersion ? String(body.prefix(body.count * 2 / 3)) + " Officials met in Geneva." : body
            let day = 1 + item % 28
            texts.append(
                """
                Title: Report number \(item)
                Date: 2016-12-\(day < 10 ? "0" : "")\(day)
                Source: Fold
                URL: https://fold.example/\(item)

                \(cut)

                """
            )
        }
        return texts
    }

    /// Drops everything as fast as it goes and kills watch again and again, others now and then.
    ///
    /// - Returns: how often watch was killed, and the others.
    private func feed(_ texts: [String], to stack: LiveStack, _ random: inout Seeded) throws -> (Int, Int) {
        for (number, text) in texts.enumerated() { try stack.drop(text, as: "fold-\(number).txt") }
        var (kills, others, round) = (0, 0, 0)
        let deadline = Monotonic.milliseconds() + 2_000_000
        // On a quiet machine all was in the log before watch had been killed three times; it still folds then.
        while try kills < FoldTests.leastKills || FoldTests.isUnfinished(stack, articles: texts.count),
            Monotonic.milliseconds() < deadline
        {
            Monotonic.sleep(milliseconds: Int.random(in: 100...600, using: &random))
            if Inflict.kill("watch", stack) { kills += 1 }
            round += 1
            guard round % 6 == 0 else { continue }
            let victim = ["hub", "extract", "postgres"].randomElement(using: &random) ?? "hub"
            if victim == "postgres" { Inflict.endPostgres(stack) } else { _ = Inflict.kill(victim, stack) }
            others += 1
        }
        return (kills, others)
    }

    /// Whether something of the articles is still on its way into the log; also when the database is away.
    private static func isUnfinished(_ stack: LiveStack, articles: Int) throws -> Bool {
        let left = try? Database.number(
            """
            select \(articles) - (select count(*) from article) + (select count(*) from job)
                + (select count(*) from outbox)
            """,
            stack
        )
        return left != 0
    }

    /// Waits until all is coded and watch has folded the whole log.
    private func settle(_ stack: LiveStack, articles: Int) throws {
        let deadline = Monotonic.milliseconds() + 300_000
        while true {
            let behind = try? Database.number(
                """
                select h.seq - coalesce((select c.seq from subscription_cursor c where c.name = 'watch' and c.epoch = h.epoch), -1)
                from log_head h
                """,
                stack
            )
            if behind == 0, try !FoldTests.isUnfinished(stack, articles: articles) { return }
            guard Monotonic.milliseconds() < deadline else {
                throw LiveStack.Failure("watch is \(behind ?? -1) behind: \(stack.log("watch").suffix(2000))")
            }
            Monotonic.sleep(milliseconds: 100)
        }
    }

    // MARK: Comparing

    private func admin(_ stack: LiveStack) throws -> Connection {
        try Connection(stack.layout.database(.admin), application: "tests")
    }

    private func rows(_ stack: LiveStack) throws -> [String: [String]] {
        let connection = try admin(stack)
        var result: [String: [String]] = [:]
        for (table, query) in FoldTests.tables {
            var lines: [String] = []
            for row in try connection.query(query) { lines.append(try row.string(0)) }
            result[table] = lines
        }
        return result
    }

    /// The reports are the events that hold, and the counts are the reports.
    private func expectSound(_ stack: LiveStack) throws {
        #expect(
            try Database.number(
                """
                select count(*) from (select id from event except select id from report) missing
                full join (select id from report except select id from event) extra on true
                """,
                stack
            ) == 0
        )
        #expect(
            try Database.number(
                """
                with counted as (
                    select day, actor, recipient, event, status, count(*) as count, sum(scale)::float8 as scale_sum
                    from report group by 1, 2, 3, 4, 5
                )
                select count(*) from counted full join dyad_day d using (day, actor, recipient, event, status)
                where counted.count is distinct from d.count or abs(counted.scale_sum - d.scale_sum) > 0.001
                """,
                stack
            ) == 0
        )
        #expect(
            try Database.number(
                """
                with counted as (
                    select code, direction, status, day, quad, sum(count)::bigint as count, sum(scale_sum) as scale_sum
                    from dyad_day cross join lateral (values (actor, 'actor'), (recipient, 'recipient')) as s(code, direction)
                    where code <> '' group by 1, 2, 3, 4, 5
                )
                select count(*) from counted full join country_day d using (code, direction, status, day, quad)
                where counted.count is distinct from d.count or abs(counted.scale_sum - d.scale_sum) > 0.001
                """,
                stack
            ) == 0
        )
        #expect(
            try Database.number(
                """
                select count(*) from entity e
                where articles <> (select count(distinct article_id) from entity_article a where a.entity_id = e.id)
                """,
                stack
            ) == 0
        )
        #expect(
            try Database.number(
                """
                select count(*) from article a
                where superseded_by is null and not exists (select from article_entry e where e.article_id = a.id)
                """,
                stack
            ) == 0
        )
        #expect(
            try Database.number(
                "select count(*) from article_entry join article a on a.id = article_id where a.superseded_by is not null",
                stack
            ) == 0
        )
    }

    /// The same articles in a stack of their own: what comes of another order of arrival.
    private func compareWithAnotherRun(_ texts: [String], _ stack: LiveStack) throws {
        let calm = try LiveStack("calm", arguments: ["--settle", "100"], rules: true)
        for (number, text) in texts.enumerated() { try calm.drop(text, as: "fold-\(number).txt") }
        try settle(calm, articles: texts.count)
        let pairs = try [stack, calm].map { stack in
            var groups: [String: [String]] = [:]
            for row in try admin(stack).query("select incident_id::text, id::text from report order by id") {
                groups[try row.string(0), default: []].append(try row.string(1))
            }
            return Set(groups.values.map { $0.joined(separator: " ") })
        }
        let same = pairs[0].intersection(pairs[1]).count
        print("fold: incidents \(pairs[0].count) here, \(pairs[1].count) in a calm run, \(same) with the same reports")
        #expect(same > 0)
    }
}

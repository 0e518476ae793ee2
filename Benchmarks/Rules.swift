import ArgumentParser
import Briefing
import Knowledge
import Postgres
import ServiceSupport
import Storage
import Supervision
import TestSupport
import Watch

struct RulesBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "How long a backtest of the rules in seeds/rules takes over stored events.",
        discussion: """
            Fills a private PostgreSQL with events of a month, among 200 pairs of countries and 30,000 incidents.

            Example: tidings-bench rules --events 100000
            """
    )

    @Option(help: "Stored events.") var events = 100_000

    func validate() throws {
        guard (1...1_000_000).contains(events) else { throw ValidationError("--events is 1 to 1000000") }
    }

    func run() throws {
        let connection = try Connection(PrivatePostgres.shared.get().freshDatabase(), application: "tidings-bench")
        _ = try Migrator.apply(Schema.migrations(in: Installation.migrations()), on: connection)
        try fill(connection)
        let seeds = try Installation.seeds()
        let rules = try RulesDirectory("\(seeds)/rules", knowledge: Knowledge(directory: seeds), places: nil).read()
        var read: [RuleEvent] = []
        let reading = try ContinuousClock().measure {
            try AlertStore.read(since: 0, sentences: false, piece: events, on: connection) { read += $0 }
        }
        print("reading \(read.count) events from PostgreSQL: \(decimal(reading / .milliseconds(1))) ms")
        for rule in rules {
            var count = 0
            let time = ContinuousClock().measure {
                let backtest = Backtest([rule], since: 0)
                backtest.observe(read)
                count = backtest.finish(at: nil)[0].count
            }
            print("\(rule.name): \(decimal(time / .milliseconds(1))) ms, \(count) alerts")
        }
        let all = try ContinuousClock().measure {
            let backtest = Backtest(rules, since: 0)
            try AlertStore.read(since: 0, sentences: false, piece: events, on: connection) { backtest.observe($0) }
            _ = backtest.finish(at: read.last?.at)
        }
        print("\(rules.count) rules side by side, reading included: \(decimal(all / .milliseconds(1))) ms")
    }

    /// The same events each time: each number decides by a hash of its own.
    private func fill(_ connection: Connection) throws {
        try connection.execute(
            script: """
                create function pick(n bigint, salt text, limits int) returns int language sql immutable
                    return abs(hashint8(n * 7919 + hashtext(salt)) % limits);
                create temporary table act as select n,
                    (array['RUS','USA','UKR','GBR','CHN','FRA','DEU','ISR','IRN','PSE','SYR','TUR','IND','PAK'])[1 + pick(n, 'a', 14)] as actor,
                    (array['RUS','USA','UKR','GBR','CHN','FRA','DEU','ISR','IRN','PSE','SYR','TUR','IND','PAK'])[1 + pick(n, 'r', 14)] as recipient,
                    (array['SANCTION','ASSAULT','PROTEST','CONSULT','ACCUSE','AID'])[1 + pick(n, 't', 6)] as event,
                    (array['expel','aerial','demo','visit','disapprove','x'])[1 + pick(n, 't', 6)] as mode,
                    (array[4, 4, 4, 1, 3, 2])[1 + pick(n, 't', 6)] as quad,
                    (array['happened','happened','happened','alleged','proposed','threatened'])[1 + pick(n, 's', 6)] as status,
                    uuid_in(md5('incident ' || pick(n, 'i', 30000))::cstring) as incident, uuid_in(md5('article ' || n)::cstring) as article,
                    timestamptz '2024-01-01' + n * interval '26 s' as at
                from generate_series(1::bigint, \(events)) as n;
                insert into article (id, sha256, format, text) select article, sha256(article::text::bytea), 'text', 'x' from act;
                insert into record (uuid, article_id, type, topic, keys, data)
                    select uuid_in(md5('event ' || n)::cstring), article, 'event', 'event/', '', '{}' from act;
                insert into report (seq, id, at, article_id, origin_id, incident_id, day, is_dated, event, mode, quad, scale, status, historical,
                    actor, recipient, names, keys)
                select n, uuid_in(md5('event ' || n)::cstring), at, article, article, incident, at::date, true, event, mode, quad, -5, status, false,
                    actor, recipient, '{}',
                    array['type=event', 'event=' || event, 'status=' || status, 'quad=' || quad, 'historical=false', 'mode=' || mode,
                        'actor=' || actor, 'recipient=' || recipient, 'country=' || actor, 'country=' || recipient, 'sector=GOV',
                        'sector=' || (array['MIL','CVL'])[1 + pick(n, 'm', 2)], 'place=kyiv', 'place=ukr', 'source=reuters'] from act;
                analyze;
                """
        )
    }
}

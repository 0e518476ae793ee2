import Briefing
import FoundationEssentials
import Glibc
import Postgres
import Records
import Settings
import Storage
import Testing
import Wire

@testable import Watch

@Suite("Alert rules over the log") struct AlertFoldTests {
    private static let expulsions = """
        name: expulsions
        type: any
        match: {event: SANCTION, status: happened}
        severity: high
        title: '{actor} expels {recipient}'
        sinks: [log, stream, {webhook: {name: desk, url: 'https://example.org/hook'}}]
        """
    private static let often =
        "name: often\ntype: frequency\nnum_events: 3\ntimeframe: 2h\ngroup_by: dyad\nrealert: 1h\n"
    private static let quiet = "name: quiet\ntype: flatline\nthreshold: 1\ntimeframe: 3h\nsinks: [log]\n"
    private static let waits =
        "name: waits\ntype: any\nmatch: {event: PROTEST}\ndigest: 1h\nsinks: [{file: {path: a.jsonl}}]\n"

    @Test func `an alert is a row, a record for the log, and one delivery a sink`() throws {
        let desk = try AlertDesk(["a.yaml": AlertFoldTests.expulsions])
        try desk.report([(0, "SANCTION USA RUS happened"), (1, "SANCTION USA RUS proposed")])
        try desk.follow()
        #expect(
            try desk.alerts() == [
                "2024-01-01T00:00:00Z expulsions: SANCTION USA→RUS, happened, 1 independent report"
            ]
        )
        #expect(try desk.column("select title from alert") == ["USA expels RUS"])
        #expect(
            try desk.column("select data #>> '{evidence,0,text}' from alert")
                == ["Sentence 1 of SANCTION USA RUS happened."]
        )
        // Credibility is the incident's: one report that says it happened, 0.7 × confidence 0.8.
        #expect(try desk.column("select round(credibility::numeric, 3)::text from alert") == ["0.560"])
        #expect(try desk.column("select sink from alert_delivery order by sink") == ["log", "webhook:desk"])
        #expect(
            try desk.column("select settings ->> 'url' from alert_delivery where sink <> 'log'") == [
                "https://example.org/hook"
            ]
        )
        #expect(
            try desk.column(
                """
                select r.topic || '|' || r.keys || '|' || (r.article_id = e.article_id) || '|' || (r.data::text = a.data::text)
                from outbox o join record r on r.id = o.record_id join alert a on a.id = r.uuid join report e on e.seq = a.seq
                """
            ) == ["alert/high/expulsions/|type=alert severity=high rule=expulsions|true|true"]
        )
        let keys = RecordKeys.alert(rule: "expulsions", severity: "high")
        #expect(try Filter("type=alert severity=high,critical rule=expulsions").matches(Array(keys.utf8)))
        #expect(try !Filter("event=SANCTION").matches(Array(keys.utf8)))
    }

    /// Some events of a few days.
    private static let events: [(minutes: Int, text: String)] = (0..<120).map { index in
        let parties = ["USA RUS", "RUS UKR", "RUS UKR", "ISR IRN"][index * 7 % 4]
        let type = ["SANCTION", "ASSAULT", "PROTEST", "ASSAULT", "ACCUSE"][index * 3 % 5]
        return (index * 17 + index / 30 * 400, "\(type) \(parties) \(["happened", "proposed"][index % 5 / 4])")
    }

    private static let files = [
        "a.yaml": expulsions, "b.yaml": often, "c.yaml": quiet, "d.yaml": waits,
        "e.yaml":
            "name: grows\ntype: spike\nspike_height: 2\nspike_type: both\ntimeframe: 4h\nthreshold_ref: 2\ngroup_by: dyad",
        "f.yaml": "name: twice\ntype: any\nmatch: {origins: '>=2'}\ngroup_by: incident\nrealert: 1d",
    ]

    @Test func `the same log gives the same alerts, wherever batches end and services are killed`() throws {
        let whole = try AlertDesk(AlertFoldTests.files)
        try whole.report(AlertFoldTests.events)
        try whole.follow()
        let rows: SQL = "select id || severity || key || title || data::text from alert order by seq, at, id"
        let states: SQL = "select rule || key || state::text from rule_state order by rule, key"
        let expected = (try whole.column(rows), try whole.column(states))
        #expect(expected.0.count > 10)
        #expect(Set(try whole.column("select distinct rule from alert")).count == 6)
        let pieces = try AlertDesk(AlertFoldTests.files)
        for (index, event) in AlertFoldTests.events.enumerated() {
            try pieces.report([event])
            try pieces.follow(batch: 1)
            if index % 5 == 0 { pieces.restart() }
        }
        #expect(try pieces.column(rows) == expected.0)
        #expect(try pieces.column(states) == expected.1)
    }

    @Test func `a backtest says what the fold said`() throws {
        let desk = try AlertDesk(AlertFoldTests.files)
        try desk.report(AlertFoldTests.events)
        try desk.follow(batch: 13)
        var events: [RuleEvent] = []
        try AlertStore.read(since: 0, sentences: true, on: desk.connection) { events += $0 }
        #expect(events.count == AlertFoldTests.events.count)
        let rules = try RulesDirectory(desk.directory, knowledge: desk.knowledge, places: desk.places).read()
        let backtest = Backtest(rules, since: 0)
        backtest.observe(events)
        let ids = backtest.finish(at: nil).joined().map(\.id)
        #expect(try ids.sorted() == desk.column("select id::text from alert order by id::text"))
        let one = try #require(try AlertStore.event(events[70].id, on: desk.connection))
        #expect(one == events[70] && one.sentence?.hasPrefix("Sentence 71") == true)
    }

    @Test func `time passes without records, once, and only at the log's end`() throws {
        let desk = try AlertDesk(["a.yaml": AlertFoldTests.quiet, "b.yaml": AlertFoldTests.waits])
        try desk.report([(0, "PROTEST USA USA happened")])
        try desk.follow()
        try desk.setHead(2)
        #expect(try !desk.tick(), "a record that was not read may change everything")
        #expect(try desk.column("select rule from alert") == ["waits"])
        #expect(try desk.column("select sink from alert_delivery").isEmpty, "it waits for its digest")
        try desk.setHead(1)
        #expect(try desk.tick())
        let alerts = try desk.alerts()
        // Of the years since, the silence is said at most as often as realert lets it.
        #expect(alerts.contains { $0.hasPrefix("2024-01-01T03:00:00Z quiet: 0 events within 3h") })
        #expect(alerts.contains { $0.hasPrefix("2024-01-01T01:00:00Z waits: 1 alert waited") })
        #expect(try desk.column("select sink from alert_delivery where sink like 'file%'") == ["file:a.jsonl"])
        #expect(
            try desk.column(
                "select coalesce(article_id::text, 'none') from record where type = 'alert' and topic like '%quiet%' limit 1"
            ) == ["none"]
        )
        desk.restart()
        #expect(try desk.tick())
        #expect(try desk.alerts().count == alerts.count)
    }

    @Test func `rules are read again when they change, and a mistake leaves them as they were`() throws {
        let desk = try AlertDesk(["a.yaml": AlertFoldTests.expulsions])
        try desk.report([(0, "SANCTION USA RUS happened")])
        try desk.follow()
        let changed = AlertFoldTests.expulsions.split(separator: "'{actor} expels {recipient}'").joined(
            separator: "changed"
        )
        try desk.write(changed + "\nmtch: {}\n", to: "a.yaml")
        Thread.sleep(1.1)
        try desk.report([(1, "SANCTION GBR RUS happened")])
        try desk.follow()
        try desk.write(changed, to: "a.yaml")
        try desk.write(AlertFoldTests.often, to: "b.yaml")
        Thread.sleep(1.1)
        try desk.report([
            (2, "SANCTION FRA RUS happened"), (3, "SANCTION FRA RUS proposed"), (4, "SANCTION FRA RUS proposed"),
        ])
        try desk.follow()
        #expect(
            try desk.column("select rule || ' ' || title from alert order by seq, rule") == [
                "expulsions USA expels RUS", "expulsions GBR expels RUS", "expulsions changed",
                "often often: 3 SANCTION events FRA→RUS within 2m; threshold 3 within 2h",
            ]
        )
        try FileManager.default.removeItem(atPath: "\(desk.directory)/b.yaml")
        Thread.sleep(1.1)
        try desk.report([(5, "AID FRA RUS happened")])
        try desk.follow()
        #expect(try desk.column("select distinct rule from rule_state") == ["expulsions"])
    }

    @Test func `a new rule knows what came before it`() throws {
        let desk = try AlertDesk([:])
        try desk.report([(0, "PROTEST USA USA happened"), (1, "PROTEST FRA FRA happened")])
        try desk.follow()
        try desk.write("name: new\ntype: new_term\nfields: actor\nlearn: 0s", to: "n.yaml")
        desk.restart()
        try desk.report([(2, "PROTEST USA USA happened"), (3, "PROTEST DEU DEU happened")])
        try desk.follow()
        #expect(try desk.column("select data ->> 'why' from alert") == ["actor=DEU not seen in the 30d before"])
    }

    /// A watch that read its log anew sent last year's alerts to the desk.
    @Test func `what is old when it is read is stored, and not sent`() throws {
        let desk = try AlertDesk(["a.yaml": AlertFoldTests.expulsions])
        try desk.report([(0, "SANCTION USA RUS happened"), (3000, "SANCTION GBR RUS happened")])
        try desk.connection.query(
            """
            insert into log (seq, tseq, record_id, at)
            select seq, seq, (select id from record where uuid = any(array[\(desk.ids[0]), \(desk.ids[1])]::uuid[]) order by id offset seq - 1 limit 1),
                '2024-01-01'::timestamptz + (seq - 1) * interval '3000 min'
            from generate_series(1, 2) as seq
            """
        )
        try desk.follow()
        #expect(try desk.column("select title from alert order by seq") == ["USA expels RUS", "GBR expels RUS"])
        #expect(
            try desk.column(
                "select a.title || ' ' || d.sink from alert a join alert_delivery d on d.alert_id = a.id order by d.sink"
            )
                == ["GBR expels RUS log", "GBR expels RUS webhook:desk"]
        )
        #expect(try desk.column("select count(*)::text from outbox") == ["2"])
    }

    @Test func `two files must not have rules of one name`() throws {
        let desk = try AlertDesk(["a.yaml": AlertFoldTests.often, "b.yaml": AlertFoldTests.often])
        let error = #expect(throws: SettingsError.self) {
            try RulesDirectory(desk.directory, knowledge: desk.knowledge, places: desk.places).read()
        }
        #expect(error?.description.contains("b.yaml: another file has a rule 'often' already") == true)
        #expect(throws: SettingsError.self) {
            try RulesDirectory("/nowhere", knowledge: desk.knowledge, places: nil).read()
        }
    }
}

/// Waiting in tests that do not run on a thread of a service.
private enum Thread {
    static func sleep(_ seconds: Double) { usleep(UInt32(seconds * 1_000_000)) }
}

import Briefing
import Records
import Testing

@Suite("Alert rules: silence, digests, state") struct RuleEngineTests {
    private typealias S = RuleSupport

    private func times(_ alerts: [Alert]) -> [Int] { alerts.map { ($0.at - S.start) / S.minute } }

    @Test func `a group keeps silent for realert, and says how often it would have fired`() throws {
        let rule = try S.rule("type: any\nrealert: 10m\ngroup_by: actor")
        let events = [(0, "RUS"), (3, "RUS"), (4, "USA"), (9, "RUS"), (10, "RUS"), (15, "USA")].enumerated().map {
            S.event($0.offset + 1, at: $0.element.0, "actor=\($0.element.1)")
        }
        let alerts = S.run(rule, events)
        #expect(times(alerts) == [0, 4, 10, 15])
        #expect(alerts.map(\.suppressed) == [0, 0, 2, 0])
    }

    @Test func `each silence is twice the last, up to the longest, and starts small after a pause`() throws {
        let rule = try S.rule("type: any\nrealert: 10m\nexponential_realert: 40m")
        let events = (0..<300).map { S.event($0 + 1, at: $0) } + [S.event(400, at: 500), S.event(401, at: 510)]
        // 10, 20, 40, 40 … ; after 300 nothing for longer than a silence.
        #expect(times(S.run(rule, events)) == [0, 10, 30, 70, 110, 150, 190, 230, 270, 500, 510])
    }

    @Test func `a digest collects, and names what it brings`() throws {
        let rule = try S.rule("type: any\ndigest: 1h\ntitle: '{actor}'\nsinks: [log]")
        let events = [(0, "RUS"), (20, "USA"), (59, "GBR"), (200, "FRA")].enumerated().map {
            S.event($0.offset + 1, at: $0.element.0, "actor=\($0.element.1)")
        }
        let alerts = S.run(rule, events, until: 300)
        #expect(alerts.map(\.held) == ["digest", "digest", "digest", nil, "digest", nil])
        #expect(times(alerts) == [0, 20, 59, 60, 200, 260])
        let digest = try #require(alerts.first { $0.kind == "digest" })
        #expect(digest.title == "r: 3 alerts" && digest.why.contains("RUS · USA · GBR"))
        #expect(digest.alerts == alerts[0..<3].map(\.id) && digest.evidence.map(\.event) == events[0..<3].map(\.id))
        #expect(digest.article == nil && digest.seq == 3)
    }

    @Test(arguments: [
        ("digest", ["quiet hours", "quiet hours", nil, nil]),
        ("drop", ["quiet hours: dropped", "quiet hours: dropped", nil]),
    ])
    func `quiet hours hold alerts back or drop them`(_ then: String, _ held: [String?]) throws {
        // From 12:00 UTC, which is 14:00 two hours east.
        let hours = "{from: '14:00', to: '15:30', zone: '+02:00', then: \(then)}"
        let rule = try S.rule("type: any\nquiet_hours: \(hours)")
        let alerts = S.run(rule, [0, 89, 91].enumerated().map { S.event($0.offset + 1, at: $0.element) }, until: 300)
        #expect(alerts.map(\.held) == held)
        #expect(times(alerts) == (then == "digest" ? [0, 89, 90, 91] : [0, 89, 91]))
    }

    @Test func `a digest that falls due in quiet hours waits for their end`() throws {
        let hours = "{from: '13:00', to: '08:00', zone: UTC}"
        let rule = try S.rule("type: any\ndigest: 2h\nquiet_hours: \(hours)")
        let alerts = S.run(rule, [S.event(1, at: 30)], until: 3000)
        // At 12:30; due at 14:30; sent at eight the next morning, twenty hours after the start.
        #expect(times(alerts) == [30, 20 * 60])
    }

    @Test func `what a rule learned before it began alerts nobody`() throws {
        let rule = try S.rule("type: new_term\nfields: actor\nlearn: 0s\ndigest: 1h")
        var engine = RuleEngine(rule)
        #expect(engine.isFresh)
        for event in [S.event(1, at: 0, "actor=RUS"), S.event(2, at: 1, "actor=USA")] { _ = engine.observe(event) }
        engine.endLearning()
        #expect(!engine.isFresh)
        #expect(engine.observe(S.event(3, at: 100, "actor=RUS")).isEmpty)
        #expect(engine.observe(S.event(4, at: 101, "actor=GBR")).map(\.why).count == 1)
    }

    /// Events of some variety, the same for each seed.
    private func events(_ seed: UInt64, count: Int) -> [RuleEvent] {
        var state = seed
        func random(_ limit: Int) -> Int {
            // Numerical Recipes' linear congruential generator.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var minutes = 0
        return (1...count).map { seq in
            minutes += [0, 0, 1, 2, 7, 40, 90][random(7)]
            let parties = ["RUS", "USA", "UKR", "GBR", "CHN"]
            let status = ["happened", "proposed", "alleged"][random(3)]
            let type = ["SANCTION", "ASSAULT", "PROTEST"][random(3)]
            let (actor, recipient) = (parties[random(5)], parties[random(5)])
            let keys =
                "event=\(type) mode=\(["aerial", "demo"][random(2)]) status=\(status) actor=\(actor) "
                + "recipient=\(recipient) country=\(recipient) source=\(["a", "b"][random(2)])"
            return S.event(seq, at: minutes, keys) {
                $0.incident = "incident \(random(20))"
                $0.credibility = Double(random(5)) / 4
                $0.scale = Double(random(20)) - 10
            }
        }
    }

    static let rules =
        RuleKindTests.cases.map(\.rule) + [
            "type: any\nrealert: 10m\nexponential_realert: 3h\ngroup_by: dyad\ndigest: 2h",
            "type: any\ngroup_by: actor\nquiet_hours: {from: '22:00', to: '07:00', zone: '-05:00'}",
            "type: spike\nspike_height: 2\nspike_type: both\ntimeframe: 3h\nthreshold_ref: 2\ngroup_by: actor",
            "type: change\ncompare_key: status\ngroup_by: incident\nto: happened\nrealert: 5h",
        ]

    @Test(arguments: rules) func `state that was stored and read at every step gives the same alerts`(
        _ text: String
    ) throws {
        let rule = try S.rule(text)
        let events = events(7, count: 200)
        let end = (events.last?.at ?? 0) + 3_000 * S.minute
        let backtest = Backtest([rule], since: Int.min)
        // In pieces of any length.
        for start in stride(from: 0, to: events.count, by: 7) {
            backtest.observe(Array(events[start..<min(start + 7, events.count)]))
        }
        let whole = backtest.finish(at: end)[0]
        #expect(!whole.isEmpty)
        var alerts: [Alert] = []
        var ledger: [UInt8]?
        var rows: [String: [UInt8]] = [:]
        func step(_ body: (inout RuleEngine) -> [Alert]) throws {
            var engine = RuleEngine(
                rule,
                ledger: try ledger.map { try JSON.decode(RuleLedger.self, from: $0) },
                states: try rows.mapValues { try JSON.decode(RuleState.self, from: $0) }
            )
            alerts += body(&engine)
            let changes = engine.takeChanges()
            if let new = changes.ledger { ledger = try JSON.encode(new) }
            for (key, state) in changes.states { rows[key] = try state.map(JSON.encode) }
        }
        for (index, event) in events.enumerated() {
            try step { $0.observe(event) }
            // Time is looked at in between, as a tick does, or not: it changes nothing.
            if index % 3 == 0 { try step { $0.advance(to: event.at) } }
        }
        try step { $0.advance(to: end) }
        #expect(alerts == whole)
        // What cannot matter any more is gone; state does not grow for ever.
        try step { $0.advance(to: end + 100 * 86_400_000) }
        try step { $0.advance(to: end + 200 * 86_400_000) }
        #expect(rows.count <= 1, "\(rows.keys)")
    }

    @Test func `a rule that means something else begins afresh, one with another title does not`() throws {
        let rule = try S.rule("type: frequency\nnum_events: 2\ntimeframe: 1h")
        var engine = RuleEngine(rule)
        _ = engine.observe(S.event(1, at: 0))
        let rows = engine.takeChanges()
        let states = Dictionary(uniqueKeysWithValues: rows.states.compactMap { key, state in state.map { (key, $0) } })
        var renamed = RuleEngine(
            try S.rule("type: frequency\nnum_events: 2\ntimeframe: 1h\nseverity: high\ntitle: x"),
            ledger: rows.ledger,
            states: states
        )
        #expect(renamed.observe(S.event(2, at: 1)).count == 1)
        var other = RuleEngine(
            try S.rule("type: frequency\nnum_events: 2\ntimeframe: 2h"),
            ledger: rows.ledger,
            states: states
        )
        #expect(other.isFresh && other.observe(S.event(2, at: 1)).isEmpty)
        #expect(other.takeChanges().states.map(\.key) == [""], "the old rows are replaced")
    }
}

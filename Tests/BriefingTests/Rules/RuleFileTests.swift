import Briefing
import FoundationEssentials
import Knowledge
import Records
import Settings
import Testing

@Suite("Alert rules: files") struct RuleFileTests {
    @Test(
        arguments: [
            ("name: r\ntype: any\nmtch: {event: AID}\n", 3, "'mtch' is not known in a rule; did you mean match?"),
            ("name: r\ntype: anny\n", 2, "'anny' is no value of 'type'; did you mean any?"),
            ("type: any\n", 1, "'name' is missing"),
            ("name: r\n", 1, "'type' is missing: one of any, frequency"),
            ("name: My Rule\ntype: any\n", 1, "cannot name a rule"),
            ("name: r\ntype: any\nmatch:\n  event: SANCTON\n", 4, "did you mean SANCTION?"),
            ("name: r\ntype: any\nmatch:\n  actor: [RUS, usa]\n", 4, "did you mean USA?"),
            ("name: r\ntype: any\nmatch:\n  actr: RUS\n", 4, "'actr' is not known in 'match'; did you mean actor?"),
            ("name: r\ntype: any\nmatch:\n  confidence: 0.7\n", 4, "'confidence' is compared: '>=0.7'"),
            ("name: r\ntype: any\nmatch:\n  type: quote\n", 4, "one of event, event.corrected"),
            ("name: r\ntype: any\nmatch:\n  origins: many\n", 4, "'>=2'"),
            ("name: r\ntype: any\nmatch:\n  any:\n    - {event: AID}\n    - {evnt: AID}\n", 6, "did you mean event?"),
            ("name: r\ntype: any\nmatch:\n  within: {km: 5, of: Kiyv}\n", 4, "'Kiyv' is not in the tables of places"),
            ("name: r\ntype: any\nmatch:\n  within: {km: 5, lat: 95, lon: 1}\n", 4, "'lat' is a number from -90"),
            ("name: r\ntype: any\nmatch: 'event=X'\n", 3, "'X' is no value of event"),
            ("name: r\ntype: frequency\nnum_events: 3\n", 1, "'timeframe' is missing"),
            ("name: r\ntype: frequency\nnum_events: 3\ntimeframe: {hours: 4}\n", 4, "such as 15m, 2h or 7d"),
            ("name: r\ntype: frequency\nnum_events: 3\ntimeframe: 4 hours\n", 4, "write 15m, 2h or 1d"),
            ("name: r\ntype: frequency\nnum_events: 0\ntimeframe: 4h\n", 3, "from 1 to 10000"),
            ("name: r\ntype: any\nnum_events: 3\n", 3, "'num_events' is a setting of frequency; this rule is any"),
            ("name: r\ntype: any\nthreshold: 3\n", 3, "'threshold' is a setting of flatline; this rule is any"),
            ("name: r\ntype: flatline\nthreshold: 1\ntimeframe: 1h\nrealert: 0s\n", 5, "between 1m and 366d"),
            ("name: r\ntype: cardinality\ncardinality_field: actor\ntimeframe: 1h\n", 1, "needs 'max_cardinality'"),
            ("name: r\ntype: change\ncompare_key: status\n", 2, "change needs group_by"),
            ("name: r\ntype: any\ngroup_by: [actor, actor]\n", 3, "'actor' is there twice"),
            ("name: r\ntype: any\ngroup_by: actors\n", 3, "did you mean actor?"),
            ("name: r\ntype: any\nexponential_realert: 1h\n", 3, "doubles a 'realert'"),
            (
                "name: r\ntype: any\nquiet_hours: {from: '25:00', to: '06:00', zone: UTC}\n", 3,
                "'from' is a time of day"
            ),
            (
                "name: r\ntype: any\nquiet_hours: {from: '22:00', to: '06:00', zone: Europe/Berln}\n", 3,
                "time zone database"
            ),
            ("name: r\ntype: any\nquiet_hours: {from: '22:00', to: '06:00'}\n", 3, "'zone' is missing"),
            ("name: r\ntype: any\nseverity: urgent\n", 3, "one of low, medium, high, critical"),
            ("name: r\ntype: any\ntitle: '{actr} acts'\n", 3, "did you mean actor?"),
            ("name: r\ntype: any\ntitle: '{actor acts'\n", 3, "has no '}'"),
            ("name: r\ntype: any\nsinks: [log, pager]\n", 3, "'pager' is no value of 'sinks'"),
            ("name: r\ntype: any\nsinks:\n  - log\n  - webhook\n", 5, "webhook needs 'name'"),
            ("name: r\ntype: any\nsinks: [log, log]\n", 3, "the sink log is there twice"),
            ("- {name: a, type: any}\n- {name: a, type: any}\n", 2, "'a' is there twice"),
            ("name: [r\n", nil, "not YAML"), ("just words\n", 1, "a rule has to be a mapping"),
            ("name: r\nname: q\ntype: any\n", 1, "stands twice"),
        ] as [(String, Int?, String)]
    )
    func `what is wrong is named with its line`(_ text: String, _ line: Int?, _ part: String) {
        let error = #expect(throws: SettingsError.self) { try RuleSupport.rules(text) }
        if let line { #expect(error?.line == line, "\(error?.description ?? "")") }
        #expect(error?.description.hasPrefix("rules.yaml") == true)
        #expect(error?.message.contains(part) == true, "\(error?.description ?? "")")
    }

    @Test func `a whole rule is read`() throws {
        let rule = try RuleSupport.rule(
            """
            description: Everything at once.
            type: spike
            spike_height: 2.5
            spike_type: up
            timeframe: 7d
            threshold_ref: 5
            match: {quad: 4, not: {status: [denied, negated]}}
            group_by: [dyad]
            realert: 1d
            exponential_realert: 4d
            quiet_hours: {from: '22:00', to: '06:30', zone: '+01:00', days: [sat, sun], then: drop}
            digest: 30m
            severity: critical
            sinks: [log, {webhook: {name: desk}}, {file: {path: alerts.jsonl}}]
            title: '{actor} {event}'
            is_enabled: false
            """
        )
        #expect(
            rule.kind == .spike(.init(height: 2.5, direction: .up, timeframe: 604_800_000, reference: 5, current: 1))
        )
        #expect("\(rule.match)" == "all(type=event, quad=4, not(status=denied,negated))")
        #expect(rule.sinks.map(\.name) == ["log", "webhook:desk", "file:alerts.jsonl"])
        #expect(rule.quietHours?.days == [5, 6] && rule.quietHours?.from == 1320 && rule.quietHours?.then == .drop)
        #expect(rule.severity == .critical && !rule.isEnabled && rule.digest == 1_800_000)
        #expect(rule.realert == 86_400_000 && rule.exponentialRealert == 4 * 86_400_000)
        #expect(rule.groupBy == [.dyad] && rule.memory == 2 * 604_800_000)
    }

    @Test(arguments: ["", "# later\n", "---\n"]) func `a file without rules is one`(_ text: String) throws {
        #expect(try RuleSupport.rules(text).isEmpty)
    }

    @Test func `the rules that come along are right, and of every kind`() throws {
        var place = URL(filePath: #filePath)
        for _ in 0..<4 { place.deleteLastPathComponent() }
        let seeds = place.appending(path: "seeds").path(percentEncoded: false)
        let knowledge = try Knowledge(directory: seeds)
        let world = RuleWorld(
            coordinates: { knowledge.coordinates(of: $0, country: $1) },
            zone: { FileManager.default.contents(atPath: "/usr/share/zoneinfo/\($0)").map(Array.init) }
        )
        var rules: [Rule] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(seeds)/rules").sorted() {
            let path = "\(seeds)/rules/\(name)"
            let text = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
            rules += try RuleFile.parse(YAMLFile(name: path, text: text), world: world)
        }
        #expect(rules.count >= 6 && Set(rules.map(\.name)).count == rules.count && rules.allSatisfy(\.isEnabled))
        #expect(Set(rules.map(\.kind.name)).count >= 6)
        #expect(rules.allSatisfy { !$0.description.isEmpty })
    }
}

@Suite("Time zones and quiet hours") struct QuietHoursTests {
    /// Seconds since 1970 of a UTC time.
    private func utc(_ text: String) throws -> Int { try #require(Timestamp.milliseconds(text)) / 1000 }

    private func zone(_ name: String) throws -> Zone? {
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").flatMap { Zone(tzif: Array($0)) }
    }

    @Test(arguments: [
        ("Europe/Berlin", "2024-01-15T12:00:00Z", 3600), ("Europe/Berlin", "2024-07-15T12:00:00Z", 7200),
        ("Europe/Berlin", "2024-03-31T00:59:59Z", 3600), ("Europe/Berlin", "2024-03-31T01:00:00Z", 7200),
        ("Europe/Berlin", "2050-07-01T00:00:00Z", 7200), ("America/New_York", "2024-12-01T00:00:00Z", -18_000),
        ("America/New_York", "2045-08-01T00:00:00Z", -14_400), ("Asia/Kolkata", "2024-05-01T00:00:00Z", 19_800),
        ("Australia/Sydney", "2060-01-01T00:00:00Z", 39_600), ("Asia/Tehran", "2024-07-01T00:00:00Z", 12_600),
        ("Europe/London", "1944-07-01T00:00:00Z", 7200),
    ])
    func `offsets are those of the database`(_ name: String, _ time: String, _ offset: Int) throws {
        guard let zone = try zone(name) else {
            print("skipped: this machine has no time zone database")
            return
        }
        #expect(zone.offset(at: try utc(time)) == offset)
    }

    @Test func `what is no zone is none`() {
        #expect(Zone(tzif: []) == nil && Zone(tzif: Array("TZif2".utf8)) == nil && Zone(tzif: [1, 2, 3]) == nil)
        #expect(Zone(offset: "+05:30")?.offset(at: 0) == 19_800 && Zone(offset: "-03:30")?.offset(at: 0) == -12_600)
        #expect(Zone(offset: "5:30") == nil && Zone(offset: "+5") == nil && Zone(offset: "+99:00") == nil)
    }

    @Test(
        arguments: [
            ("2024-01-01T21:59:00Z", nil), ("2024-01-01T22:00:00Z", "2024-01-02T06:00:00Z"),
            ("2024-01-02T05:59:00Z", "2024-01-02T06:00:00Z"), ("2024-01-02T06:00:00Z", nil),
        ] as [(String, String?)]
    )
    func `hours over midnight`(_ time: String, _ end: String?) throws {
        let hours = QuietHours(from: 22 * 60, to: 6 * 60, zone: .utc, then: .digest)
        #expect(try hours.end(at: utc(time) * 1000) == end.map { try utc($0) * 1000 })
    }

    @Test func `whole days in a row end together, and a change of the clocks moves the end`() throws {
        let weekend = QuietHours(from: 0, to: 1440, days: [5, 6], zone: .utc, then: .digest)
        #expect(try weekend.end(at: utc("2024-01-06T10:00:00Z") * 1000) == utc("2024-01-08T00:00:00Z") * 1000)
        #expect(try weekend.end(at: utc("2024-01-05T10:00:00Z") * 1000) == nil)
        guard let berlin = try zone("Europe/Berlin") else { return }
        let night = QuietHours(from: 22 * 60, to: 7 * 60, zone: berlin, then: .digest)
        // Saturday night of March the clocks go forward: seven o'clock is five in UTC, not six.
        #expect(try night.end(at: utc("2024-03-30T22:00:00Z") * 1000) == utc("2024-03-31T05:00:00Z") * 1000)
    }
}

import Briefing
import Knowledge
import Records
import Testing

@Suite("Alert rules: kinds") struct RuleKindTests {
    private typealias S = RuleSupport

    /// What a rule says of events, and of the time after them.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var rule: String
        /// Minutes and keys.
        var events: [(Int, String)]
        var until: Int?
        /// `minutes: why`.
        var said: [String]
        var testDescription: String { name }
    }

    private static let expel = "event=SANCTION mode=expel status=happened actor=USA recipient=RUS"

    static let cases: [Case] = [
        Case(
            name: "any fires at each event that matches",
            rule: "type: any\nmatch: {event: SANCTION, status: happened}",
            events: [(0, expel), (1, "event=SANCTION status=proposed"), (2, "event=AID status=happened"), (3, expel)],
            said: [
                "0: SANCTION expel USA→RUS, happened, 1 independent report",
                "3: SANCTION expel USA→RUS, happened, 1 independent report",
            ]
        ),
        Case(
            name: "frequency fires at the third event of a group within the window, and counts anew",
            rule: "type: frequency\nnum_events: 3\ntimeframe: 2h\ngroup_by: [actor, recipient]\nrealert: 1m",
            events: [
                (0, expel), (10, expel), (15, "event=SANCTION actor=GBR recipient=RUS"), (130, expel), (131, expel),
                (132, expel), (140, expel),
            ],
            // At 130 the first is two hours and ten minutes old.
            said: ["132: 3 SANCTION events USA, RUS within 2m; threshold 3 within 2h"]
        ),
        Case(
            name: "flatline fires when the second last event leaves the window, and again after the silence",
            rule: "type: flatline\nthreshold: 2\ntimeframe: 1h",
            events: [(0, expel), (30, expel), (50, expel)],
            until: 200,
            said: [
                "90: 1 events within 1h, the last at 2024-01-01T12:50:00Z; at least 2 expected",
                "150: 0 events within 1h, the last at 2024-01-01T12:50:00Z; at least 2 expected",
            ]
        ),
        Case(
            name: "a group that goes quiet is said once, until it comes again",
            rule: "type: flatline\nthreshold: 1\ntimeframe: 1h\ngroup_by: actor",
            events: [(0, "actor=RUS"), (5, "actor=USA"), (500, "actor=RUS")],
            until: 1000,
            said: [
                "60: 0 events RUS within 1h, the last at 2024-01-01T12:00:00Z; at least 1 expected",
                "65: 0 events USA within 1h, the last at 2024-01-01T12:05:00Z; at least 1 expected",
                "560: 0 events RUS within 1h, the last at 2024-01-01T20:20:00Z; at least 1 expected",
            ]
        ),
        Case(
            name: "new_term says a value that the window has not seen, after it has learned",
            rule: "type: new_term\nfields: actor\nterms_window_size: 10h\nlearn: 1h",
            events: [(0, "actor=RUS"), (70, "actor=RUS"), (71, "actor=USA"), (72, "actor=USA"), (700, "actor=USA")],
            said: ["71: actor=USA not seen in the 10h before", "700: actor=USA not seen in the 10h before"]
        ),
        Case(
            name: "new_term of two fields looks at their pairs, by group",
            rule: "type: new_term\nfields: [actor, mode]\nlearn: 0s\ngroup_by: country",
            events: [
                (0, "actor=RUS mode=aerial country=UKR"), (1, "actor=RUS mode=aerial country=UKR"),
                (2, "actor=RUS mode=drone country=UKR"), (3, "actor=RUS mode=drone country=POL"),
            ],
            said: [
                "0: actor=RUS mode=aerial UKR not seen in the 30d before",
                "2: actor=RUS mode=drone UKR not seen in the 30d before",
                "3: actor=RUS mode=drone POL not seen in the 30d before",
            ]
        ),
        Case(
            name: "cardinality counts different values",
            rule: "type: cardinality\ncardinality_field: actor\nmax_cardinality: 2\ntimeframe: 1h\ngroup_by: country",
            events: [
                (0, "actor=AAA country=UKR"), (1, "actor=BBB country=UKR"), (2, "actor=AAA country=UKR"),
                (3, "actor=CCC country=POL"), (4, "actor=CCC country=UKR"), (5, "actor=DDD country=UKR"),
            ],
            said: ["4: 3 values of actor UKR within 1h, such as BBB, AAA, CCC; at most 2 expected"]
        ),
        Case(
            name: "cardinality says too few, at the moment the last but one leaves the window",
            rule: "type: cardinality\ncardinality_field: source\nmin_cardinality: 2\ntimeframe: 1h",
            events: [(0, "source=a"), (10, "source=b"), (40, "source=b"), (50, "source=b")],
            until: 80,
            said: ["60: 1 values of source within 1h, the last at 2024-01-01T12:50:00Z; at least 2 expected"]
        ),
        Case(
            name: "change says a value that became another one, from and to those asked for",
            rule: "type: change\ncompare_key: status\nfrom: [proposed, threatened]\nto: happened\ngroup_by: dyad",
            events: [
                (0, "actor=USA recipient=RUS status=proposed"), (1, "actor=GBR recipient=RUS status=happened"),
                (2, "actor=USA recipient=RUS status=denied"), (3, "actor=USA recipient=RUS status=proposed"),
                (60, "actor=USA recipient=RUS status=happened"), (61, "actor=USA recipient=RUS status=happened"),
            ],
            said: ["60: status USA→RUS became happened; it was proposed 57m before"]
        ),
        Case(
            name: "an event that lacks a field of group_by belongs to no group; one with two values to both",
            rule: "type: frequency\nnum_events: 2\ntimeframe: 1h\ngroup_by: actor",
            events: [(0, ""), (1, ""), (2, "actor=USA actor=GBR"), (3, "actor=GBR")],
            said: ["3: 2 events GBR within 1m; threshold 2 within 1h"]
        ),
    ]

    @Test(arguments: cases) func `what each kind says`(_ example: Case) throws {
        let rule = try S.rule(example.rule)
        let events = example.events.enumerated().map { S.event($0.offset + 1, at: $0.element.0, $0.element.1) }
        let alerts = S.run(rule, events, until: example.until)
        #expect(S.said(alerts) == example.said)
        #expect(Set(alerts.map(\.id)).count == alerts.count)
        #expect(S.run(rule, events, until: example.until).map(\.id) == alerts.map(\.id), "the same again")
    }

    @Test func `a spike rises against the window before, and falls without another event`() throws {
        let rule = try S.rule(
            "type: spike\nspike_height: 3\nspike_type: both\ntimeframe: 1h\nthreshold_ref: 4\nthreshold_cur: 6\nrealert: 2h"
        )
        // Four events in the first minutes, twelve an hour later, none after.
        let early = (0..<4).map { S.event($0 + 1, at: 1 + $0 * 3, "event=ASSAULT") }
        let late = (0..<12).map { S.event($0 + 11, at: 62 + $0, "event=ASSAULT") }
        let alerts = S.run(rule, early + late, until: 400)
        #expect(
            S.said(alerts) == [
                "73: 12 events within 1h after 4 in the 1h before: up to 3 times; threshold 3"
                // The silence of two hours ends at 193; by then the burst is older than both windows.
            ]
        )
        let down = try S.rule("type: spike\nspike_height: 3\nspike_type: down\ntimeframe: 1h\nthreshold_ref: 4")
        #expect(
            S.said(S.run(down, early + late, until: 400)) == [
                "130: 3 events within 1h after 9 in the 1h before: down to 0.3 times; threshold 1/3"
            ]
        )
        let few = try S.rule("type: spike\nspike_height: 3\nspike_type: up\ntimeframe: 1h\nthreshold_ref: 5")
        #expect(S.run(few, early + late, until: 400).isEmpty, "a reference too small compares nothing")
    }

    @Test func `the reason has its numbers, the alert its evidence`() throws {
        let rule = try S.rule(
            "type: frequency\nseverity: high\nnum_events: 2\ntimeframe: 1h\ngroup_by: dyad\ntitle: '{count} times {actor} on {recipient}: {event}'"
        )
        let events = (1...2).map { seq in
            S.event(seq, at: seq, "event=SANCTION actor=USA recipient=RUS") {
                $0.scale = -5.5
                $0.credibility = Double(seq) / 4
            }
        }
        let alert = try #require(S.run(rule, events).first)
        #expect(alert.title == "2 times USA on RUS: SANCTION")
        #expect(alert.key == "dyad=USA→RUS" && alert.count == 2 && alert.threshold == 2)
        #expect(alert.evidence.map(\.event) == events.map(\.id) && alert.seq == 2 && alert.article == events[1].article)
        // Half of 0.75, half of 5.5 / 10; credibility is the mean of 0.25 and 0.5.
        #expect(alert.importance == 0.65 && alert.credibility == 0.375)
        let again = try JSON.decode(Alert.self, from: JSON.encode(alert))
        #expect(again == alert)
    }

    @Test func `match asks what filters ask, and more`() throws {
        let near = S.event(1, at: 0, "event=ASSAULT actor=RUS place=irpin confidence=0.800") {
            $0.point = .init(latitude: 50.52, longitude: 30.25)
            $0.origins = 2
            $0.names = ["Sergei Lavrov"]
            $0.title = "Shelling near the capital"
            $0.sentence = "Chemical weapons, they said, were not used."
        }
        func matches(_ text: String) throws -> Bool { try S.rule("type: any\nmatch: \(text)").match.matches(near) }
        #expect(try matches("{within: {km: 30, of: Kyiv}}") && !matches("{within: {km: 10, of: Kyiv}}"))
        #expect(try matches("{within: {km: 30, lat: 50.45, lon: 30.52}}"))
        #expect(try matches("{origins: '>=2'}") && matches("{origins: 2}") && !matches("{origins: '<= 1'}"))
        #expect(try matches("{name: sergei lavrov}") && !matches("{name: Lavrov}"))
        #expect(try matches("{text: chemical weapons}") && matches("{text: [nerve gas, capital]}"))
        #expect(try !matches("{text: chem}") && !matches("{text: used weapons}"))
        #expect(try matches("{confidence: '>= 0.8'}") && !matches("{confidence: '>=0.81'}"))
        #expect(try matches("{place: Irpin, event: [ASSAULT, COERCE]}") && !matches("{actor: [USA, GBR]}"))
        #expect(try matches("'event=ASSAULT actor!=USA'") && matches("{filter: confidence<=0.9}"))
        #expect(try matches("{any: [{actor: USA}, {actor: RUS, origins: 2}]}"))
        #expect(try !matches("{not: {actor: RUS}}") && matches("{not: [{actor: USA}, {origins: 1}]}"))
        let failing = try S.rule("type: any\nmatch: {actor: USA, origins: '>=3', event: ASSAULT, text: nerve gas}")
            .match
        #expect(
            failing.failures(near) == [
                "actor=USA: the event has RUS", "origins>=3: the event has 2",
                "text=nerve gas: neither the title nor the sentence has it",
            ]
        )
    }

    @Test func `a rule looks at new events unless it asks for corrections`() throws {
        var corrected = S.event(1, at: 0)
        corrected.keys = Array("type=event.corrected event=AID".utf8)
        #expect(try S.run(S.rule("type: any"), [corrected]).isEmpty)
        #expect(try S.run(S.rule("type: any\nmatch: {type: event.corrected}"), [corrected]).count == 1)
    }

    @Test func `an archive counts by publication, in its order, and never by the future`() throws {
        let rule = try S.rule("type: frequency\nnum_events: 3\ntimeframe: 1h\ntime: published")
        func published(_ seq: Int, _ minutes: Int) -> RuleEvent {
            S.event(seq, at: 10_000 + seq) { $0.published = S.start + minutes * S.minute }
        }
        // All came within minutes; three were published within an hour.
        let events = [published(1, 0), published(2, 500), published(3, 30), published(4, 100), published(5, 59)]
        #expect(S.said(S.run(rule, events)) == ["59: 3 events within 59m; threshold 3 within 1h"])
        let future = [published(1, 900_000), published(2, 900_001), published(3, 0)]
        #expect(S.run(rule, future).isEmpty)
    }
}

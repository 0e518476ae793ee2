import Briefing
import Records
import Testing

@Suite("Indices") struct IndexTests {
    private func row(
        _ day: Int,
        _ event: EventType,
        _ count: Int = 1,
        status: EventStatus = .happened,
        from actor: String = "RUS",
        to recipient: String = "UKR"
    ) -> DyadCount {
        DyadCount(
            day: CivilDate(daysSinceEpoch: day),
            actor: actor,
            recipient: recipient,
            event: event,
            status: status,
            count: count,
            scaleSum: Double(count) * event.scale
        )
    }

    private func series(
        _ days: ClosedRange<Int>,
        _ rows: [DyadCount],
        of scope: IndexScope = .dyad("RUS", "UKR")
    ) -> IndexSeries {
        let (from, to) = (CivilDate(daysSinceEpoch: days.lowerBound), CivilDate(daysSinceEpoch: days.upperBound))
        return IndexSeries(scope, from...to, rows: rows)
    }

    @Test(arguments: [
        // Nothing but the calm: 0.
        ([], 0.0),
        // 100 × 9 / (9 + 0 + 10)
        ([("ASSAULT", 1, EventStatus.happened)], 47.4),
        ([("ASSAULT", 10, .happened)], 90.0),
        // 100 × 90 / (90 + 25 + 10)
        ([("ASSAULT", 10, .happened), ("AGREE", 10, .happened)], 72.0),
        // An alleged assault weighs 0.6: 100 × 5.4 / (5.4 + 10)
        ([("ASSAULT", 1, .alleged)], 35.1),
        // What is denied, negated or hypothetical weighs nothing.
        ([("ASSAULT", 5, .denied), ("ASSAULT", 5, .negated), ("ASSAULT", 5, .hypothetical)], 0.0),
        ([("AGREE", 3, .happened)], 0.0),
    ])
    func `tension is the share of conflict`(_ reports: [(String, Int, EventStatus)], _ wanted: Double) throws {
        let rows = reports.map { row(100, EventType(rawValue: $0.0)!, $0.1, status: $0.2) }
        let day = try #require(series(100...100, rows).days.first)
        #expect((day.tension * 10).rounded() / 10 == wanted)
    }

    @Test func `counts by type and quad, and the mean intensity`() throws {
        let rows = [
            row(100, .assault, 2), row(100, .consult, 1), row(100, .accuse, 1, status: .alleged),
            row(100, .accuse, 4, status: .denied),
        ]
        let day = try #require(series(100...100, rows).days.first)
        #expect(day.count == 4 && day.byQuad == [1, 0, 1, 2])
        #expect(day.byType == ["ASSAULT": 2, "CONSULT": 1, "ACCUSE": 1])
        // (2 × -9 + 2.5 + 0.6 × -3) / (2 + 1 + 0.6)
        #expect(abs(try #require(day.meanIntensity) - (-17.3 / 3.6)) < 1e-9)
    }

    @Test func `gaps are days without reports`() {
        let days = series(100...104, [row(100, .assault), row(104, .agree)]).days
        #expect(days.map(\.count) == [1, 0, 0, 0, 1])
        #expect(days.map { "\($0.day)" }.first == "1970-04-11" && days[1].meanIntensity == nil)
    }

    @Test func `a scope counts its own rows once`() {
        let rows = [
            row(100, .consult), row(100, .consult, from: "UKR", to: "RUS"), row(100, .consult, from: "RUS", to: "RUS"),
            row(100, .consult, from: "USA", to: "CHN"), row(99, .consult), row(101, .consult),
        ]
        func count(_ scope: IndexScope) -> Int? { series(100...100, rows, of: scope).days.first?.count }
        #expect(count(.country("RUS")) == 3)
        #expect(count(.dyad("UKR", "RUS")) == 2)
        #expect(count(.directed("RUS", "UKR")) == 1)
    }

    private static let pasts: [(past: [Int], number: Int, isSpike: Bool)] = [
        // Median 2, deviations 0: the spread is the square root of the mean, 1.41. (8 - 2) / 1.41 = 4.24.
        (twos, 8, true),
        // (7 - 2) / 1.41 = 3.5.
        (twos, 7, false),
        // Never a spike below five, however quiet it was; five after nothing is 5 / 1.
        (zeros, 4, false),
        (zeros, 5, true),
        // Thirteen days make no baseline.
        (Array(repeating: 0, count: 13), 50, false),
        // A restless past: median 10, median deviation 10, spread 14.8; 60 is 3.4 of them, 70 is 4.05.
        (restless, 60, false),
        (restless, 70, true),
        // One day of a hundred does not raise the median, but the mean: 2 × 27 + 100 over 28 is 5.5, its root 2.35; (12 - 2) / 2.35 = 4.26.
        (outlier, 12, true),
        (outlier, 11, false),
    ]
    private static let twos = Array(repeating: 2, count: 28)
    private static let zeros = Array(repeating: 0, count: 28)
    private static let restless = (0..<28).map { $0 % 3 * 10 }
    private static let outlier = Array(repeating: 2, count: 27) + [100]

    @Test(arguments: pasts)
    func `a spike stands out against its own past`(_ past: [Int], _ number: Int, _ isSpike: Bool) {
        #expect((Spike(number, past: past) != nil) == isSpike)
    }

    @Test func `the past begins with the first report, and days are compared with those before them`() throws {
        let quiet = (80..<100).map { row($0, .accuse) }
        let days = series(99...101, quiet + [row(100, .assault, 9)]).days
        #expect(days.map { $0.spike != nil } == [false, true, false])
        #expect(try #require(days[1].spike).median == 1)
        // The first reports ever are not a spike: nothing says that there were none before.
        #expect(series(100...100, [row(100, .assault, 50)]).days[0].spike == nil)
    }

    @Test func `a line for a terminal`() {
        #expect(Sparkline.text([0, 1, 4, nil, 8]) == "▁▂▅·█")
        #expect(Sparkline.text([0, 50, 100], upTo: 100) == "▁▅█")
        #expect(Sparkline.text([]) == "" && Sparkline.text([0, 0]) == "▁▁" && Sparkline.text([-3, 6]) == "▁█")
        #expect(series(100...102, [row(101, .assault, 100)]).sparkline == "·█·")
    }
}

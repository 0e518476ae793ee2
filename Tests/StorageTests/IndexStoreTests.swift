import Briefing
import Postgres
import Records
import Supervision
import TestSupport
import Testing

@testable import Storage

@Suite("Index store", .timeLimit(.minutes(2))) struct IndexStoreTests {
    private let connection: Connection

    init() throws {
        connection = try Connection(PrivatePostgres.shared.get().freshDatabase(), application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: connection)
    }

    private func counted(_ day: String, _ actor: String, _ recipient: String, _ event: EventType) -> DyadStore.Counted {
        let key = DyadStore.Key(day: day, actor: actor, recipient: recipient, event: event.rawValue, status: "happened")
        return .init(key: key, quad: event.quadCode, thousandths: DyadStore.thousandths(event.scale))
    }

    @Test func `a series comes from the rows of its scope, with those of the days before it`() throws {
        let from = try #require(CivilDate(iso: "2022-03-01"))
        try DyadStore.add(
            [
                counted("2022-03-01", "RUS", "UKR", .assault), counted("2022-03-01", "RUS", "UKR", .assault),
                counted("2022-03-02", "UKR", "RUS", .accuse), counted("2022-03-01", "RUS", "RUS", .coerce),
                counted("2022-03-01", "USA", "UKR", .aid), counted("2022-02-01", "RUS", "UKR", .threaten),
                counted("2022-01-31", "RUS", "UKR", .threaten),
            ],
            takingAway: [],
            on: connection
        )
        func series(_ scope: IndexScope) throws -> IndexSeries {
            let range = from...from.adding(days: 2)
            return IndexSeries(scope, range, rows: try IndexStore.rows(scope, range, on: connection))
        }
        #expect(try series(.dyad("UKR", "RUS")).days.map(\.count) == [2, 1, 0])
        #expect(try series(.directed("RUS", "UKR")).days.map(\.count) == [2, 0, 0])
        #expect(try series(.country("UKR")).days.map(\.count) == [3, 1, 0])
        // 100 × 18 / (18 + 10)
        #expect(try series(.directed("RUS", "UKR")).days.first.map { ($0.tension * 10).rounded() } == 643)
        // The day 28 days before is read, the one before that is not.
        #expect(
            try IndexStore.rows(.dyad("RUS", "UKR"), from...from, on: connection).map(\.day.description).first
                == "2022-02-01"
        )
    }
    @Test(arguments: [
        ("2022-01-01", "2022-12-31"), ("2022-01-15", "2022-04-14"), ("2022-02-01", "2022-02-28"),
        ("2022-02-02", "2022-02-28"),
        ("2022-03-05", "2022-03-05"), ("2021-12-31", "2022-02-01"), ("2022-01-31", "2022-03-01"),
    ])
    func `months and the days around them are counted once each`(_ since: String, _ until: String) throws {
        let start = try #require(CivilDate(iso: "2021-11-20"))
        let reports = (0..<450).map {
            counted(start.adding(days: $0).description, "RUS", "UKR", $0.isMultiple(of: 3) ? .assault : .accuse)
        }
        try DyadStore.add(reports, takingAway: [], on: connection)
        let (first, last) = (try #require(CivilDate(iso: since)), try #require(CivilDate(iso: until)))
        let row = try #require(
            try Reading.matrix(around: "RUS", since: first, until: last, parties: 6, on: connection).value().first
        )
        let days = (first.daysSinceEpoch...last.daysSinceEpoch).map { $0 - start.daysSinceEpoch }
        #expect(row.events == days.count && row.quads[3] == days.count { $0.isMultiple(of: 3) })
        let country = try Reading.countries(since: first, until: last, limit: 5, on: connection).value().first
        #expect(country?.conflict == row.quads[3])
    }
}

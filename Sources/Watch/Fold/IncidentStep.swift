import Briefing
import Knowledge
import Postgres
import Records
import Storage

/// Merges reports of the same act into incidents, and leaves for every event of the batch which one it is of.
final class IncidentStep: FoldStep {
    /// Records that are looked up together.
    private static let chunk = 100
    /// Incidents and keys that are kept between batches: about a hundred megabytes.
    private static let capacity = 20_000

    private let knowledge: Knowledge
    private let countries: CountryNames
    private var book = IncidentBook()

    init(_ knowledge: Knowledge) {
        self.knowledge = knowledge
        countries = CountryNames(knowledge)
    }

    func forget() { book = IncidentBook() }

    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        var places = try IncidentStore.memberships(ofEvents: IncidentStep.replaced(in: batch.records), on: connection)
        var start = batch.records.startIndex
        while start < batch.records.endIndex {
            let end = min(start + IncidentStep.chunk, batch.records.endIndex)
            try fold(batch.records[start..<end], &places, batch, on: connection)
            start = end
        }
        for (event, membership) in batch.memberships {
            batch.memberships[event]?.incident = book.survivor(of: membership.incident)
        }
        let point = { [knowledge] (report: IncidentReport) -> (latitude: Double, longitude: Double)? in
            let point = report.place.flatMap { knowledge.coordinates(of: $0, country: report.act.country) }
            return point.map { ($0.latitude, $0.longitude) }
        }
        try IncidentStore.write(book.settle(), coordinates: point, on: connection)
        if book.size > IncidentStep.capacity { forget() }
    }

    /// Folds some records in order; of each event, `places` holds the incident and what it goes back to.
    private func fold(
        _ records: ArraySlice<FoldBatch.Record>,
        _ places: inout [String: (incident: String, origin: String)],
        _ batch: FoldBatch,
        on connection: Connection
    ) throws(PostgresError) {
        let reports = records.map { record in
            record.logged.map { IncidentReport($0, Act($0, countries)) }
        }
        try load(
            reports.compactMap { $0 },
            records.compactMap { $0.replaces.flatMap { places[$0]?.incident } },
            on: connection
        )
        for (record, report) in zip(records, reports) {
            let old = record.replaces.flatMap { event in places.removeValue(forKey: event).map { (event, $0) } }
            guard let report else {
                if let (event, place) = old {
                    book.remove(
                        event: event,
                        origin: place.origin,
                        from: place.incident,
                        seq: record.seq,
                        at: record.at
                    )
                }
                continue
            }
            let membership =
                if let (event, place) = old {
                    book.replace(event: event, origin: place.origin, of: place.incident, by: report)
                } else {
                    book.add(report)
                }
            places[report.event] = (membership.incident, report.origin)
            batch.memberships[report.event] = .init(
                incident: membership.incident,
                origins: membership.origins,
                credibility: membership.credibility,
                joined: membership.incident
            )
        }
    }

    /// Reads the incidents that reports may be of, and those that lose one.
    private func load(
        _ reports: [IncidentReport],
        _ others: [String],
        on connection: Connection
    ) throws(PostgresError) {
        let keys = Set(reports.flatMap(\.act.keys))
        let missing = book.missing(keys)
        let entries = try IncidentStore.entries(missing, limit: IncidentBook.candidates, on: connection)
        book.load(keys: missing, entries)
        let ids = book.absent(keys).union(others.map(book.survivor(of:))).filter { book.incidents[$0] == nil }
        book.load(try IncidentStore.incidents(ids.sorted(), on: connection))
    }

    /// The events that records take away or take the place of.
    private static func replaced(in records: [FoldBatch.Record]) -> [String] { records.compactMap(\.replaces) }
}

extension FoldBatch.Record {
    /// The event that holds from here on.
    fileprivate var logged: LoggedEvent? {
        switch kind {
        case .event(let logged), .corrected(let logged, _): logged
        case .retracted, .quote, .quoteRetracted, .article, .other: nil
        }
    }

    /// The event that no longer holds.
    fileprivate var replaces: String? {
        switch kind {
        case .corrected(_, let id), .retracted(let id): id
        case .event, .quote, .quoteRetracted, .article, .other: nil
        }
    }
}

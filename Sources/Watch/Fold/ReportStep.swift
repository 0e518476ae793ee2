import Briefing
import Knowledge
import Postgres
import Records
import Storage

/// Keeps the table of reports: a row for every event that holds, with its incident and the coordinates of its place.
final class ReportStep: FoldStep {
    private let knowledge: Knowledge

    init(_ knowledge: Knowledge) { self.knowledge = knowledge }

    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        // What comes and goes within one batch leaves no trace.
        var fresh: [String: LoggedEvent] = [:]
        var gone: [String] = []
        func remove(_ id: String) {
            if fresh.removeValue(forKey: id) == nil { gone.append(id) }
        }
        for record in batch.records {
            switch record.kind {
            case .event(let logged): fresh[logged.event.id] = logged
            case .corrected(let logged, let corrects):
                remove(corrects)
                fresh[logged.event.id] = logged
            case .retracted(let id): remove(id)
            case .quote, .quoteRetracted, .article, .other: break
            }
        }
        let reports = fresh.values.sorted { $0.seq < $1.seq }.map { logged in
            let point = logged.event.location.flatMap { knowledge.coordinates(of: $0.name, country: $0.country) }
            return Report(
                logged: logged,
                incident: batch.memberships[logged.event.id]?.incident ?? logged.event.id,
                coordinates: point.map { ($0.latitude, $0.longitude) }
            )
        }
        batch.left = try ReportStore.remove(gone, on: connection)
        try ReportStore.insert(reports, on: connection)
        batch.came = reports
    }

    func forget() {}
}

/// Counts reports a day and dyad.
final class DyadStep: FoldStep {
    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        try DyadStore.add(batch.came.map(\.count), takingAway: batch.left, on: connection)
    }

    func forget() {}
}

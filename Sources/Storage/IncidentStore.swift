package import Briefing
package import Postgres
import Records

/// The tables `incident` and `incident_key`.
package enum IncidentStore {
    private static let separator = "\u{1F}"

    /// What is stored under keys: of each the newest `limit` incidents, with the one that each is part of now.
    package static func entries(
        _ keys: [String],
        limit: Int,
        on connection: Connection
    ) throws(PostgresError) -> [(key: String, entry: IncidentBook.Entry, survivor: String)] {
        guard !keys.isEmpty else { return [] }
        let rows = try connection.query(
            """
            select q.key, k.first_seq, k.incident_id::text, coalesce(i.merged_into, i.id)::text
            from unnest(\(keys as [String?])) as q(key)
            cross join lateral (
                select first_seq, incident_id from incident_key where key = q.key
                order by first_seq desc, incident_id desc limit \(limit)
            ) k
            join incident i on i.id = k.incident_id
            """
        )
        var entries: [(String, IncidentBook.Entry, String)] = []
        entries.reserveCapacity(rows.count)
        for row in rows {
            let entry = IncidentBook.Entry(firstSeq: try row.int(1), incident: try row.string(2))
            entries.append((try row.string(0), entry, try row.string(3)))
        }
        return entries
    }

    /// Incidents by id; those that do not exist are left out.
    package static func incidents(_ ids: [String], on connection: Connection) throws(PostgresError) -> [Incident] {
        guard !ids.isEmpty else { return [] }
        let rows = try connection.query(
            "select id::text, data from incident where id = any(\(ids as [String?])::uuid[]) order by id"
        )
        var incidents: [Incident] = []
        incidents.reserveCapacity(rows.count)
        for row in rows {
            do { incidents.append(try JSON.decode(Incident.self, from: try row.bytes(1))) } catch let error
                as PostgresError
            {
                throw error
            } catch {
                throw PostgresError(
                    sqlState: "XX001",
                    message: "the row of incident \(try row.string(0)) cannot be read: \(error)"
                )
            }
        }
        return incidents
    }

    /// The incidents of reports that are stored, with what each report goes back to.
    package static func memberships(
        ofEvents events: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: (incident: String, origin: String)] {
        guard !events.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            select r.id::text, coalesce(i.merged_into, i.id)::text, r.origin_id::text
            from report r join incident i on i.id = r.incident_id where r.id = any(\(events as [String?])::uuid[])
            """
        )
        var memberships: [String: (String, String)] = [:]
        for row in rows { memberships[try row.string(0)] = (try row.string(1), try row.string(2)) }
        return memberships
    }

    /// Writes what came of reports, the merged incidents' reports included; four statements at most.
    ///
    /// - Parameter coordinates: degrees north and east of an incident's place, where they are known.
    package static func write(
        _ changes: IncidentBook.Changes,
        coordinates: (IncidentReport) -> (latitude: Double, longitude: Double)?,
        on connection: Connection
    ) throws(PostgresError) {
        try upsert(changes.incidents.compactMap { Row($0, coordinates) }, on: connection)
        try insert(changes.keys, on: connection)
        guard !changes.merged.isEmpty else { return }
        let losers = changes.merged.map(\.loser) as [String?]
        let survivors = changes.merged.map(\.survivor) as [String?]
        try connection.query(
            """
            update incident i set merged_into = m.survivor::uuid
            from unnest(\(losers), \(survivors)) as m(loser, survivor) where i.id = m.loser::uuid or i.merged_into = m.loser::uuid
            """
        )
        try connection.query(
            """
            update report r set incident_id = m.survivor::uuid
            from unnest(\(losers), \(survivors)) as m(loser, survivor) where r.incident_id = m.loser::uuid
            """
        )
    }

    /// An incident with what its row says of its best report.
    private struct Row {
        var incident: Incident
        var best: IncidentReport
        var coordinates: (latitude: Double, longitude: Double)?

        init?(_ incident: Incident, _ coordinates: (IncidentReport) -> (latitude: Double, longitude: Double)?) {
            guard let best = incident.best else { return nil }
            (self.incident, self.best, self.coordinates) = (incident, best, coordinates(best))
        }

        func data() throws(PostgresError) -> [UInt8] {
            do { return try JSON.encode(IncidentRecord(incident)) } catch {
                throw PostgresError(sqlState: "22032", message: "incident \(incident.id) cannot be written: \(error)")
            }
        }
    }

    private static func upsert(_ rows: [Row], on connection: Connection) throws(PostgresError) {
        guard !rows.isEmpty else { return }
        var data: [[UInt8]] = []
        for row in rows { data.append(try row.data()) }
        func texts(_ value: (Row) -> String?) -> [String?] { rows.map(value) }
        func numbers(_ value: (Row) -> Int) -> [Int] { rows.map(value) }
        try connection.query(
            """
            insert into incident (id, first_seq, last_seq, first_at, last_at, day, event, mode, quad, status, actor, recipient, countries,
                place, latitude, longitude, reports, origins, confidence, data)
            select id::uuid, first_seq, last_seq, to_timestamp(first_at / 1000.0), to_timestamp(last_at / 1000.0), day::date, event, mode,
                quad, status, actor, recipient, string_to_array(countries, \(separator)), place, latitude::real, longitude::real,
                reports, origins, confidence::real, data::json
            from unnest(\(texts { $0.incident.id }), \(numbers { $0.incident.firstSeq }), \(numbers { $0.incident.lastSeq }),
                \(numbers { $0.incident.firstAt }), \(numbers { $0.incident.lastAt }),
                \(texts { ($0.incident.day ?? $0.best.act.day).description }), \(texts { $0.best.act.event.rawValue }),
                \(texts { $0.best.act.mode.first }), \(numbers { $0.best.act.event.quadCode }), \(texts { $0.incident.status }),
                \(texts { $0.best.act.actor.first?.code ?? "" }), \(texts { $0.best.act.recipient.first?.code ?? "" }),
                \(texts { $0.incident.countries.joined(separator: separator) }), \(texts(\.best.place)),
                \(texts { $0.coordinates.map { "\($0.latitude)" } }), \(texts { $0.coordinates.map { "\($0.longitude)" } }),
                \(numbers { $0.incident.reports }), \(numbers { $0.incident.origins }),
                \(texts { $0.best.confidence.map { "\($0)" } }), \(Parameter.utf8Array(data)))
                as r(id, first_seq, last_seq, first_at, last_at, day, event, mode, quad, status, actor, recipient, countries, place,
                    latitude, longitude, reports, origins, confidence, data)
            on conflict (id) do update set last_seq = excluded.last_seq, last_at = excluded.last_at, day = excluded.day,
                event = excluded.event, mode = excluded.mode, quad = excluded.quad, status = excluded.status, actor = excluded.actor,
                recipient = excluded.recipient, countries = excluded.countries, place = excluded.place, latitude = excluded.latitude,
                longitude = excluded.longitude, reports = excluded.reports, origins = excluded.origins,
                confidence = excluded.confidence, data = excluded.data
            """
        )
    }

    private static func insert(
        _ keys: [(key: String, entry: IncidentBook.Entry)],
        on connection: Connection
    ) throws(PostgresError) {
        guard !keys.isEmpty else { return }
        try connection.query(
            """
            insert into incident_key (key, first_seq, incident_id)
            select key, first_seq, id::uuid
            from unnest(\(keys.map(\.key) as [String?]), \(keys.map(\.entry.firstSeq)), \(keys.map(\.entry.incident) as [String?]))
                as k(key, first_seq, id)
            on conflict do nothing
            """
        )
    }
}

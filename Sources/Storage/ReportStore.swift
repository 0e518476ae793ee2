package import Briefing
package import Postgres
import Records
import Wire

/// One event as one article reports it.
package struct Report: Sendable, Equatable {
    package var logged: LoggedEvent
    package var incident: String
    /// Degrees north and east of the place of the act, where it is known.
    package var coordinates: (latitude: Double, longitude: Double)?

    package init(
        logged: LoggedEvent,
        incident: String,
        coordinates: (latitude: Double, longitude: Double)? = nil
    ) {
        self.logged = logged
        self.incident = incident
        self.coordinates = coordinates
    }

    package static func == (one: Report, other: Report) -> Bool {
        one.logged == other.logged && one.incident == other.incident
            && one.coordinates?.latitude == other.coordinates?.latitude
            && one.coordinates?.longitude == other.coordinates?.longitude
    }

    /// What the counts see of it.
    package var count: DyadStore.Counted {
        let event = logged.event
        return .init(
            key: .init(
                day: logged.day.description,
                actor: event.actor.first?.code ?? "",
                recipient: event.recipient.first?.code ?? "",
                event: event.event.rawValue,
                status: event.status.rawValue
            ),
            quad: event.quadCode,
            thousandths: DyadStore.thousandths(event.eventScale)
        )
    }
}

/// The table `report`: the events that hold now.
package enum ReportStore {
    private static let separator = "\u{1F}"

    /// Stores reports; one statement.
    package static func insert(_ reports: [Report], on connection: Connection) throws(PostgresError) {
        guard !reports.isEmpty else { return }
        let events = reports.map(\.logged.event)
        let counts = reports.map(\.count)
        func texts(_ value: (Event) -> String?) -> [String?] { events.map(value) }
        // Numbers with decimals go as text: the shortest text of a number is the number.
        func number(_ value: Double?) -> String? { value.map { "\($0)" } }
        try connection.query(
            """
            insert into report (seq, id, at, article_id, origin_id, incident_id, day, is_dated, event, mode, quad, scale, status,
                historical, confidence, actor, recipient, names, keys, place, latitude, longitude)
            select seq, id::uuid, to_timestamp(at / 1000.0), article::uuid, origin::uuid, incident::uuid, day::date, is_dated, event,
                mode, quad, scale::real, status, historical, confidence::real, actor, recipient,
                string_to_array(names, \(separator)), string_to_array(keys, ' '), place, latitude::real, longitude::real
            from unnest(\(reports.map(\.logged.seq)), \(texts { $0.id }), \(reports.map(\.logged.at)), \(texts { $0.article.id }),
                \(reports.map(\.logged.origin) as [String?]), \(reports.map(\.incident) as [String?]),
                \(counts.map(\.key.day) as [String?]), \(events.map { $0.date != nil }), \(texts { $0.event.rawValue }),
                \(texts { $0.mode.first }), \(events.map(\.quadCode)), \(texts { number($0.eventScale) }),
                \(texts { $0.status.rawValue }), \(events.map(\.historical)), \(texts { number($0.confidence) }),
                \(counts.map(\.key.actor) as [String?]), \(counts.map(\.key.recipient) as [String?]),
                \(texts { $0.names.joined(separator: separator) }), \(texts { RecordKeys.event($0) }),
                \(texts { $0.location?.name }), \(reports.map { number($0.coordinates?.latitude) }),
                \(reports.map { number($0.coordinates?.longitude) }))
                as r(seq, id, at, article, origin, incident, day, is_dated, event, mode, quad, scale, status, historical, confidence,
                    actor, recipient, names, keys, place, latitude, longitude)
            """
        )
    }

    /// Removes reports that no longer hold.
    ///
    /// - Returns: what leaves the counts with them; nothing for an event that has no row.
    package static func remove(
        _ events: [String],
        on connection: Connection
    ) throws(PostgresError) -> [DyadStore.Counted] {
        guard !events.isEmpty else { return [] }
        let rows = try connection.query(
            """
            delete from report where id = any(\(events as [String?])::uuid[])
            returning day::text, actor, recipient, event, status, quad, round(scale::numeric * 1000)::bigint
            """
        )
        var gone: [DyadStore.Counted] = []
        for row in rows {
            let key = DyadStore.Key(
                day: try row.string(0),
                actor: try row.string(1),
                recipient: try row.string(2),
                event: try row.string(3),
                status: try row.string(4)
            )
            gone.append(.init(key: key, quad: try row.int(5), thousandths: try row.int(6)))
        }
        return gone
    }
}

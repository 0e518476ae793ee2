package import Postgres
package import Records
package import Wire

extension Reading {
    /// The same act across articles.
    package struct IncidentRow: Decodable, Sendable {
        package var id: String
        package var firstSeq: Int
        package var lastSeq: Int
        package var firstAt: String
        package var lastAt: String
        package var day: CivilDate
        package var event: String
        package var mode: String?
        package var quad: Int
        package var status: String
        package var actor: String
        package var recipient: String
        package var countries: [String]
        package var place: String?
        package var latitude: Double?
        package var longitude: Double?
        package var reports: Int
        /// Independent reports: copies of one wire report count once.
        package var origins: Int
        package var confidence: Double?

        private enum CodingKeys: String, CodingKey {
            case id, day, event, mode, quad, status, actor, recipient, countries, place, latitude, longitude, reports
            case origins, confidence
            case firstSeq = "first_seq"
            case lastSeq = "last_seq"
            case firstAt = "first_at"
            case lastAt = "last_at"
        }
    }

    static let incidentJSON: SQL = """
        json_build_object('id', t.id, 'first_seq', t.first_seq, 'last_seq', t.last_seq, 'first_at', \(time("t.first_at")),
            'last_at', \(time("t.last_at")), 'day', t.day, 'event', t.event, 'mode', t.mode, 'quad', t.quad,
            'status', t.status, 'actor', t.actor, 'recipient', t.recipient, 'countries', t.countries, 'place', t.place,
            'latitude', t.latitude, 'longitude', t.longitude, 'reports', t.reports, 'origins', t.origins,
            'confidence', t.confidence)
        """

    /// Which incidents; everything must hold.
    package struct IncidentQuestion: Sendable {
        package var days = Days()
        package var order = Order.last
        let conditions: [SQL]
        /// Those of actors and countries.
        let indexed: [SQL]

        /// - Throws: when the filter names what incidents have not.
        package init(_ filter: Filter = .all) throws(Filter.Unsuited) {
            let terms = try filter.incidentConditions()
            conditions = terms.map(\.condition)
            indexed = terms.filter(\.isIndexed).map(\.condition)
        }
    }

    /// Incidents that were not merged into others.
    package static func incidents(
        _ question: IncidentQuestion,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<IncidentRow> {
        let days = question.days.conditions
        let indexed = days + question.indexed
        return try Listing(
            table: "incident",
            order: .value(question.order == .last ? "t.last_seq" : "t.first_seq"),
            conditions: ["t.merged_into is null"] + days + question.conditions,
            indexed: indexed,
            finding: indexed.isEmpty ? .walk : .index,
            walked: """
                t.id, t.first_seq, t.last_seq, t.day, t.event, t.mode, t.quad, t.status, t.actor, t.recipient, t.countries, t.confidence,
                t.merged_into
                """,
            windows: (near: 1000, far: 20_000),
            json: incidentJSON
        )
        .page(request, on: connection)
    }

    /// One incident with its ledger; `merged_into` names the one that it went into.
    package static func incident(
        _ id: String,
        on connection: Connection
    ) throws(PostgresError) -> Document<IncidentDetail>? {
        try document(
            """
            select json_build_object('incident', \(incidentJSON), 'ledger', t.data, 'merged_into', t.merged_into,
                'stories', (select coalesce(json_agg(distinct s.story_id), '[]') from report r
                    join story_article s on s.article_id = r.article_id where r.incident_id = t.id))::text
            from incident t where t.id = \(id)::text::uuid
            """,
            on: connection
        )
    }

    package struct IncidentDetail: Decodable, Sendable {
        package var incident: IncidentRow
        package var mergedInto: String?
        /// The stories whose articles report it.
        package var stories: [String]

        private enum CodingKeys: String, CodingKey {
            case incident, stories
            case mergedInto = "merged_into"
        }
    }
}

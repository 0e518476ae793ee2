package import Postgres
package import Records
package import Wire

extension Reading {
    /// An event as one article reports it, with its place in the log.
    package struct EventRow: Decodable, Sendable {
        package var seq: Int
        package var at: String
        package var incident: String
        /// The day of the act; of publication or arrival when `isDated` is false.
        package var day: CivilDate
        package var isDated: Bool
        package var latitude: Double?
        package var longitude: Double?
        package var record: Event

        private enum CodingKeys: String, CodingKey {
            case seq, at, incident, day, latitude, longitude, record
            case isDated = "is_dated"
        }
    }

    /// Which events; everything that is not nil must hold.
    package struct EventQuestion: Sendable {
        package var filter: Filter
        package var days = Days()
        package var incident: String?
        package var article: String?
        /// A resolved name of an actor, a recipient or a claimant.
        package var name: String?
        /// Two codes: what the first actor of one did to the first recipient of the other, as `dyad_day` counts.
        package var dyad: (String, String)?

        package init(_ filter: Filter = .all) { self.filter = filter }
    }

    static let eventJSON: SQL = """
        json_build_object('seq', t.seq, 'at', \(time("t.at")), 'incident', t.incident_id, 'day', t.day,
            'is_dated', t.is_dated, 'latitude', t.latitude, 'longitude', t.longitude, 'record', r.data)
        """

    /// Events that hold now, in the order of the log.
    package static func events(
        _ question: EventQuestion,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<EventRow> {
        var indexed: [SQL] = question.days.conditions
        if let incident = question.incident { indexed.append("t.incident_id = \(incident)::text::uuid") }
        if let article = question.article { indexed.append("t.article_id = \(article)::text::uuid") }
        if let name = question.name { indexed.append("t.names @> \([name] as [String?])") }
        if let (one, other) = question.dyad {
            indexed.append("(t.actor, t.recipient) in ((\(one), \(other)), (\(other), \(one)))")
        }
        return try Listing(
            table: "report",
            order: .unique("t.seq"),
            conditions: indexed + question.filter.reportConditions,
            finding: !indexed.isEmpty || question.filter.isIndexed ? .index : .walk,
            joins: "join record r on r.uuid = t.id",
            json: eventJSON
        )
        .page(request, on: connection)
    }

    /// One event with its article's text, which the spans of its evidence point into; nil when there is none, or it does not hold any more.
    ///
    /// `feedback` holds what people said of it.
    package static func event(_ id: String, on connection: Connection) throws(PostgresError) -> Document<EventDetail>? {
        try document(
            """
            select json_build_object('seq', t.seq, 'at', \(time("t.at")), 'incident', t.incident_id, 'day', t.day,
                'is_dated', t.is_dated, 'latitude', t.latitude, 'longitude', t.longitude, 'record', r.data,
                'article', json_build_object('id', a.id, 'title', a.title, 'source', a.source, 'url', a.url,
                    'published', a.published, 'text', a.text),
                'feedback', (select coalesce(json_agg(json_build_object('id', f.id, 'at', \(time("f.at")), 'by', f.by_whom,
                    'wrong', f.wrong, 'reason', f.reason, 'correction', f.correction, 'record', f.record_id)
                    order by f.at, f.id), '[]') from feedback f where f.event_id in (t.id, r.retracts)))::text
            from report t join record r on r.uuid = t.id join article a on a.id = t.article_id
            where t.id = \(id)::text::uuid
            """,
            on: connection
        )
    }

    /// What became of an event that does not hold any more: its correction or retraction; nil for one that was never there.
    package static func successor(ofEvent id: String, on connection: Connection) throws(PostgresError) -> String? {
        let rows = try connection.query("select uuid::text from record where retracts = \(id)::text::uuid")
        return rows.count > 0 ? try rows[0].string(0) : nil
    }

    /// An event, the text it stands in, and what people said of it.
    package struct EventDetail: Decodable, Sendable {
        package struct Source: Decodable, Sendable {
            package var id: String
            package var title: String?
            package var source: String?
            package var url: String?
            package var published: String?
            package var text: String
        }

        package struct Feedback: Decodable, Sendable {
            package var id: String
            package var at: String
            package var by: String
            package var wrong: String
            package var reason: String
            /// The correction or retraction that went into the log.
            package var record: String?
        }

        package var seq: Int
        package var at: String
        package var incident: String
        package var day: CivilDate
        package var isDated: Bool
        package var record: Event
        package var article: Source
        package var feedback: [Feedback]

        private enum CodingKeys: String, CodingKey {
            case seq, at, incident, day, record, article, feedback
            case isDated = "is_dated"
        }
    }
}

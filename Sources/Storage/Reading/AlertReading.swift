package import Postgres
import Records

extension Reading {
    /// What an alert rule said.
    package struct AlertRow: Decodable, Sendable {
        package var id: String
        package var seq: Int
        package var at: String
        package var rule: String
        package var severity: String
        /// The value of the rule's group.
        package var key: String
        package var title: String
        package var importance: Double?
        package var credibility: Double?
    }

    static let alertJSON: SQL = """
        json_build_object('id', t.id, 'seq', t.seq, 'at', \(time("t.at")), 'rule', t.rule, 'severity', t.severity, 'key', t.key,
            'title', t.title, 'importance', t.importance, 'credibility', t.credibility, 'data', t.data)
        """

    /// Alerts in the order of the log.
    package static func alerts(
        rule: String? = nil,
        severity: String? = nil,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<AlertRow> {
        var conditions: [SQL] = []
        if let rule { conditions.append("t.rule = \(rule)") }
        if let severity { conditions.append("t.severity = \(severity)") }
        return try Listing(
            table: "alert",
            order: .value("t.seq"),
            conditions: conditions,
            finding: rule != nil ? .index : .walk,
            json: alertJSON
        )
        .page(request, on: connection)
    }

    /// One alert, with what became of it on its way to people.
    package static func alert(_ id: String, on connection: Connection) throws(PostgresError) -> Document<AlertDetail>? {
        try document(
            """
            select json_build_object('alert', \(alertJSON),
                'deliveries', (select coalesce(json_agg(json_build_object('sink', d.sink, 'state', d.state,
                    'attempts', d.attempts, 'due_at', \(time("d.due_at")), 'detail', d.detail) order by d.sink), '[]')
                    from alert_delivery d where d.alert_id = t.id))::text
            from alert t where t.id = \(id)::text::uuid
            """,
            on: connection
        )
    }

    package struct AlertDetail: Decodable, Sendable {
        package struct Delivery: Decodable, Sendable {
            package var sink: String
            package var state: String
            package var attempts: Int
            package var detail: String?
        }

        package var alert: AlertRow
        package var deliveries: [Delivery]
    }

    /// A summary that was asked for.
    package struct BriefRow: Decodable, Sendable {
        package var id: String
        package var madeAt: String
        /// `story:ID`, `article:ID`, `country:RUS` or `dyad:RUS-USA`.
        package var scope: String
        /// Nil where all of a story or an article is meant.
        package var since: String?
        package var until: String?
        /// Place in the log that it knows everything up to.
        package var seq: Int

        private enum CodingKeys: String, CodingKey {
            case id, scope, since, until, seq
            case madeAt = "made_at"
        }
    }

    private static let briefJSON: SQL = """
        json_build_object('id', t.id, 'made_at', \(time("t.made_at")), 'scope', t.scope, 'since', \(time("t.since")),
            'until', \(time("t.until")), 'seq', t.seq, 'data', t.data)
        """

    /// Briefs that were made, the newest first.
    package static func briefs(
        scope: String? = nil,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<BriefRow> {
        let conditions: [SQL] = scope.map { ["t.scope = \($0)"] } ?? []
        return try Listing(table: "brief", order: .time("t.made_at"), conditions: conditions, json: briefJSON)
            .page(request, on: connection)
    }

    package static func brief(_ id: String, on connection: Connection) throws(PostgresError) -> Document<BriefRow>? {
        try document("select (\(briefJSON))::text from brief t where t.id = \(id)::text::uuid", on: connection)
    }
}

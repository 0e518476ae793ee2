package import Briefing
package import Postgres
import Records
import Wire

/// The tables of alert rules: what rules remember, what fired, and what is to be sent where.
package enum AlertStore {
    /// The rows of all rules, by rule and key; the ledger's key is `RuleLedger.key`.
    package static func states(on connection: Connection) throws(PostgresError) -> [String: [String: [UInt8]]] {
        let rows = try connection.query("select rule, key, state from rule_state")
        var states: [String: [String: [UInt8]]] = [:]
        for row in rows { states[try row.string(0), default: [:]][try row.string(1)] = try row.bytes(2) }
        return states
    }

    /// A row of `rule_state`; nil takes it away.
    package struct Change: Sendable {
        package var rule: String
        package var key: String
        package var state: [UInt8]?

        package init(rule: String, key: String, state: [UInt8]?) {
            self.rule = rule
            self.key = key
            self.state = state
        }
    }

    package static func store(_ changes: [Change], on connection: Connection) throws(PostgresError) {
        let gone = changes.filter { $0.state == nil }
        if !gone.isEmpty {
            try connection.query(
                """
                delete from rule_state s using unnest(\(gone.map(\.rule) as [String?]), \(gone.map(\.key) as [String?])) as g(rule, key)
                where s.rule = g.rule and s.key = g.key
                """
            )
        }
        let kept = changes.filter { $0.state != nil }
        guard !kept.isEmpty else { return }
        try connection.query(
            """
            insert into rule_state (rule, key, state)
            select rule, key, state::json
            from unnest(\(kept.map(\.rule) as [String?]), \(kept.map(\.key) as [String?]),
                \(.utf8Array(kept.compactMap(\.state)))) as c(rule, key, state)
            on conflict (rule, key) do update set state = excluded.state
            """
        )
    }

    /// Forgets rules that are no longer there.
    package static func keep(only rules: [String], on connection: Connection) throws(PostgresError) {
        try connection.query("delete from rule_state where rule <> all(\(rules as [String?]))")
    }

    package static func forget(_ rule: String, on connection: Connection) throws(PostgresError) {
        try connection.query("delete from rule_state where rule = \(rule)")
    }

    /// An alert with where it goes.
    package struct Outgoing: Sendable {
        package var alert: Alert
        package var sinks: [Sink]

        package init(alert: Alert, sinks: [Sink]) {
            self.alert = alert
            self.sinks = sinks
        }
    }

    /// Stores alerts, puts each into the log as a record, and notes what is to be sent; an alert that is there already changes nothing, and one
    /// whose record is in the log already, because its row was taken away, goes there no second time.
    ///
    /// What is held back is not sent, nor what comes of events more than a day before the log's end: a watch that reads an old log again, or
    /// for the first time, wakes nobody. The log is where everything goes, so the sink `stream` needs no delivery.
    package static func insert(_ alerts: [Outgoing], on connection: Connection) throws(PostgresError) {
        guard !alerts.isEmpty else { return }
        let all = alerts.map(\.alert)
        var data: [[UInt8]] = []
        for alert in all {
            do { data.append(try JSON.encode(alert)) } catch {
                throw PostgresError(sqlState: "22000", message: "an alert of \(alert.rule) cannot be written: \(error)")
            }
        }
        func number(_ value: Double?) -> String? { value.map { "\($0)" } }
        let fresh = try connection.query(
            """
            with given as (
                select * from unnest(\(all.map(\.id) as [String?]), \(all.map(\.seq)), \(all.map(\.at)), \(all.map(\.rule) as [String?]),
                    \(all.map(\.severity.rawValue) as [String?]), \(all.map(\.key) as [String?]), \(all.map(\.title) as [String?]),
                    \(all.map { number($0.importance) }), \(all.map { number($0.credibility) }), \(all.map(\.article)),
                    \(all.map(\.topic) as [String?]), \(all.map { RecordKeys.alert(rule: $0.rule, severity: $0.severity.rawValue) } as [String?]),
                    \(.utf8Array(data))) with ordinality
                    as g(id, seq, at, rule, severity, key, title, importance, credibility, article, topic, keys, data, n)
            ), fresh as (
                insert into alert (id, seq, at, rule, severity, key, title, importance, credibility, data)
                select id::uuid, seq, to_timestamp(at / 1000.0), rule, severity, key, title, importance::real, credibility::real,
                    data::json
                from given order by n on conflict (id) do nothing returning id
            ), written as (
                insert into record (uuid, article_id, type, topic, keys, data)
                select fresh.id, given.article::uuid, 'alert', given.topic, given.keys, given.data::json
                from given join fresh on fresh.id = given.id::uuid order by given.n
                on conflict (uuid) do nothing
                returning id
            ), queued as (
                insert into outbox (record_id) select id from written
            )
            select id::text from fresh
            """
        )
        var ids: Set<String> = []
        for row in fresh { ids.insert(try row.string(0)) }
        try deliver(alerts.filter { ids.contains($0.alert.id) && $0.alert.held == nil }, on: connection)
    }

    private static func deliver(_ alerts: [Outgoing], on connection: Connection) throws(PostgresError) {
        let deliveries = alerts.flatMap { outgoing in
            outgoing.sinks.filter { $0.kind != .stream }.map { (outgoing.alert.id, $0) }
        }
        guard !deliveries.isEmpty else { return }
        var settings: [[UInt8]] = []
        for (_, sink) in deliveries { settings.append((try? JSON.encode(sink.settings)) ?? Array("{}".utf8)) }
        try connection.query(
            """
            insert into alert_delivery (alert_id, sink, settings)
            select a.id, d.sink, d.settings::json
            from unnest(\(deliveries.map(\.0) as [String?]), \(deliveries.map(\.1.name) as [String?]), \(.utf8Array(settings)))
                as d(id, sink, settings)
            join alert a on a.id = d.id::uuid
            where coalesce((select at from log where log.seq = a.seq)
                >= (select at from log order by seq desc limit 1) - interval '1 day', true)
            on conflict do nothing
            """
        )
    }

    /// The sentences of events.
    package static func sentences(
        of events: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: String] {
        guard !events.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            select uuid::text, data #>> '{evidence,text}' from record where uuid = any(\(events as [String?])::uuid[])
            """
        )
        var sentences: [String: String] = [:]
        for row in rows { sentences[try row.string(0)] = try row.optionalString(1) }
        return sentences
    }

    /// The time of the database, milliseconds since 1970-01-01 UTC.
    package static func now(on connection: Connection) throws(PostgresError) -> Int {
        try connection.query("select (extract(epoch from clock_timestamp()) * 1000)::bigint")[0].int(0)
    }
}

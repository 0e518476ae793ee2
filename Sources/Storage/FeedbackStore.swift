package import Postgres
package import Records
import Wire

/// What people say is wrong with events, and what follows from it in the log.
package enum FeedbackStore {
    /// One thing that a person says of an event.
    package struct Note: Sendable, Equatable {
        package var event: String
        package var by: String
        package var wrong: Correction.Wrong
        package var reason: String
        /// The right values by slot; see ``Correction``.
        package var set: [String: String]

        package init(event: String, by: String, wrong: Correction.Wrong, reason: String, set: [String: String] = [:]) {
            self.event = event
            self.by = by
            self.wrong = wrong
            self.reason = reason
            self.set = set
        }
    }

    /// A note that is stored.
    package struct Stored: Codable, Sendable, Equatable {
        package var id: String
        /// RFC 3339.
        package var at: String
        package var event: String
        package var by: String
        package var wrong: String
        package var reason: String
        /// nil when the event was retracted.
        package var correction: Correction?
        /// The correction or retraction that went into the log.
        package var record: String
    }

    /// Why a note is not taken.
    package enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        case unknown(event: String)
        /// Another record has taken the event's place; nil when it was retracted.
        case replaced(event: String, by: String?)
        case invalid(String)

        package var description: String {
            switch self {
            case .unknown(let event): "\(event): no event of that id"
            case .replaced(let event, let next?): "\(event) was corrected: \(next) holds now"
            case .replaced(let event, nil): "\(event) was retracted and no longer holds"
            case .invalid(let reason): reason
            }
        }
    }

    /// Stores a note and, in the same transaction, what follows from it: `event.corrected` or `event.retracted`, on its way into the log.
    ///
    /// The same note twice is one.
    package static func add(_ note: Note, on connection: Connection) throws(PostgresError) -> Result<Stored, Refusal> {
        guard (1...2000).contains(note.reason.count), (1...200).contains(note.by.count) else {
            return .failure(.invalid("a reason has 1 to 2000 characters, and who gives it 1 to 200"))
        }
        guard isUUID(note.event) else { return .failure(.unknown(event: note.event)) }
        do {
            return try connection.transaction { (connection) throws(PostgresError) in
                if let stored = try stored(where: id(note), on: connection).first { return .success(stored) }
                return try take(note, on: connection)
            }
        } catch {
            // Somebody else was faster: the event no longer holds.
            guard error.sqlState == "23505" else { throw error }
            return .failure(.replaced(event: note.event, by: try successor(of: note.event, on: connection)))
        }
    }

    /// The last notes, newest first.
    package static func list(limit: Int, on connection: Connection) throws(PostgresError) -> [Stored] {
        try stored(where: nil, limit: limit, on: connection)
    }

    private static func take(_ note: Note, on connection: Connection) throws(PostgresError) -> Result<Stored, Refusal> {
        let rows = try connection.query(
            """
            select r.uuid::text, r.type, r.topic, r.keys, r.data, r.article_id::text, later.uuid::text, later.type
            from record r left join record later on later.retracts = r.uuid
            where r.uuid = \(note.event)::text::uuid and r.type in ('event', 'event.corrected')
            """
        )
        guard rows.count == 1 else { return .failure(.unknown(event: note.event)) }
        if let next = try rows[0].optionalString(6) {
            let isCorrected = try rows[0].string(7) == "event.corrected"
            return .failure(.replaced(event: note.event, by: isCorrected ? next : nil))
        }
        let head = RecordHead(
            id: try rows[0].string(0),
            type: try rows[0].string(1),
            topic: try rows[0].string(2),
            keys: try rows[0].string(3)
        )
        let old = Succession.Standing(head: head, data: try rows[0].bytes(4))
        let article = try rows[0].string(5)
        do {
            let event = try JSON.decode(Event.self, from: old.data)
            let correction = try Correction.following(note.wrong, set: note.set, of: event)
            let successor = try FeedbackStore.successor(of: old, event, correction, note)
            let text = try correction.map { String(decoding: try JSON.encode($0), as: UTF8.self) }
            try store(note, successor, article, text, on: connection)
        } catch let error as PostgresError { throw error } catch let error as Correction.Invalid {
            return .failure(.invalid(error.description))
        } catch { return .failure(.invalid("the stored event cannot be read: \(error)")) }
        guard let stored = try stored(where: id(note), on: connection).first else {
            return .failure(.unknown(event: note.event))
        }
        return .success(stored)
    }

    private static func successor(
        of old: Succession.Standing,
        _ event: Event,
        _ correction: Correction?,
        _ note: Note
    ) throws -> Succession.Successor {
        let reason = "feedback: \(note.reason)"
        guard let correction else {
            return Succession.retraction(of: old, reason: reason, because: id(note))
        }
        var event = try correction.applied(to: event)
        event.id = UUIDv5.name("corrected|\(old.head.id)|\(id(note))", in: UUIDv5.recordNamespace)
        let draft = RecordDraft(
            head: RecordHead(
                id: event.id,
                type: "event",
                // Who follows the old values learns of it, and who follows the new ones.
                topic: old.head.topic,
                keys: RecordKeys.union(RecordKeys.event(event), old.head.keys)
            ),
            data: try JSON.encode(event)
        )
        return Succession.correction(draft, of: old, reason: reason)
    }

    private static func store(
        _ note: Note,
        _ successor: Succession.Successor,
        _ article: String,
        _ correction: String?,
        on connection: Connection
    ) throws(PostgresError) {
        let draft = successor.draft
        try connection.query(
            """
            with stored as (
                insert into record (uuid, article_id, type, topic, keys, data, retracts)
                values (\(draft.head.id)::text::uuid, \(article)::text::uuid, \(draft.head.type), \(draft.head.topic),
                    \(draft.head.keys), \(String(decoding: draft.data, as: UTF8.self))::text::json,
                    \(note.event)::text::uuid)
                returning id
            )
            insert into outbox (record_id) select id from stored
            """
        )
        try connection.query(
            """
            insert into feedback (id, event_id, article_id, by_whom, wrong, reason, correction, record_id)
            values (\(id(note))::text::uuid, \(note.event)::text::uuid, \(article)::text::uuid, \(note.by),
                \(note.wrong.rawValue), \(note.reason), \(correction)::text::json, \(draft.head.id)::text::uuid)
            """
        )
    }

    private static func successor(of event: String, on connection: Connection) throws(PostgresError) -> String? {
        let rows = try connection.query(
            "select uuid::text from record where retracts = \(event)::text::uuid and type = 'event.corrected'"
        )
        return rows.count == 1 ? try rows[0].string(0) : nil
    }

    private static func stored(
        where id: String?,
        limit: Int = 1,
        on connection: Connection
    ) throws(PostgresError) -> [Stored] {
        let rows = try connection.query(
            """
            select id::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), event_id::text, by_whom, wrong, reason,
                correction, record_id::text
            from feedback where \(id)::text is null or id = \(id)::text::uuid
            order by at desc, id limit \(limit)
            """
        )
        var result: [Stored] = []
        for row in rows {
            result.append(
                Stored(
                    id: try row.string(0),
                    at: try row.string(1),
                    event: try row.string(2),
                    by: try row.string(3),
                    wrong: try row.string(4),
                    reason: try row.string(5),
                    correction: row.isNull(6) ? nil : try? JSON.decode(Correction.self, from: row.bytes(6)),
                    record: try row.string(7)
                )
            )
        }
        return result
    }

    private static func id(_ note: Note) -> String {
        let set = note.set.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "|")
        return UUIDv5.name(
            "feedback|\(note.event)|\(note.wrong.rawValue)|\(set)|\(note.by)|\(note.reason)",
            in: UUIDv5.recordNamespace
        )
    }

    private static func isUUID(_ text: String) -> Bool {
        text.utf8.count == 36 && Hexadecimal.decode(text.filter { $0 != "-" })?.count == 16
    }
}

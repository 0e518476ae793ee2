package import Postgres
import Records

extension FeedbackStore {
    /// What people have said of events of articles and of their earlier versions, oldest first, by article.
    ///
    /// Costs next to nothing while nobody has said anything.
    static func overrides(_ articles: [String], on connection: Connection) throws(PostgresError) -> [String: [Override]]
    {
        let rows = try connection.query(
            """
            with recursive version(newest, id) as (
                select id, id from article where id = any(\(articles as [String?])::uuid[]) and exists (select from feedback)
                union
                select version.newest, article.id from version join article on article.superseded_by = version.id
            )
            select version.newest::text, r.data, f.correction
            from version join feedback f on f.article_id = version.id join record r on r.uuid = f.event_id
            order by f.at, f.id
            """
        )
        var overrides: [String: [Override]] = [:]
        for row in rows {
            guard let event = try? JSON.decode(Event.self, from: row.bytes(1)) else { continue }
            let correction = row.isNull(2) ? nil : try? JSON.decode(Correction.self, from: row.bytes(2))
            overrides[try row.string(0), default: []].append(Override(event: event, correction: correction))
        }
        return overrides
    }

    /// A note as a case that a coder is tested by: the sentence, what was found in it, what a person says is right.
    package struct Case: Codable, Sendable, Equatable {
        package var id: String
        /// The sentence.
        package var text: String
        /// What the article says before it, at most 600 bytes; whom a pronoun means may stand there.
        package var before: String
        package var title: String?
        package var dateline: String?
        package var source: String?
        package var published: String?
        /// As found: `SANCTION/expel RUS>USA happened`.
        package var coded: String
        /// What is to be found, in the same form; empty when nothing is.
        package var wanted: [String]
        /// What must not be found.
        package var never: [String]
        package var date: String?
        package var place: String?
        package var wrong: String
        package var reason: String
        package var event: String
        package var by: String
    }

    /// All notes as cases, oldest first, handed out one by one.
    package static func cases(
        on connection: Connection,
        _ take: (Case) -> Void
    ) throws(PostgresError) {
        let rows = try connection.query(
            """
            select f.id::text, f.wrong, f.reason, f.event_id::text, f.by_whom, f.correction, r.data, a.text
            from feedback f join record r on r.uuid = f.event_id join article a on a.id = f.article_id
            order by f.at, f.id
            """
        )
        for row in rows {
            guard let event = try? JSON.decode(Event.self, from: row.bytes(6)) else { continue }
            let correction = row.isNull(5) ? nil : try? JSON.decode(Correction.self, from: row.bytes(5))
            let right = correction.flatMap { try? $0.applied(to: event) }
            take(
                Case(
                    id: try row.string(0),
                    text: event.evidence.text,
                    before: before(event, in: try row.bytes(7)),
                    title: event.article.title,
                    dateline: event.article.dateline,
                    source: event.article.source,
                    published: event.article.published,
                    coded: event.summary,
                    wanted: right.map { [$0.summary] } ?? [],
                    never: right?.summary == event.summary ? [] : [event.summary],
                    date: right?.date?.description,
                    place: right?.location?.name,
                    wrong: try row.string(1),
                    reason: try row.string(2),
                    event: try row.string(3),
                    by: try row.string(4)
                )
            )
        }
    }

    private static func before(_ event: Event, in text: [UInt8]) -> String {
        guard let start = event.evidence.start, start <= text.count else { return "" }
        // Not from the middle of a character.
        let cut = text[max(0, start - 600)..<start].drop { $0 & 0xC0 == 0x80 }
        return String(decoding: cut, as: UTF8.self)
    }
}

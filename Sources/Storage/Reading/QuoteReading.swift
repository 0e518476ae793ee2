package import Postgres
package import Records

extension Reading {
    /// A quote with its place in the log.
    package struct QuoteRow: Decodable, Sendable {
        package var seq: Int
        package var at: String
        package var record: Quote
    }

    static let quoteJSON: SQL = "json_build_object('seq', t.seq, 'at', \(time("t.at")), 'record', r.data)"

    /// Which quotes; everything that is not nil must hold.
    package struct QuoteQuestion: Sendable {
        /// The resolved name of who said it.
        package var speaker: String?
        /// Country or non-state code of who said it.
        package var code: String?
        package var article: String?

        package init() {}
    }

    /// Quotes that hold now, in the order of the log.
    package static func quotes(
        _ question: QuoteQuestion,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<QuoteRow> {
        var conditions: [SQL] = []
        if let speaker = question.speaker { conditions.append("t.speaker = \(speaker)") }
        if let code = question.code { conditions.append("t.speaker_code = \(code)") }
        if let article = question.article { conditions.append("t.article_id = \(article)::text::uuid") }
        return try Listing(
            table: "quote_entry",
            order: .unique("t.seq"),
            conditions: conditions,
            joins: "join record r on r.uuid = t.id",
            json: quoteJSON
        )
        .page(request, on: connection)
    }
}

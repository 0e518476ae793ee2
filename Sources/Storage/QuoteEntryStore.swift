package import Postgres
package import Records

/// The table `quote_entry`: the quotes that hold.
package enum QuoteEntryStore {
    package static func insert(
        _ quotes: [(seq: Int, at: Int, quote: Quote)],
        on connection: Connection
    ) throws(PostgresError) {
        guard !quotes.isEmpty else { return }
        func texts(_ value: (Quote) -> String?) -> [String?] { quotes.map { value($0.quote) } }
        try connection.query(
            """
            insert into quote_entry (seq, id, at, article_id, speaker, speaker_code, kind, text)
            select seq, id::uuid, to_timestamp(at / 1000.0), article::uuid, speaker, code, kind, text
            from unnest(\(quotes.map(\.seq)), \(texts { $0.id }), \(quotes.map(\.at)), \(texts { $0.article.id }),
                \(texts { $0.speaker.map { $0.name ?? $0.text } }), \(texts { $0.speaker?.code }),
                \(texts { $0.kind.rawValue }), \(texts { $0.text })) as q(seq, id, at, article, speaker, code, kind, text)
            """
        )
    }

    package static func remove(_ quotes: [String], on connection: Connection) throws(PostgresError) {
        guard !quotes.isEmpty else { return }
        try connection.query("delete from quote_entry where id = any(\(quotes as [String?])::uuid[])")
    }
}

package import Postgres
import Records

extension Reading {
    /// An article that fulfils a search.
    package struct SearchRow: Decodable, Sendable {
        package var article: ArticleRow
        /// Pieces of its text; words that were found stand between ⟦ and ⟧.
        package var snippet: String
    }

    /// Articles whose text fulfils a search, in the order of the log; nil when the search holds no word that is looked for.
    ///
    /// - Parameter text: words, `"phrases"`, `or` and `-without`, as web searches take them.
    package static func search(
        _ text: String,
        _ days: Days = Days(),
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<SearchRow>? {
        let query: SQL = "websearch_to_tsquery('english', \(text))"
        // Words of a phrase are in the index, where they stand is not.
        let words: SQL = "regexp_replace(\(query)::text, '<(-|[0-9]+)>', '&', 'g')::tsquery"
        guard try connection.query("select numnode(\(query)) > 0")[0].bool(0) else { return nil }
        return try Listing(
            table: "article_entry",
            order: .unique("t.seq"),
            conditions: ["t.search @@ \(query)"] + days.conditions,
            indexed: ["t.search @@ \(words)"],
            // What searches read of a long text is not in the row itself: passing many would read much.
            windows: (near: 50, far: 3000),
            joins: """
                join article a on a.id = t.article_id
                cross join lateral (select lower(a.text) as text) low
                cross join lateral (
                    select coalesce(nullif(strpos(low.text, lower(substring(\(text) from '"([^"]+)"'))), 0),
                        min(nullif(strpos(low.text, word), 0)), 1) as place
                    from (select left(stem, greatest(length(stem) - 1, 3)) as word
                        from unnest(tsvector_to_array(to_tsvector('english', \(text)))) stem) w) first
                cross join lateral (
                    select substring(substr(a.text, greatest(first.place - 200, 1), 700) from '\\s(.*)\\s') as text) near
                """,
            json: """
                json_build_object('article', \(articleJSON), 'snippet', coalesce(
                    (select found from \(pieces("near.text", query)) found where found like '%⟦%'),
                    \(pieces("near.text", words)), left(a.text, 200)))
                """
        )
        .page(request, on: connection)
    }

    /// The pieces of a text that a search is about.
    ///
    /// The server reads every word of the text for them, at 4 ms for an article of 7,000 letters: so of what is around the first phrase or
    /// word that looks like one of the search.
    private static func pieces(_ text: SQL, _ query: SQL) -> SQL {
        """
        ts_headline('english', \(text), \(query),
            'StartSel=⟦, StopSel=⟧, MaxFragments=2, MinWords=8, MaxWords=25, FragmentDelimiter=" … "')
        """
    }
}

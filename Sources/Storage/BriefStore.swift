package import Briefing
package import Postgres
package import Records

/// A brief, or why there is none.
package enum BriefAnswer: Sendable {
    case brief(Brief)
    /// Nobody has heard of what was asked for.
    case unknown(String)
    /// There is such a thing, and nothing to tell of it in the period; says which days would have something.
    case nothing(String)
}

/// Makes briefs of what the tables hold, and keeps them.
package enum Briefs {
    /// Makes and keeps a brief; see ``draft(_:since:until:length:countries:on:)``.
    package static func make(
        _ scope: BriefScope,
        since: CivilDate?,
        until: CivilDate?,
        length: Extractor.Length,
        countries: [String: String],
        on connection: Connection
    ) throws(PostgresError) -> BriefAnswer {
        let answer = try draft(
            scope,
            since: since,
            until: until,
            length: length,
            countries: countries,
            on: connection
        )
        if case .brief(let brief) = answer { try keep(brief, on: connection) }
        return answer
    }

    /// Makes a brief without keeping it: it writes nothing.
    ///
    /// Days are those of the acts, of publication where an act has no date. The brief is compared with the one before of the same scope
    /// that was made of less of the log; made again of the same log it is the same brief.
    ///
    /// - Parameters:
    ///   - since: the first day; nil looks back to the first.
    ///   - until: the last day, included; nil looks up to the last.
    ///   - countries: names by code.
    package static func draft(
        _ scope: BriefScope,
        since: CivilDate?,
        until: CivilDate?,
        length: Extractor.Length,
        countries: [String: String],
        on connection: Connection
    ) throws(PostgresError) -> BriefAnswer {
        let reach = Reach(scope, since, until)
        guard let title = try title(reach, countries, on: connection) else { return unknown(scope, countries) }
        var material = BriefMaterial(
            scope: scope,
            seq: try WatchStore.position(on: connection),
            title: title,
            countries: countries
        )
        (material.since, material.until) = (since, until)
        (material.texts, material.sources) = try texts(reach, on: connection)
        if let other = try merged(reach, on: connection) {
            return .nothing("\(scope) has become part of another story, \(other)")
        }
        guard !material.texts.isEmpty else { return try nothing(reach, on: connection) }
        let (incidents, counts) = try incidents(reach, on: connection)
        material.incidents = incidents
        material.counts = counts
        // What has no event is read, too.
        material.counts?.articles = max(counts.articles, material.texts.count)
        material.stories = scope.needsPeriod ? try stories(of: material.texts.map(\.id), on: connection) : []
        material.previous = try previous(scope, before: material.seq, on: connection)
        material.fates = try fates(
            of: material.previous?.state.incidents.map(\.id) ?? [],
            without: material.incidents.map(\.id),
            on: connection
        )
        return .brief(Brief.make(material, length: length))
    }

    /// The headline, title or names of what the brief is about; nil when there is no such thing.
    private static func title(
        _ reach: Reach,
        _ countries: [String: String],
        on connection: Connection
    ) throws(PostgresError) -> String? {
        switch reach.scope {
        case .country(let code): return countries[code]
        case .dyad(let first, let second):
            return countries[first].flatMap { one in countries[second].map { "\(one) and \($0)" } }
        case .story:
            let rows = try connection.query("select headline from story where id = \(reach.story)::text::uuid")
            return rows.count > 0 ? try rows[0].string(0) : nil
        case .article:
            let rows = try connection.query(
                "select coalesce(title, 'Article without a title') from article where id = \(reach.article)::text::uuid"
            )
            return rows.count > 0 ? try rows[0].string(0) : nil
        }
    }

    /// The story that a story has become part of.
    private static func merged(_ reach: Reach, on connection: Connection) throws(PostgresError) -> String? {
        let rows = try connection.query("select merged_into::text from story where id = \(reach.story)::text::uuid")
        return rows.count > 0 ? try rows[0].optionalString(0) : nil
    }

    private static func unknown(_ scope: BriefScope, _ countries: [String: String]) -> BriefAnswer {
        switch scope {
        case .story(let id): .unknown("no story \(id)")
        case .article(let id): .unknown("no article \(id); ids stand in each record under article.id")
        case .country(let code): .unknown("no country or actor has the code \(code)")
        case .dyad(let first, let second):
            .unknown("no country or actor has the code \(countries[first] == nil ? first : second)")
        }
    }

    private static func nothing(_ reach: Reach, on connection: Connection) throws(PostgresError) -> BriefAnswer {
        let row = try connection.query(
            once: """
                select max(day) filter (where day < \(reach.since)::text::date)::text,
                    min(day) filter (where day > \(reach.until)::text::date)::text
                from report r where \(reach.reports)
                """
        )[0]
        let before = try row.optionalString(0).map { "the nearest before is of \($0)" }
        let after = try row.optionalString(1).map { "the nearest after is of \($0)" }
        let hints = [before, after].compactMap { $0 }
        let period = [reach.since.map { "from \($0)" }, reach.until.map { "to \($0)" }].compactMap { $0 }
        let what = (["nothing about \(reach.scope)"] + period).joined(separator: " ")
        return .nothing(
            hints.isEmpty ? "\(what), nor on any other day" : "\(what); \(hints.joined(separator: "; "))"
        )
    }

    /// The last brief of the scope that was made of less of the log.
    private static func previous(
        _ scope: BriefScope,
        before seq: Int,
        on connection: Connection
    ) throws(PostgresError) -> Brief? {
        let rows = try connection.query(
            """
            select data from brief where scope = \(scope.description) and seq < \(seq)
            order by seq desc, made_at desc, id limit 1
            """
        )
        guard rows.count > 0 else { return nil }
        do { return try JSON.decode(Brief.self, from: rows[0].bytes(0)) } catch {
            throw PostgresError(sqlState: "XX001", message: "the brief before, of \(scope), cannot be read: \(error)")
        }
    }

    private static func keep(_ brief: Brief, on connection: Connection) throws(PostgresError) {
        let data: [UInt8]
        do { data = try JSON.encode(brief) } catch {
            throw PostgresError(sqlState: "XX001", message: "a brief that is no JSON: \(error)")
        }
        let after = brief.until.map { $0.adding(days: 1).description } ?? "infinity"
        try connection.query(
            """
            insert into brief (id, scope, since, until, seq, data)
            values (\(brief.id)::text::uuid, \(brief.scope), (\(brief.since?.description ?? "-infinity")::text || ' UTC')::timestamptz,
                (\(after)::text || ' UTC')::timestamptz, \(brief.seq), \(String(decoding: data, as: UTF8.self))::text::json)
            on conflict do nothing
            """
        )
    }
}

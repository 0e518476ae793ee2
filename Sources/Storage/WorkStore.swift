package import Postgres
import Records
package import Wire

/// The queue of articles to be coded: leases, fenced results, reaping.
///
/// The database's clock is the only clock here.
package enum WorkStore {
    /// A lease without a sign of life from its holder ends after this time.
    package static let leaseSeconds = 30
    /// The delivery after which a job that fails is dead.
    package static let lastAttempt = 5

    /// A job on its way to a worker.
    package struct Leased: Sendable {
        package var lease: Lease
        /// The article as JSON.
        package var article: [UInt8]

        package init(lease: Lease, article: [UInt8]) {
            self.lease = lease
            self.article = article
        }
    }

    /// Leases up to `limit` ready jobs to `owner`, oldest first; an attempt is counted before delivery.
    ///
    /// Commits without waiting for the disk: a lease lost in a crash is a job that is ready again.
    package static func lease(owner: String, limit: Int, on connection: Connection) throws(PostgresError) -> [Leased] {
        let rows = try connection.transaction { (connection) throws(PostgresError) in
            try connection.execute(script: "set local synchronous_commit = off")
            return try connection.query(
                """
                with chosen as (
                    select id from job where state = 0 and run_at <= now() order by run_at, id limit \(limit)
                    for update skip locked
                ), leased as (
                    update job set state = 1, attempt = attempt + 1, lease_owner = \(owner)::text::uuid,
                        lease_until = now() + make_interval(secs => \(leaseSeconds)::bigint::int)
                    from chosen where job.id = chosen.id
                    returning job.id, job.article_id, job.attempt
                )
                select a.id::text, leased.attempt, encode(a.sha256, 'hex'), a.format, a.title, a.author, a.source, a.url,
                    a.language, a.published, a.published_reason, a.modified, a.dateline, a.text, a.language_reason,
                    a.item, a.item_version, a.agency, a.embargo, a.usage_terms, a.attribution, a.origin_id::text
                from leased join article a on a.id = leased.article_id order by leased.id
                """
            )
        }
        var jobs: [Leased] = []
        for row in rows {
            var article = Article(
                sha256: try row.string(2),
                format: Article.Format(rawValue: try row.string(3)) ?? .text,
                text: try row.string(13)
            )
            article.id = try row.string(0)
            article.title = try row.optionalString(4)
            article.author = try row.optionalString(5)
            article.source = try row.optionalString(6)
            article.url = try row.optionalString(7)
            article.language = try row.optionalString(8)
            article.published = try row.optionalString(9)
            article.publishedReason = try row.optionalString(10)
            article.modified = try row.optionalString(11)
            article.dateline = try row.optionalString(12)
            article.languageReason = try row.optionalString(14)
            article.item = try row.optionalString(15)
            article.itemVersion = try row.optionalString(16)
            article.agency = try row.optionalString(17)
            article.embargo = try row.optionalString(18)
            article.usageTerms = try row.optionalString(19)
            article.attribution = try row.optionalString(20)
            article.origin = try row.optionalString(21)
            let lease = Lease(article: article.id, attempt: try row.int(1), owner: owner)
            jobs.append(Leased(lease: lease, article: (try? JSON.encode(article)) ?? []))
        }
        return jobs
    }

    /// Stores the records of answered jobs behind their fences: deletes the job and inserts records and outbox at once.
    ///
    /// Of an article that has a later version already, nothing goes out; of one that takes the place of an earlier version, corrections and
    /// retractions go out too (``Succession``). What a person has said of an event holds for what is coded later, too (``Override``).
    ///
    /// - Returns: the leases whose answer was stored; a stale answer has no effect, not even beside a fresh one for its article.
    package static func commit(
        _ answers: [(lease: Lease, records: [RecordDraft])],
        on connection: Connection
    ) throws(PostgresError) -> Set<Lease> {
        // A person may correct an event between our look at what stands and our own correction of it: then look again.
        do { return try store(answers, on: connection) } catch  where error.sqlState == "23505" {
            return try store(answers, on: connection)
        }
    }

    private static func store(
        _ answers: [(lease: Lease, records: [RecordDraft])],
        on connection: Connection
    ) throws(PostgresError) -> Set<Lease> {
        let articles = answers.map(\.lease.article)
        let old = try standing(before: articles, on: connection)
        let overrides = try FeedbackStore.overrides(articles, on: connection)
        let drafts = answers.flatMap { answer -> [(Lease, RecordDraft, String?)] in
            let article = answer.lease.article
            let records = Override.apply(overrides[article] ?? [], to: answer.records, of: article)
            guard let replaced = old[article] else { return records.map { (answer.lease, $0, nil) } }
            return Succession.records(old: replaced, new: records, article: article)
                .map { (answer.lease, $0.draft, $0.retracts) }
        }
        let rows = try connection.query(
            """
            with answer as (
                select article::uuid as article, attempt, owner::uuid as owner
                from unnest(\(answers.map(\.lease.article) as [String?]), \(answers.map(\.lease.attempt)),
                    \(answers.map(\.lease.owner) as [String?])) as a(article, attempt, owner)
            ), fenced as (
                delete from job using answer
                where job.article_id = answer.article and job.attempt = answer.attempt
                    and job.lease_owner = answer.owner and job.state = 1
                returning job.article_id, job.attempt, job.lease_owner
            ), coded as (
                update article set coded_at = now() from fenced where article.id = fenced.article_id
                returning article.id, article.superseded_by
            ), stored as (
                insert into record (uuid, article_id, type, topic, keys, data, retracts)
                select d.uuid::uuid, fenced.article_id, d.type, d.topic, d.keys, d.data::json, d.retracts::uuid
                from unnest(\(drafts.map(\.1.head.id) as [String?]), \(drafts.map(\.0.article) as [String?]),
                    \(drafts.map(\.0.attempt)), \(drafts.map(\.0.owner) as [String?]),
                    \(drafts.map(\.1.head.type) as [String?]), \(drafts.map(\.1.head.topic) as [String?]),
                    \(drafts.map(\.1.head.keys) as [String?]), \(.utf8Array(drafts.map(\.1.data))),
                    \(drafts.map(\.2)))
                    with ordinality as d(uuid, article, attempt, owner, type, topic, keys, data, retracts, n)
                join coded on coded.id = d.article::uuid and coded.superseded_by is null
                join fenced on fenced.article_id = d.article::uuid and fenced.attempt = d.attempt
                    and fenced.lease_owner = d.owner::uuid
                order by d.n
                on conflict (uuid) do nothing
                returning id
            ), queued as (
                insert into outbox (record_id) select id from stored
            )
            select article_id::text, attempt, lease_owner::text from fenced
            """
        )
        var stored: Set<Lease> = []
        for row in rows {
            stored.insert(Lease(article: try row.string(0), attempt: try row.int(1), owner: try row.string(2)))
        }
        return stored
    }

    /// What holds of the earlier versions of articles, by article.
    private static func standing(
        before articles: [String],
        on connection: Connection
    ) throws(PostgresError) -> [String: [Succession.Standing]] {
        let rows = try connection.query(
            """
            with recursive version(newest, id) as (
                select superseded_by, id from article where superseded_by = any(\(articles as [String?])::uuid[])
                union
                select version.newest, article.id from version join article on article.superseded_by = version.id
            )
            select version.newest::text, r.uuid::text, r.type, r.topic, r.keys, r.data
            from version join record r on r.article_id = version.id
            where r.type in ('event', 'event.corrected', 'quote')
                and not exists (select from record later where later.retracts = r.uuid)
            order by r.id
            """
        )
        var standing: [String: [Succession.Standing]] = [:]
        for row in rows {
            let head = RecordHead(
                id: try row.string(1),
                type: try row.string(2),
                topic: try row.string(3),
                keys: try row.string(4)
            )
            standing[try row.string(0), default: []].append(.init(head: head, data: try row.bytes(5)))
        }
        return standing
    }

    /// Gives jobs back.
    ///
    /// Those with `charged` keep their attempt and wait longer each time; the fifth makes them dead.
    package static func giveBack(
        _ leases: [(lease: Lease, charged: Bool, dead: Bool, reason: String)],
        on connection: Connection
    ) throws(PostgresError) {
        try connection.query(
            """
            update job set
                state = case when given.dead or given.charged and job.attempt >= \(lastAttempt)::bigint then 3 else 0 end,
                attempt = case when given.charged or given.dead then job.attempt else greatest(job.attempt - 1, 0) end,
                run_at = case when given.charged
                    then now() + least(interval '5 min', interval '1 s' * power(2, job.attempt)) * (0.5 + random() / 2)
                    else job.run_at end,
                lease_owner = null, lease_until = null, last_error = given.reason
            from unnest(\(leases.map(\.lease.article) as [String?]), \(leases.map(\.lease.attempt)),
                \(leases.map(\.lease.owner) as [String?]), \(leases.map(\.charged)), \(leases.map(\.dead)),
                \(leases.map(\.reason) as [String?])) as given(article, attempt, owner, charged, dead, reason)
            where job.article_id = given.article::uuid and job.attempt = given.attempt
                and job.lease_owner = given.owner::uuid and job.state = 1
            """
        )
    }

    /// Prolongs leases that live workers hold, when a sixth of their time has passed or they were shortened.
    ///
    /// By lease and not by owner: a lease whose answer was lost has a living owner who does not know of it, and has to end.
    package static func renew(_ leases: [Lease], on connection: Connection) throws(PostgresError) {
        try connection.query(
            """
            update job set lease_until = now() + make_interval(secs => \(leaseSeconds)::bigint::int)
            from unnest(\(leases.map(\.article) as [String?]), \(leases.map(\.attempt)),
                \(leases.map(\.owner) as [String?])) as held(article, attempt, owner)
            where job.article_id = held.article::uuid and job.attempt = held.attempt
                and job.lease_owner = held.owner::uuid and job.state = 1
                and job.lease_until < now() + make_interval(secs => \(leaseSeconds * 5 / 6)::bigint::int)
            """
        )
    }

    /// Ends the leases that an earlier hub gave, unless their workers come back within `graceSeconds`.
    package static func shorten(graceSeconds: Int, on connection: Connection) throws(PostgresError) {
        try connection.query(
            """
            update job set lease_until = least(lease_until, now() + make_interval(secs => \(graceSeconds)::bigint::int))
            where state = 1
            """
        )
    }

    /// Makes jobs ready whose lease has ended.
    ///
    /// Nobody saw their worker start them, so nothing is charged.
    ///
    /// - Returns: how many.
    package static func reap(on connection: Connection) throws(PostgresError) -> Int {
        try connection.query(
            """
            update job set state = 0, attempt = greatest(attempt - 1, 0), lease_owner = null, lease_until = null,
                last_error = 'lease expired'
            where state = 1 and lease_until < now()
            """
        ).affected
    }
}

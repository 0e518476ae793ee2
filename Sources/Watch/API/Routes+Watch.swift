import HTTPSupport
import HTTPTypes
import Records
import Storage

extension APIRoute {
    /// What watch makes of it: stories, alerts, briefs, indices, search, and how all stands.
    static let derived: [APIRoute] = [
        .reading(
            "/stories",
            "Articles about one course of events, the one that changed last first.",
            [.query("country", .code, "Stories that this country or group has a part in."), .order] + APIParameter.page,
            .page(.named("Story"))
        ) { question, connection in
            try Reading.stories(country: question["country"], by: question.order, question.page, on: connection).json
        },
        .thing(
            "/stories/{id}",
            "story",
            "One story: people, places and timeline, its merges and splits, and its newest articles.",
            .named("StoryDetail")
        ) { try Reading.story($0, on: $1) },
        .reading(
            "/alerts",
            "What alert rules said, the newest first.",
            [
                .query("rule", .text, "The rule's name."), .query("severity", .text, "How grave, as the rule says."),
            ] + APIParameter.page,
            .page(.named("Alert"))
        ) { question, connection in
            try Reading.alerts(rule: question["rule"], severity: question["severity"], question.page, on: connection)
                .json
        },
        .thing("/alerts/{id}", "alert", "One alert: why, the evidence, and who was told.", .named("AlertDetail")) {
            try Reading.alert($0, on: $1)
        },
        .reading(
            "/briefs",
            "Summaries that were asked for, the newest first.",
            [.query("scope", .text, "What of: `story:ID`, `article:ID`, `country:RUS` or `dyad:RUS-USA`.")]
                + APIParameter.page,
            .page(.named("Brief"))
        ) { question, connection in try Reading.briefs(scope: question["scope"], question.page, on: connection).json },
        .thing("/briefs/{id}", "brief", "One summary.", .named("Brief")) { try Reading.brief($0, on: $1) },
        .reading(
            "/search",
            "Articles whose text has words, the newest first, with pieces of it; found words stand between ⟦ and ⟧.",
            [
                APIParameter(
                    name: "q",
                    kind: .text,
                    description: "Words that must all be there, `\"a phrase\"`, `or`, `-without`.",
                    isRequired: true
                )
            ] + APIParameter.days + APIParameter.page,
            .page(.object(["article": .named("Article"), "snippet": .text]))
        ) { question, connection in
            let text = try question.required("q")
            guard let page = try Reading.search(text, question.days, question.page(10), on: connection) else {
                throw Problem(
                    .badRequest,
                    "q: '\(text.prefix(60))' has no word to look for; words such as 'the' are not kept"
                )
            }
            return page.json
        },
        .reading(
            "/indices/countries/{code}",
            "A country day by day: what it did and what was done to it, by quad class, with the mean intensity.",
            [.path("code", .code, "ISO 3166-1 alpha-3, or a group's code.")] + indexParameters,
            .named("Index")
        ) { question, connection in
            let (since, until) = try indexDays(question)
            return try Reading.index(
                ofCountry: question.required("code"),
                from: since,
                to: until,
                statuses: indexStatuses(question),
                on: connection
            ).json
        },
        .reading(
            "/indices/dyads/{pair}",
            "Two countries day by day: what each did to the other.",
            [.path("pair", .dyad, "Two codes, such as `RUS-USA`.")] + indexParameters,
            .named("Index")
        ) { question, connection in
            let (since, until) = try indexDays(question)
            let codes = try question.required("pair").split(separator: "-").map(String.init)
            return try Reading.index(
                ofDyad: codes[0],
                codes[1],
                from: since,
                to: until,
                statuses: indexStatuses(question),
                on: connection
            ).json
        },
        .reading(
            "/system",
            "How the stack stands: log, queue, lag, services, webhooks, dead jobs.",
            [],
            .named("System")
        ) {
            try Reading.system(on: $1).json
        },
    ]

    /// Days of an index when the first is not given, and the most there may be.
    private static let (usualDays, mostDays) = (90, 4000)

    private static let indexParameters: [APIParameter] = [
        .query("since", .day, "The first day; \(usualDays - 1) days before the last when not given."),
        .query("until", .day, "The last day; today, UTC, when not given. At most \(mostDays) days."),
        .query(
            "status",
            .some(EventStatus.allCases.map(\.rawValue)),
            "Which events are counted; `happened,alleged` when not given: what was only proposed or denied is no act."
        ),
    ]

    private static func indexDays(_ question: APIQuestion) throws -> (CivilDate, CivilDate) {
        let until = question.until ?? CivilDate(daysSinceEpoch: Sessions.now() / 86_400)
        let since = question.since ?? CivilDate(daysSinceEpoch: until.daysSinceEpoch - usualDays + 1)
        guard (0..<mostDays).contains(until.daysSinceEpoch - since.daysSinceEpoch) else {
            throw Problem(.badRequest, "since \(since) to until \(until) is not 1 to \(mostDays) days")
        }
        return (since, until)
    }

    private static func indexStatuses(_ question: APIQuestion) -> [String] {
        question["status"]?.split(separator: ",").map(String.init)
            ?? [EventStatus.happened.rawValue, EventStatus.alleged.rawValue]
    }

    /// The feed as server-sent events.
    static let stream = APIRoute(
        path: "/stream",
        summary: "The log as server-sent events, from now on or from any place.",
        parameters: [
            .filter,
            .query(
                "after",
                .text,
                "Begin after this place: a sequence number, or `epoch:number` as the stream's ids are."
            ),
        ],
        handle: { question, api in .other(try await api.streams.respond(to: question.request)) }
    )
}

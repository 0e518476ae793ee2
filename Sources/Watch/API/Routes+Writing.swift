import Briefing
import HTTPSupport
import HTTPTypes
import Records
import Storage

extension APIRoute {
    /// What a person says is wrong with an event.
    private struct FeedbackBody: Decodable, Sendable {
        static let members: Set<String> = ["by", "wrong", "reason", "set"]

        var by: String
        var wrong: String
        var reason: String
        var set: [String: String]?
    }

    private static let wrongs = Correction.Wrong.allCases.map(\.rawValue)

    /// Feedback, which becomes a correction or a retraction in the log.
    static let feedback = APIRoute(
        method: .post,
        path: "/events/{id}/feedback",
        summary:
            "Says what is wrong with an event; the log gets a correction, or a retraction when the event cannot stand.",
        parameters: [.path("id", .uuid, "The event's identifier.")],
        body: .object(
            [
                "by": .text(["minLength": .number(1), "maxLength": .number(200)]), "wrong": .oneOf(wrongs),
                "reason": .text(["minLength": .number(1), "maxLength": .number(2000)]), "set": .anything,
            ],
            optional: ["set"]
        ),
        status: .created,
        answer: .named("Note"),
        handle: { question, api in
            let id = try question.required("id").lowercased()
            let body = try await question.body(FeedbackBody.self, members: FeedbackBody.members)
            guard let wrong = Correction.Wrong(rawValue: body.wrong) else {
                throw Problem(
                    .badRequest,
                    "wrong: '\(body.wrong.prefix(50))' is not one of \(wrongs.joined(separator: ", "))"
                )
            }
            let note = FeedbackStore.Note(
                event: id,
                by: body.by,
                wrong: wrong,
                reason: body.reason,
                set: body.set ?? [:]
            )
            switch try await api.run(on: api.writes, { try FeedbackStore.add(note, on: $0) }) {
            case .success(let stored): return .json(try JSON.encode(stored), status: .created)
            case .failure(let refusal):
                let status: HTTPResponse.Status =
                    switch refusal {
                    case .unknown: .notFound
                    case .replaced: .conflict
                    case .invalid: .badRequest
                    }
                throw Problem(status, "\(refusal)")
            }
        }
    )

    /// What a brief is asked for.
    private struct BriefBody: Decodable, Sendable {
        static let members: Set<String> = ["scope", "since", "until", "sentences"]

        var scope: String
        var since: String?
        var until: String?
        var sentences: Int?
    }

    /// Days of a brief when its first is not given, and sentences when their number is not.
    private static let (briefDays, briefSentences) = (7, 8)

    /// A brief, made now and kept.
    static let brief = APIRoute(
        method: .post,
        path: "/briefs",
        summary: "Makes a summary of a story, an article, a country or a dyad; every sentence says what it rests on.",
        body: .object(
            [
                "scope": .text, "since": .day, "until": .day,
                "sentences": .integer(["minimum": .number(1), "maximum": .number(50)]),
            ],
            optional: ["since", "until", "sentences"]
        ),
        status: .created,
        answer: .named("MadeBrief"),
        handle: { question, api in
            let body = try await question.body(BriefBody.self, members: BriefBody.members)
            let scope = try briefScope(body.scope)
            let (since, until) = try briefPeriod(body, scope)
            let sentences = body.sentences ?? briefSentences
            guard (1...50).contains(sentences) else { throw Problem(.badRequest, "sentences is 1 to 50") }
            let answer = try await api.run(on: api.writes) { connection in
                try Briefs.make(
                    scope,
                    since: since,
                    until: until,
                    length: .sentences(sentences),
                    countries: api.countries,
                    on: connection
                )
            }
            switch answer {
            case .brief(let brief): return .json(try JSON.encode(brief), status: .created)
            case .unknown(let reason), .nothing(let reason): throw Problem(.notFound, reason)
            }
        }
    )

    private static func briefScope(_ text: String) throws(Problem) -> BriefScope {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        func checked(_ kind: APIParameter.Kind) throws(Problem) -> String {
            // A scope is given in a body: what is wrong with it is no missing page.
            try APIParameter.query("scope", kind, "").check(parts[1])
            return parts[1]
        }
        switch parts.count == 2 ? parts[0] : "" {
        case "story": return .story(try checked(.uuid).lowercased())
        case "article": return .article(try checked(.uuid).lowercased())
        case "country": return .country(try checked(.code))
        case "dyad":
            let codes = try checked(.dyad).split(separator: "-").map(String.init)
            return .dyad(codes[0], codes[1])
        default:
            throw Problem(
                .badRequest,
                "scope: '\(text.prefix(60))' is not story:ID, article:ID, country:RUS or dyad:RUS-USA"
            )
        }
    }

    private static func briefPeriod(
        _ body: BriefBody,
        _ scope: BriefScope
    ) throws(Problem) -> (since: CivilDate?, until: CivilDate?) {
        func day(_ name: String, _ text: String?) throws(Problem) -> CivilDate? {
            guard let text else { return nil }
            try APIParameter.query(name, .day, "").check(text)
            return CivilDate(iso: text)
        }
        let (since, until) = (try day("since", body.since), try day("until", body.until))
        if let since, let until, since > until { throw Problem(.badRequest, "since \(since) is after until \(until)") }
        guard scope.needsPeriod else { return (since, until) }
        let last = until ?? CivilDate(daysSinceEpoch: Sessions.now() / 86_400)
        return (since ?? last.adding(days: 1 - briefDays), last)
    }
}

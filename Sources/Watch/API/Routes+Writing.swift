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
}

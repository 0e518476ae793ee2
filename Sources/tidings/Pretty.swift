import Briefing
import Records

/// Records as lines for a person.
enum Pretty {
    private struct Envelope<Body: Decodable>: Decodable {
        var type: String
        var sequence: String
        var data: Body
    }

    private struct Kind: Decodable { var type: String }

    private struct ArticleBody: Decodable {
        var article: ArticleReference
        var events: Int
        var quotes: Int
    }

    /// A CloudEvents envelope; what cannot be read is shown as it came.
    static func lines(_ envelope: [UInt8]) -> String {
        let kind = (try? JSON.decode(Kind.self, from: envelope))?.type
        if kind == "tidings.event.v1", let event = try? JSON.decode(Envelope<Event>.self, from: envelope) {
            return lines(event.data)
        }
        if kind == "tidings.quote.v1", let quote = try? JSON.decode(Envelope<Quote>.self, from: envelope) {
            return lines(quote.data)
        }
        if kind == "tidings.article.v1", let article = try? JSON.decode(Envelope<ArticleBody>.self, from: envelope) {
            let (body, title) = (
                article.data, article.data.article.title ?? article.data.article.dateline ?? article.data.article.id
            )
            return "  article \(title): \(body.events) events, \(body.quotes) quotes\n"
        }
        if kind == "tidings.alert.v1", let alert = try? JSON.decode(Envelope<Alert>.self, from: envelope) {
            return "  alert (\(alert.data.severity.rawValue)) \(alert.data.title)\n            \(alert.data.why)\n"
        }
        return String(decoding: envelope, as: UTF8.self) + "\n"
    }

    static func lines(_ event: Event) -> String {
        let act = ([event.event.rawValue] + event.mode).joined(separator: " ")
        let claim = event.claimedBy.isEmpty ? "" : ", says \(parties(event.claimedBy))"
        let quantity = event.quantity.first.map { " · \($0.qualifier) \(Int($0.value)) \($0.unit)" } ?? ""
        return "\(event.date?.description ?? "no date   ")  \(act)  [\(event.status.rawValue)\(claim)]  "
            + "\(parties(event.actor)) → \(parties(event.recipient))\(quantity)\n            “\(squeezed(event.evidence.text))”\n"
    }

    static func lines(_ quote: Quote) -> String {
        "            \(quote.speaker?.name ?? quote.speaker?.text ?? "unknown speaker"): “\(squeezed(quote.text))”\n"
    }

    static func lines(_ entity: Entity) -> String {
        let facts = [entity.type.rawValue, entity.code, entity.sector?.rawValue, entity.office].compactMap { $0 }
        return "            \(entity.name) (\(facts.joined(separator: ", "))) × \(entity.mentions.count)\n"
    }

    private static func parties(_ actors: [Actor]) -> String {
        guard !actors.isEmpty else { return "?" }
        return actors.map { actor in
            let code = [actor.code, actor.sector?.rawValue].compactMap { $0 }.joined(separator: " ")
            return (actor.name ?? actor.text) + (code.isEmpty ? "" : " (\(code))")
        }.joined(separator: " + ")
    }

    private static func squeezed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

import Knowledge
import Postgres
import Records
import Storage

extension Dashboard {
    private struct EventView {
        struct Note {
            var at: String
            var by: String
            var wrong: String
            var reason: String
        }

        struct Reason {
            var frame: String
            var words: String?
            var example: String?
            var cues: [String]
        }

        struct Choice {
            var value: String
            var name: String
        }

        var card: EventCard
        var quad: String
        var marked: MarkedText
        var facts: [Fact]
        var reason: Reason
        var stories: [Reading.EventLinks.Story]
        var alerts: [AlertCard]
        var feedback: [Note]
        var choices: [Choice]
        var mayWrite: Bool
    }

    /// A term with its description.
    struct Fact {
        var name: String
        var value: String
    }

    /// What can be wrong with an event, in the words of the form.
    static let wrongs: [(wrong: Correction.Wrong, name: String)] = [
        (.type, "the type of act"), (.status, "whether it happened"), (.actor, "who acted"), (.recipient, "on whom"),
        (.date, "the day"), (.place, "the place"), (.notAnEvent, "it is no event at all"),
    ]

    func event(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let id = try visit.identifier()
        guard let detail = try Reading.event(id, on: connection)?.value() else {
            if let successor = try Reading.successor(ofEvent: id, on: connection) {
                return try gone(id, successor, connection)
            }
            throw NotThere("no event has the identifier \(id)")
        }
        let event = detail.record
        let links = try Reading.links(ofEvent: id, at: detail.seq, article: detail.article.id, on: connection)?.value()
        let card = EventCard(
            event,
            seq: detail.seq,
            at: detail.at,
            day: detail.day,
            isDated: detail.isDated,
            incident: detail.incident
        )
        let start = event.evidence.start ?? 0
        let view = EventView(
            card: card,
            quad: card.quad,
            marked: event.evidence.start == nil
                ? MarkedText(event.evidence.text, [])
                : MarkedText(
                    detail.article.text,
                    MarkedText.marks(of: event),
                    range: Span(start, start + event.evidence.text.utf8.count)
                ),
            facts: Dashboard.facts(event),
            reason: reason(event.evidence.rule),
            stories: links?.stories ?? [],
            alerts: links?.alerts.map(AlertCard.init) ?? [],
            feedback: detail.feedback.map {
                .init(at: Wording.moment($0.at), by: $0.by, wrong: $0.wrong, reason: $0.reason)
            },
            choices: Dashboard.wrongs.map { .init(value: $0.wrong.rawValue, name: $0.name) },
            mayWrite: visit.mayWrite
        )
        return .html(templates.page("event", title: "\(card.actor) \(card.act) \(card.recipient)", view))
    }

    /// An event that was corrected or retracted leads to what took its place.
    private func gone(_ id: String, _ successor: String, _ connection: Connection) throws -> Answer {
        if try Reading.event(successor, on: connection) != nil { return .moved("/events/\(successor)") }
        return .html(
            message(
                "Retracted",
                "The event \(id) does not hold any more: a later version of its article does not report it.",
                kind: "note"
            )
        )
    }

    private func reason(_ rule: String) -> EventView.Reason {
        let parts = rule.split(separator: ";").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
        let frame = parts.first.flatMap { frames[$0] }
        let words = frame.map { frame in
            frame.lemmas.prefix(12).map { ([$0.word] + $0.particles).joined(separator: " ") }.joined(separator: ", ")
        }
        return .init(
            frame: parts.first ?? "not known",
            words: words,
            example: frame?.example,
            cues: Array(parts.dropFirst())
        )
    }

    private static func facts(_ event: Event) -> [Fact] {
        func described(_ parties: [Actor]) -> String {
            guard !parties.isEmpty else { return "nobody is named" }
            return parties.map { party in
                let facts = [party.code, party.sector?.rawValue, party.office].compactMap { $0 }
                let known = facts.isEmpty ? "unknown" : facts.joined(separator: ", ")
                return "“\(party.text)”\(party.name.map { $0 == party.text ? "" : " = \($0)" } ?? "") (\(known))"
            }
            .joined(separator: "; ")
        }
        let date =
            event.date.map { "\(Wording.day($0))\(event.dateText.map { ", from “\($0)”" } ?? "")" }
            ?? "not known: \(event.dateReason ?? "the article does not tell")"
        let place =
            event.location.map { [$0.name, $0.country].compactMap { $0 }.joined(separator: ", ") }
            ?? "none: \(event.locationReason ?? "the words do not tell")"
        let counts = event.quantity.map { "\($0.qualifier) \(Wording.plain($0.value)) \($0.unit)" }
        return [
            Fact(name: "Actor", value: described(event.actor)),
            Fact(name: "Recipient", value: described(event.recipient)),
            Fact(
                name: "Claimed by",
                value: event.claimedBy.isEmpty ? "the article itself" : described(event.claimedBy)
            ),
            Fact(name: "Date", value: date), Fact(name: "Place", value: place),
            Fact(name: "Numbers", value: counts.isEmpty ? "none" : counts.joined(separator: "; ")),
            Fact(name: "CAMEO", value: event.cameo ?? "none: the words do not tell the exact act"),
            Fact(
                name: "Intensity",
                value: "\(Wording.decimal(event.eventScale, places: 1) ?? "") of -10 to 10"
            ),
            Fact(
                name: "Confidence",
                value: Wording.decimal(event.confidence).map { "\($0) that the type is right, as measured" }
                    ?? "never measured for such words"
            ), Fact(name: "Coder", value: event.coder),
        ]
    }
}

import Records
import Wire

/// What a person has said of an event, as it bears on what coders find later: the same mistake does not come back.
///
/// It is the same mistake when the same sentence gives the same type, actors and recipients. A sentence that a later version of the article
/// words in another way says something else, and is coded afresh.
struct Override {
    /// The event as it was when the person saw it.
    var event: Event
    /// nil when it was retracted.
    var correction: Correction?

    /// The records of a coded article with what people have said.
    ///
    /// In the same article nothing comes of such an event, because the person's correction stands already; in a later version of it the
    /// coder's event has the person's values.
    static func apply(_ overrides: [Override], to records: [RecordDraft], of article: String) -> [RecordDraft] {
        guard !overrides.isEmpty else { return records }
        let kept = records.compactMap { draft in
            draft.head.type == "event" ? apply(overrides, to: draft, article) : draft
        }
        let events = kept.count { $0.head.type == "event" }
        return kept.map { draft in
            guard draft.head.type == "article", var closing = try? JSON.decode(ArticleRecord.self, from: draft.data),
                closing.events != events
            else { return draft }
            closing.events = events
            var draft = draft
            draft.data = (try? JSON.encode(closing)) ?? draft.data
            return draft
        }
    }

    private static func apply(_ overrides: [Override], to draft: RecordDraft, _ article: String) -> RecordDraft? {
        guard let coded = try? JSON.decode(Event.self, from: draft.data) else { return draft }
        var event = coded
        for override in overrides where override.isOf(event) {
            guard override.event.article.id != article, let correction = override.correction else { return nil }
            event = (try? correction.applied(to: event)) ?? event
        }
        guard event != coded else { return draft }
        event.identify()
        guard let data = try? JSON.encode(event) else { return draft }
        let head = RecordHead(
            id: event.id,
            type: "event",
            topic: RecordTopic.event(event),
            keys: RecordKeys.event(event)
        )
        return RecordDraft(head: head, data: data)
    }

    private func isOf(_ other: Event) -> Bool {
        func names(_ parties: [Actor]) -> [String] { parties.map { $0.code ?? $0.text } }
        return event.event == other.event && event.evidence.text == other.evidence.text
            && names(event.actor) == names(other.actor) && names(event.recipient) == names(other.recipient)
    }
}

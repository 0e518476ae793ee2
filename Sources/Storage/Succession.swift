import Records
package import Wire

/// What becomes of the records of an article when its next version is coded.
///
/// An act that both versions report is corrected: the new record names the old one, whose place it takes. What only the old version
/// reports is retracted. Quotes of the old version are retracted and those of the new one stand for themselves.
package enum Succession {
    /// A record that is in the log and still holds.
    package struct Standing: Sendable, Equatable {
        package var head: RecordHead
        package var data: [UInt8]

        package init(head: RecordHead, data: [UInt8]) {
            self.head = head
            self.data = data
        }
    }

    /// A record for the log, and the one whose place it takes.
    package struct Successor: Sendable, Equatable {
        package var draft: RecordDraft
        package var retracts: String?

        package init(draft: RecordDraft, retracts: String? = nil) {
            self.draft = draft
            self.retracts = retracts
        }
    }

    /// Who did what to whom, as far as two versions of a report agree about it.
    private struct Act: Decodable, Hashable {
        struct Party: Decodable, Hashable {
            var text: String
            var code: String?

            static func == (one: Party, other: Party) -> Bool { one.name == other.name }
            func hash(into hasher: inout Hasher) { hasher.combine(name) }
            private var name: String { code ?? text }
        }
        var event: String
        var actor: [Party]
        var recipient: [Party]
    }

    /// The records to store for the new version, in order: corrections and new records, then retractions.
    ///
    /// - Parameters:
    ///   - old: what holds of the earlier versions, in the order of the log.
    ///   - new: what the coder found in the new version of the article `article`.
    package static func records(old: [Standing], new: [RecordDraft], article: String) -> [Successor] {
        var left = old
        var result: [Successor] = new.map { draft in
            guard draft.head.type == "event", let act = act(draft.data) else { return Successor(draft: draft) }
            guard let index = left.firstIndex(where: { isEvent($0) && self.act($0.data) == act }) else {
                return Successor(draft: draft)
            }
            return correction(draft, of: left.remove(at: index))
        }
        // The article's own record comes last of all: whoever sees it has seen everything.
        let closing = result.last?.draft.head.type == "article" ? result.popLast() : nil
        result += left.map { retraction(of: $0, article) }
        return result + (closing.map { [$0] } ?? [])
    }

    private static func isEvent(_ record: Standing) -> Bool { record.head.type.hasPrefix("event") }

    private static func act(_ data: [UInt8]) -> Act? { try? JSON.decode(Act.self, from: data) }

    /// The record that takes the place of an event.
    ///
    /// - Parameter reason: why; nil when a later version of the article reports it in another way.
    static func correction(_ draft: RecordDraft, of old: Standing, reason: String? = nil) -> Successor {
        var draft = draft
        draft.head = retyped(draft.head, "event.corrected")
        let why = reason.map { #""reason":\#(quoted($0)),"# } ?? ""
        let head = Array(#"{"corrects":"\#(old.head.id)",\#(why)"was":"#.utf8)
        draft.data = head + old.data + [UInt8(ascii: ",")] + draft.data.dropFirst()
        return Successor(draft: draft, retracts: old.head.id)
    }

    private static func retraction(of old: Standing, _ article: String) -> Successor {
        retraction(
            of: old,
            reason: "a later version of the article does not report it",
            because: article,
            more: #""superseded_by":"\#(article)","#
        )
    }

    /// The record that takes an event or quote back.
    ///
    /// - Parameters:
    ///   - reason: why.
    ///   - cause: what it follows from: an article or a piece of feedback; part of the identifier.
    ///   - more: members of the record, each with a comma behind it.
    static func retraction(of old: Standing, reason: String, because cause: String, more: String = "") -> Successor {
        let id = UUIDv5.name("retracted|\(old.head.id)|\(cause)", in: UUIDv5.recordNamespace)
        var head = retyped(old.head, isEvent(old) ? "event.retracted" : "quote.retracted")
        head.id = id
        let text = #"{"id":"\#(id)","retracts":"\#(old.head.id)","reason":\#(quoted(reason)),\#(more)"was":"#
        let data = Array(text.utf8) + old.data + [UInt8(ascii: "}")]
        return Successor(draft: RecordDraft(head: head, data: data), retracts: old.head.id)
    }

    /// A string as JSON.
    private static func quoted(_ text: String) -> String {
        (try? JSON.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// The same topic, whose listeners must learn of it, and the same keys under another type.
    private static func retyped(_ head: RecordHead, _ type: String) -> RecordHead {
        let keys = "type=\(type)" + head.keys.drop { $0 != " " }
        return RecordHead(id: head.id, type: type, topic: head.topic, keys: keys)
    }
}

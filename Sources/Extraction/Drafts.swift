package import Records
package import Wire

/// What a coded article becomes on its way to the log: records with topics and keys.
package enum Drafts {
    /// - Returns: quotes, then events, then the one article record.
    package static func records(_ coded: Coded, coder: String) throws -> [RecordDraft] {
        var drafts: [RecordDraft] = []
        for quote in coded.quotes {
            drafts.append(
                RecordDraft(
                    head: RecordHead(
                        id: quote.id,
                        type: "quote",
                        topic: topic(["quote", quote.speaker?.code]),
                        keys: RecordKeys.quote(quote)
                    ),
                    data: try JSON.encode(quote)
                )
            )
        }
        for event in coded.events {
            drafts.append(
                RecordDraft(
                    head: RecordHead(
                        id: event.id,
                        type: "event",
                        topic: topic([
                            "event", event.event.rawValue, event.actor.first?.code, event.recipient.first?.code,
                        ]),
                        keys: RecordKeys.event(event)
                    ),
                    data: try JSON.encode(event)
                )
            )
        }
        let article = ArticleRecord(coded, coder: coder)
        drafts.append(
            RecordDraft(
                head: RecordHead(
                    id: article.id,
                    type: "article",
                    topic: "article/",
                    keys: RecordKeys.article(coded.article)
                ),
                data: try JSON.encode(article)
            )
        )
        return drafts
    }

    /// `event/SANCTION/RUS/USA/`, with `-` for what is not known; every part ends with the delimiter.
    private static func topic(_ parts: [String?]) -> String {
        parts.map { String(token($0 ?? "-").prefix(40)) + "/" }.joined()
    }

    /// A part of a topic: ASCII letters, digits and `+_.-`; anything else becomes a hyphen.
    static func token(_ value: String) -> String {
        let bytes = value.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "_"), UInt8(ascii: "."):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return bytes.isEmpty ? "-" : String(decoding: bytes.prefix(100), as: UTF8.self)
    }
}

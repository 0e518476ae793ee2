package import Records
package import Wire

/// What a coded article becomes on its way to the log: records with topics and keys.
package enum Drafts {
    /// The record of the article itself: it comes after its events and quotes, so whoever sees it has seen them all.
    struct ArticleRecord: Encodable {
        var id: String
        var article: ArticleReference
        var documentType: DocumentType?
        /// Why there is nothing in it: `language`.
        var notCoded: String?
        var entities: [Entity]
        /// How many events and quotes came before it.
        var events: Int
        var quotes: Int
        var coder: String

        private enum CodingKeys: String, CodingKey {
            case id, article, entities, events, quotes, coder
            case documentType = "document_type"
            case notCoded = "not_coded"
        }
    }

    /// - Returns: quotes, then events, then the one article record.
    package static func records(_ coded: Coded, coder: String) throws -> [RecordDraft] {
        let source = coded.article.source.map { [KeyName.source.pair($0)] } ?? []
        var drafts: [RecordDraft] = []
        for quote in coded.quotes {
            let code = quote.speaker?.code
            drafts.append(
                RecordDraft(
                    head: RecordHead(
                        id: quote.id,
                        type: "quote",
                        topic: topic(["quote", code]),
                        keys: keys(
                            ["type=quote"]
                                + (code.map { [KeyName.actor.pair($0), KeyName.country.pair($0)] } ?? []) + source
                        )
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
                        keys: keys(self.keys(of: event) + source)
                    ),
                    data: try JSON.encode(event)
                )
            )
        }
        let article = ArticleRecord(
            id: UUIDv5.name("article|\(coded.id)|\(coder)", in: UUIDv5.recordNamespace),
            article: coded.article,
            documentType: coded.documentType,
            notCoded: coded.notCoded,
            entities: coded.entities,
            events: coded.events.count,
            quotes: coded.quotes.count,
            coder: coder
        )
        drafts.append(
            RecordDraft(
                head: RecordHead(
                    id: article.id,
                    type: "article",
                    topic: "article/",
                    keys: keys(["type=article"] + source)
                ),
                data: try JSON.encode(article)
            )
        )
        return drafts
    }

    /// What comes first is kept when there is more than the log's column holds.
    private static func keys(of event: Event) -> [String] {
        var keys = [
            "type=event", KeyName.event.pair(event.event.rawValue), KeyName.status.pair(event.status.rawValue),
            KeyName.quad.pair("\(event.quadCode)"), KeyName.historical.pair("\(event.historical)"),
        ]
        if let confidence = event.confidence { keys.append(KeyName.confidence.pair(confidence)) }
        // CAMEO codes nest: 1612 is also 161 and 16.
        if let cameo = event.cameo { keys += (2...4).map { KeyName.cameo.pair(String(cameo.prefix($0))) } }
        keys += event.mode.map(KeyName.mode.pair) + event.context.map(KeyName.context.pair)
        keys += event.actor.compactMap(\.code).map(KeyName.actor.pair)
        keys += event.recipient.compactMap(\.code).map(KeyName.recipient.pair)
        let place = event.location?.country
        keys += ((event.actor + event.recipient).compactMap(\.code) + [place].compactMap { $0 })
            .map(KeyName.country.pair)
        keys += (event.actor + event.recipient).compactMap(\.sector?.rawValue).map(KeyName.sector.pair)
        return keys + [event.location?.name, place].compactMap { $0 }.map(KeyName.place.pair)
    }

    /// Each pair once, in order, cut to what the log's column holds.
    private static func keys(_ pairs: [String]) -> String {
        var seen: Set<String> = []
        var text = ""
        for pair in pairs where seen.insert(pair).inserted && text.utf8.count + pair.utf8.count < 4000 {
            text += (text.isEmpty ? "" : " ") + pair
        }
        return text
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

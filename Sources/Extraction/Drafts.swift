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
                        topic: RecordTopic.quote(quote),
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
                        topic: RecordTopic.event(event),
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
}

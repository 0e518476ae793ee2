/// The record that closes an article in the log: it comes after its quotes and events, so whoever sees it has seen them all.
package struct ArticleRecord: Codable, Sendable, Equatable {
    package var id: String
    package var article: ArticleReference
    package var documentType: DocumentType?
    /// Why there is nothing in it: `language`.
    package var notCoded: String?
    package var entities: [Entity]
    /// How many events and quotes came before it.
    package var events: Int
    package var quotes: Int
    package var coder: String

    private enum CodingKeys: String, CodingKey {
        case id, article, entities, events, quotes, coder
        case documentType = "document_type"
        case notCoded = "not_coded"
    }

    package init(_ coded: Coded, coder: String) {
        id = UUIDv5.name("article|\(coded.id)|\(coder)", in: UUIDv5.recordNamespace)
        article = coded.article
        documentType = coded.documentType
        notCoded = coded.notCoded
        entities = coded.entities
        events = coded.events.count
        quotes = coded.quotes.count
        self.coder = coder
    }
}

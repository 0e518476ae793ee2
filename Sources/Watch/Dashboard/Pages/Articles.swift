import Postgres
import Records
import Storage

extension Dashboard {
    private struct ArticlesView {
        var source: String?
        var articles: [ArticleLine]
        var pager: Pager
    }

    func articles(_ visit: Visit, _ connection: Connection) throws -> Answer {
        var question = Reading.ArticleQuestion()
        question.source = visit.text("source")
        let page = try Reading.articles(question, try visit.request(), on: connection)
        let view = ArticlesView(
            source: question.source,
            articles: try page.rows().map(ArticleLine.init),
            pager: Pager(page, visit)
        )
        return .html(templates.page("articles", title: "Articles", place: "/articles", view))
    }

    private struct ArticleView {
        var title: String
        var facts: [Fact]
        var url: String?
        var supersededBy: String?
        var origin: String?
        var story: String?
        var state: String?
        var marked: MarkedText
        var events: [EventCard]
        var quotes: [QuoteLine]
        var entities: [Named]
    }

    struct QuoteLine {
        var speaker: String
        var text: String
        var kind: String

        init(_ quote: Quote) {
            speaker = quote.speaker.map { $0.name ?? $0.text } ?? "somebody who is not named"
            text = quote.text
            kind = quote.kind.rawValue
        }
    }

    private struct Named {
        var id: String
        var name: String
        var count: String
    }

    func article(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let id = try visit.identifier()
        guard let detail = try Reading.article(id, on: connection)?.value() else {
            throw NotThere("no article has the identifier \(id)")
        }
        let entities = detail.record?.entities ?? []
        let marks =
            detail.events.flatMap { MarkedText.marks(of: $0.record) }
            + detail.quotes.flatMap { MarkedText.marks(of: $0.record) } + entities.flatMap(MarkedText.marks(of:))
        let view = ArticleView(
            title: detail.title ?? "Untitled article",
            facts: [
                ("Source", detail.source), ("Author", detail.author), ("Published", detail.published),
                ("Dateline", detail.dateline), ("Kind", detail.entry?.documentType),
            ]
            .compactMap { name, value in value.map { Fact(name: name, value: $0) } },
            url: detail.url.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil },
            supersededBy: detail.supersededBy,
            origin: detail.entry.flatMap { $0.origin == id ? nil : $0.origin },
            story: detail.story,
            state: Dashboard.state(detail),
            marked: MarkedText(detail.text, marks),
            events: detail.events.map(EventCard.init),
            quotes: detail.quotes.map { QuoteLine($0.record) },
            entities: entities.sorted { ($0.mentions.count, $1.name) > ($1.mentions.count, $0.name) }.prefix(40).map {
                Named(id: $0.id, name: $0.name, count: Wording.count($0.mentions.count, "mention"))
            }
        )
        return .html(templates.page("article", title: view.title, place: "/articles", view))
    }

    /// What an article without events has instead.
    private static func state(_ detail: Reading.ArticleDetail) -> String? {
        if let reason = detail.entry?.notCoded { return "This article was kept and not coded: \(reason)." }
        if detail.record == nil {
            return
                "This article has not been coded yet: it waits in the queue, or its job is among the dead ones of the page System."
        }
        return detail.entry == nil ? "This article was coded a moment ago; its events come in a moment." : nil
    }
}

import Postgres
import Records
import Storage

extension Dashboard {
    /// An entity in a list; a view for the template `entity-row`.
    struct EntityLine {
        var id: String
        var name: String
        var facts: String
        var articles: String

        init(_ row: Reading.EntityRow, _ names: CodeNames) {
            id = row.id
            name = row.name
            let kind = Dashboard.kinds.first { $0.value == row.type }?.name ?? row.type
            facts = ([kind] + [row.office, row.code.map { names[$0] }].compactMap { $0 }).joined(separator: " · ")
            articles = Wording.count(row.articles, "article")
        }
    }

    struct Kind {
        var value: String
        var name: String
        var isHere = false
    }

    static let kinds = [
        Kind(value: "PER", name: "person"), Kind(value: "ORG", name: "organisation"),
        Kind(value: "COUNTRY", name: "country"), Kind(value: "LOC", name: "place"),
        Kind(value: "NORP", name: "group"),
    ]

    private struct EntitiesView {
        var wanted: String?
        var kinds: [Kind]
        var entities: [EntityLine]
        var pager: Pager
    }

    func entities(_ visit: Visit, _ connection: Connection) throws -> Answer {
        var question = Reading.EntityQuestion()
        question.text = visit.text("q", limit: 100)
        question.type = visit.text("type").flatMap { type in Dashboard.kinds.first { $0.value == type }?.value }
        let page = try Reading.entities(question, try visit.request(), on: connection)
        let view = EntitiesView(
            wanted: question.text,
            kinds: Dashboard.kinds.map { Kind(value: $0.value, name: $0.name, isHere: $0.value == question.type) },
            entities: try page.rows().map { EntityLine($0, names) },
            pager: Pager(page, visit)
        )
        return .html(templates.page("entities", title: "Names", place: "/entities", view))
    }

    private struct EntityView {
        var entity: EntityLine
        var aliases: String?
        var code: String?
        var wikidata: String?
        var events: [EventCard]
        var quotes: [QuoteLine]
        var articles: [ArticleLine]
        var pager: Pager
    }

    func entity(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let id = try visit.identifier()
        guard let row = try Reading.entity(id, on: connection)?.value() else {
            throw NotThere("nothing named in an article has the identifier \(id)")
        }
        var events = Reading.EventQuestion()
        events.name = row.name
        var quotes = Reading.QuoteQuestion()
        quotes.speaker = row.name
        var articles = Reading.ArticleQuestion()
        articles.entity = id
        let page = try Reading.articles(articles, try visit.request(15), on: connection)
        let view = EntityView(
            entity: EntityLine(row, names),
            aliases: row.aliases.isEmpty ? nil : row.aliases.joined(separator: ", "),
            code: row.code.flatMap { names.isKnown($0) ? $0 : nil },
            wikidata: row.wikidata,
            events: try Reading.events(events, PageRequest(count: 10), on: connection).rows().map(EventCard.init),
            quotes: try Reading.quotes(quotes, PageRequest(count: 6), on: connection).rows().map {
                QuoteLine($0.record)
            },
            articles: try page.rows().map(ArticleLine.init),
            pager: Pager(page, visit)
        )
        return .html(templates.page("entity", title: row.name, place: "/entities", view))
    }

    private struct SearchView {
        struct Hit {
            var article: ArticleLine
            var pieces: [Snippet]
        }

        struct Snippet {
            var text: String
            var isFound: Bool
        }

        var wanted: String?
        var isEmpty: Bool
        var hits: [Hit]
        var entities: [EntityLine]
        var pager: Pager?
    }

    func search(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let text = visit.text("q")
        var view = SearchView(wanted: text, isEmpty: text == nil, hits: [], entities: [])
        if let text {
            if let page = try Reading.search(text, Reading.Days(), try visit.request(10), on: connection) {
                view.hits = try page.rows().map { row in
                    .init(article: ArticleLine(row.article), pieces: Dashboard.pieces(row.snippet))
                }
                view.pager = Pager(page, visit)
            }
            var question = Reading.EntityQuestion()
            question.text = String(text.prefix(100))
            view.entities = try Reading.entities(question, PageRequest(count: 10), on: connection).rows()
                .map { EntityLine($0, names) }
        }
        return .html(templates.page("search", title: text.map { "Search: \($0)" } ?? "Search", view))
    }

    /// A text in which what was found stands between ⟦ and ⟧, in pieces.
    private static func pieces(_ snippet: String) -> [SearchView.Snippet] {
        snippet.split(separator: "⟦", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
            let halves = part.split(separator: "⟧", maxSplits: 1, omittingEmptySubsequences: false)
            guard index > 0, halves.count == 2 else { return [SearchView.Snippet(text: String(part), isFound: false)] }
            return [.init(text: String(halves[0]), isFound: true), .init(text: String(halves[1]), isFound: false)]
        }
    }
}

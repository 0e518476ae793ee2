package import Knowledge
import Postgres
import Records
import Storage

/// The pages: each is a function of what is asked and what the database holds.
///
/// Nothing here writes. Pages do one to four queries, however long their lists are.
package struct Dashboard: Sendable {
    typealias Show = @Sendable (Dashboard, Visit, Connection) throws -> Answer

    let templates: Templates
    let names: CodeNames
    let frames: [String: Frame]
    /// Where alert rules stand; nil without any.
    let rules: RulesDirectory?

    /// - Parameters:
    ///   - knowledge: names of countries, and the frames that events are explained with.
    ///   - rules: the directory of alert rules.
    package init(_ knowledge: Knowledge, rules: RulesDirectory? = nil) {
        self.rules = rules
        templates = Templates()
        names = CodeNames(knowledge.countries)
        frames = Dictionary(knowledge.frames.all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Addresses of pages; `:` is before a part that is given to the page.
    static let pages: [(path: String, show: Show)] = [
        ("/", { try $0.live($1, $2) }),
        ("/live", { try $0.liveLists($1, $2) }),
        ("/incidents", { try $0.incidents($1, $2) }),
        ("/incidents/:id", { try $0.incident($1, $2) }),
        ("/events/:id", { try $0.event($1, $2) }),
        ("/stories", { try $0.stories($1, $2) }),
        ("/stories/:id", { try $0.story($1, $2) }),
        ("/entities", { try $0.entities($1, $2) }),
        ("/entities/:id", { try $0.entity($1, $2) }),
        ("/articles", { try $0.articles($1, $2) }),
        ("/articles/:id", { try $0.article($1, $2) }),
        ("/countries", { try $0.countries($1, $2) }),
        ("/countries/:code", { try $0.country($1, $2) }),
        ("/dyads/:pair", { try $0.dyad($1, $2) }),
        ("/briefs", { try $0.brief($1, $2) }),
        ("/map", { try $0.map($1, $2) }),
        ("/search", { try $0.search($1, $2) }),
        ("/alerts", { try $0.alerts($1, $2) }),
        ("/alerts/:id", { try $0.alert($1, $2) }),
        ("/rules", { try $0.rules($1, $2) }),
        ("/system", { try $0.system($1, $2) }),
    ]

    /// Those that sum up days, months or years: they may be some seconds old.
    static let summing: Set<String> = ["/countries", "/countries/:code", "/dyads/:pair", "/map"]
    /// Those that show what does not come from the log, or what a reader has just done: they are made for each look.
    static let unkept: Set<String> = ["/events/:id", "/alerts/:id", "/rules", "/system"]

    /// A page that says something instead of showing it.
    func message(
        _ heading: String,
        _ text: String,
        kind: String = "error",
        link: (path: String, name: String)? = nil
    )
        -> String
    {
        struct View {
            var heading: String
            var text: String
            var kind: String
            var link: Link?
        }
        struct Link {
            var path: String
            var name: String
        }
        return templates.page(
            "message",
            title: heading,
            View(heading: heading, text: text, kind: kind, link: link.map { Link(path: $0.path, name: $0.name) })
        )
    }
}

import Briefing
import Postgres
import Records
import Storage

extension Dashboard {
    /// A brief with numbered citations; a view for the template `brief`.
    struct BriefView {
        struct Note {
            var number: String
            var link: String
            var label: String
        }

        struct Sentence {
            var text: String
            var notes: [Note]
        }

        struct Section {
            var title: String
            var sentences: [Sentence]
        }

        let sections: [Section]

        init(_ brief: Brief) {
            var numbers: [Citation: Int] = [:]
            func section(_ title: String, _ sentences: [CitedSentence]) -> Section? {
                guard !sentences.isEmpty else { return nil }
                return Section(
                    title: title,
                    sentences: sentences.map { sentence in
                        Sentence(
                            text: sentence.text.split(whereSeparator: \.isWhitespace).joined(separator: " "),
                            notes: sentence.citations.map { citation in
                                let number = numbers[citation] ?? numbers.count + 1
                                numbers[citation] = number
                                return Note(
                                    number: "\(number)",
                                    link: BriefView.paths[citation.kind].map { "\($0)/\(citation.id)" } ?? "/",
                                    label: "source \(number): \(citation.kind)"
                                )
                            }
                        )
                    }
                )
            }
            sections = [
                section("In the words of the articles", brief.summary), section("Acts, as reported", brief.events),
                section("What changed since the brief before", brief.changes?.sentences ?? []),
            ]
            .compactMap { $0 }
        }

        private static let paths = [
            "article": "/articles", "event": "/events", "incident": "/incidents", "story": "/stories",
        ]
    }

    private struct BriefPage {
        var title: String
        var period: String?
        var nothing: String?
        var brief: BriefView?
        var counts: String?
        var subject: String
        var choices: [Window.Choice]
    }

    /// What happened with a story, an article, a country or a dyad: made for who opens the page, and not kept.
    func brief(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let text = visit.text("scope") ?? ""
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let codes = parts.last?.split(separator: "-").map(String.init) ?? []
        let (scope, subject): (BriefScope, String)
        switch parts.count == 2 ? parts[0] : "" {
        case "story": (scope, subject) = (.story(parts[1]), "/stories/\(parts[1])")
        case "article": (scope, subject) = (.article(parts[1]), "/articles/\(parts[1])")
        case "country": (scope, subject) = (.country(try known(parts[1])), "/countries/\(parts[1])")
        case "dyad" where codes.count == 2:
            (scope, subject) = (.dyad(try known(codes[0]), try known(codes[1])), "/dyads/\(parts[1])")
        default:
            throw NotThere(
                "a brief is of story:ID, article:ID, country:RUS or dyad:RUS-USA; '\(text.prefix(60))' is none"
            )
        }
        let window =
            scope.needsPeriod ? try Window(visit, lengths: [(7, "seven days"), (30, "30 days")], on: connection) : nil
        var view = BriefPage(title: "Brief", period: window?.period, subject: subject, choices: window?.choices ?? [])
        switch try draft(scope, window, connection) {
        case .unknown(let reason): throw NotThere(reason)
        case .nothing(let reason): view.nothing = reason
        case .brief(let brief):
            view.title = brief.title
            view.brief = BriefView(brief)
            let counts = brief.counts
            view.counts =
                "\(Wording.count(counts.articles, "article")), \(Wording.count(counts.incidents, "incident")), \(Wording.count(counts.origins, "independent source"))"
        }
        return .html(templates.page("briefs", title: "Brief: \(view.title)", view))
    }

    func draft(_ scope: BriefScope, _ window: Window?, _ connection: Connection) throws -> BriefAnswer {
        try Briefs.draft(
            scope,
            since: window?.since,
            until: window?.until,
            length: .sentences(5),
            countries: names.all,
            on: connection
        )
    }
}

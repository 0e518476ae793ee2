import Briefing
import Postgres
import Records
import Storage

extension Dashboard {
    private struct StoriesView {
        var country: String?
        var stories: [StoryCard]
        var pager: Pager
    }

    func stories(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let code = visit.text("country").flatMap { names.isKnown($0) ? $0 : nil }
        let page = try Reading.stories(country: code, try visit.request(), on: connection)
        let view = StoriesView(
            country: code.map { names[$0] },
            stories: try page.rows().map { StoryCard($0, names) },
            pager: Pager(page, visit)
        )
        return .html(templates.page("stories", title: "Stories", place: "/stories", view))
    }

    private struct StoryPage {
        struct Day {
            var day: String
            var date: String
            var text: String
            var link: String
            var articles: String
        }

        struct Change {
            var time: String
            var words: String
            var story: String
        }

        struct Contested {
            var act: String
            var incident: String
            var ledger: ClaimLedger
        }

        struct Named {
            var id: String
            var name: String
            var articles: String
        }

        var card: StoryCard
        var mergedInto: String?
        var timeline: [Day]
        var contested: [Contested]
        var people: [Named]
        var organisations: [Named]
        var places: [Named]
        var changes: [Change]
        var hasChanges: Bool
        var articles: [ArticleLine]
        var isCut: Bool
        var brief: BriefView?
        /// What the brief of a story is asked for by that is too long to be summarised at each look.
        var longScope: String?
    }

    /// At most so many articles are summarised on the page itself.
    private static let summarised = 20

    /// What the database keeps of a story for its readers.
    private struct Kept: Decodable { var data: StoryView }

    func story(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let id = try visit.identifier()
        guard let document = try Reading.story(id, on: connection) else {
            throw NotThere("no story has the identifier \(id)")
        }
        let detail = try document.value()
        let kept = try JSON.decode(Kept.self, from: document.json).data
        let isLong = detail.story.articles > Dashboard.summarised
        let events = try Reading.contested(ofStory: id, limit: 100, on: connection).value()
        func named(_ list: [StoryView.Weighed]) -> [StoryPage.Named] {
            list.prefix(12).map { .init(id: $0.id, name: $0.name, articles: Wording.count($0.articles, "article")) }
        }
        let view = StoryPage(
            card: StoryCard(detail.story, names),
            mergedInto: detail.mergedInto,
            timeline: kept.timeline.map(Dashboard.day),
            contested: Dashboard.contested(events),
            people: named(kept.people),
            organisations: named(kept.organisations),
            places: named(kept.places),
            changes: detail.changes.map { change in
                let (other, words) =
                    change.kind == "merge"
                    ? change.story == id
                        ? (change.other, "took in another story") : (change.story, "went into another story")
                    : change.story == id
                        ? (change.other, "another story came out of it") : (change.story, "came out of another story")
                return .init(time: Wording.moment(change.at), words: words, story: other)
            },
            hasChanges: !detail.changes.isEmpty,
            articles: detail.articles.map(ArticleLine.init),
            isCut: detail.articles.count < detail.story.articles,
            brief: isLong ? nil : try summary(ofStory: id, connection),
            longScope: isLong ? "story:\(id)" : nil
        )
        return .html(templates.page("story", title: view.card.headline, place: "/stories", view))
    }

    private func summary(ofStory id: String, _ connection: Connection) throws -> BriefView? {
        guard case .brief(let brief) = try draft(.story(id), nil, connection) else { return nil }
        return BriefView(brief)
    }

    private static func day(_ day: StoryView.Day) -> StoryPage.Day {
        .init(
            day: Wording.day(day.day),
            date: day.day.description,
            text: day.text,
            link: "/articles/\(day.article)",
            articles: Wording.count(day.articles, "article")
        )
    }

    /// The acts of which not all say the same, the most reported first.
    private static func contested(_ events: [Reading.EventRow]) -> [StoryPage.Contested] {
        let incidents = Dictionary(grouping: events) { $0.incident }
        return incidents.filter { Set($0.value.map(\.record.status)).count > 1 }
            .sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }.prefix(8)
            .map { incident, rows in
                .init(
                    act: Wording(rows[0].record).sentence,
                    incident: incident,
                    ledger: ClaimLedger(rows.map(\.record))
                )
            }
    }
}

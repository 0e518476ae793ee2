import Briefing
import Postgres
import Records
import Storage
import Wire

extension Dashboard {
    /// What a country's page and a dyad's page have in common.
    private struct RelationsView {
        struct Partner {
            var code: String
            var name: String
            var pair: String
        }

        var title: String
        var code: String
        var period: String
        var choices: [Window.Choice]
        /// For times that are short enough to look at day by day.
        var tension: TensionPlot?
        var plot: TensionPlot?
        var matrix: ActionMatrix?
        var parties: [Partner]
        var incidents: [IncidentCard]
        var stories: [StoryCard]
        var hasStories: Bool
        var events: [EventCard]
        var filter: String
        var briefScope: String
    }

    private static let happened = ["happened"]

    func country(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let code = try known(visit.parts.first)
        let window = try Window(visit, on: connection)
        let index = try Reading.index(
            ofCountry: code,
            from: window.since,
            to: window.until,
            statuses: Dashboard.happened,
            on: connection
        )
        .value()
        let matrix = try matrix(around: code, window, connection)
        let filter = "country=\(code)"
        let stories = try Reading.stories(country: code, PageRequest(count: 6), on: connection).rows()
            .map { StoryCard($0, names) }
        let others = (matrix?.parties ?? []).filter { $0 != code }
        let view = RelationsView(
            title: names[code],
            code: code,
            period: window.period,
            choices: window.choices,
            tension: try tension(.country(code), names[code], window, connection),
            plot: Dashboard.plot(index, of: "Acts by and on \(names[code])"),
            matrix: matrix,
            parties: others.map { .init(code: $0, name: names[$0], pair: "\(code)-\($0)") },
            incidents: try incidents(filter, connection),
            stories: stories,
            hasStories: !stories.isEmpty,
            events: try events(.init(Filter(filter)), connection),
            filter: Visit.escaped(filter),
            briefScope: "country:\(code)"
        )
        return .html(templates.page("country", title: view.title, place: "/countries", view))
    }

    func dyad(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let sides = visit.parts.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
        guard sides.count == 2 else { throw NotThere("a pair of countries is written like RUS-USA") }
        let (one, other) = (try known(String(sides[0])), try known(String(sides[1])))
        let window = try Window(visit, on: connection)
        let index = try Reading.index(
            ofDyad: one,
            other,
            from: window.since,
            to: window.until,
            statuses: Dashboard.happened,
            on: connection
        )
        .value()
        let filter = "actor=\(one),\(other) recipient=\(one),\(other)"
        var question = Reading.EventQuestion()
        question.dyad = (one, other)
        let view = RelationsView(
            title: "\(names[one]) and \(names[other])",
            code: "\(one)-\(other)",
            period: window.period,
            choices: window.choices,
            tension: try tension(.dyad(one, other), "\(names[one]) and \(names[other])", window, connection),
            plot: Dashboard.plot(index, of: "Acts between \(names[one]) and \(names[other])"),
            matrix: nil,
            parties: [one, other].map { .init(code: $0, name: names[$0], pair: "\(one)-\(other)") },
            incidents: try incidents(filter, connection),
            stories: [],
            hasStories: false,
            events: try events(question, connection),
            filter: Visit.escaped(filter),
            briefScope: "dyad:\(one)-\(other)"
        )
        return .html(templates.page("country", title: view.title, place: "/countries", view))
    }

    func known(_ code: String?) throws(NotThere) -> String {
        guard let code = code?.uppercased(), Visit.isCode(code), names.isKnown(code) else {
            throw NotThere(
                "'\(code?.prefix(20) ?? "")' is no code of a country (ISO 3166-1, such as RUS) or group (such as UNO)"
            )
        }
        return code
    }

    private func incidents(_ filter: String, _ connection: Connection) throws -> [IncidentCard] {
        try Reading.incidents(.init(Filter(filter)), PageRequest(count: 12), on: connection).rows()
            .map { IncidentCard($0, names) }
    }

    private func events(_ question: Reading.EventQuestion, _ connection: Connection) throws -> [EventCard] {
        try Reading.events(question, PageRequest(count: 12), on: connection).rows().map(EventCard.init)
    }

    /// The tension of each day, with the days whose conflict stands out; nil for long times, which are shown in sums.
    private func tension(
        _ scope: IndexScope,
        _ name: String,
        _ window: Window,
        _ connection: Connection
    ) throws -> TensionPlot? {
        guard window.days <= 60 else { return nil }
        let range = window.since...window.until
        let series = IndexSeries(scope, range, rows: try IndexStore.rows(scope, range, on: connection))
        guard series.days.contains(where: { $0.count > 0 }) else { return nil }
        return TensionPlot(
            id: "tension",
            title: "Tension of \(name)",
            caption:
                "Share of conflict in all that was reported of a day, by intensity; 0 to 100. Rings: days whose conflict stands out against the four weeks before.",
            first: window.since,
            series: [
                .init(kind: "tension", name: "tension", values: series.days.map { $0.count > 0 ? $0.tension : nil })
            ],
            anomalies: series.days.enumerated().compactMap { day, index in
                index.spike.map {
                    (
                        day,
                        "\(Wording.count(index.conflicts, "report")) of conflict, usual are \(Wording.plain($0.median))"
                    )
                }
            }
        )
    }

    /// Conflict and cooperation in days, weeks or months, by the length of the time; nil without an event.
    static func plot(_ index: Reading.Index, of title: String) -> TensionPlot? {
        let days = index.until.daysSinceEpoch - index.since.daysSinceEpoch + 1
        let (step, unit) = days <= 60 ? (1, "day") : days <= 730 ? (7, "week") : (30, "thirty days")
        var conflict = [Double](repeating: 0, count: (days + step - 1) / step)
        var cooperation = conflict
        for day in index.series.flatMap(\.days) {
            let place = (day.day.daysSinceEpoch - index.since.daysSinceEpoch) / step
            guard conflict.indices.contains(place), day.quads.count == 4 else { continue }
            cooperation[place] += Double(day.quads[0] + day.quads[1])
            conflict[place] += Double(day.quads[2] + day.quads[3])
        }
        guard conflict.contains(where: { $0 > 0 }) || cooperation.contains(where: { $0 > 0 }) else { return nil }
        return TensionPlot(
            id: "plot",
            title: title,
            caption: "Reports of acts that happened, a \(unit).",
            first: index.since,
            step: step,
            series: [
                .init(kind: "conflict", name: "conflict", values: conflict),
                .init(kind: "cooperation", name: "cooperation", values: cooperation),
            ]
        )
    }
}

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
        var plot: TensionPlot?
        var matrix: ActionMatrix?
        var parties: [Partner]
        var incidents: [IncidentCard]
        var stories: [StoryCard]
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
        let others = (matrix?.parties ?? []).filter { $0 != code }
        let view = RelationsView(
            title: names[code],
            code: code,
            period: window.period,
            choices: window.choices,
            plot: Dashboard.plot(index, of: "Acts by and on \(names[code])"),
            matrix: matrix,
            parties: others.map { .init(code: $0, name: names[$0], pair: "\(code)-\($0)") },
            incidents: try incidents(filter, connection),
            stories: try Reading.stories(country: code, PageRequest(count: 6), on: connection).rows()
                .map { StoryCard($0, names) },
            events: try events(filter, connection),
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
        let view = RelationsView(
            title: "\(names[one]) and \(names[other])",
            code: "\(one)-\(other)",
            period: window.period,
            choices: window.choices,
            plot: Dashboard.plot(index, of: "Acts between \(names[one]) and \(names[other])"),
            matrix: nil,
            parties: [one, other].map { .init(code: $0, name: names[$0], pair: "\(one)-\(other)") },
            incidents: try incidents(filter, connection),
            stories: [],
            events: try events(filter, connection),
            filter: Visit.escaped(filter),
            briefScope: "dyad:\(one)-\(other)"
        )
        return .html(templates.page("country", title: view.title, place: "/countries", view))
    }

    private func known(_ code: String?) throws(NotThere) -> String {
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

    private func events(_ filter: String, _ connection: Connection) throws -> [EventCard] {
        try Reading.events(.init(Filter(filter)), PageRequest(count: 20), on: connection).rows().map(EventCard.init)
    }

    /// Conflict and cooperation a day; nil without an event.
    static func plot(_ index: Reading.Index, of title: String) -> TensionPlot? {
        let days = index.until.daysSinceEpoch - index.since.daysSinceEpoch + 1
        var conflict = [Double](repeating: 0, count: days)
        var cooperation = conflict
        for day in index.series.flatMap(\.days) {
            let place = day.day.daysSinceEpoch - index.since.daysSinceEpoch
            guard conflict.indices.contains(place), day.quads.count == 4 else { continue }
            cooperation[place] += Double(day.quads[0] + day.quads[1])
            conflict[place] += Double(day.quads[2] + day.quads[3])
        }
        guard conflict.contains(where: { $0 > 0 }) || cooperation.contains(where: { $0 > 0 }) else { return nil }
        return TensionPlot(
            id: "plot",
            title: title,
            caption: "Reports a day of acts that happened.",
            first: index.since,
            series: [
                .init(kind: "conflict", name: "conflict", values: conflict),
                .init(kind: "cooperation", name: "cooperation", values: cooperation),
            ]
        )
    }
}

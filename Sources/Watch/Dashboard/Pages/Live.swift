import Postgres
import Records
import Storage
import Wire

extension Dashboard {
    private struct LiveView {
        var heading = "Live events"
        var isLive: Bool
        var error: String?
        var wanted: String?
        var events: [EventCard]
        var alerts: [AlertCard]
        var pager: Pager?
    }

    /// What came last, and what fired.
    func live(_ visit: Visit, _ connection: Connection) throws -> Answer {
        .html(templates.page("live", title: "Live events", place: "/", try liveView(visit, connection)))
    }

    /// The lists alone: what the script of the page asks for when something came.
    func liveLists(_ visit: Visit, _ connection: Connection) throws -> Answer {
        .html(templates.render("live-lists", try liveView(visit, connection)))
    }

    private func liveView(_ visit: Visit, _ connection: Connection) throws -> LiveView {
        let text = visit.text("where", limit: 4096)
        var filter = Filter.all
        var error: String?
        do { filter = try Filter(text ?? "") } catch let invalid as Filter.Invalid { error = "\(invalid)" }
        let request = try visit.request()
        let page =
            error == nil ? try Reading.events(.init(filter), request, on: connection) : Page(items: [], older: nil, newer: nil)
        let alerts = try Reading.alerts(PageRequest(count: 12), on: connection)
        return LiveView(
            isLive: error == nil && request.place == .newest,
            error: error,
            wanted: text,
            events: try page.rows().map(EventCard.init),
            alerts: try alerts.rows().map(AlertCard.init),
            pager: Pager(page, visit)
        )
    }
}

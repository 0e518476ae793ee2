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
        var refusal: String?
        do { filter = try Filter(text ?? "") } catch { refusal = "\(error)" }
        let request = try visit.request()
        // A filter that cannot be read shows nothing, and why.
        let page = refusal == nil ? try Reading.events(.init(filter), request, on: connection) : nil
        let alerts = try Reading.alerts(PageRequest(count: 12), on: connection)
        return LiveView(
            isLive: refusal == nil && request.place == .newest,
            error: refusal,
            wanted: text,
            events: try page?.rows().map(EventCard.init) ?? [],
            alerts: try alerts.rows().map(AlertCard.init),
            pager: page.map { Pager($0, visit) }
        )
    }
}

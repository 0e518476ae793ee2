import Briefing
import Postgres
import Records
import Storage

extension Dashboard {
    private struct AlertsView {
        var rule: String?
        var alerts: [AlertCard]
        var pager: Pager
    }

    func alerts(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let rule = visit.text("rule")
        let page = try Reading.alerts(rule: rule, try visit.request(), on: connection)
        let view = AlertsView(
            rule: rule,
            alerts: try page.rows().map(AlertCard.init),
            pager: Pager(page, visit)
        )
        return .html(templates.page("alerts", title: "Alerts", place: "/alerts", view))
    }

    private struct AlertView {
        struct Evidence {
            var event: String
            var text: String
        }

        struct Delivery {
            var sink: String
            var state: String
            var attempts: Int
            var detail: String?
            var isBroken: Bool
        }

        var card: AlertCard
        var why: String
        var importance: Meter
        var credibility: Meter?
        var facts: [Fact]
        var evidence: [Evidence]
        var deliveries: [Delivery]
        var digest: [String]
        var hasDigest: Bool
    }

    /// A number from 0 to 1 as a bar.
    struct Meter {
        var value: String

        init?(_ number: Double?) {
            guard let text = Wording.decimal(number) else { return nil }
            value = text
        }
    }

    /// What the database keeps of an alert besides its columns.
    private struct KeptAlert: Decodable {
        struct Row: Decodable { var data: Alert }
        var alert: Row
    }

    func alert(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let id = try visit.identifier()
        guard let document = try Reading.alert(id, on: connection) else {
            throw NotThere("no alert has the identifier \(id)")
        }
        let detail = try document.value()
        let alert = try JSON.decode(KeptAlert.self, from: document.json).alert.data
        guard let importance = Meter(alert.importance) else { throw NotThere("the alert \(id) has no importance") }
        var facts = [
            Fact(name: "Kind of rule", value: alert.kind), Fact(name: "Number in the log", value: "\(alert.seq)"),
        ]
        if let count = alert.count { facts.append(Fact(name: "Counted", value: Wording.grouped(count))) }
        if let threshold = alert.threshold {
            facts.append(Fact(name: "Compared with", value: Wording.grouped(threshold)))
        }
        if alert.suppressed > 0 {
            facts.append(Fact(name: "Kept silent since the last", value: Wording.count(alert.suppressed, "time")))
        }
        if let held = alert.held { facts.append(Fact(name: "Not sent at once", value: held)) }
        let view = AlertView(
            card: AlertCard(detail.alert),
            why: alert.why,
            importance: importance,
            credibility: Meter(alert.credibility),
            facts: facts,
            evidence: alert.evidence.map { .init(event: $0.event, text: $0.text ?? "the words of event \($0.seq)") },
            deliveries: detail.deliveries.map {
                .init(
                    sink: $0.sink,
                    state: $0.state,
                    attempts: $0.attempts,
                    detail: $0.detail,
                    isBroken: $0.state == "failed"
                )
            },
            digest: alert.alerts,
            hasDigest: !alert.alerts.isEmpty
        )
        return .html(templates.page("alert", title: alert.title, place: "/alerts", view))
    }
}

import Postgres
import Records
import Storage
import Wire

extension Dashboard {
    private struct IncidentsView {
        var error: String?
        var wanted: String?
        var incidents: [IncidentCard]
        var pager: Pager?
    }

    func incidents(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let text = visit.text("where", limit: 4096)
        var view = IncidentsView(wanted: text, incidents: [])
        do {
            let page = try Reading.incidents(.init(Filter(text ?? "")), try visit.request(), on: connection)
            view.incidents = try page.rows().map { IncidentCard($0, names) }
            view.pager = Pager(page, visit)
        } catch let invalid as Filter.Invalid {
            view.error = "\(invalid)"
        } catch let unsuited as Filter.Unsuited {
            view.error = "\(unsuited)"
        }
        return .html(templates.page("incidents", title: "Incidents", place: "/incidents", view))
    }

    private struct IncidentView {
        struct Change {
            var time: String
            var at: String
            var status: String
            var standing: String
            var article: String
            var title: String
        }

        var incident: IncidentCard
        var pair: String?
        var mergedInto: String?
        var best: EventCard?
        var ledger: ClaimLedger
        var changes: [Change]
        var stories: [String]
        var events: [EventCard]
        var pager: Pager
    }

    /// The claims of at most so many reports of an incident are compared.
    private static let compared = 50

    func incident(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let id = try visit.identifier()
        guard let detail = try Reading.incident(id, on: connection)?.value() else {
            throw NotThere("no incident has the identifier \(id)")
        }
        var question = Reading.EventQuestion()
        question.incident = id
        let request = try visit.request()
        let page = try Reading.events(question, request, on: connection)
        let rows = try page.rows()
        let isWhole = request.place == .newest && page.older == nil
        // What is summed up is that of the latest reports, whichever of them are shown.
        let latest = PageRequest(count: Dashboard.compared)
        let reports = isWhole ? rows : try Reading.events(question, latest, on: connection).rows()
        let (actor, recipient) = (detail.incident.actor, detail.incident.recipient)
        let view = IncidentView(
            incident: IncidentCard(detail.incident, names),
            pair: Visit.isCode(actor) && Visit.isCode(recipient) && actor != recipient ? "\(actor)-\(recipient)" : nil,
            mergedInto: detail.mergedInto,
            best: reports.max { ($0.record.confidence ?? 0) < ($1.record.confidence ?? 0) }.map(EventCard.init),
            ledger: ClaimLedger(reports.map(\.record)),
            changes: Dashboard.changes(reports),
            stories: detail.stories,
            events: rows.map(EventCard.init),
            pager: Pager(page, visit)
        )
        return .html(
            templates.page(
                "incident",
                title: "\(view.incident.actor) \(view.incident.act) \(view.incident.recipient)",
                place: "/incidents",
                view
            )
        )
    }

    /// The reports that said something else of the act than the one before, the earliest first.
    private static func changes(_ rows: [Reading.EventRow]) -> [IncidentView.Change] {
        var last: EventStatus?
        var changes: [IncidentView.Change] = []
        for row in rows.sorted(by: { $0.seq < $1.seq }) where row.record.status != last {
            last = row.record.status
            changes.append(
                .init(
                    time: Wording.moment(row.at),
                    at: row.at,
                    status: Wording(row.record).status,
                    standing: Wording.standing(row.record.status.rawValue),
                    article: row.record.article.id,
                    title: row.record.article.title ?? "untitled article"
                )
            )
        }
        return changes
    }
}

/// Who says what of an act, and in how many independent reports; a view for the template `ledger`.
struct ClaimLedger {
    struct Line {
        var who: String
        var says: String
        var standing: String
        var reports: String
        var link: String
        var linkName: String
    }

    let lines: [Line]

    /// - Complexity: O(*n*) in the reports.
    init(_ events: [Event]) {
        struct Claim: Hashable {
            var who: String
            var status: EventStatus
        }
        var order: [Claim] = []
        var found: [Claim: (event: Event, origins: Set<String>)] = [:]
        for event in events {
            let claimants = event.claimedBy.map { Wording.parties([$0], none: "") }
            // The word of an article without a claimant is the medium's own.
            let medium = event.article.agency ?? event.article.source ?? "the article"
            for who in claimants.isEmpty ? [medium] : claimants {
                let claim = Claim(who: who, status: event.status)
                if found[claim] == nil { order.append(claim) }
                found[claim, default: (event, [])].origins.insert(event.article.origin ?? event.article.id)
            }
        }
        lines = order.compactMap { claim in
            found[claim].map { entry in
                Line(
                    who: claim.who,
                    says: ClaimLedger.words(claim.status),
                    standing: Wording.standing(claim.status.rawValue),
                    reports: Wording.count(entry.origins.count, "independent report"),
                    link: "/events/\(entry.event.id)",
                    linkName: "the words of \(claim.who): \(ClaimLedger.words(claim.status))"
                )
            }
        }
    }

    static func words(_ status: EventStatus) -> String {
        switch status {
        case .happened: "says that it happened"
        case .alleged: "claims it"
        case .announced: "says that it will happen"
        case .proposed: "asks for it"
        case .threatened: "threatens it"
        case .denied: "denies it"
        case .negated: "says that it did not happen"
        case .hypothetical: "speaks of it as possible"
        }
    }
}

package import Records

/// A report as an incident keeps it.
package struct IncidentReport: Codable, Sendable, Equatable {
    package var seq: Int
    /// When it came into the log: milliseconds since 1970-01-01 UTC.
    package var at: Int
    /// The event's id.
    package var event: String
    package var article: String
    /// The article that it goes back to.
    package var origin: String
    package var source: String?
    package var status: EventStatus
    package var confidence: Double?
    /// PLOVER intensity.
    package var scale: Double
    /// Whose word it is: `claimed_by`, else nobody's but the article's.
    package var claimedBy: [String]
    /// The evidence sentence, cut to 400 characters.
    package var text: String
    package var place: String?
    package var act: Act

    private enum CodingKeys: String, CodingKey {
        case seq, at, event, article, origin, source, status, confidence, scale, text, place, act
        case claimedBy = "claimed_by"
    }

    package init(_ logged: LoggedEvent, _ act: Act) {
        let event = logged.event
        (seq, at, origin) = (logged.seq, logged.at, logged.origin)
        self.event = event.id
        article = event.article.id
        source = event.article.source
        status = event.status
        confidence = event.confidence
        scale = event.eventScale
        claimedBy = event.claimedBy.prefix(4).map { $0.name ?? $0.text }
        text = String(event.evidence.text.prefix(400))
        place = event.location?.name
        self.act = act
    }

    /// How many of actor, recipient, date, place and quantity it fills.
    var slots: Int {
        [!act.actor.isEmpty, !act.recipient.isEmpty, act.isDated, place != nil, !act.quantity.isEmpty].count { $0 }
    }

    var denies: Bool { [.denied, .negated].contains(status) }
}

extension EventStatus {
    /// How much a report of this status says that the act took place; a denial says nothing of it.
    package var weight: Double {
        switch self {
        case .happened: 1
        case .alleged: 0.6
        case .announced: 0.2
        case .threatened, .proposed: 0.1
        case .hypothetical, .denied, .negated: 0
        }
    }

    /// How far an act has come.
    var rank: Int {
        switch self {
        case .denied, .negated: -1
        case .hypothetical: 0
        case .proposed: 1
        case .threatened: 2
        case .announced: 3
        case .alleged: 4
        case .happened: 5
        }
    }
}

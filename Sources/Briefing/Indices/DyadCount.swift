package import Records

/// Reports of one day, actor, recipient, type and status: a row of the table `dyad_day`.
package struct DyadCount: Sendable, Equatable {
    package var day: CivilDate
    /// Country or non-state code; empty when unknown.
    package var actor: String
    package var recipient: String
    package var event: EventType
    package var status: EventStatus
    package var count: Int
    /// Sum of the reports' PLOVER intensities.
    package var scaleSum: Double

    package init(
        day: CivilDate,
        actor: String,
        recipient: String,
        event: EventType,
        status: EventStatus,
        count: Int,
        scaleSum: Double
    ) {
        self.day = day
        self.actor = actor
        self.recipient = recipient
        self.event = event
        self.status = status
        self.count = count
        self.scaleSum = scaleSum
    }
}

/// Whose indices.
package enum IndexScope: Sendable, Equatable {
    /// Everything that a country does or that is done to it.
    case country(String)
    /// What either of two does to the other.
    case dyad(String, String)
    /// What the first does to the second.
    case directed(String, String)

    package func covers(_ count: DyadCount) -> Bool {
        switch self {
        case .country(let code): count.actor == code || count.recipient == code
        case .dyad(let one, let other):
            (count.actor == one && count.recipient == other) || (count.actor == other && count.recipient == one)
        case .directed(let actor, let recipient): count.actor == actor && count.recipient == recipient
        }
    }
}

/// What a person says is right of an event, and what nobody knows.
package struct Correction: Codable, Sendable, Equatable {
    /// The new values by slot: `event`, `mode`, `status`, `actor`, `recipient`, `date`, `place`.
    package var set: [String: String]
    /// Slots whose value is wrong while the right one is not known: `actor`, `recipient`, `date`, `place`.
    package var unknown: [String]

    package init(set: [String: String] = [:], unknown: [String] = []) {
        self.set = set
        self.unknown = unknown
    }

    /// Why a correction cannot be made; for a person to read.
    package struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    /// What can be wrong with an event.
    package enum Wrong: String, Codable, Sendable, CaseIterable {
        case type, actor, recipient, status, date, place
        case notAnEvent = "not-an-event"

        /// The slot of ``Correction/set``; nil when the event itself is wrong.
        package var slot: String? {
            switch self {
            case .type: "event"
            case .notAnEvent: nil
            default: rawValue
            }
        }
    }

    /// What follows from what a person says.
    ///
    /// With values the event is corrected. Without, a slot that may be unknown becomes unknown; an event whose type or status is wrong, that
    /// is none, or that lacks the recipient its type needs, cannot stand.
    ///
    /// - Returns: the correction, or nil when the event is to be retracted.
    /// - Throws: when the values cannot be, or do not tell the slot that is wrong.
    package static func following(
        _ wrong: Wrong,
        set: [String: String],
        of event: Event
    ) throws(Invalid) -> Correction? {
        guard let slot = wrong.slot else {
            guard set.isEmpty else { throw Invalid("what is no event has no values: leave --set out") }
            return nil
        }
        if !set.isEmpty {
            guard set[slot] != nil else {
                throw Invalid("the \(wrong.rawValue) is wrong, so say \(slot)=…, or no value at all")
            }
            let correction = Correction(set: set)
            guard try correction.applied(to: event) != event else {
                throw Invalid("the event has these values already")
            }
            return correction
        }
        switch wrong {
        case .date, .place, .actor: return Correction(unknown: [slot])
        case .recipient: return event.event.requiresRecipient ? nil : Correction(unknown: [slot])
        case .type, .status, .notAnEvent: return nil
        }
    }

    /// The event as it should have been coded; its id stays.
    ///
    /// Its confidence is null: that figure is of what the coder finds.
    ///
    /// - Throws: when a value is none of its slot, with the values there are.
    package func applied(to event: Event) throws(Invalid) -> Event {
        var event = event
        let before = event
        if let type = set["event"] { event.event = try Correction.value(type, of: "event") }
        if event.event != before.event { (event.mode, event.cameo) = ([], nil) }
        if let mode = set["mode"] {
            guard mode.isEmpty || event.event.modes[mode] != nil else {
                let modes = event.event.modes.keys.sorted().joined(separator: ", ")
                throw Invalid("mode=\(mode): \(event.event.rawValue) has \(modes.isEmpty ? "no modes" : modes)")
            }
            (event.mode, event.cameo) = (mode.isEmpty ? [] : [mode], nil)
        }
        if let status = set["status"] { event.status = try Correction.value(status, of: "status") }
        if let actor = set["actor"] { event.actor = try Correction.parties(actor, of: "actor", before: event.actor) }
        if let recipient = set["recipient"] {
            event.recipient = try Correction.parties(recipient, of: "recipient", before: event.recipient)
        }
        if let text = set["date"] {
            guard text.utf8.count == 10, let date = CivilDate(iso: text) else {
                throw Invalid("date=\(text) is not a date YYYY-MM-DD")
            }
            (event.date, event.dateReason) = (date, nil)
        }
        if let text = set["place"] { (event.location, event.locationReason) = (try Correction.place(text), nil) }
        for slot in set.keys.sorted() where !Correction.slots.contains(slot) {
            throw Invalid("\(slot)=…: one of \(Correction.slots.joined(separator: ", "))")
        }
        empty(&event)
        guard !event.recipient.isEmpty || !event.event.requiresRecipient else {
            throw Invalid("\(event.event.rawValue) needs a recipient: say recipient=CODE")
        }
        if event != before { event.confidence = nil }
        return event
    }

    private static let slots = ["event", "mode", "status", "actor", "recipient", "date", "place"]
    private static let reason = "a person says that it is wrong, and not what is right"

    private func empty(_ event: inout Event) {
        if unknown.contains("actor") { event.actor = [] }
        if unknown.contains("recipient") { event.recipient = [] }
        if unknown.contains("date") { (event.date, event.dateText, event.dateReason) = (nil, nil, Correction.reason) }
        if unknown.contains("place") { (event.location, event.locationReason) = (nil, Correction.reason) }
    }

    private static func value<Value: RawRepresentable & CaseIterable>(
        _ text: String,
        of slot: String
    ) throws(Invalid) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw Invalid("\(slot)=\(text): one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// Reads `RUS`, `RUS/GOV`, `/REB`, several with `+` between them.
    ///
    /// A party keeps the words it was found by; its name only with the country it was resolved with.
    private static func parties(_ text: String, of slot: String, before: [Actor]) throws(Invalid) -> [Actor] {
        var parties: [Actor] = []
        for (index, part) in text.split(separator: "+", omittingEmptySubsequences: false).enumerated() {
            let words = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let code = words.first.flatMap { $0.isEmpty ? nil : $0 }
            let sector = words.count == 2 ? Sector(rawValue: words[1]) : nil
            let isCode = code.map { $0.utf8.count == 3 && $0.utf8.allSatisfy { (0x41...0x5A).contains($0) } } ?? true
            guard isCode, words.count <= 2, words.count < 2 || sector != nil, code != nil || sector != nil else {
                throw Invalid(
                    "\(slot)=\(text): a country or code of three capital letters, with a sector or without: RUS, RUS/GOV, /REB; several with + between them"
                )
            }
            var party = index < before.count ? before[index] : Actor(text: code ?? String(part))
            if party.code != code { (party.name, party.office, party.wikidata) = (nil, nil, nil) }
            party.code = code
            if words.count == 2 { party.sector = sector }
            parties.append(party)
        }
        return parties
    }

    /// Reads `Geneva` or `Geneva/CHE`.
    private static func place(_ text: String) throws(Invalid) -> Place {
        let words = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let country = words.count == 2 ? words[1] : nil
        let isCode = country.map { $0.utf8.count == 3 && $0.utf8.allSatisfy { (0x41...0x5A).contains($0) } } ?? true
        guard words.count <= 2, !words[0].isEmpty, text.utf8.count <= 200, isCode else {
            throw Invalid("place=\(text): a name, with a country's code or without: Geneva, Geneva/CHE")
        }
        return Place(text: words[0], name: words[0], country: country)
    }
}

extension EventType {
    /// PLOVER asks for a recipient.
    package var requiresRecipient: Bool {
        switch self {
        case .cooperate, .aid, .sanction: true
        default: false
        }
    }
}

package import Records

/// What of a reported event tells which act it is: all that reports are compared by.
///
/// The status is no part of it: an act that is proposed, announced, done and denied is one act.
package struct Act: Codable, Sendable, Equatable {
    package var event: EventType
    package var mode: [String]
    package var actor: [Side]
    package var recipient: [Side]
    /// The day of the act, or of its publication when the report does not date it.
    package var day: CivilDate
    package var isDated: Bool
    /// The days on which the act may be, as the report's date and status allow.
    package var earliest: CivilDate
    package var latest: CivilDate
    package var quantity: [Quantity]
    /// The country of its place.
    package var country: String?
    /// Stems of the names that stand where a place does, and of the place that was coded.
    package var places: [String]
    /// Codes of the countries that the evidence sentence names.
    package var mentions: [String]
    /// Stems of its other words that carry meaning, sorted, each once.
    package var words: [String]
    /// Those of them that are names within the sentence, written with a capital.
    package var names: [String]

    /// A party of the act.
    package struct Side: Codable, Sendable, Equatable {
        package var code: String?
        package var sector: Sector?
        package var name: String?
        /// Stems of the name when it tells more than a country and its leaders do: "Navalny", and not "Moscow" or "Putin".
        package var own: [String]
        /// Stems of the name otherwise.
        package var known: [String]

        init(_ actor: Actor, _ countries: CountryNames) {
            (code, sector, name) = (actor.code, actor.sector, actor.name)
            let stems = actor.name.map { Words.stems($0) } ?? []
            let isOwn = actor.name.map { actor.office == nil && !countries.isCountry($0) } ?? false
            (own, known) = isOwn ? (stems, []) : ([], stems)
        }
    }

    /// - Parameter countries: what stands for a country and tells no more than its code.
    package init(_ logged: LoggedEvent, _ countries: CountryNames) {
        let event = logged.event
        self.event = event.event
        mode = event.mode
        actor = event.actor.prefix(8).map { Side($0, countries) }
        recipient = event.recipient.prefix(8).map { Side($0, countries) }
        quantity = Array(event.quantity.prefix(8))
        country = event.location?.country
        day = logged.day
        isDated = event.date != nil
        let published = event.article.published.flatMap { CivilDate(iso: $0) } ?? logged.day
        (earliest, latest) = Act.window(event, day: logged.day, published: published)
        let text = event.evidence.text
        let all = Words.stems(text)
        mentions = Set(all.compactMap { countries.codes[$0] }).sorted()
        words = all.filter { !countries.stems.contains($0) }
        names = Words.names(text).filter { !countries.stems.contains($0) }
        places = Set(Words.places(text) + Words.stems(event.location?.name ?? "")).subtracting(countries.stems).sorted()
    }

    /// The days on which an act may be.
    ///
    /// What is said to come may come in two weeks, and "on Friday" of an announcement may be the Friday it was made on; a denial may follow
    /// two weeks after the act, and its date be its own. What happened and is not dated happened in the three days before it was published.
    private static func window(_ event: Event, day: CivilDate, published: CivilDate) -> (CivilDate, CivilDate) {
        switch event.status {
        case .happened, .alleged:
            event.date == nil ? (day.adding(days: -3), day) : (day, day)
        case .announced, .proposed, .threatened, .hypothetical:
            event.date != nil && day > published
                ? (day, day) : (min(day, published), max(day, published).adding(days: 14))
        case .denied, .negated:
            (day.adding(days: -14), max(day, published))
        }
    }

    /// Types that may tell one act: to meet tomorrow is AGREE, to meet is CONSULT; expelled diplomats are a SANCTION, expelled people COERCE.
    enum Kind: String {
        case cooperation = "c", retreat = "r", sanction = "s", request = "q", accuse = "a", reject = "j", threaten = "t"
        case protest = "p", mobilize = "m", assault = "x"
    }

    var kind: Kind {
        switch event {
        case .agree, .consult, .support, .cooperate, .aid: .cooperation
        case .concede, .retreat: .retreat
        case .sanction, .coerce: .sanction
        case .request: .request
        case .accuse: .accuse
        case .reject: .reject
        case .threaten: .threaten
        case .protest: .protest
        case .mobilize: .mobilize
        case .assault: .assault
        }
    }

    /// Whether the parties count and not who of them is named first: they meet, they sign.
    ///
    /// Protesters of a country protest in it and against it.
    var isMutual: Bool { [.agree, .consult, .support, .cooperate, .protest].contains(event) }
}

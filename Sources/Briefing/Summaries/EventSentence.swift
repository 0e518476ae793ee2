package import Records

/// An event in English, without its stop: who did what to whom, told as what its status makes it.
///
/// Only `happened` is told as a fact. A claim stands behind “says that”, a wish behind “urged”, a denial behind “denies that”, a possibility
/// behind “might”.
package struct EventSentence {
    private let phrase: ActPhrase
    private let actor: PartyPhrase?
    private let recipient: PartyPhrase?
    private let claimant: PartyPhrase?
    private let status: EventStatus
    private let type: EventType

    /// - Parameter countries: names of countries by their code.
    package init(_ event: Event, countries: [String: String]) {
        phrase = ActPhrase(event.event, mode: event.mode.first)
        actor = PartyPhrase(event.actor, countries: countries)
        recipient = PartyPhrase(event.recipient, countries: countries)
        claimant = PartyPhrase(event.claimedBy, countries: countries)
        status = event.status
        type = event.event
    }

    package var text: String {
        let text =
            switch status {
            case .happened: fact
            case .negated: negated
            case .alleged: "\(claimant.map { "\($0.text) \(verb($0, "says", "say"))" } ?? "it is alleged") that \(fact)"
            case .denied: denied
            case .announced: plan("announced plans", passive: "plans were announced")
            case .threatened: plan("threatened", passive: "threats were made")
            case .proposed: proposed
            case .hypothetical: "it is only possible that \(possible)"
            }
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private static let unnamed = "an unnamed party"

    private func verb(_ party: PartyPhrase, _ one: String, _ many: String) -> String { party.isPlural ? many : one }

    private var fact: String {
        guard actor == nil, let recipient, let passive = phrase.passive else {
            return "\(actor?.text ?? EventSentence.unnamed) \(phrase.text(.past, recipient?.text))"
        }
        return "\(recipient.text) \(verb(recipient, "was", "were")) \(passive)"
    }

    private var negated: String {
        guard actor == nil, let recipient, let passive = phrase.passive else {
            return "\(actor?.text ?? EventSentence.unnamed) did not \(phrase.text(.infinitive, recipient?.text))"
        }
        return "\(recipient.text) \(verb(recipient, "was", "were")) not \(passive)"
    }

    private var possible: String {
        guard actor == nil, let recipient, let passive = phrase.passive else {
            return "\(actor?.text ?? EventSentence.unnamed) might \(phrase.text(.infinitive, recipient?.text))"
        }
        return "\(recipient.text) might be \(passive)"
    }

    private var denied: String {
        guard let claimant else { return "it is denied that \(fact)" }
        if type == .accuse, claimant == recipient {
            // Who denies an accusation does not deny that it was made.
            return
                "\(claimant.text) \(verb(claimant, "denies", "deny")) accusations\(actor.map { " of \($0.text)" } ?? "")"
        }
        guard claimant == actor else { return "\(claimant.text) \(verb(claimant, "denies", "deny")) that \(fact)" }
        return
            "\(claimant.text) \(verb(claimant, "denies", "deny")) having \(phrase.text(.participle, recipient?.text))"
    }

    /// What the actor means to do itself.
    private func plan(_ says: String, passive: String) -> String {
        "\(actor.map { "\($0.text) \(says)" } ?? passive) to \(phrase.text(.infinitive, recipient?.text))"
    }

    private var proposed: String {
        let act = phrase.text(.infinitive, recipient?.text)
        switch (claimant, actor) {
        case (let claimant?, let actor?) where claimant == actor: return "\(claimant.text) proposed to \(act)"
        case (let claimant?, let actor?): return "\(claimant.text) urged \(actor.text) to \(act)"
        case (nil, let actor?): return "it was proposed that \(actor.text) \(act)"
        case (let claimant?, nil):
            if let recipient, let passive = phrase.passive {
                return "\(claimant.text) called for \(recipient.text) to be \(passive)"
            }
            return "\(claimant.text) called on others to \(act)"
        case (nil, nil): return "it was proposed to \(act)"
        }
    }
}

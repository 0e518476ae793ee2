import Knowledge
import Linguistics
import Records

/// From a filled frame to the record.
extension EventFinder {
    func finish(_ draft: Draft, _ sentence: Int, _ dates: [DateFinder.Found]) -> Event? {
        var draft = draft
        draft.recipient.removeAll { recipient in
            draft.actor.contains { mentions.all[$0].tokens == mentions.all[recipient].tokens }
        }
        let place = place(of: draft)
        var recipient = draft.recipient.map { mentions.all[$0] }
        var actor = draft.actor.map { mentions.all[$0] }
        guard
            !isGeneral(draft)
                || actor.contains(where: { $0.entity != nil || $0.actor.code != nil && $0.kind != .pronoun })
        else {
            return nil
        }
        // Gunmen who kidnap Germans are no Germans: the other side's country tells nothing of theirs.
        let elsewhere = onlyCountry(in: sentence, without: recipient)
        for index in actor.indices where actor[index].actor.code == nil {
            actor[index].actor.code = home(of: actor[index], place, recipient, elsewhere)
        }
        // Those on whom a state acts at home.
        let isForeign = draft.type == .aid || draft.opener.frame.mode == "deport"
        let acting = actor.allSatisfy { isState($0) } && !isForeign ? onlyCountry(in: sentence, without: []) : nil
        for index in recipient.indices where recipient[index].actor.code == nil {
            recipient[index].actor.code = home(of: recipient[index], place, [], acting)
        }
        let isAtHome = zip(actor + recipient, draft.actor + draft.recipient).contains {
            $0.actor.code != mentions.all[$1].actor.code
        }
        let isViolent = draft.type == .assault || draft.type == .coerce
        guard !recipient.isEmpty || !draft.type.requiresRecipient,
            isViolent
                ? isNews(actor, recipient, draft.type)
                : isNews(draft.actor.map { mentions.all[$0] }, draft.recipient.map { mentions.all[$0] }, draft.type)
        else { return nil }
        let reading = StatusReader(tree: tree, finder: self).read(draft)
        let type = draft.type.promised(reading.status)
        // The concession is what is said, not the withdrawal to come.
        let status = type == .concede && draft.type == .retreat ? .happened : reading.status
        let spans = draft.words.map { Span(tree.analysis.starts[$0], tree.analysis.ends[$0]) }
        let date = DateFinder.date(of: draft.verb, among: dates, tree)
        guard date?.isHistory != true else { return nil }
        var event = Event(
            event: type,
            evidence: Evidence(
                sentence: sentence,
                text: tree.analysis.string(tree.analysis.sentences[sentence]),
                start: tree.analysis.starts[tree.analysis.sentences[sentence].lowerBound],
                event: spans,
                actor: actor.map { span($0.tokens) },
                recipient: recipient.map { span($0.tokens) },
                date: date.map { [span($0.tokens)] } ?? [],
                rule: ([draft.opener.frame.id] + reading.rules + (isAtHome ? ["country: at home"] : [])).joined(
                    separator: "; "
                )
            ),
            article: article,
            coder: Coder.version
        )
        event.mode = type == draft.type ? draft.opener.frame.mode.map { [$0] } ?? [] : []
        event.cameo = type == draft.type ? draft.opener.frame.cameo : nil
        event.actor = actor.map { party($0) }
        event.recipient = recipient.map { party($0) }
        event.status = status
        event.claimedBy = reading.claimants.map { mentions.all[$0].actor }
        event.historical = reading.isBackground || date?.isPast == true
        event.quote = reading.quote.map { quoteIDs[$0] }
        event.date = reading.isAhead ? date?.ahead ?? date?.date : date?.date
        event.dateText = date.map { tree.analysis.string($0.tokens) }
        event.dateReason = event.date == nil ? dateReason(date) : nil
        event.confidence = lexicon.knowledge.confidence.value(
            type,
            isNoun: draft.opener.frame.kind == .noun,
            parties: (actor.isEmpty ? 0 : 1) + (recipient.isEmpty ? 0 : 1)
        )
        event.location = place
        event.locationReason = event.location == nil ? "no place in the clause" : nil
        event.quantity =
            actor.compactMap { bound($0.quantity, to: "actor") }
            + recipient.compactMap { bound($0.quantity, to: "recipient") }
        event.identify()
        return event
    }

    /// The country of people who act at home: of the place, of the government that they turn to, or the only one in the sentence.
    func home(of party: Mention, _ place: Place?, _ recipient: [Mention], _ only: String?) -> String? {
        guard party.actor.sector.map({ EventFinder.domestic.contains($0) }) ?? (party.kind == .group) else {
            return nil
        }
        // "the governments of the region" are several countries'.
        if party.actor.sector == .gov, tree.forms[party.head] != tree.lemmas[party.head],
            tree.classes[party.head] == .noun
        {
            return nil
        }
        if let country = place?.country { return country }
        let governments = recipient.filter { $0.actor.sector == .gov && !$0.isPlace }
        let codes = Set(governments.compactMap(\.actor.code)).filter { !EventFinder.stateless.contains($0) }
        let isSociety = party.actor.sector.map { EventFinder.society.contains($0) } ?? true
        return isSociety && codes.count == 1 ? codes.first : only
    }

    /// "those who oppose it", "residents are allowed to vote": the simple present says what is so in general.
    func isGeneral(_ draft: Draft) -> Bool {
        let verb = draft.verb
        if tree.verbForms[verb] == .present { return true }
        guard tree.verbForms[verb] == .participle else { return false }
        let auxiliaries = tree.dependents(of: verb).filter { [.aux, .auxPass].contains(tree.relations[$0]) }
        return auxiliaries.contains { tree.relations[$0] == .auxPass && tree.verbForms[$0] == .present }
            && !auxiliaries.contains { tree.relations[$0] == .aux }
    }

    func isState(_ mention: Mention) -> Bool {
        mention.isPlace || mention.actor.sector.map { [.gov, .mil, .cop, .jud, .leg, .spy].contains($0) } ?? false
    }

    /// The country that a sentence speaks of outside of some mentions, when it is one.
    func onlyCountry(in sentence: Int, without others: [Mention]) -> String? {
        let range = tree.analysis.sentences[sentence]
        var found: String?
        for token in range where !others.contains(where: { $0.tokens.contains(token) }) {
            guard let index = mentions.headed(by: token), let code = mentions.all[index].actor.code,
                !EventFinder.stateless.contains(code), mentions.all[index].kind != .pronoun
            else { continue }
            if let found, found != code { return nil }
            found = code
        }
        return found
    }

    static let society: Set<Sector> = [
        .cvl, .opp, .lab, .edu, .rel, .agr, .soc, .reb, .jrn, .med, .ref, .crm, .eli, .bus,
    ]
    static let domestic = society.union([.gov, .mil, .cop, .jud, .leg, .pty, .prm, .uaf, .spy])
    static let stateless: Set<String> = ["IGO", "UNO", "EUR", "NGO", "ISM", "IMG", "MNC"]

    /// Politics has a state, a body of states or an armed or official actor in it; the rest is private life.
    func isNews(_ actor: [Mention], _ recipient: [Mention], _ type: EventType) -> Bool {
        func counts(_ party: Mention) -> Bool {
            let sectors = type == .protest ? EventFinder.public_.union(EventFinder.society) : EventFinder.public_
            return party.actor.code != nil || party.actor.sector.map { sectors.contains($0) } ?? false
        }
        // Somebody who visits Athens is a traveller; a minister who does, or an army that leaves it, is news.
        let isCity: Set<EventType> = [.consult, .support, .agree, .aid, .cooperate, .retreat, .concede]
        return actor.contains(where: counts)
            || recipient.contains { counts($0) && !($0.kind == .place && isCity.contains(type)) }
    }

    static let public_: Set<Sector> = [.gov, .mil, .cop, .jud, .leg, .spy, .pty, .reb, .prm, .uaf, .opp]

    func span(_ tokens: Range<Int>) -> Span {
        Span(tree.analysis.starts[tokens.lowerBound], tree.analysis.ends[tokens.upperBound - 1])
    }

    /// A country or capital that acts is its government.
    func party(_ mention: Mention) -> Actor {
        var actor = mention.actor
        if mention.isPlace, actor.code != nil { actor.sector = actor.sector ?? .gov }
        return actor
    }

    func bound(_ quantity: Quantity?, to slot: String) -> Quantity? {
        var quantity = quantity
        quantity?.slot = slot
        return quantity
    }

    func dateReason(_ date: DateFinder.Found?) -> String {
        guard date != nil else { return "no date in the clause" }
        return published == nil ? "the article's own date is not known: \(undated)" : "the words tell no single day"
    }

    /// A place that "in" or "at" hangs on the act.
    func place(of draft: Draft) -> Place? {
        let parties = draft.actor + draft.recipient
        for word in [draft.trigger, draft.verb] {
            for child in tree.dependents(of: word) where [.obl, .nmod].contains(tree.relations[child]) {
                guard tree.marker(of: child).map({ Words.places.contains($0) }) ?? false,
                    let index = mentions.headed(by: child), mentions.all[index].isPlace, !parties.contains(index)
                else { continue }
                let mention = mentions.all[index]
                return Place(
                    text: tree.analysis.string(mention.tokens),
                    name: mention.actor.name ?? mention.actor.text,
                    country: mention.actor.code
                )
            }
        }
        return nil
    }
}

extension EventType {
    /// Acts done with words.
    var isVerbal: Bool { quadCode == 1 || quadCode == 3 }

    /// What a promised act is: cooperation to come is an agreement, a retreat to come a concession.
    func promised(_ status: EventStatus) -> EventType {
        guard status == .announced else { return self }
        switch self {
        case .consult, .support, .cooperate, .aid: return .agree
        case .retreat: return .concede
        default: return self
        }
    }
}

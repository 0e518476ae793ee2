import Knowledge
import Linguistics
import Records

/// Who did what to whom: opens the frames that the words of a sentence name, and fills their slots from the tree.
struct EventFinder {
    let tree: Tree
    let lexicon: Lexicon
    let mentions: Mentions
    let arguments: Arguments
    let quotes: [QuoteFinder.Found]
    let quoteIDs: [String]
    let article: ArticleReference
    let published: CivilDate?
    /// Why `published` is nil, where it is.
    let undated: String

    func find(isOverBudget: () -> Bool) throws(CodingError) -> [Event] {
        var events: [Event] = []
        var seen: Set<String> = []
        var acts: [Symbol: [Int]] = [:]
        for number in tree.analysis.sentences.indices {
            guard !isOverBudget() else { throw .overBudget }
            let sentence = tree.analysis.sentences[number]
            let dates = DateFinder(tree: tree, published: published).find(in: sentence)
            let found = withoutDoubles(sentence.flatMap { drafts(at: $0) })
            for var draft in found {
                remember(&draft, in: &acts)
                guard let event = finish(draft, number, dates), seen.insert(Self.content(event)).inserted else {
                    continue
                }
                events.append(event)
            }
        }
        return events
    }

    /// "called the sanctions groundless": who is criticised is whoever imposed them earlier in the article.
    private func remember(_ draft: inout Draft, in acts: inout [Symbol: [Int]]) {
        let objects = tree.isVerb(draft.trigger) ? arguments.objects(of: draft.trigger) : [draft.trigger]
        if draft.recipient.isEmpty, draft.type == .accuse || draft.type == .reject || draft.type == .support {
            for object in objects where isDefinite(object) {
                if let actor = acts[tree.lemmas[object]], actor != draft.actor { draft.recipient = actor }
            }
        }
        guard !draft.actor.isEmpty, !draft.type.isVerbal else { return }
        for object in objects where tree.classes[object] == .noun { acts[tree.lemmas[object]] = draft.actor }
    }

    private func isDefinite(_ token: Int) -> Bool {
        tree.dependents(of: token).contains { tree.relations[$0] == .det && tree.forms[$0] == Words.the }
    }

    /// Of a verb and the noun that it carries ("made a concession") that mean the same, one is enough.
    private func withoutDoubles(_ drafts: [Draft]) -> [Draft] {
        var kept: [Draft] = []
        for var draft in drafts {
            if draft.trigger != draft.verb,
                let verb = kept.firstIndex(where: { $0.trigger == draft.verb && $0.type == draft.type })
            {
                if kept[verb].recipient.isEmpty { kept[verb].recipient = draft.recipient }
                continue
            }
            if draft.trigger == draft.verb,
                let noun = kept.firstIndex(where: { $0.verb == draft.trigger && $0.type == draft.type })
            {
                if draft.recipient.isEmpty { draft.recipient = kept[noun].recipient }
                kept[noun] = draft
                continue
            }
            kept.append(draft)
        }
        return kept
    }

    /// What makes two records of a sentence the same.
    private static func content(_ event: Event) -> String {
        let parties = (event.actor + event.recipient).map { $0.name ?? $0.code ?? $0.text }
        return "\(event.evidence.sentence) \(event.event) \(event.mode) \(event.status) \(event.actor.count) \(parties)"
    }

    // MARK: Opening frames

    /// An event in the making.
    struct Draft {
        let opener: Lexicon.Opener
        let type: EventType
        /// The word of the act.
        var trigger: Int
        /// The verb that carries it: itself, or what supports a noun.
        var verb: Int
        var actor: [Int] = []
        var recipient: [Int] = []
        /// What the verb that supports a noun makes of it.
        var support: Frame?
        var words: [Int] = []
    }

    private func drafts(at token: Int) -> [Draft] {
        guard !lexicon.frames(tree, at: token).isEmpty else { return [] }
        switch tree.classes[token] {
        case .verb, .auxiliary:
            if let demand = demand(at: token) { return [demand] }
            return fullest(openers(at: token, [.verb, .control, .support, .report]).compactMap { verbal($0, token) })
        case .noun, .name: return fullest(openers(at: token, [.noun]).compactMap { nominal($0, token) })
        case .adjective: return fullest(openers(at: token, [.adjective]).compactMap { predicative($0, token) })
        default: return []
        }
    }

    /// Of frames that fit a word alike, the first that finds whom it asks for.
    private func fullest(_ drafts: [Draft]) -> [Draft] {
        // A strike of workers is a protest, one of an air force an assault.
        if drafts.count > 1, let protest = drafts.first(where: { $0.type == .protest }),
            drafts.contains(where: { $0.type == .assault })
        {
            let isSociety = protest.actor.contains { actor in
                mentions.all[actor].actor.sector.map { EventFinder.society.contains($0) && $0 != .reb } ?? false
            }
            return isSociety ? [protest] : drafts.first { $0.type == .assault }.map { [$0] } ?? []
        }
        let complete = drafts.first { !$0.recipient.isEmpty && !$0.actor.isEmpty }
        return (complete ?? drafts.first { !$0.recipient.isEmpty || !$0.type.requiresRecipient }).map { [$0] } ?? []
    }

    /// The frames with a type that fit a word best: those that ask for most.
    private func openers(at token: Int, _ kinds: Set<Frame.Kind>) -> [Lexicon.Opener] {
        best(at: token) { kinds.contains($0.frame.kind) && $0.frame.type != nil }
    }

    /// The frame that says what becomes of an act in a word's clause or object.
    func governor(at token: Int, _ kinds: Set<Frame.Kind>) -> Frame? {
        best(at: token) { kinds.contains($0.frame.kind) && $0.frame.embeds != nil }.first?.frame
    }

    func isReport(_ token: Int) -> Frame? {
        guard tree.isVerb(token) else { return nil }
        return best(at: token) { $0.frame.kind == .report }.first?.frame
    }

    /// Whether a verb threatens, warnings included.
    func isThreat(_ token: Int) -> Bool {
        tree.isVerb(token) && !best(at: token) { $0.frame.kind == .verb && $0.frame.type == .threaten }.isEmpty
    }

    private func best(at token: Int, _ fits: (Lexicon.Opener) -> Bool) -> [Lexicon.Opener] {
        var top = -1
        var found: [Lexicon.Opener] = []
        for (index, particles) in lexicon.frames(tree, at: token) {
            let opener = lexicon.frames[index]
            guard fits(opener), particles.allSatisfy({ has($0, token) }) else { continue }
            var score = particles.count * 2
            if !opener.object.isEmpty {
                guard holds(opener, token) else { continue }
                score += 3
            }
            if score > top { (top, found) = (score, [opener]) } else if score == top { found.append(opener) }
        }
        return found
    }

    /// A particle, a preposition, or the word that a fixed expression needs.
    private func has(_ particle: Symbol, _ token: Int) -> Bool {
        for child in tree.dependents(of: token) {
            switch tree.relations[child] {
            case .particle, .advmod, .mark, .marker, .compound, .amod:
                if tree.lemmas[child] == particle || tree.forms[child] == particle { return true }
            case .obl, .nmod, .agent, .advcl, .xcomp, .ccomp, .acl:
                if tree.isMarked(child, by: particle)
                    || tree.dependents(of: child).contains(where: {
                        tree.relations[$0] == .mark && tree.lemmas[$0] == particle
                    })
                {
                    return true
                }
                if tree.forms[child] == particle || tree.lemmas[child] == particle { return true }
            case .obj, .nsubjPass:
                if tree.lemmas[child] == particle || tree.forms[child] == particle { return true }
                if tree.marked(child, by: particle) != nil { return true }
            default: break
            }
        }
        return false
    }

    /// A frame for "expelled diplomats" is none for "expelled a student".
    private func holds(_ opener: Lexicon.Opener, _ token: Int) -> Bool {
        var heads = tree.isVerb(token) || tree.classes[token] == .adjective ? arguments.objects(of: token) : []
        heads += tree.dependents(of: token).filter { [.xcomp, .obj].contains(tree.relations[$0]) }
        if heads.isEmpty || tree.classes[token] == .noun {
            heads += tree.dependents(of: token).filter {
                [.obl, .nmod, .xcomp, .compound, .amod, .possessor, .ccomp].contains(tree.relations[$0])
            }
        }
        if opener.takesActor, heads.contains(where: { !arguments.parties($0).isEmpty }) { return true }
        return heads.contains { head in
            tree.joined(head).contains { word in
                if opener.object.contains(tree.lemmas[word]) || opener.object.contains(tree.forms[word]) { return true }
                return tree.dependents(of: word).contains { child in
                    let relation = tree.relations[child]
                    return [.compound, .amod, .title].contains(relation) && opener.object.contains(tree.lemmas[child])
                        || relation == .nmod && tree.isMarked(child, by: Words.of)
                            && opener.object.contains(tree.lemmas[child])
                }
            }
        }
    }

    // MARK: Verbs

    /// "Britain said Libya must hand over the suspects": a demand, whatever the verb of saying.
    private func demand(at token: Int) -> Draft? {
        guard isReport(token) != nil, let opener = lexicon.frame("demand"), let type = opener.frame.type else {
            return nil
        }
        for clause in tree.dependents(of: token) where tree.relations[clause] == .ccomp {
            let isMust = tree.dependents(of: clause).contains {
                tree.relations[$0] == .aux && Words.demands.contains(tree.lemmas[$0])
            }
            guard isMust || tree.isSubjunctive(clause) && tree.has(clause, .nsubj) else { continue }
            let asked = parties(
                arguments.isPassive(clause) ? arguments.objects(of: clause) : arguments.subjects(of: clause)
            )
            let asking = parties(arguments.subjects(of: token))
            guard let first = asking.first, let other = asked.first, mentions.all[first].actor.code != nil,
                mentions.all[first].entity != mentions.all[other].entity || mentions.all[first].entity == nil
            else { continue }
            var draft = Draft(opener: opener, type: type, trigger: token, verb: token)
            draft.words = [token]
            draft.actor = asking
            draft.recipient = asked
            return draft
        }
        return nil
    }

    private func verbal(_ opener: Lexicon.Opener, _ token: Int) -> Draft? {
        guard let type = opener.frame.type, !isModifier(token) else { return nil }
        var draft = Draft(opener: opener, type: type, trigger: token, verb: token)
        draft.words = [token]
        draft.actor = parties(arguments.subjects(of: token))
        if opener.recipient.contains(.subject) {
            (draft.actor, draft.recipient) = ([], draft.actor)
            return draft.recipient.isEmpty ? nil : draft
        }
        draft.recipient = recipient(opener, token, verb: token)
        if draft.recipient.isEmpty, draft.actor.isEmpty { return nil }
        if draft.actor.isEmpty, type == .assault, isAccident(token) { return nil }
        if draft.recipient.isEmpty { draft.recipient = beside(token, opener, not: draft.actor) }
        return draft
    }

    /// Who else may be concerned where the frame's places are empty.
    ///
    /// The one asked in a clause ("demanded that Iran stop"), whoever the act that it governs concerns ("threatened to shell Iraqi towns"),
    /// whoever else the clause hangs on the act. Those with a country come first.
    private func beside(_ verb: Int, _ opener: Lexicon.Opener, not actor: [Int]) -> [Int] {
        var candidates: [[Int]] = []
        if opener.frame.embeds?.byObject ?? (opener.frame.type == .request) {
            for child in tree.dependents(of: verb) where tree.relations[child] == .ccomp {
                candidates.append(
                    parties(arguments.isPassive(child) ? arguments.objects(of: child) : arguments.subjects(of: child))
                )
            }
        }
        candidates += concerned(by: verb)
        for child in tree.dependents(of: verb)
        where [.xcomp, .ccomp, .advcl].contains(tree.relations[child]) && tree.isVerb(child) {
            guard tree.relations[child] != .advcl || [.gerund, .base].contains(tree.verbForms[child]) else { continue }
            candidates += concerned(by: child)
        }
        if opener.frame.type == .protest { candidates.append(inside(verb)) }
        let others = candidates.map { $0.filter { !isOneself($0, actor) } }.filter { !$0.isEmpty }
        return others.first { $0.contains { mentions.all[$0].actor.code != nil } }
            ?? others.first { $0.contains { mentions.all[$0].actor.sector != nil } } ?? []
    }

    /// Whom a protest is about: whoever of a state its clause names first.
    private func inside(_ verb: Int) -> [Int] {
        let clause = tree.extent(verb)
        return Range(from: verb, before: clause.upperBound).lazy.compactMap { mentions.headed(by: $0) }.first {
            mentions.all[$0].actor.code != nil && mentions.all[$0].kind != .pronoun
        }.map { [$0] } ?? []
    }

    private func concerned(by verb: Int) -> [[Int]] {
        let objects = arguments.objects(of: verb) + [tree.dependent(of: verb, .iobj)].compactMap(\.self)
        return [
            objects.flatMap { arguments.parties($0) }, oblique(verb, named: true),
            objects.flatMap { arguments.allOwners($0) },
            oblique(verb, named: false),
        ]
    }

    private func oblique(_ verb: Int, named: Bool) -> [Int] {
        tree.dependents(of: verb).filter {
            tree.relations[$0] == .obl && (tree.marker(of: $0).map { Words.toward.contains($0) } ?? false)
        }.flatMap { named ? arguments.parties($0) : arguments.allOwners($0) }
    }

    private func isOwned(_ mention: Mention) -> Bool {
        tree.dependent(of: mention.head, .possessor).map { tree.classes[$0] == .pronoun } ?? false
    }

    /// "its troops" are no others than the actor.
    private func isOneself(_ party: Int, _ actor: [Int]) -> Bool {
        let mention = mentions.all[party]
        return actor.contains {
            let other = mentions.all[$0]
            return other.tokens == mention.tokens || mention.entity != nil && mention.entity == other.entity
                || mention.actor.code != nil && mention.actor.code == other.actor.code
                    && (mention.kind == .pronoun || isOwned(mention))
        }
    }

    /// "killed in a stampede": nobody does it.
    private func isAccident(_ verb: Int) -> Bool {
        tree.dependents(of: verb).contains { tree.relations[$0] == .obl && Words.accidents.contains(tree.lemmas[$0]) }
    }

    /// "the attacking forces", "an armed man": participles that only describe.
    private func isModifier(_ token: Int) -> Bool {
        [.amod, .compound].contains(tree.relations[token])
    }

    private func predicative(_ opener: Lexicon.Opener, _ token: Int) -> Draft? {
        guard let type = opener.frame.type, tree.has(token, .cop) || tree.relations[token] == .xcomp else { return nil }
        var draft = Draft(opener: opener, type: type, trigger: token, verb: token)
        draft.words = [token]
        draft.actor = parties(arguments.subjects(of: token))
        draft.recipient = recipient(opener, token, verb: token)
        return draft.actor.isEmpty ? nil : draft
    }

    private func parties(_ tokens: [Int]) -> [Int] {
        let named = tokens.flatMap { arguments.parties($0) }
        return named.isEmpty ? tokens.flatMap { arguments.owners($0) } : named
    }

    /// The recipient where the frame looks for it: first what is named there itself, then whose it is.
    private func recipient(_ opener: Lexicon.Opener, _ token: Int, verb: Int) -> [Int] {
        let places: [[Int]] = opener.recipient.map { slot in
            switch slot {
            case .object: tree.isVerb(token) || tree.classes[token] == .adjective ? arguments.objects(of: token) : []
            // "were granted asylum"
            case .indirectObject:
                tree.has(token, .obj) && arguments.isPassive(token)
                    ? arguments.objects(of: token) : [tree.dependent(of: token, .iobj)].compactMap(\.self)
            case .subject: []
            case .possessor: [tree.dependent(of: token, .possessor)].compactMap(\.self)
            case .preposition(let word):
                arguments.marked(token, by: word) + (verb == token ? [] : arguments.marked(verb, by: word))
                    + tree.dependents(of: token).filter { [.obj, .nmod].contains(tree.relations[$0]) }.flatMap {
                        arguments.marked($0, by: word)
                    }
            }
        }
        for place in places {
            let named = place.flatMap { arguments.parties($0) }
            if !named.isEmpty { return named }
        }
        for place in places {
            let owners = place.flatMap { arguments.owners($0) }
            if !owners.isEmpty { return owners }
        }
        return []
    }

    // MARK: Nouns

    /// "the expulsion of 35 diplomats", by whoever ordered it or whoever follows "by" or whose it is.
    private func nominal(_ opener: Lexicon.Opener, _ token: Int) -> Draft? {
        guard let type = opener.frame.type, let place = place(of: token) else { return nil }
        var draft = Draft(opener: opener, type: type, trigger: token, verb: token)
        draft.words = [token]
        draft.recipient = recipient(opener, token, verb: place)
        if let by = tree.marked(token, by: Words.by) { draft.actor = parties([by]) }
        if draft.actor.isEmpty, !opener.recipient.contains(.possessor) {
            draft.actor = holders(of: token).filter { !draft.recipient.contains($0) }
        }
        let between = tree.marked(token, by: Words.between).map { arguments.parties($0) } ?? []
        if let verb = support(of: place) {
            draft.support = governor(at: verb, asksFor(place, of: verb) ? [.verb] : [.support])
            draft.verb = verb
            let isAsked = draft.support?.embeds?.byObject ?? false
            if draft.actor.isEmpty {
                draft.actor = parties(isAsked ? asked(by: verb, not: place) : arguments.subjects(of: verb))
            }
            if !between.isEmpty {
                (draft.actor, draft.recipient) = draft.actor.isEmpty ? (between, []) : (draft.actor, between)
            }
            draft.words = [verb, token].sorted()
            if draft.recipient.isEmpty { draft.recipient = recipient(opener, token, verb: verb) }
            draft.recipient.removeAll { draft.actor.contains($0) }
            return draft
        }
        if !between.isEmpty { (draft.actor, draft.recipient) = (between, []) }
        if let head = tree.head(place), tree.relations[place] == .nsubj, Words.taking.contains(tree.lemmas[head]) {
            draft.verb = head
        }
        // Without a verb that carries it, a noun is an act only with those who take part in it.
        guard draft.actor.count > 1 || !draft.actor.isEmpty && !draft.recipient.isEmpty else { return nil }
        return draft
    }

    /// "accused Azerbaijan of an attack": whose act it is said to be.
    private func asked(by verb: Int, not noun: Int) -> [Int] {
        let objects = arguments.objects(of: verb).filter { $0 != noun }
        guard objects.isEmpty else { return objects }
        return tree.dependents(of: verb).filter { tree.relations[$0] == .obl && tree.isMarked($0, by: Words.to) }
    }

    /// Whether a noun is what somebody is asked for: "asked the World Bank for emergency funds".
    private func asksFor(_ noun: Int, of verb: Int) -> Bool {
        tree.relations[noun] == .obl && tree.isMarked(noun, by: Words.for_)
            && !best(at: verb) {
                $0.frame.kind == .verb && $0.frame.type == .request && $0.frame.embeds?.byObject == true
            }.isEmpty
    }

    /// Where a noun of action stands: itself, or "mission" in "a mediation mission".
    private func place(of token: Int) -> Int? {
        switch tree.relations[token] {
        case .compound:
            guard let head = tree.head(token), Words.undertakings.contains(tree.lemmas[head]) else { return nil }
            return head
        case .title: return nil
        default: return token
        }
    }

    /// "Russia's expulsion", "the Russian attack".
    private func holders(of token: Int) -> [Int] {
        for relation in [Relation.possessor, .amod, .compound] {
            let found = tree.dependents(of: token).filter { tree.relations[$0] == relation }.flatMap { child in
                tree.joined(child).compactMap { mentions.headed(by: $0) }.filter { !mentions.all[$0].isUnresolved }
            }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// The verb that says what becomes of an act that a noun names.
    private func support(of token: Int) -> Int? {
        var at = token
        if tree.relations[at] == .conj, let first = tree.head(at) { at = first }
        guard let head = tree.head(at), tree.isVerb(head) else { return nil }
        switch tree.relations[at] {
        case .obj, .nsubjPass: break
        case .obl:
            if asksFor(at, of: head) { return head }
            guard !best(at: head, { $0.frame.kind == .support }).isEmpty else { return nil }
        default: return nil
        }
        return best(at: head) { $0.frame.kind == .support }.isEmpty ? nil : head
    }

    // MARK: The event

    private func finish(_ draft: Draft, _ sentence: Int, _ dates: [DateFinder.Found]) -> Event? {
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
        event.date = date?.date
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
    private func home(of party: Mention, _ place: Place?, _ recipient: [Mention], _ only: String?) -> String? {
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
    private func isGeneral(_ draft: Draft) -> Bool {
        let verb = draft.verb
        if tree.verbForms[verb] == .present { return true }
        guard tree.verbForms[verb] == .participle else { return false }
        let auxiliaries = tree.dependents(of: verb).filter { [.aux, .auxPass].contains(tree.relations[$0]) }
        return auxiliaries.contains { tree.relations[$0] == .auxPass && tree.verbForms[$0] == .present }
            && !auxiliaries.contains { tree.relations[$0] == .aux }
    }

    private func isState(_ mention: Mention) -> Bool {
        mention.isPlace || mention.actor.sector.map { [.gov, .mil, .cop, .jud, .leg, .spy].contains($0) } ?? false
    }

    /// The country that a sentence speaks of outside of some mentions, when it is one.
    private func onlyCountry(in sentence: Int, without others: [Mention]) -> String? {
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

    private static let society: Set<Sector> = [
        .cvl, .opp, .lab, .edu, .rel, .agr, .soc, .reb, .jrn, .med, .ref, .crm, .eli, .bus,
    ]
    private static let domestic = society.union([.gov, .mil, .cop, .jud, .leg, .pty, .prm, .uaf, .spy])
    private static let stateless: Set<String> = ["IGO", "UNO", "EUR", "NGO", "ISM", "IMG", "MNC"]

    /// Politics has a state, a body of states or an armed or official actor in it; the rest is private life.
    private func isNews(_ actor: [Mention], _ recipient: [Mention], _ type: EventType) -> Bool {
        func counts(_ party: Mention) -> Bool {
            let sectors = type == .protest ? EventFinder.public_.union(EventFinder.society) : EventFinder.public_
            return party.actor.code != nil || party.actor.sector.map { sectors.contains($0) } ?? false
        }
        // Somebody who visits Athens is a traveller; a minister who does, or an army that leaves it, is news.
        let isCity: Set<EventType> = [.consult, .support, .agree, .aid, .cooperate, .retreat, .concede]
        return actor.contains(where: counts)
            || recipient.contains { counts($0) && !($0.kind == .place && isCity.contains(type)) }
    }

    private static let public_: Set<Sector> = [.gov, .mil, .cop, .jud, .leg, .spy, .pty, .reb, .prm, .uaf, .opp]

    private func span(_ tokens: Range<Int>) -> Span {
        Span(tree.analysis.starts[tokens.lowerBound], tree.analysis.ends[tokens.upperBound - 1])
    }

    /// A country or capital that acts is its government.
    private func party(_ mention: Mention) -> Actor {
        var actor = mention.actor
        if mention.isPlace, actor.code != nil { actor.sector = actor.sector ?? .gov }
        return actor
    }

    private func bound(_ quantity: Quantity?, to slot: String) -> Quantity? {
        var quantity = quantity
        quantity?.slot = slot
        return quantity
    }

    private func dateReason(_ date: DateFinder.Found?) -> String {
        guard date != nil else { return "no date in the clause" }
        return published == nil ? "the article's own date is not known: \(undated)" : "the words tell no single day"
    }

    /// A place that "in" or "at" hangs on the act.
    private func place(of draft: Draft) -> Place? {
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

    /// PLOVER asks for a recipient.
    var requiresRecipient: Bool {
        switch self {
        case .cooperate, .aid, .sanction: true
        default: false
        }
    }
}

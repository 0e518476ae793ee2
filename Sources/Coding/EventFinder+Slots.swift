import Knowledge
import Linguistics
import Records

/// Who fills the slots of a frame that a verb, an adjective or a noun opens.
extension EventFinder {
    /// "Britain said Libya must hand over the suspects": a demand, whatever the verb of saying.
    func demand(at token: Int) -> Draft? {
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

    func verbal(_ opener: Lexicon.Opener, _ token: Int) -> Draft? {
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
    func beside(_ verb: Int, _ opener: Lexicon.Opener, not actor: [Int]) -> [Int] {
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
    func inside(_ verb: Int) -> [Int] {
        let clause = tree.extent(verb)
        return Range(from: verb, before: clause.upperBound).lazy.compactMap { mentions.headed(by: $0) }.first {
            mentions.all[$0].actor.code != nil && mentions.all[$0].kind != .pronoun
        }.map { [$0] } ?? []
    }

    func concerned(by verb: Int) -> [[Int]] {
        let objects = arguments.objects(of: verb) + [tree.dependent(of: verb, .iobj)].compactMap(\.self)
        return [
            objects.flatMap { arguments.parties($0) }, oblique(verb, named: true),
            objects.flatMap { arguments.allOwners($0) },
            oblique(verb, named: false),
        ]
    }

    func oblique(_ verb: Int, named: Bool) -> [Int] {
        tree.dependents(of: verb).filter {
            tree.relations[$0] == .obl && (tree.marker(of: $0).map { Words.toward.contains($0) } ?? false)
        }.filter { !isScene($0) }.flatMap { named ? arguments.parties($0) : arguments.allOwners($0) }
    }

    /// "signed the documents at a palace in Istanbul": a town where something is done is nobody whom it is done to.
    func isScene(_ token: Int) -> Bool {
        guard let marker = tree.marker(of: token), Words.where_.contains(marker) else { return false }
        return mentions.headed(by: token).map { mentions.all[$0].kind == .place } ?? false
    }

    func isOwned(_ mention: Mention) -> Bool {
        tree.dependent(of: mention.head, .possessor).map { tree.classes[$0] == .pronoun } ?? false
    }

    /// "its troops" are no others than the actor.
    func isOneself(_ party: Int, _ actor: [Int]) -> Bool {
        let mention = mentions.all[party]
        return actor.contains {
            let other = mentions.all[$0]
            return other.tokens == mention.tokens || mention.entity != nil && mention.entity == other.entity
                || mention.actor.code != nil && mention.actor.code == other.actor.code
                    && (mention.kind == .pronoun || isOwned(mention))
        }
    }

    /// "killed in a stampede": nobody does it.
    func isAccident(_ verb: Int) -> Bool {
        tree.dependents(of: verb).contains { tree.relations[$0] == .obl && Words.accidents.contains(tree.lemmas[$0]) }
    }

    /// "the attacking forces", "an armed man": participles that only describe.
    func isModifier(_ token: Int) -> Bool {
        [.amod, .compound].contains(tree.relations[token])
    }

    func predicative(_ opener: Lexicon.Opener, _ token: Int) -> Draft? {
        guard let type = opener.frame.type, tree.has(token, .cop) || tree.relations[token] == .xcomp else { return nil }
        var draft = Draft(opener: opener, type: type, trigger: token, verb: token)
        draft.words = [token]
        draft.actor = parties(arguments.subjects(of: token))
        draft.recipient = recipient(opener, token, verb: token)
        return draft.actor.isEmpty ? nil : draft
    }

    func parties(_ tokens: [Int]) -> [Int] {
        let named = tokens.flatMap { arguments.parties($0) }
        return named.isEmpty ? tokens.flatMap { arguments.owners($0) } : named
    }

    /// The recipient where the frame looks for it: first what is named there itself, then whose it is.
    func recipient(_ opener: Lexicon.Opener, _ token: Int, verb: Int) -> [Int] {
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
    func nominal(_ opener: Lexicon.Opener, _ token: Int) -> Draft? {
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
    func asked(by verb: Int, not noun: Int) -> [Int] {
        let objects = arguments.objects(of: verb).filter { $0 != noun }
        guard objects.isEmpty else { return objects }
        return tree.dependents(of: verb).filter { tree.relations[$0] == .obl && tree.isMarked($0, by: Words.to) }
    }

    /// Whether a noun is what somebody is asked for: "asked the World Bank for emergency funds".
    func asksFor(_ noun: Int, of verb: Int) -> Bool {
        tree.relations[noun] == .obl && tree.isMarked(noun, by: Words.for_)
            && !best(at: verb) {
                $0.frame.kind == .verb && $0.frame.type == .request && $0.frame.embeds?.byObject == true
            }.isEmpty
    }

    /// Where a noun of action stands: itself, or "mission" in "a mediation mission".
    func place(of token: Int) -> Int? {
        switch tree.relations[token] {
        case .compound:
            guard let head = tree.head(token), Words.undertakings.contains(tree.lemmas[head]) else { return nil }
            return head
        case .title: return nil
        default: return token
        }
    }

    /// "Russia's expulsion", "the Russian attack".
    func holders(of token: Int) -> [Int] {
        for relation in [Relation.possessor, .amod, .compound] {
            let found = tree.dependents(of: token).filter { tree.relations[$0] == relation }.flatMap { child in
                tree.joined(child).compactMap { mentions.headed(by: $0) }.filter { !mentions.all[$0].isUnresolved }
            }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// The verb that says what becomes of an act that a noun names.
    func support(of token: Int) -> Int? {
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
}

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
    func remember(_ draft: inout Draft, in acts: inout [Symbol: [Int]]) {
        let objects = tree.isVerb(draft.trigger) ? arguments.objects(of: draft.trigger) : [draft.trigger]
        if draft.recipient.isEmpty, draft.type == .accuse || draft.type == .reject || draft.type == .support {
            for object in objects where isDefinite(object) {
                if let actor = acts[tree.lemmas[object]], actor != draft.actor { draft.recipient = actor }
            }
        }
        guard !draft.actor.isEmpty, !draft.type.isVerbal else { return }
        for object in objects where tree.classes[object] == .noun { acts[tree.lemmas[object]] = draft.actor }
    }

    func isDefinite(_ token: Int) -> Bool {
        tree.dependents(of: token).contains { tree.relations[$0] == .det && tree.forms[$0] == Words.the }
    }

    /// Of a verb and the noun that it carries ("made a concession") that mean the same, one is enough.
    func withoutDoubles(_ drafts: [Draft]) -> [Draft] {
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

    func drafts(at token: Int) -> [Draft] {
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
    func fullest(_ drafts: [Draft]) -> [Draft] {
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
    func openers(at token: Int, _ kinds: Set<Frame.Kind>) -> [Lexicon.Opener] {
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

    func best(at token: Int, _ fits: (Lexicon.Opener) -> Bool) -> [Lexicon.Opener] {
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
    func has(_ particle: Symbol, _ token: Int) -> Bool {
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
    func holds(_ opener: Lexicon.Opener, _ token: Int) -> Bool {
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
}

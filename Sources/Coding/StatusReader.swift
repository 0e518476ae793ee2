import Knowledge
import Linguistics
import Records

/// Whether, and on whose word, an act took place: read from the words around it, then upwards through the clauses that hold it.
struct StatusReader {
    let tree: Tree
    let finder: EventFinder

    /// A status with those who say so, and what decided it.
    struct Reading {
        var status: EventStatus = .happened
        var claimants: [Int] = []
        var isBackground = false
        /// "will", "is to": it has its day before it.
        var isAhead = false
        var quote: Int?
        var rules: [String] = []
    }

    func read(_ draft: EventFinder.Draft) -> Reading {
        var reading = Reading()
        let quote = finder.quotes.firstIndex { $0.parts.contains { $0.contains(draft.trigger) } }
        reading.quote = quote
        // Who announces a rejection has rejected.
        let isDone =
            draft.support?.embeds?.status == .announced && draft.type.isVerbal && draft.type != .consult
            && draft.type != .support
        if let support = draft.support, let embeds = support.embeds, embeds.status != .happened, !isDone {
            set(embeds.status, support.id, &reading)
            if embeds.byObject { reading.claimants += parties(finder.arguments.subjects(of: draft.verb)) }
        }
        if draft.opener.recipient.contains(.subject), let own = draft.opener.frame.embeds?.status {
            set(own, draft.opener.frame.id, &reading)
            reading.claimants = draft.recipient
        }
        if draft.trigger != draft.verb { modality(of: draft.trigger, draft, &reading) }
        modality(of: draft.verb, draft, &reading)
        climb(from: draft.verb, draft, &reading)
        // A threat is made when it is spoken: "said that it would not leave this unanswered".
        if draft.type == .threaten, reading.status == .announced { reading.status = .happened }
        if let quote, let speaker = finder.quotes[quote].speaker { claim([speaker], draft, &reading, "quote") }
        return reading
    }

    /// What weakens an act most is kept; a denial and a negation outweigh a wish.
    private func set(_ status: EventStatus, _ rule: String, _ reading: inout Reading) {
        guard reading.status == .happened || reading.status == .alleged else {
            // "denied that it would attack", "predicted that it will attack"
            if status != .announced, status != .alleged,
                reading.status == .announced
                    || [.denied, .negated].contains(status) && reading.status == .hypothetical
            {
                reading.status = status
                reading.rules.append(rule)
            }
            return
        }
        reading.status = status
        reading.rules.append(rule)
    }

    // MARK: Beside the act

    private func modality(of token: Int, _ draft: EventFinder.Draft, _ reading: inout Reading) {
        // "not leave unanswered": the negation is part of the frame.
        let needsNegation = draft.opener.frame.lemmas.contains { $0.particles.contains("not") }
        for child in tree.dependents(of: token) where !(needsNegation && Words.negations.contains(tree.lemmas[child])) {
            let lemma = tree.lemmas[child]
            switch tree.relations[child] {
            case .advmod, .det, .cc:
                if Words.negations.contains(lemma) { set(.negated, "negated", &reading) }
                if Words.hearsay.contains(lemma) { set(.alleged, "hearsay", &reading) }
                if Words.background.contains(lemma) { reading.isBackground = true }
            case .aux:
                if Words.negations.contains(lemma) { set(.negated, "negated", &reading) }
                if Words.futures.contains(lemma) { future(&reading) }
                if Words.possibilities.contains(lemma) { set(.hypothetical, "possible", &reading) }
                if Words.demands.contains(lemma) {
                    // "Should Turkey request it, Greece would help"
                    let isInverted =
                        tree.relations[token] == .advcl && tree.dependent(of: token, .nsubj).map { child < $0 } ?? false
                    set(isInverted ? .hypothetical : .proposed, isInverted ? "conditional" : "demanded", &reading)
                }
                if lemma == Words.would { set(.hypothetical, "would", &reading) }
                // "are to meet"
                if lemma == Words.be, tree.verbForms[token] == .base, isInfinitive(token) { future(&reading) }
            case .mark:
                if Words.conditions.contains(lemma) { set(.hypothetical, "conditional", &reading) }
                if Words.absences.contains(lemma) { set(.negated, "absent", &reading) }
            case .marker:
                if Words.absences.contains(lemma) { set(.negated, "absent", &reading) }
            case .obj, .nsubj, .nsubjPass:
                // "no soldier was killed", "not a single shell was fired"
                if tree.dependents(of: child).contains(where: { Words.none.contains(tree.forms[$0]) }) {
                    set(.negated, "negated", &reading)
                }
            default: break
            }
        }
        question(token, &reading)
    }

    /// A question asserts nothing: "Will Iran really announce an amnesty?".
    private func question(_ token: Int, _ reading: inout Reading) {
        guard tree.relations[token] == .root, reading.status != .negated, isQuestion(token) else { return }
        if [.announced, .proposed].contains(reading.status) { reading.status = .happened }
        set(.hypothetical, "question", &reading)
    }

    private func future(_ reading: inout Reading) {
        reading.isAhead = true
        set(.announced, "future", &reading)
    }

    private func isQuestion(_ token: Int) -> Bool {
        let sentence = tree.analysis.sentences[tree.analysis.sentence(of: token)]
        return tree.analysis.token(sentence.upperBound - 1) == "?"
    }

    // MARK: Above the act

    private func climb(from start: Int, _ draft: EventFinder.Draft, _ reading: inout Reading) {
        var at = start
        attributions(of: at, draft, &reading)
        for _ in 0..<10 {
            guard let head = tree.head(at) else { return }
            switch tree.relations[at] {
            case .conj:
                // What says "will" or "not" of the first of a row says it of those without their own subject.
                if tree.isVerb(at), !tree.has(at, .nsubj), !tree.has(at, .nsubjPass), !tree.has(at, .aux),
                    tree.isVerb(head)
                {
                    sharedModality(of: head, with: at, &reading)
                }
            case .xcomp, .ccomp, .acl, .advcl, .relative, .nmod, .obl, .obj, .parataxis, .csubj, .nsubj, .nsubjPass:
                embed(at, in: head, draft, &reading)
            default: break
            }
            let isReduced = tree.relations[at] == .acl && tree.verbForms[at] == .participle && !tree.has(at, .aux)
            if tree.relations[at] == .relative || isReduced { return }
            at = head
            attributions(of: at, draft, &reading)
            question(at, &reading)
        }
    }

    private func sharedModality(of head: Int, with at: Int, _ reading: inout Reading) {
        for child in tree.dependents(of: head) where tree.relations[child] == .aux && child < at {
            let lemma = tree.lemmas[child]
            if Words.futures.contains(lemma) { future(&reading) }
            if Words.possibilities.contains(lemma) { set(.hypothetical, "possible", &reading) }
            if Words.demands.contains(lemma) { set(.proposed, "demanded", &reading) }
            if lemma == Words.would { set(.hypothetical, "would", &reading) }
        }
        if tree.dependents(of: head).contains(where: {
            tree.relations[$0] == .mark && Words.conditions.contains(tree.lemmas[$0])
        }) {
            set(.hypothetical, "conditional", &reading)
        }
    }

    private func embed(_ at: Int, in head: Int, _ draft: EventFinder.Draft, _ reading: inout Reading) {
        let relation = tree.relations[at]
        if relation == .advcl || relation == .acl {
            let marks = tree.dependents(of: at).filter { tree.relations[$0] == .mark || tree.relations[$0] == .marker }
            if marks.contains(where: { Words.conditions.contains(tree.lemmas[$0]) }) {
                return set(.hypothetical, "conditional", &reading)
            }
            if marks.contains(where: { Words.absences.contains(tree.lemmas[$0]) }) {
                return set(.negated, "absent", &reading)
            }
        }
        if tree.classes[head] == .noun || tree.classes[head] == .name {
            if [.nmod, .acl].contains(relation), let frame = nominalGovernor(head) {
                set(frame, "noun: \(tree.analysis.token(head))", &reading)
            }
            return
        }
        guard tree.isVerb(head) || tree.classes[head] == .adjective || tree.classes[head] == .auxiliary else { return }
        let isClause = [.xcomp, .ccomp, .advcl, .parataxis, .csubj].contains(relation)
        if [.ccomp, .xcomp, .parataxis].contains(relation), finder.isThreat(head),
            isOwn(parties(finder.arguments.subjects(of: head)), draft)
        {
            if reading.status == .announced || reading.status == .hypothetical { reading.status = .happened }
            return set(.threatened, "threat", &reading)
        }
        if relation == .ccomp, tree.isSubjunctive(at) { return set(.proposed, "subjunctive", &reading) }
        let isControlled = relation == .xcomp && finder.governor(at: head, [.control, .verb, .adjective]) != nil
        if isClause, !isControlled, let report = finder.isReport(head), relation != .advcl {
            report_(report, head, at, draft, &reading)
            return
        }
        if isClause, relation != .parataxis, let control = finder.governor(at: head, [.control, .verb, .adjective]),
            let embeds = control.embeds
        {
            guard
                relation != .advcl || isInfinitive(at)
                    || tree.isGerund(at) && (embeds.byObject || control.kind == .control)
            else { return }
            control_(embeds, control.id, head, draft, &reading)
            return
        }
        if [.obj, .nsubjPass, .obl].contains(relation), head != draft.verb,
            draft.trigger != draft.verb || !tree.isVerb(at),
            let support = finder.governor(at: head, [.support]), let embeds = support.embeds
        {
            control_(embeds, support.id, head, draft, &reading)
            return
        }
        if relation == .advcl, isInfinitive(at) { set(.hypothetical, "purpose", &reading) }
        if relation == .xcomp, tree.lemmas[head] == Words.go, tree.verbForms[head] == .gerund {
            set(.announced, "going to", &reading)
        }
    }

    private func control_(
        _ embeds: Frame.Embedding,
        _ rule: String,
        _ head: Int,
        _ draft: EventFinder.Draft,
        _ reading: inout Reading
    ) {
        let isNegated = tree.dependents(of: head).contains {
            Words.negations.contains(tree.lemmas[$0]) && tree.relations[$0] != .cc
        }
        if isNegated, embeds.status != .denied, embeds.status != .negated {
            set(embeds.byObject ? .hypothetical : .negated, "not \(rule)", &reading)
        } else if embeds.status != .happened {
            set(embeds.status, rule, &reading)
            if embeds.byObject, reading.claimants.isEmpty {
                reading.claimants = parties(finder.arguments.subjects(of: head))
            }
        } else if isNegated {
            set(.negated, "not \(rule)", &reading)
        }
    }

    private func report_(
        _ report: Frame,
        _ head: Int,
        _ at: Int,
        _ draft: EventFinder.Draft,
        _ reading: inout Reading
    ) {
        let speakers = parties(finder.arguments.subjects(of: head))
        if let status = report.embeds?.status, status != .happened, status != .alleged {
            let isNegated = tree.dependents(of: head).contains { Words.negations.contains(tree.lemmas[$0]) }
            if !isNegated {
                set(status, report.id, &reading)
                reading.claimants = speakers.isEmpty ? reading.claimants : speakers
            }
            return
        }
        claim(speakers, draft, &reading, report.id, isImpersonal: speakers.isEmpty)
    }

    /// Somebody says so: a third party's claim, or one's own account of oneself.
    private func claim(
        _ speakers: [Int],
        _ draft: EventFinder.Draft,
        _ reading: inout Reading,
        _ rule: String,
        isImpersonal: Bool = false
    ) {
        let isOwn = isOwn(speakers, draft)
        // What somebody says did not happen is denied; what the article says did not, is negated.
        if !speakers.isEmpty, reading.status == .negated { (reading.status, reading.claimants) = (.denied, speakers) }
        // "Russia said it would expel": one's own plan.
        if isOwn, reading.status == .hypothetical, reading.rules.last == "would" { reading.status = .announced }
        if reading.claimants.isEmpty { reading.claimants = speakers }
        guard reading.status == .happened else { return }
        if isOwn {
            reading.claimants = []
        } else if !speakers.isEmpty || isImpersonal {
            set(.alleged, rule, &reading)
        }
    }

    private func isOwn(_ speakers: [Int], _ draft: EventFinder.Draft) -> Bool {
        speakers.contains { speaker in
            draft.actor.contains { same(finder.mentions.all[speaker], finder.mentions.all[$0]) }
        }
    }

    private func same(_ a: Mention, _ b: Mention) -> Bool {
        if let one = a.entity, one == b.entity { return true }
        guard let code = a.actor.code, code == b.actor.code else { return a.tokens == b.tokens }
        if let sector = a.actor.sector, sector == b.actor.sector { return true }
        let official: Set<Sector> = [.gov, .mil, .cop, .spy, .jud, .leg]
        func isState(_ mention: Mention) -> Bool {
            mention.isPlace || mention.actor.sector.map { official.contains($0) } ?? (mention.kind != .group)
        }
        return isState(a) && isState(b)
    }

    /// "according to the ministry"; "…, the ministry said".
    private func attributions(of token: Int, _ draft: EventFinder.Draft, _ reading: inout Reading) {
        for child in tree.dependents(of: token) {
            switch tree.relations[child] {
            case .obl
            where tree.dependents(of: child).contains(where: {
                tree.relations[$0] == .marker && tree.lemmas[$0] == Words.according
            }):
                claim(finder.arguments.parties(child), draft, &reading, "according to", isImpersonal: true)
            // Behind a quote the parser hangs the verb of saying on it in either way.
            case .parataxis, .advcl:
                guard tree.relations[child] == .parataxis || !tree.has(child, .mark) && tree.verbForms[child] == .past
                else { continue }
                if child != draft.verb, finder.isThreat(child), reading.status == .announced,
                    isOwn(parties(finder.arguments.subjects(of: child)), draft)
                {
                    reading.status = .threatened
                }
                guard let report = finder.isReport(child), child != draft.verb, !tree.has(child, .ccomp) else {
                    continue
                }
                report_(report, child, token, draft, &reading)
            default: break
            }
        }
    }

    private func isInfinitive(_ token: Int) -> Bool {
        tree.dependents(of: token).contains { tree.relations[$0] == .mark && tree.lemmas[$0] == Words.to }
    }

    private func parties(_ tokens: [Int]) -> [Int] { tokens.flatMap { finder.arguments.parties($0) } }

    /// Nouns under which an act has not taken place: "a plan to withdraw", "calls for a withdrawal".
    private func nominalGovernor(_ noun: Int) -> EventStatus? { StatusReader.unreal[tree.lemmas[noun]] }

    private static let unreal: [Symbol: EventStatus] = [
        "plan": .announced, "decision": .announced, "promise": .announced, "pledge": .announced, "vow": .announced,
        "commitment": .announced, "intention": .announced, "agreement": .announced, "deal": .announced,
        "offer": .announced,
        "preparation": .announced, "readiness": .announced, "willingness": .announced,
        "proposal": .proposed, "call": .proposed, "demand": .proposed, "request": .proposed, "appeal": .proposed,
        "plea": .proposed, "recommendation": .proposed, "suggestion": .proposed, "pressure": .proposed,
        "threat": .threatened, "warning": .threatened, "ultimatum": .threatened,
        "possibility": .hypothetical, "risk": .hypothetical, "fear": .hypothetical, "hope": .hypothetical,
        "prospect": .hypothetical, "chance": .hypothetical, "danger": .hypothetical, "bid": .hypothetical,
        "effort": .hypothetical, "attempt": .hypothetical, "talk": .hypothetical, "negotiation": .hypothetical,
        "discussion": .hypothetical, "consideration": .hypothetical, "debate": .hypothetical, "right": .hypothetical,
        "ability": .hypothetical, "power": .hypothetical, "option": .hypothetical, "idea": .hypothetical,
        "refusal": .negated, "failure": .negated, "absence": .negated, "lack": .negated, "denial": .denied,
        "allegation": .alleged, "accusation": .alleged, "report": .alleged, "claim": .alleged, "suspicion": .alleged,
        "charge": .alleged, "rumour": .alleged, "rumor": .alleged,
    ]
}

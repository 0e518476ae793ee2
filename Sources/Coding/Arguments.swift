import Knowledge
import Linguistics
import Records

/// Who does and who suffers what a word says: grammatical functions over the tree, through passives, coordination, control, participles and
/// relative clauses.
struct Arguments {
    let tree: Tree
    let lexicon: Lexicon
    let mentions: Mentions

    /// How far a subject is looked for through clauses above.
    private static let reach = 6

    // MARK: Voice

    func isPassive(_ verb: Int) -> Bool {
        if tree.has(verb, .auxPass) || tree.has(verb, .nsubjPass) { return true }
        guard tree.verbForms[verb] == .participle, !tree.has(verb, .aux), !tree.has(verb, .nsubj) else { return false }
        switch tree.relations[verb] {
        case .acl, .advcl: return !tree.has(verb, .obj) || tree.has(verb, .agent)
        case .conj: return tree.head(verb).map { isPassive($0) } ?? false && !tree.has(verb, .obj)
        default: return tree.has(verb, .agent)
        }
    }

    // MARK: Functions

    /// Those who act.
    func subjects(of verb: Int) -> [Int] {
        if isPassive(verb) {
            if let agent = tree.dependent(of: verb, .agent) ?? tree.marked(verb, by: Words.by) { return [agent] }
            return []
        }
        return surfaceSubjects(of: verb, Arguments.reach)
    }

    /// What suffers the act.
    func objects(of verb: Int) -> [Int] {
        if isPassive(verb) { return surfaceSubjects(of: verb, Arguments.reach) }
        if let object = tree.dependent(of: verb, .obj) { return [antecedent(object)] }
        if let object = tree.dependent(of: verb, .iobj) { return [antecedent(object)] }
        // A bare nominal behind the verb is its object, whatever the parser calls it: "kidnapped up to 16 advisers".
        for child in tree.dependents(of: verb)
        where child > verb && tree.relations[child] == .obl && tree.marker(of: child) == nil
            && tree.classes[child] == .noun
        {
            if mentions.headed(by: child) != nil { return [child] }
        }
        // "the diplomats Russia expelled"
        if tree.relations[verb] == .relative, let head = tree.head(verb),
            let subject = tree.dependent(of: verb, .nsubj),
            antecedent(subject) == subject
        {
            return [head]
        }
        return []
    }

    /// The grammatical subject: of the passive, what suffers.
    private func surfaceSubjects(of verb: Int, _ reach: Int) -> [Int] {
        if let subject = tree.dependent(of: verb, .nsubj) ?? tree.dependent(of: verb, .nsubjPass) {
            return [antecedent(subject)]
        }
        guard reach > 0, let head = tree.head(verb) else { return [] }
        switch tree.relations[verb] {
        case .conj: return surfaceSubjects(of: head, reach - 1)
        case .xcomp, .advcl, .ccomp:
            if let controller = controller(of: head, below: verb) { return [antecedent(controller)] }
            return surfaceSubjects(of: head, reach - 1)
        case .parataxis: return surfaceSubjects(of: head, reach - 1)
        case .acl:
            if tree.verbForms[verb] == .gerund || tree.verbForms[verb] == .participle { return [head] }
            return ownersOfNoun(head, reach - 1)
        case .relative: return [head]
        default: return []
        }
    }

    /// The object whose act a clause below a verb is: "urged Israel to withdraw", "called on Israel to withdraw", "accused Russia of bombing".
    private func controller(of head: Int, below verb: Int) -> Int? {
        guard !isPassive(head) else { return nil }
        let object = tree.dependent(of: head, .obj) ?? tree.dependent(of: head, .iobj)
        let frames = lexicon.frames(tree, at: head)
        let governing = frames.filter { lexicon.frames[$0.frame].frame.embeds != nil }
        if tree.relations[verb] == .xcomp {
            // "promised Israel to withdraw"
            let isSubject =
                !governing.isEmpty && governing.allSatisfy { !lexicon.frames[$0.frame].frame.embeds!.byObject }
            if let object { return isSubject ? nil : object }
        }
        for (index, particles) in governing where lexicon.frames[index].frame.embeds!.byObject {
            if let particle = particles.first, let marked = tree.marked(head, by: particle) { return marked }
            if particles.isEmpty, let object, tree.relations[verb] != .ccomp,
                tree.relations[verb] == .xcomp || isGerundClause(verb)
            {
                return object
            }
        }
        return nil
    }

    /// "of bombing", "from entering": a gerund that a preposition marks.
    private func isGerundClause(_ verb: Int) -> Bool {
        tree.isGerund(verb)
            && tree.dependents(of: verb).contains { tree.relations[$0] == .mark || tree.relations[$0] == .marker }
    }

    /// "its plan to withdraw", "made a decision to withdraw": whose the noun is.
    private func ownersOfNoun(_ noun: Int, _ reach: Int) -> [Int] {
        if let owner = tree.dependent(of: noun, .possessor) { return [owner] }
        guard let head = tree.head(noun) else { return [] }
        switch tree.relations[noun] {
        case .obj, .xcomp, .obl: return tree.isVerb(head) ? surfaceSubjects(of: head, reach) : []
        case .nsubjPass: return subjects(of: head)
        default: return []
        }
    }

    /// What "who", "which" and "that" stand for.
    func antecedent(_ token: Int) -> Int {
        guard Words.relatives.contains(tree.lemmas[token]),
            tree.classes[token] == .pronoun || tree.classes[token] == .other
        else { return token }
        var at = token
        for _ in 0..<Arguments.reach {
            if tree.relations[at] == .relative { return tree.head(at) ?? token }
            guard let head = tree.head(at) else { return token }
            at = head
        }
        return token
    }

    // MARK: Parties

    /// The actors that a nominal and those joined to it name.
    func parties(_ token: Int, _ depth: Int = 2) -> [Int] {
        var found: [Int] = []
        for word in tree.joined(token) where word == token || tree.isNominal(word) {
            if let mention = mentions.headed(by: word), !mentions.all[mention].isUnresolved, !isMerePart(word, mention),
                mentions.all[mention].kind != .adjective || word == token
            {
                found.append(mention)
                // "Russian and Chinese officials"
                for modifier in tree.dependents(of: word) where [.amod, .compound].contains(tree.relations[modifier]) {
                    for other in tree.joined(modifier).dropFirst() {
                        if let second = mentions.headed(by: other), mentions.all[second].kind == .described {
                            found.append(second)
                        }
                    }
                }
            } else if depth > 0, Words.partitives.contains(tree.lemmas[word]) || tree.classes[word] == .number,
                let whole = tree.marked(word, by: Words.of)
            {
                found += parties(whole, depth - 1)
            } else if let other = tree.dependent(of: word, .appos), let mention = mentions.headed(by: other) {
                found.append(mention)
            }
        }
        return found
    }

    /// "group" in "a group of Kenyan lawyers" is nobody of its own.
    private func isMerePart(_ word: Int, _ mention: Int) -> Bool {
        mentions.all[mention].actor.code == nil && mentions.all[mention].actor.sector == nil
            && Words.partitives.contains(tree.lemmas[word]) && tree.marked(word, by: Words.of) != nil
    }

    /// The actors that a nominal belongs to: "Israel's settlements", "Iranian oil exports", "the war in Chad".
    func owners(_ token: Int, _ depth: Int = 2) -> [Int] {
        var found: [Int] = []
        for relation in [Relation.possessor, .amod, .compound, .title] {
            for child in tree.dependents(of: token) where tree.relations[child] == relation {
                for word in tree.joined(child) {
                    if let mention = mentions.headed(by: word), !mentions.all[mention].isUnresolved {
                        found.append(mention)
                    }
                }
            }
            if !found.isEmpty { return found }
        }
        for child in tree.dependents(of: token) where tree.relations[child] == .nmod {
            guard tree.marker(of: child).map({ Words.belonging.contains($0) }) ?? false else { continue }
            let named = parties(child)
            let below = named.isEmpty && depth > 0 ? owners(child, depth - 1) : named
            if !below.isEmpty { return below }
        }
        return []
    }

    /// All to whom a nominal belongs, the nearest first: "its war with Iraq" is one's own and Iraq's.
    func allOwners(_ token: Int, _ depth: Int = 2) -> [Int] {
        var found: [Int] = []
        for child in tree.dependents(of: token) {
            switch tree.relations[child] {
            case .possessor, .amod, .compound, .title:
                for word in tree.joined(child) {
                    if let mention = mentions.headed(by: word), !mentions.all[mention].isUnresolved {
                        found.append(mention)
                    }
                }
            case .nmod:
                guard tree.marker(of: child).map({ Words.belonging.contains($0) }) ?? false else { continue }
                found += parties(child)
                if depth > 0 { found += allOwners(child, depth - 1) }
            default: continue
            }
        }
        return found
    }

    /// The nominals that a preposition hangs on a word.
    func marked(_ token: Int, by preposition: Symbol) -> [Int] {
        tree.dependents(of: token).filter {
            [.obl, .nmod, .agent].contains(tree.relations[$0]) && tree.isMarked($0, by: preposition)
        }
    }
}

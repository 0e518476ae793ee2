import Knowledge
import Linguistics
import Records

/// Finds who and where: names by the knowledge tables and the language model, descriptions by common nouns with what the tree hangs on them.
struct MentionFinder {
    let tree: Tree
    let lexicon: Lexicon
    let knowledge: Knowledge
    /// The day on which offices are looked up; nil when the article has no date.
    let day: CivilDate?
    var found: [Mention] = []
    /// By token: one more than the number of the mention that covers it.
    var cover: [Int32]
    /// Full names so far by their last word, so that "Peskov" is the Dmitry Peskov of the first paragraph.
    var introduced: [Symbol: Mention] = [:]

    init(_ tree: Tree, _ lexicon: Lexicon, day: CivilDate?) {
        self.tree = tree
        self.lexicon = lexicon
        knowledge = lexicon.knowledge
        self.day = day
        cover = [Int32](repeating: 0, count: tree.analysis.count)
    }

    /// All mentions in order.
    mutating func find(isOverBudget: () -> Bool) throws(CodingError) -> Mentions {
        var all: [Mention] = []
        for sentence in tree.analysis.sentences {
            guard !isOverBudget() else { throw .overBudget }
            found.removeAll(keepingCapacity: true)
            findKnownNames(sentence)
            findDescriptions(sentence)
            findOtherNames(sentence)
            findPronouns(sentence)
            compose()
            all += found.filter { !$0.tokens.isEmpty }
        }
        return Mentions(all)
    }

    mutating func add(_ mention: Mention) {
        found.append(mention)
        for token in mention.tokens { cover[token] = Int32(found.count) }
    }

    func covering(_ token: Int) -> Int? { cover[token] == 0 ? nil : Int(cover[token]) - 1 }

    /// The word of a range that hangs on something outside of it.
    func head(of tokens: Range<Int>) -> Int {
        tokens.first { token in tree.head(token).map { !tokens.contains($0) } ?? true } ?? tokens.lowerBound
    }

    // MARK: Known names

    mutating func findKnownNames(_ sentence: Range<Int>) {
        var at = sentence.lowerBound
        while at < sentence.upperBound {
            if mayBeginName(at), let (name, end) = lexicon.name(tree, at: at, before: sentence.upperBound),
                end > at + 1 || isNameLike(at)
            {
                add(mention(of: name, at..<end))
                at = end
            } else {
                at += 1
            }
        }
    }

    func mayBeginName(_ token: Int) -> Bool {
        switch tree.analysis.shapes[token] {
        case .capitalised, .upper, .number: true
        case .lower: tree.forms[token] == "al" || tree.forms[token] == "el"
        default: false
        }
    }

    /// A single word that the parser takes for a name, a noun or an adjective.
    func isNameLike(_ token: Int) -> Bool {
        [.noun, .name, .adjective].contains(tree.classes[token])
    }

    mutating func mention(of name: Name, _ tokens: Range<Int>) -> Mention {
        func make(_ kind: Mention.Kind, _ type: Entity.EntityType, _ sector: Sector?) -> Mention {
            Mention(
                tokens: tokens,
                head: head(of: tokens),
                actor: Actor(text: tree.analysis.string(tokens), name: name.name, code: name.code, sector: sector),
                entity: EntityKey(name: name.name, type: type),
                kind: kind
            )
        }
        switch name.kind {
        case .country: return make(.country, .country, nil)
        case .metonym: return make(.organisation, .organisation, name.sector)
        case .capital, .place: return make(.place, .place, nil)
        case .organisation: return make(.organisation, .organisation, name.sector)
        case .demonym, .adjective:
            let head = head(of: tokens)
            let isModifier =
                [.amod, .compound, .title].contains(tree.relations[head]) || tree.classes[head] == .adjective
            var people = make(isModifier ? .adjective : .group, .group, nil)
            people.actor.name = people.actor.text
            people.entity = EntityKey(name: people.actor.text, type: .group)
            return people
        case .person(let number): return person(number, tokens)
        }
    }

    mutating func person(_ number: Int, _ tokens: Range<Int>) -> Mention {
        let person = knowledge.people[number]
        let mention = Mention(
            tokens: tokens,
            head: head(of: tokens),
            actor: Actor(
                text: tree.analysis.string(tokens),
                name: person.name,
                code: day.flatMap { person.country(on: $0) } ?? person.country,
                sector: day.flatMap { person.sector(on: $0) } ?? person.offices.first?.sector,
                office: day.flatMap { person.office(on: $0)?.title }
            ),
            entity: EntityKey(name: person.name, type: .person),
            kind: .person
        )
        introduced[tree.forms[tokens.upperBound - 1]] = mention
        return mention
    }

    // MARK: Descriptions

    mutating func findDescriptions(_ sentence: Range<Int>) {
        var at = sentence.lowerBound
        while at < sentence.upperBound {
            guard cover[at] == 0, let (agent, end) = lexicon.agent(tree, at: at, before: sentence.upperBound) else {
                at += 1
                continue
            }
            let head = head(of: at..<end)
            guard (at..<end).allSatisfy({ cover[$0] == 0 }), [.noun, .name].contains(tree.classes[head]) else {
                at += 1
                continue
            }
            add(
                Mention(
                    tokens: at..<end,
                    head: head,
                    actor: Actor(text: tree.analysis.string(at..<end), sector: agent.sector),
                    kind: .described,
                    noun: agent.noun
                )
            )
            at = end
        }
    }

    // MARK: Names that only the language model sees

    mutating func findOtherNames(_ sentence: Range<Int>) {
        var at = sentence.lowerBound
        while at < sentence.upperBound {
            let label = tree.analysis.name(at)
            guard label.hasPrefix("B-") else {
                if cover[at] == 0, tree.classes[at] == .name, let known = introduced[tree.forms[at]] {
                    add(again(known, at..<at + 1))
                }
                at += 1
                continue
            }
            var end = at + 1
            while end < sentence.upperBound, tree.analysis.name(end) == "I-" + label.dropFirst(2) { end += 1 }
            name(at..<end, label.dropFirst(2))
            at = end
        }
    }

    mutating func name(_ tokens: Range<Int>, _ type: Substring) {
        let inside = Set(tokens.compactMap { covering($0) })
        if !inside.isEmpty {
            guard type == "ORG" || type == "PER",
                inside.allSatisfy({
                    tokens.contains(found[$0].tokens.lowerBound) && tokens.contains(found[$0].tokens.upperBound - 1)
                }),
                inside.allSatisfy({ found[$0].tokens.count < tokens.count }),
                !inside.contains(where: { found[$0].kind == .person })
            else { return }
            let parts = inside.sorted().map { found[$0] }
            // "Turkish President" is no name, and "British Airways" is.
            if parts.contains(where: { $0.kind == .organisation && $0.head == head(of: tokens) }) { return }
            if type == "PER", parts.contains(where: { $0.kind == .described }) { return }
            for index in inside {
                found[index].tokens = found[index].tokens.lowerBound..<found[index].tokens.lowerBound
            }
            var mention = unknown(tokens, type)
            mention.actor.code = parts.compactMap(\.actor.code).first
            mention.actor.sector = parts.compactMap(\.actor.sector).first
            add(mention)
            return
        }
        switch type {
        case "PER": add(named(tokens))
        case "ORG", "LOC", "NORP": add(unknown(tokens, type))
        default: break
        }
    }

    func unknown(_ tokens: Range<Int>, _ type: Substring) -> Mention {
        let text = tree.analysis.string(tokens)
        let (kind, entity): (Mention.Kind, Entity.EntityType) =
            switch type {
            case "PER": (.person, .person)
            case "LOC": (.place, .place)
            case "NORP": (.group, .group)
            default: (.organisation, .organisation)
            }
        return Mention(
            tokens: tokens,
            head: head(of: tokens),
            actor: Actor(text: text, name: text, code: type == "LOC" ? knowledge.cities[text]?.country : nil),
            entity: EntityKey(name: text, type: entity),
            kind: kind
        )
    }

    /// A person: somebody introduced, somebody unmistakable, or somebody new.
    mutating func named(_ tokens: Range<Int>) -> Mention {
        let last = tree.forms[tokens.upperBound - 1]
        if let known = introduced[last],
            tokens.count == 1 || known.tokens.count == 1 || known.actor.name == tree.analysis.string(tokens)
        {
            let mention = again(known, tokens)
            if tokens.count == 1 { return mention }
        }
        if tokens.count == 1, let number = unmistakable(last) { return person(number, tokens) }
        let mention = unknown(tokens, "PER")
        introduced[last] = mention
        return mention
    }

    func again(_ known: Mention, _ tokens: Range<Int>) -> Mention {
        var mention = known
        mention.tokens = tokens
        mention.head = head(of: tokens)
        mention.actor.text = tree.analysis.string(tokens)
        mention.quantity = nil
        return mention
    }

    /// The one person with this surname, or of several the one in office on the day.
    func unmistakable(_ surname: Symbol) -> Int? {
        let people = lexicon.people(surname: surname)
        guard let day else { return people.count == 1 ? people[0] : nil }
        // Who held no office for ten years is not called by the surname alone.
        let current = people.filter { knowledge.people[$0].isCurrent(on: day) }
        if current.count == 1 { return current[0] }
        let inOffice = people.filter { knowledge.people[$0].office(on: day) != nil }
        return inOffice.count == 1 ? inOffice[0] : nil
    }

    mutating func findPronouns(_ sentence: Range<Int>) {
        for token in sentence where tree.classes[token] == .pronoun && cover[token] == 0 {
            guard
                MentionFinder.pronouns.contains(tree.lemmas[token])
                    || MentionFinder.pronouns.contains(tree.forms[token])
            else {
                continue
            }
            add(
                Mention(
                    tokens: token..<token + 1,
                    head: token,
                    actor: Actor(text: tree.analysis.token(token)),
                    kind: .pronoun
                )
            )
        }
    }

    static let pronouns: Set<Symbol> = [
        "he", "she", "they", "it", "we", "i", "him", "her", "them", "us", "me", "his", "their", "its", "our", "my",
        "themselves", "itself", "himself", "herself",
    ]
}

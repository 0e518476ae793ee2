import Knowledge
import Linguistics
import Records

/// Finds who and where: names by the knowledge tables and the language model, descriptions by common nouns with what the tree hangs on them.
struct MentionFinder {
    private let tree: Tree
    private let lexicon: Lexicon
    private let knowledge: Knowledge
    /// The day on which offices are looked up; nil when the article has no date.
    private let day: CivilDate?
    private var found: [Mention] = []
    /// By token: one more than the number of the mention that covers it.
    private var cover: [Int32]
    /// Full names so far by their last word, so that "Peskov" is the Dmitry Peskov of the first paragraph.
    private var introduced: [Symbol: Mention] = [:]

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

    private mutating func add(_ mention: Mention) {
        found.append(mention)
        for token in mention.tokens { cover[token] = Int32(found.count) }
    }

    private func covering(_ token: Int) -> Int? { cover[token] == 0 ? nil : Int(cover[token]) - 1 }

    /// The word of a range that hangs on something outside of it.
    private func head(of tokens: Range<Int>) -> Int {
        tokens.first { token in tree.head(token).map { !tokens.contains($0) } ?? true } ?? tokens.lowerBound
    }

    // MARK: Known names

    private mutating func findKnownNames(_ sentence: Range<Int>) {
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

    private func mayBeginName(_ token: Int) -> Bool {
        switch tree.analysis.shapes[token] {
        case .capitalised, .upper, .number: true
        case .lower: tree.forms[token] == "al" || tree.forms[token] == "el"
        default: false
        }
    }

    /// A single word that the parser takes for a name, a noun or an adjective.
    private func isNameLike(_ token: Int) -> Bool {
        [.noun, .name, .adjective].contains(tree.classes[token])
    }

    private mutating func mention(of name: Name, _ tokens: Range<Int>) -> Mention {
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

    private mutating func person(_ number: Int, _ tokens: Range<Int>) -> Mention {
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

    private mutating func findDescriptions(_ sentence: Range<Int>) {
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

    private mutating func findOtherNames(_ sentence: Range<Int>) {
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

    private mutating func name(_ tokens: Range<Int>, _ type: Substring) {
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

    private func unknown(_ tokens: Range<Int>, _ type: Substring) -> Mention {
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
            actor: Actor(text: text, name: text, code: type == "LOC" ? knowledge.cities[text] : nil),
            entity: EntityKey(name: text, type: entity),
            kind: kind
        )
    }

    /// A person: somebody introduced, somebody unmistakable, or somebody new.
    private mutating func named(_ tokens: Range<Int>) -> Mention {
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

    private func again(_ known: Mention, _ tokens: Range<Int>) -> Mention {
        var mention = known
        mention.tokens = tokens
        mention.head = head(of: tokens)
        mention.actor.text = tree.analysis.string(tokens)
        mention.quantity = nil
        return mention
    }

    /// The one person with this surname, or of several the one in office on the day.
    private func unmistakable(_ surname: Symbol) -> Int? {
        let people = lexicon.people(surname: surname)
        guard let day else { return people.count == 1 ? people[0] : nil }
        // Who held no office for ten years is not called by the surname alone.
        let current = people.filter { knowledge.people[$0].isCurrent(on: day) }
        if current.count == 1 { return current[0] }
        let inOffice = people.filter { knowledge.people[$0].office(on: day) != nil }
        return inOffice.count == 1 ? inOffice[0] : nil
    }

    private mutating func findPronouns(_ sentence: Range<Int>) {
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

    private static let pronouns: Set<Symbol> = [
        "he", "she", "they", "it", "we", "i", "him", "her", "them", "us", "me", "his", "their", "its", "our", "my",
        "themselves", "itself", "himself", "herself",
    ]

    // MARK: What hangs together

    private mutating func compose() {
        for index in found.indices where found[index].kind == .described { modify(index) }
        for index in found.indices.reversed()
        where found[index].kind == .described && !found[index].tokens.isEmpty && found[index].actor.code == nil {
            found[index].actor.code = country(of: index)
        }
        for index in found.indices where found[index].kind == .group { qualify(index) }
        for index in found.indices where found[index].kind == .described && !found[index].tokens.isEmpty {
            title(index)
        }
        for index in found.indices where !found[index].tokens.isEmpty { appose(index) }
        for index in found.indices where found[index].kind == .described && !found[index].tokens.isEmpty {
            holdOffice(index)
        }
        for index in found.indices where !found[index].tokens.isEmpty {
            switch found[index].kind {
            case .organisation, .group:
                found[index].actor.code = found[index].actor.code ?? country(of: index)
            case .described: found[index].actor.code = found[index].actor.code ?? countryBelow(found[index].head, 3)
            case .person: originOfPerson(index)
            default: break
            }
        }
    }

    /// Country, number and other common nouns of a description: "35 suspected Russian spies", "army officers in Chad".
    private mutating func modify(_ index: Int) {
        guard !found[index].tokens.isEmpty else { return }
        let head = found[index].head
        var tokens = found[index].tokens
        var second: [Int] = []
        for child in tree.dependents(of: head) where child < head {
            switch tree.relations[child] {
            case .amod, .compound, .title:
                for joined in tree.joined(child).dropFirst() {
                    if let other = covering(joined), found[other].kind == .adjective || found[other].isPlace {
                        second.append(other)
                    }
                }
                if let other = covering(child), other != index {
                    // Names of countries belong to the description; nouns for actors say more than its own.
                    if found[other].kind == .adjective || found[other].isPlace {
                        if found[other].kind == .adjective {
                            found[other].tokens = tokens.lowerBound..<tokens.lowerBound
                        }
                    } else if found[other].kind == .described {
                        found[index].actor.sector = found[other].actor.sector ?? found[index].actor.sector
                        found[index].actor.code = found[index].actor.code ?? found[other].actor.code
                        found[other].tokens = tokens.lowerBound..<tokens.lowerBound
                    }
                }
                tokens = min(tokens.lowerBound, tree.extent(child).lowerBound)..<tokens.upperBound
            case .nummod:
                tokens = min(tokens.lowerBound, tree.extent(child).lowerBound)..<tokens.upperBound
                found[index].quantity = quantity(child, of: index)
            default: break
            }
        }
        // "Russian and Chinese officials" are two parties.
        for other in second where found[other].actor.code != nil {
            found[other].kind = .described
            found[other].noun = found[index].noun
            found[other].actor.sector = found[index].actor.sector
            found[other].actor.name = nil
            found[other].entity = nil
        }
        if tree.dependents(of: head).contains(where: {
            tree.relations[$0] == .amod && Words.past.contains(tree.lemmas[$0])
        }) {
            found[index].actor.sector = .eli
        }
        let isEthnic = tree.dependents(of: head).contains {
            tree.relations[$0] == .amod && tree.lemmas[$0] == Words.ethnic
        }
        found[index].actor.code = found[index].actor.code ?? (isEthnic ? countryBelow(head, 2) : country(of: index))
        // "the president of France"
        if let of = tree.marked(head, by: "of"), let place = covering(of), found[place].kind == .country {
            tokens = tokens.lowerBound..<max(tokens.upperBound, found[place].tokens.upperBound)
        }
        while let first = tokens.first, tree.relations[first] == .det || tree.relations[first] == .punct {
            tokens = first + 1..<tokens.upperBound
        }
        found[index].tokens = tokens
        found[index].actor.text = tree.analysis.string(tokens)
        for token in tokens where cover[token] == 0 { cover[token] = Int32(index + 1) }
    }

    /// "Bosnian Serbs" are of Bosnia, and "ethnic Albanians in Serbia" of Serbia.
    private mutating func qualify(_ index: Int) {
        let head = found[index].head
        for child in tree.dependents(of: head) where tree.relations[child] == .amod {
            if let other = covering(child), other != index, let code = found[other].actor.code {
                found[index].actor.code = code
            }
            if tree.lemmas[child] == Words.ethnic {
                let places = tree.dependents(of: head).filter { tree.relations[$0] == .nmod }.compactMap {
                    covering($0)
                }
                found[index].actor.code = places.compactMap { found[$0].isPlace ? found[$0].actor.code : nil }.first
            }
        }
    }

    /// The country that the words on a noun tell.
    private func country(of index: Int) -> String? {
        let head = found[index].head
        var weak: String?
        for child in tree.dependents(of: head) {
            guard let other = covering(child), other != index, let code = found[other].actor.code else { continue }
            switch tree.relations[child] {
            case .amod, .compound, .possessor, .title: return code
            case .nmod:
                guard let marker = tree.marker(of: child), MentionFinder.belonging.contains(marker) else { continue }
                weak = weak ?? code
            default: continue
            }
        }
        return weak
    }

    /// "refugees fleeing the war in Liberia": the first country in the phrase.
    private func countryBelow(_ token: Int, _ depth: Int) -> String? {
        guard depth > 0 else { return nil }
        for child in tree.dependents(of: token)
        where [.nmod, .acl, .relative, .obl, .obj, .amod, .compound, .possessor].contains(tree.relations[child]) {
            if let other = covering(child), found[other].isPlace || found[other].kind == .adjective,
                let code = found[other].actor.code
            {
                return code
            }
            if let code = countryBelow(child, depth - 1) { return code }
        }
        return nil
    }

    /// "King Hassan of Morocco": the text names the country.
    private mutating func originOfPerson(_ index: Int) {
        guard let of = tree.marked(found[index].head, by: Words.of), let place = covering(of), found[place].isPlace,
            let code = found[place].actor.code, code != found[index].actor.code
        else { return }
        if found[index].actor.code != nil {
            found[index].actor.name = found[index].actor.text
            found[index].actor.office = nil
            found[index].entity = EntityKey(name: found[index].actor.text, type: .person)
        }
        found[index].actor.code = code
    }

    private static let belonging: Set<Symbol> = ["of", "in", "from", "at", "for"]

    private func quantity(_ number: Int, of index: Int) -> Quantity? {
        guard let value = Numbers.value(tree, number) else { return nil }
        let unit = tree.analysis.string(found[index].tokens)
        return Quantity(value: value, qualifier: Numbers.qualifier(tree, number), unit: unit, slot: "")
    }

    /// "Russian Prime Minister Dmitry Medvedev": the title tells country and sector where the table does not.
    private mutating func title(_ index: Int) {
        let head = found[index].head
        let candidates = [tree.head(head)] + tree.dependents(of: head).map { Optional($0) }
        for case let other? in candidates {
            guard let person = covering(other), person != index, found[person].kind == .person,
                found[person].tokens.lowerBound >= found[index].tokens.upperBound,
                found[person].tokens.lowerBound - found[index].tokens.upperBound <= 1,
                (found[index].tokens.upperBound..<found[person].tokens.lowerBound).allSatisfy({
                    tree.relations[$0] != .punct
                })
            else { continue }
            merge(title: index, into: person)
            found[person].tokens = found[index].tokens.lowerBound..<found[person].tokens.upperBound
            found[person].head = self.head(of: found[person].tokens)
            found[person].actor.text = tree.analysis.string(found[person].tokens)
            found[index].tokens = found[index].tokens.lowerBound..<found[index].tokens.lowerBound
            return
        }
    }

    private mutating func merge(title: Int, into person: Int) {
        // What the text says of a person counts more than the tables: another bearer of the name may be meant.
        if let code = found[title].actor.code, code != found[person].actor.code {
            if found[person].actor.code != nil {
                found[person].actor.name = found[person].actor.text
                found[person].actor.office = nil
                found[person].actor.sector = nil
                found[person].entity = EntityKey(name: found[person].actor.text, type: .person)
            }
            found[person].actor.code = code
        }
        if found[person].actor.code == nil, let noun = found[title].noun {
            // Nobody in office on the day: all who bore name and title, where they are of one country.
            let last = tree.forms[found[person].tokens.upperBound - 1]
            let bearers = lexicon.people(surname: last).filter {
                knowledge.people[$0].offices.contains { $0.title == noun }
            }
            let countries = Set(bearers.compactMap { knowledge.people[$0].country })
            if countries.count == 1 { found[person].actor.code = countries.first }
        }
        found[person].actor.sector = found[title].actor.sector ?? found[person].actor.sector
        found[person].noun = found[title].noun
        if found[person].actor.office == nil, found[person].kind == .person {
            found[person].actor.office = found[title].noun
        }
        let last = tree.forms[found[person].tokens.upperBound - 1]
        introduced[last] = found[person]
    }

    /// "Sergei Lavrov, the Russian foreign minister" and "the Russian foreign minister, Sergei Lavrov".
    private mutating func appose(_ index: Int) {
        for child in tree.dependents(of: found[index].head) where tree.relations[child] == .appos {
            guard let other = covering(child), other != index, !found[other].tokens.isEmpty else { continue }
            switch (found[index].kind, found[other].kind) {
            case (.person, .described), (.organisation, .described): merge(title: other, into: index)
            case (.described, .person), (.described, .organisation):
                merge(title: index, into: other)
                found[index].entity = found[other].entity
                found[index].actor.name = found[other].actor.name
                found[index].actor.code = found[index].actor.code ?? found[other].actor.code
                found[index].actor.office = found[other].actor.office
            default: break
            }
        }
    }

    /// The holder of an office of a country on the article's day: "the Russian president".
    private mutating func holdOffice(_ index: Int) {
        guard found[index].entity == nil, found[index].quantity == nil, let day, let code = found[index].actor.code,
            let noun = found[index].noun,
            tree.forms[found[index].head] == tree.lemmas[found[index].head]
                || tree.analysis.shapes[found[index].head] == .capitalised,
            let number = noun == "leader"
                ? knowledge.leader(of: code, on: day) : knowledge.holder(of: noun, country: code, on: day)
        else { return }
        let person = knowledge.people[number]
        found[index].actor.name = person.name
        found[index].actor.office = person.office(on: day)?.title ?? noun
        found[index].entity = EntityKey(name: person.name, type: .person)
        found[index].kind = .person
        if let last = person.name.split(whereSeparator: { $0 == " " || $0 == "-" }).last {
            introduced[Symbol(String(last))] = introduced[Symbol(String(last))] ?? found[index]
        }
    }
}

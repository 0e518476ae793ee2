import Knowledge
import Linguistics
import Records

/// Puts together what the tree hangs together: countries on nouns, titles on names, appositions, offices on their holders.
extension MentionFinder {
    mutating func compose() {
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
    mutating func modify(_ index: Int) {
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
    mutating func qualify(_ index: Int) {
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
    func country(of index: Int) -> String? {
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
    func countryBelow(_ token: Int, _ depth: Int) -> String? {
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
    mutating func originOfPerson(_ index: Int) {
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

    static let belonging: Set<Symbol> = ["of", "in", "from", "at", "for"]

    func quantity(_ number: Int, of index: Int) -> Quantity? {
        guard let value = Numbers.value(tree, number) else { return nil }
        let unit = tree.analysis.string(found[index].tokens)
        return Quantity(value: value, qualifier: Numbers.qualifier(tree, number), unit: unit, slot: "")
    }

    /// "Russian Prime Minister Dmitry Medvedev": the title tells country and sector where the table does not.
    mutating func title(_ index: Int) {
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

    mutating func merge(title: Int, into person: Int) {
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
    mutating func appose(_ index: Int) {
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
    mutating func holdOffice(_ index: Int) {
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

import Knowledge
import Linguistics
import Records

/// Finds who and where: names by the knowledge tables and by capitals, descriptions by common nouns with their country.
struct Chunker {
    private let analysis: Analysis
    private let knowledge: Knowledge
    /// The day on which offices are looked up; nil when the article has no date.
    private let day: CivilDate?
    private let lower: [String]
    /// Full names found so far by their last word, so that "Peskov" is the Dmitry Peskov of the first paragraph.
    private var introduced: [String: Chunk] = [:]

    init(_ analysis: Analysis, lower: [String], knowledge: Knowledge, day: CivilDate?) {
        self.analysis = analysis
        self.knowledge = knowledge
        self.day = day
        self.lower = lower
    }

    /// All chunks in order, none of which overlap.
    mutating func chunks(isOverBudget: () -> Bool) throws(CodingError) -> [Chunk] {
        var chunks: [Chunk] = []
        for sentence in analysis.sentences {
            guard !isOverBudget() else { throw .overBudget }
            var index = sentence.lowerBound
            while index < sentence.upperBound {
                if let chunk = chunk(at: index, before: sentence.upperBound) {
                    chunks.append(chunk)
                    index = chunk.tokens.upperBound
                } else {
                    index += 1
                }
            }
        }
        return chunks
    }

    // MARK: One chunk

    private mutating func chunk(at start: Int, before end: Int) -> Chunk? {
        if Words.pronouns.contains(lower[start]), analysis.shapes[start] != .upper || lower[start] == "i" {
            return Chunk(tokens: start..<start + 1, actor: Actor(text: analysis.token(start)), kind: .pronoun)
        }
        let number = number(at: start, before: end)
        let noun = number?.end ?? start
        guard noun < end, var chunk = phrase(at: noun, before: end) else { return nil }
        if let number, chunk.kind == .described || chunk.kind == .group {
            let unit = analysis.string(max(noun, unitStart(chunk))..<chunk.tokens.upperBound)
            chunk.quantity = Quantity(value: number.value, qualifier: number.qualifier, unit: unit, slot: "")
            chunk.tokens = start..<chunk.tokens.upperBound
            chunk.actor.text = analysis.string(chunk.tokens)
        } else if number != nil {
            return nil
        }
        return chunk
    }

    /// A country's adjective does not belong to the unit.
    private func unitStart(_ chunk: Chunk) -> Int {
        guard let (name, end) = name(at: chunk.tokens.lowerBound, before: chunk.tokens.upperBound),
            end < chunk.tokens.upperBound,
            name.kind == .adjective || name.kind == .country || name.kind == .demonym
        else { return chunk.tokens.lowerBound }
        return end
    }

    private mutating func phrase(at start: Int, before end: Int) -> Chunk? {
        if let (name, nameEnd) = name(at: start, before: end) { return named(name, start..<nameEnd, before: end) }
        if analysis.shapes[start] == .lower || isSentenceStart(start) || analysis.shapes[start] == .capitalised,
            let described = described(from: start, country: nil, before: end)
        {
            return described
        }
        return unknownName(at: start, before: end)
    }

    /// A known name, with the description or the person it belongs to: "Russian Prime Minister Dmitry Medvedev".
    private mutating func named(_ name: Name, _ tokens: Range<Int>, before end: Int) -> Chunk? {
        let next = tokens.upperBound
        switch name.kind {
        case .adjective, .demonym, .country:
            if let chunk = described(from: tokens.lowerBound, after: next, country: name.code, before: end) {
                return chunk
            }
        case .metonym, .capital, .organisation, .person, .place:
            if case .organisation = name.kind, name.sector == .jrn { break }
            if let chunk = described(from: tokens.lowerBound, after: next, country: code(of: name), before: end) {
                return chunk
            }
        }
        if next < end, lower[next] == "'s" || lower[next] == "’s",
            let owned = described(from: tokens.lowerBound, after: next + 1, country: code(of: name), before: end)
        {
            return owned
        }
        return chunk(of: name, tokens)
    }

    private mutating func chunk(of name: Name, _ tokens: Range<Int>) -> Chunk? {
        let text = analysis.string(tokens)
        func make(_ kind: Chunk.Kind, _ type: Entity.EntityType, _ sector: Sector?) -> Chunk {
            Chunk(
                tokens: tokens,
                actor: Actor(text: text, name: name.name, code: name.code, sector: sector),
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
            // "the French said": a people, where no noun follows.
            var people = make(.group, .group, nil)
            people.actor.name = text
            people.entity = EntityKey(name: text, type: .group)
            return people
        case .person(let number): return person(number, tokens)
        }
    }

    private mutating func person(_ number: Int, _ tokens: Range<Int>) -> Chunk {
        let person = knowledge.people[number]
        let actor = Actor(
            text: analysis.string(tokens),
            name: person.name,
            code: person.country,
            sector: day.flatMap { person.sector(on: $0) },
            office: day.flatMap { person.office(on: $0)?.title }
        )
        let chunk = Chunk(
            tokens: tokens,
            actor: actor,
            entity: EntityKey(name: person.name, type: .person),
            kind: .person
        )
        introduced[surname(of: person.name)] = chunk
        return chunk
    }

    private func code(of name: Name) -> String? { name.code }

    // MARK: Descriptions

    private mutating func described(from start: Int, country: String?, before end: Int) -> Chunk? {
        described(from: start, after: start, country: country, before: end)
    }

    /// A common noun for an actor, at once or behind up to three other words, with the person it is a title of.
    private mutating func described(from start: Int, after first: Int, country: String?, before end: Int) -> Chunk? {
        let patience = country == nil ? 1 : 3
        var index = first
        while index < end, index - first <= patience {
            if let (agent, agentEnd) = agent(at: index, before: end) {
                return described(start..<agentEnd, agent, country, before: end)
            }
            guard analysis.shapes[index] == .lower || analysis.shapes[index] == .capitalised,
                index > first || country != nil || analysis.shapes[index] == .lower,
                !Words.endsPhrase(lower[index]), knowledge.frames.uses(of: lower[index]).isEmpty
            else { return nil }
            if let (name, nameEnd) = name(at: index, before: end) {
                // "suspected Russian spies"
                guard country == nil, index > first, name.kind == .adjective else { return nil }
                return described(from: start, after: nameEnd, country: name.code, before: end)
            }
            index += 1
        }
        return nil
    }

    private mutating func described(_ tokens: Range<Int>, _ agent: Agent, _ country: String?, before end: Int) -> Chunk
    {
        let next = tokens.upperBound
        if next < end, analysis.shapes[next] == .capitalised, !Words.endsPhrase(lower[next]) {
            if let (name, nameEnd) = name(at: next, before: end), case .person(let number) = name.kind {
                return titled(person(number, next..<nameEnd), tokens, agent, country)
            }
            if name(at: next, before: end) == nil, let chunk = untitledName(at: next, before: end) {
                return titled(chunk, tokens, agent, country)
            }
        }
        var country = country
        var extent = tokens
        // "the president of France"
        if country == nil, next + 1 < end, lower[next] == "of" {
            let at = next + 1 + (Words.determiners.contains(lower[next + 1]) ? 1 : 0)
            if at < end, let (name, nameEnd) = name(at: at, before: end), name.kind == .country {
                country = name.code
                extent = tokens.lowerBound..<nameEnd
            }
        }
        return office(agent, country, extent)
            ?? Chunk(
                tokens: extent,
                actor: Actor(text: analysis.string(extent), code: country, sector: agent.sector),
                kind: .described
            )
    }

    /// The holder of an office on the article's day: "the Russian president".
    private func office(_ agent: Agent, _ country: String?, _ tokens: Range<Int>) -> Chunk? {
        guard let day, let country, let number = knowledge.holder(of: agent.noun, country: country, on: day) else {
            return nil
        }
        let person = knowledge.people[number]
        let actor = Actor(
            text: analysis.string(tokens),
            name: person.name,
            code: country,
            sector: agent.sector,
            office: agent.noun
        )
        return Chunk(tokens: tokens, actor: actor, entity: EntityKey(name: person.name, type: .person), kind: .person)
    }

    /// A person with a title: the title tells country and sector where the table does not.
    private mutating func titled(_ chunk: Chunk, _ title: Range<Int>, _ agent: Agent, _ country: String?) -> Chunk {
        var chunk = chunk
        chunk.tokens = title.lowerBound..<chunk.tokens.upperBound
        chunk.actor.text = analysis.string(chunk.tokens)
        chunk.actor.code = chunk.actor.code ?? country
        chunk.actor.sector = chunk.actor.sector ?? agent.sector
        if let name = chunk.actor.name { introduced[surname(of: name)] = chunk }
        return chunk
    }

    private func agent(at index: Int, before end: Int) -> (Agent, Int)? {
        for length in stride(from: min(4, end - index), through: 1, by: -1) {
            let phrase = lower[index..<index + length].joined(separator: " ")
            if let agent = knowledge.agent(phrase) { return (agent, index + length) }
        }
        return nil
    }

    // MARK: Names

    /// The longest known name that begins here, or a surname of somebody introduced or unmistakable.
    private func name(at index: Int, before end: Int) -> (Name, Int)? {
        guard
            analysis.shapes[index] == .capitalised || analysis.shapes[index] == .upper
                || analysis.shapes[index] == .number
        else {
            guard lower[index].hasPrefix("al-") || lower[index].hasPrefix("al ") else { return nil }
            return longest(at: index, before: end)
        }
        return longest(at: index, before: end) ?? surname(at: index)
    }

    private func longest(at index: Int, before end: Int) -> (Name, Int)? {
        guard knowledge.beginsName(analysis.token(index)) || knowledge.beginsName(titleCase(index)) else { return nil }
        for length in stride(from: min(7, end - index), through: 1, by: -1) {
            let tokens = index..<index + length
            // "al-Assad's" and the like are cut by the tokeniser; line ends count as spaces.
            let phrase = analysis.string(tokens).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if let name = knowledge.name(phrase) { return (name, index + length) }
            // Datelines and headlines are in capitals.
            if length == 1, analysis.shapes[index] == .upper, lower[index].count > 3,
                let name = knowledge.name(titleCase(index))
            {
                return (name, index + 1)
            }
        }
        return nil
    }

    private func titleCase(_ index: Int) -> String { lower[index].prefix(1).uppercased() + lower[index].dropFirst() }

    private func surname(at index: Int) -> (Name, Int)? {
        let word = analysis.token(index)
        let known = knowledge.people(surname: word)
        if let chunk = introduced[word] {
            guard let number = known.first(where: { knowledge.people[$0].name == chunk.actor.name }) else { return nil }
            return knowledge.name(knowledge.people[number].name).map { ($0, index + 1) }
        }
        // A surname alone is somebody known only when it is no ordinary word and one person's.
        guard known.count == 1, word.count >= 5, !isPartOfName(index) else { return nil }
        return knowledge.name(knowledge.people[known[0]].name).map { ($0, index + 1) }
    }

    /// Another capitalised word beside it makes it somebody else's name.
    private func isPartOfName(_ index: Int) -> Bool {
        let before =
            index > 0 && analysis.shapes[index - 1] == .capitalised && !isSentenceStart(index - 1)
            && knowledge.agent(lower[index - 1]) == nil && !knowledge.beginsName(analysis.token(index - 1))
        let after =
            index + 1 < analysis.count && analysis.shapes[index + 1] == .capitalised && !isSentenceStart(index + 1)
        return before || after
    }

    /// Capitals alone: a surname of somebody introduced, an organisation by its last word, a person before a verb of saying.
    private mutating func unknownName(at start: Int, before end: Int) -> Chunk? {
        guard analysis.shapes[start] == .capitalised else { return nil }
        if let known = introduced[analysis.token(start)] {
            var chunk = known
            chunk.tokens = start..<start + 1
            chunk.actor.text = analysis.token(start)
            return chunk
        }
        let stop = capitalsEnd(from: start, before: end)
        guard stop - start > 1 else { return nil }
        let keyword = analysis.token(stop - 1)
        if Chunker.organisationWords.contains(keyword) {
            let text = analysis.string(start..<stop)
            return Chunk(
                tokens: start..<stop,
                actor: Actor(text: text, name: text),
                entity: EntityKey(name: text, type: .organisation),
                kind: .organisation
            )
        }
        guard stop < end,
            knowledge.frames.uses(of: lower[stop]).contains(where: { knowledge.frames.all[$0.frame].kind == .report })
        else { return nil }
        return untitledName(at: start, before: end)
    }

    /// Two or three capitalised words taken for a person's name.
    private mutating func untitledName(at start: Int, before end: Int) -> Chunk? {
        let stop = capitalsEnd(from: start, before: end)
        guard (1...4).contains(stop - start), !isSentenceStart(start) || stop - start > 1,
            !Chunker.organisationWords.contains(analysis.token(stop - 1))
        else { return nil }
        let text = analysis.string(start..<stop)
        let chunk = Chunk(
            tokens: start..<stop,
            actor: Actor(text: text, name: text),
            entity: EntityKey(name: text, type: .person),
            kind: .person
        )
        introduced[surname(of: text)] = chunk
        return chunk
    }

    private func capitalsEnd(from start: Int, before end: Int) -> Int {
        var index = start
        while index < end, analysis.shapes[index] == .capitalised, index == start || !Words.endsPhrase(lower[index]) {
            // Somebody known begins here: what stands before is no part of the name.
            if index > start, let (name, _) = longest(at: index, before: end), case .person = name.kind { break }
            index += 1
        }
        return index
    }

    private func surname(of name: String) -> String { String(name.split(separator: " ").last ?? "") }

    private func isSentenceStart(_ index: Int) -> Bool {
        let first = analysis.sentences[analysis.sentence(of: index)].lowerBound
        return index == first
            || index == first + 1 && analysis.shapes[first].rawValue >= Analysis.Shape.openQuote.rawValue
    }

    private static let organisationWords: Set<String> = [
        "Ministry", "Party", "University", "Council", "Committee", "Bank", "Agency", "Court", "Institute", "Union",
        "Association",
        "Commission", "Department", "Organization", "Organisation", "Foundation", "Front", "Movement", "Group", "Corp.",
        "Inc.",
        "Federation", "Army", "Brigade", "Brigades", "Fund", "Service", "Bureau", "Office", "Administration",
        "Parliament",
        "Consulate", "Embassy", "Mission",
    ]

    // MARK: Numbers

    private func number(at index: Int, before end: Int) -> (value: Double, qualifier: String, end: Int)? {
        var at = index
        var qualifier = "exactly"
        for (phrase, meaning) in Chunker.qualifiers where matches(phrase, at: at, before: end) {
            qualifier = meaning
            at += phrase.count
            break
        }
        guard at < end else { return nil }
        if let word = Words.numbers[lower[at]] { return (word, qualifier, at + 1) }
        guard analysis.shapes[at] == .number, let value = Double(lower[at].replacing(",", with: "")) else { return nil }
        return (value, qualifier, at + 1)
    }

    private func matches(_ phrase: [String], at index: Int, before end: Int) -> Bool {
        index + phrase.count < end && phrase.indices.allSatisfy { lower[index + $0] == phrase[$0] }
    }

    private static let qualifiers: [([String], String)] = [
        (["at", "least"], "at least"), (["at", "most"], "at most"), (["up", "to"], "at most"),
        (["more", "than"], "more than"),
        (["over"], "more than"), (["fewer", "than"], "less than"), (["less", "than"], "less than"),
        (["about"], "about"),
        (["around"], "about"), (["nearly"], "about"), (["almost"], "about"), (["some"], "about"),
        (["roughly"], "about"),
    ]
}

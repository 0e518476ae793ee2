import Knowledge
import Linguistics
import Records

/// The knowledge tables by symbols of words, cut into words as the language core cuts texts.
struct Lexicon: Sendable {
    let knowledge: Knowledge
    private var names: [Symbol: Entry] = [:]
    private var nameBeginnings: Set<Symbol> = []
    private var agents: [Symbol: Agent] = [:]
    private var agentBeginnings: Set<Symbol> = []
    private var surnames: [Symbol: [Int]] = [:]
    private(set) var frames: [Opener] = []
    /// Regular forms of the frames' verbs, to their base forms.
    private var bases: [Symbol: Symbol] = [:]
    private var frameIDs: [String: Int] = [:]
    private var framesByLemma: [Symbol: [(frame: Int, particles: [Symbol])]] = [:]

    /// A frame with its words as symbols.
    struct Opener: Sendable {
        let frame: Frame
        let recipient: [Slot]
        let object: Set<Symbol>
        /// Whether any actor will do as the object: "ACTOR" in the table.
        let takesActor: Bool
    }

    /// Where a recipient may stand.
    enum Slot: Sendable, Equatable {
        case object, indirectObject, possessor
        /// Whose the act is said to be: "denied the allegation".
        case subject
        case preposition(Symbol)

        init(_ text: String) {
            switch text {
            case "obj": self = .object
            case "iobj": self = .indirectObject
            case "poss": self = .possessor
            case "subj": self = .subject
            default: self = .preposition(Symbol(text))
            }
        }
    }

    private struct Entry {
        let name: Name
        /// "US" and "WHO" are names in capitals only.
        let isAcronym: Bool
    }

    /// The most words of a name or a description.
    static let longestPhrase = 8

    init(_ knowledge: Knowledge) {
        self.knowledge = knowledge
        let analyzer = Analyzer()
        func words(_ phrase: String) -> [Symbol] {
            let analysis = analyzer.analyze(phrase)
            return (0..<analysis.count).map { analysis.form($0) }
        }
        for (phrase, name) in knowledge.phrases {
            let isAcronym = phrase.utf8.count <= 6 && phrase == phrase.uppercased()
            let symbols = words(phrase)
            guard let whole = Self.join(symbols, beginnings: &nameBeginnings) else { continue }
            // The same letters in another case are another name's only where that one has no entry.
            if names[whole] == nil || !isAcronym { names[whole] = Entry(name: name, isAcronym: isAcronym) }
        }
        for (phrase, agent) in knowledge.nouns {
            if let whole = Self.join(words(phrase), beginnings: &agentBeginnings) { agents[whole] = agent }
        }
        for (surname, people) in knowledge.surnames {
            guard let last = words(surname).last else { continue }
            for person in people where surnames[last]?.contains(person) != true {
                surnames[last, default: []].append(person)
            }
        }
        for (index, frame) in knowledge.frames.all.enumerated() {
            frames.append(
                Opener(
                    frame: frame,
                    recipient: frame.recipient.map { Slot($0) },
                    // "troops" is its own lemma, "troop" the same word.
                    object: Set(frame.object.flatMap { [Symbol($0), Symbol($0 + "s")] }),
                    takesActor: frame.object.contains("ACTOR")
                )
            )
            frameIDs[frame.id] = index
            for lemma in frame.lemmas {
                let word = Symbol(lemma.word)
                framesByLemma[word, default: []].append((index, lemma.particles.map { Symbol($0) }))
                guard frame.kind != .noun, frame.kind != .adjective else { continue }
                for form in Inflection.forms(of: lemma.word) { bases[Symbol(form)] = word }
            }
        }
    }

    private static func join(_ words: [Symbol], beginnings: inout Set<Symbol>) -> Symbol? {
        guard let first = words.first, words.count <= longestPhrase else { return nil }
        var whole = first
        for word in words.dropFirst() {
            beginnings.insert(whole)
            whole = whole.then(word)
        }
        return whole
    }

    /// The longest name that begins at a token, and where it ends.
    func name(_ tree: Tree, at start: Int, before end: Int) -> (name: Name, end: Int)? {
        var found: (Name, Int)?
        var phrase = tree.forms[start]
        var at = start + 1
        while true {
            if let entry = names[phrase], !entry.isAcronym || tree.analysis.shapes[start] == .upper || at > start + 1 {
                found = (entry.name, at)
            }
            guard at < end, nameBeginnings.contains(phrase) else { return found }
            phrase = phrase.then(tree.forms[at])
            at += 1
        }
    }

    /// The longest common noun for an actor that begins at a token; its last word may be inflected.
    func agent(_ tree: Tree, at start: Int, before end: Int) -> (agent: Agent, end: Int)? {
        var found: (Agent, Int)?
        var phrase: Symbol?
        var at = start
        while at < end {
            let form = phrase?.then(tree.forms[at]) ?? tree.forms[at]
            let base = phrase?.then(tree.lemmas[at]) ?? tree.lemmas[at]
            at += 1
            if let agent = agents[form] ?? agents[base] { found = (agent, at) }
            guard agentBeginnings.contains(form) else { break }
            phrase = form
        }
        return found
    }

    /// The frame with an identifier.
    func frame(_ id: String) -> Opener? { frameIDs[id].map { frames[$0] } }

    func people(surname: Symbol) -> [Int] { surnames[surname] ?? [] }

    /// The frames that a word may open, each with the particles that must be there.
    func frames(_ tree: Tree, at token: Int) -> [(frame: Int, particles: [Symbol])] {
        if let known = framesByLemma[tree.lemmas[token]] { return known }
        guard tree.classes[token] == .verb, let base = bases[tree.forms[token]] else { return [] }
        return framesByLemma[base] ?? []
    }
}

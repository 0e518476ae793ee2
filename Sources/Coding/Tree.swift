import Linguistics

/// The relations of UD v2 that the rules speak of; subtypes apart where they matter.
enum Relation: UInt8 {
    case root, nsubj, nsubjPass, csubj, obj, iobj, obl, agent, nmod, possessor, title, amod, compound, particle, appos
    case conj, cc, marker, mark, aux, auxPass, cop, advmod, acl, relative, advcl, ccomp, xcomp, parataxis, flat, nummod
    case det, expletive, punct, other

    init(_ label: String) {
        let known: [String: Relation] = [
            "root": .root, "nsubj": .nsubj, "nsubj:outer": .nsubj, "nsubj:pass": .nsubjPass, "csubj": .csubj,
            "obj": .obj, "iobj": .iobj, "obl": .obl, "obl:unmarked": .obl, "obl:tmod": .obl, "obl:npmod": .obl,
            "obl:agent": .agent, "nmod": .nmod, "nmod:poss": .possessor, "nmod:desc": .title, "amod": .amod,
            "compound": .compound, "compound:prt": .particle, "appos": .appos, "conj": .conj, "cc": .cc,
            "case": .marker, "mark": .mark, "aux": .aux, "aux:pass": .auxPass, "cop": .cop, "advmod": .advmod,
            "acl": .acl, "acl:relcl": .relative, "advcl": .advcl, "advcl:relcl": .advcl, "ccomp": .ccomp,
            "xcomp": .xcomp, "parataxis": .parataxis, "flat": .flat, "nummod": .nummod, "det": .det,
            "expl": .expletive, "punct": .punct,
        ]
        self = known[label] ?? .other
    }
}

/// The word classes that the rules speak of.
enum WordClass: UInt8 {
    case noun, name, verb, auxiliary, adjective, adverb, pronoun, number, adposition, other

    init(_ label: String) {
        let known: [String: WordClass] = [
            "NOUN": .noun, "PROPN": .name, "VERB": .verb, "AUX": .auxiliary, "ADJ": .adjective, "ADV": .adverb,
            "PRON": .pronoun, "NUM": .number, "ADP": .adposition,
        ]
        self = known[label] ?? .other
    }
}

/// The forms of verbs, by their Penn tags.
enum VerbForm: UInt8 {
    case base, past, participle, gerund, present, other

    init(_ label: String) {
        let known: [String: VerbForm] = [
            "VB": .base, "VBD": .past, "VBN": .participle, "VBG": .gerund, "VBP": .present, "VBZ": .present,
        ]
        self = known[label] ?? .other
    }
}

/// A parsed text as the rules walk it: symbols of words, relations, and the dependents of each word in order.
struct Tree {
    let analysis: Analysis
    /// As written, and the lemma.
    let forms: [Symbol]
    let lemmas: [Symbol]
    let relations: [Relation]
    let classes: [WordClass]
    let verbForms: [VerbForm]
    private let firsts: [Int32]
    private let dependents: [Int32]

    /// - Parameter labels: what the numbers of the model's labels mean.
    init(_ analysis: Analysis, _ labels: Labels) {
        self.analysis = analysis
        let n = analysis.count
        forms = (0..<n).map { analysis.form($0) }
        lemmas = (0..<n).map { analysis.base($0) }
        relations = analysis.relations.map { labels.relations[Int($0)] }
        classes = analysis.upos.map { labels.classes[Int($0)] }
        verbForms = analysis.xpos.map { labels.verbForms[Int($0)] }
        var counts = [Int32](repeating: 0, count: n + 1)
        for head in analysis.heads where head >= 0 { counts[Int(head) + 1] += 1 }
        for i in 0..<n { counts[i + 1] += counts[i] }
        firsts = counts
        var next = counts
        var dependents = [Int32](repeating: 0, count: Int(counts[n]))
        for (token, head) in analysis.heads.enumerated() where head >= 0 {
            dependents[Int(next[Int(head)])] = Int32(token)
            next[Int(head)] += 1
        }
        self.dependents = dependents
    }

    /// The meaning of a model's numbers.
    struct Labels: Sendable {
        let relations: [Relation]
        let classes: [WordClass]
        let verbForms: [VerbForm]

        init(_ model: LanguageModel) {
            relations = model.relations.map { Relation($0) }
            classes = model.upos.map { WordClass($0) }
            verbForms = model.xpos.map { VerbForm($0) }
        }
    }

    // MARK: Steps

    func head(_ token: Int) -> Int? {
        let head = Int(analysis.heads[token])
        return head < 0 ? nil : head
    }

    /// The dependents of a word, in the order of the text.
    struct Dependents: Sequence, IteratorProtocol {
        let all: [Int32]
        var at: Int
        let end: Int

        mutating func next() -> Int? {
            guard at < end else { return nil }
            at += 1
            return Int(all[at - 1])
        }
    }

    func dependents(of token: Int) -> Dependents {
        Dependents(all: dependents, at: Int(firsts[token]), end: Int(firsts[token + 1]))
    }

    func dependent(of token: Int, _ relation: Relation) -> Int? {
        for child in dependents(of: token) where relations[child] == relation { return child }
        return nil
    }

    func has(_ token: Int, _ relation: Relation) -> Bool { dependent(of: token, relation) != nil }

    /// The preposition that marks a nominal, or the word that marks a clause; of several the first.
    func marker(of token: Int) -> Symbol? {
        for child in dependents(of: token) where relations[child] == .marker { return lemmas[child] }
        return nil
    }

    /// The nominal dependents with a preposition.
    func marked(_ token: Int, by preposition: Symbol) -> Int? {
        for child in dependents(of: token)
        where [.obl, .nmod, .agent].contains(relations[child]) && isMarked(child, by: preposition) {
            return child
        }
        return nil
    }

    func isMarked(_ token: Int, by preposition: Symbol) -> Bool {
        dependents(of: token).contains { relations[$0] == .marker && lemmas[$0] == preposition }
    }

    /// A word and those that "and" or "or" joins to it.
    func joined(_ token: Int) -> [Int] {
        [token] + dependents(of: token).filter { relations[$0] == .conj }
    }

    /// The words of the subtree of a token that are contiguous with it.
    func extent(_ token: Int) -> Range<Int> {
        var low = token
        var high = token + 1
        for child in dependents(of: token) {
            let part = extent(child)
            low = Swift.min(low, part.lowerBound)
            high = Swift.max(high, part.upperBound)
        }
        return low..<high
    }

    func isVerb(_ token: Int) -> Bool { classes[token] == .verb }
    func isNominal(_ token: Int) -> Bool { [.noun, .name, .pronoun].contains(classes[token]) }

    /// "meeting", "having met".
    func isGerund(_ verb: Int) -> Bool {
        verbForms[verb] == .gerund
            || verbForms[verb] == .participle
                && dependents(of: verb).contains { relations[$0] == .aux && verbForms[$0] == .gerund }
    }

    /// "(demanded that) Croatia return the boats": a base form without "to" or a modal verb.
    func isSubjunctive(_ verb: Int) -> Bool {
        verbForms[verb] == .base
            && !dependents(of: verb).contains {
                relations[$0] == .aux || relations[$0] == .mark && lemmas[$0] == Words.to
            }
    }
}

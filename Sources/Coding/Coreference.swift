import Linguistics
import Records

/// Whom "he", "they", "it", "we" and "the minister" mean.
struct Coreference {
    private let tree: Tree
    private let lexicon: Lexicon
    private var mentions: Mentions
    /// The country last spoken of.
    private var lastCountry: String?

    init(_ tree: Tree, _ lexicon: Lexicon, _ mentions: Mentions) {
        self.tree = tree
        self.lexicon = lexicon
        self.mentions = mentions
    }

    /// Those who were last spoken of, subjects before others.
    private struct Salient {
        var person: Int?
        var other: Int?
        var isSubject = false
        var otherIsSubject = false
    }

    /// Resolves pronouns and bare titles.
    ///
    /// He and she: the last person, of a sentence its subject first. They and it: the last other actor. A bare "the minister": the last
    /// person with such a title.
    static func resolve(_ tree: Tree, _ lexicon: Lexicon, _ mentions: Mentions) -> Mentions {
        var run = Coreference(tree, lexicon, mentions)
        run.resolve()
        return run.mentions
    }

    private mutating func resolve() {
        var before = Salient()
        var here = Salient()
        var sentence = -1
        var titled: [String: Int] = [:]
        for index in mentions.all.indices {
            let mention = mentions.all[index]
            let number = tree.analysis.sentence(of: mention.head)
            if number != sentence {
                if here.person != nil || here.other != nil {
                    before = Salient(person: here.person ?? before.person, other: here.other ?? before.other)
                }
                here = Salient()
                sentence = number
            }
            switch mention.kind {
            case .pronoun:
                let form = tree.forms[mention.head]
                if let owner = clauseSubject(of: mention) {
                    take(owner, into: index)
                    continue
                }
                if Self.singular.contains(form) {
                    take(here.person ?? before.person, into: index)
                } else if Self.plural.contains(form) {
                    take(before.other ?? here.other ?? here.person ?? before.person, into: index, groupOnly: true)
                } else if Self.thing.contains(form) {
                    take(here.other ?? before.other, into: index)
                }
                continue
            case .person:
                if mention.actor.code == nil { mentions.all[index].actor.code = home(of: mention) }
                note(country: mentions.all[index].actor.code)
                if let noun = mention.noun ?? mention.actor.office {
                    titled[noun] = index
                    if let last = noun.split(separator: " ").last { titled[String(last)] = index }
                }
                note(index, &here.person, &here.isSubject)
            case .described:
                // "the minister" without a country of his own
                if mention.actor.code == nil || mention.entity == nil, mention.quantity == nil, let noun = mention.noun,
                    hasDefinite(mention), let known = titled[noun],
                    mention.actor.code == nil || mentions.all[known].actor.code == mention.actor.code
                {
                    take(known, into: index)
                    mentions.all[index].kind = .person
                    note(index, &here.person, &here.isSubject)
                } else {
                    if mention.actor.code == nil {
                        mentions.all[index].actor.code = owner(of: mention) ?? home(of: mention)
                    }
                    note(country: mention.actor.code)
                    note(index, &here.other, &here.otherIsSubject)
                }
            case .adjective: note(country: mention.actor.code)
            case .place, .country, .organisation, .group:
                note(country: mention.actor.code)
                note(index, &here.other, &here.otherIsSubject)
            }
        }
    }

    /// "its troops", "his government": of whom the pronoun means.
    private func owner(of mention: Mention) -> String? {
        tree.dependent(of: mention.head, .possessor).flatMap { mentions.headed(by: $0) }.flatMap {
            mentions.all[$0].actor.code
        }
    }

    /// The state of "the government" and of a president whom nobody knows: the one last spoken of.
    private func home(of mention: Mention) -> String? {
        guard let sector = mention.actor.sector, Self.state.contains(sector),
            mention.kind == .person ? mention.noun != nil : hasDefinite(mention)
        else { return nil }
        return lastCountry
    }

    private mutating func note(country: String?) {
        guard let country, !Self.stateless.contains(country) else { return }
        lastCountry = country
    }

    private static let state: Set<Sector> = [.gov, .mil, .cop, .jud, .leg, .opp]
    private static let stateless: Set<String> = ["IGO", "UNO", "EUR", "NGO", "ISM", "IMG", "MNC"]

    /// "called on Israel to withdraw its troops": a possessive is the subject's of its own clause.
    private func clauseSubject(of mention: Mention) -> Int? {
        guard tree.relations[mention.head] == .possessor else { return nil }
        var at = mention.head
        for _ in 0..<6 {
            guard let head = tree.head(at) else { return nil }
            if tree.isVerb(head) {
                guard ![.nsubj, .nsubjPass].contains(tree.relations[at]) else { return nil }
                let arguments = Arguments(tree: tree, lexicon: lexicon, mentions: mentions)
                return arguments.subjects(of: head).flatMap { arguments.parties($0) }.first { subject in
                    let isPerson = mentions.all[subject].kind == .person
                    return Self.singular.contains(tree.forms[mention.head]) == isPerson
                }
            }
            at = head
        }
        return nil
    }

    private func hasDefinite(_ mention: Mention) -> Bool {
        tree.forms[mention.head] == tree.lemmas[mention.head]
            && tree.dependents(of: mention.head).contains { tree.relations[$0] == .det && tree.forms[$0] == "the" }
    }

    private func note(_ index: Int, _ slot: inout Int?, _ isSubject: inout Bool) {
        let subject = [.nsubj, .nsubjPass].contains(tree.relations[mentions.all[index].head])
        if slot == nil || subject && !isSubject {
            slot = index
            isSubject = subject
        }
    }

    /// I and we inside a quote are its speaker.
    static func resolveSpeakers(_ quotes: [QuoteFinder.Found], _ tree: Tree, _ mentions: inout Mentions) {
        for quote in quotes {
            guard let speaker = quote.speaker else { continue }
            for part in quote.parts {
                for token in part {
                    guard let index = mentions.headed(by: token), mentions.all[index].kind == .pronoun,
                        Self.speakers.contains(tree.forms[token])
                    else { continue }
                    Self.take(mentions.all[speaker], into: &mentions.all[index])
                }
            }
        }
    }

    private mutating func take(_ antecedent: Int?, into index: Int, groupOnly: Bool = false) {
        guard let antecedent else { return }
        Self.take(mentions.all[antecedent], into: &mentions.all[index])
    }

    private static func take(_ antecedent: Mention, into mention: inout Mention) {
        let text = mention.actor.text
        mention.actor = antecedent.actor
        mention.actor.text = text
        mention.entity = antecedent.entity
    }

    private static let singular: Set<Symbol> = ["he", "she", "him", "her", "his", "himself", "herself"]
    private static let plural: Set<Symbol> = ["they", "them", "their", "themselves"]
    private static let thing: Set<Symbol> = ["it", "its", "itself"]
    private static let speakers: Set<Symbol> = ["i", "we", "me", "us", "my", "our"]
}

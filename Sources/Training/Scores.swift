import Foundation

/// Tags, heads and relations right, of all words.
package struct TreeScore: CustomStringConvertible, Sendable {
    package var words = 0
    package var upos = 0
    package var xpos = 0
    package var lemmas = 0
    package var features = 0
    package var heads = 0
    package var relations = 0
    package var subtypes = 0

    package init() {}

    package mutating func add(_ gold: GoldSentence, _ found: GoldSentence) {
        for i in gold.words.indices {
            words += 1
            upos += gold.upos[i] == found.upos[i] ? 1 : 0
            xpos += gold.xpos[i] == found.xpos[i] ? 1 : 0
            if !found.lemmas.isEmpty { lemmas += gold.lemmas[i].lowercased() == found.lemmas[i].lowercased() ? 1 : 0 }
            if !found.features.isEmpty { features += gold.features[i] == found.features[i] ? 1 : 0 }
            guard gold.heads[i] == found.heads[i] else { continue }
            heads += 1
            relations += base(gold.relations[i]) == base(found.relations[i]) ? 1 : 0
            subtypes += gold.relations[i] == found.relations[i] ? 1 : 0
        }
    }

    private func base(_ relation: String) -> Substring { relation.prefix { $0 != ":" } }

    private func percent(_ n: Int) -> String { String(format: "%.2f", 100 * Double(n) / Double(max(words, 1))) }

    package var description: String {
        "XPOS \(percent(xpos))  UPOS \(percent(upos))  lemmas \(percent(lemmas))  UAS \(percent(heads))  LAS \(percent(relations))  with subtypes \(percent(subtypes))"
    }
}

/// Names found, by type: right when span and type are.
package struct NameScore: CustomStringConvertible, Sendable {
    private let types: [String]
    package var scores: [String: SpanScore] = [:]

    package init(types: [String]) { self.types = types }

    package mutating func add(_ words: [String], _ gold: [String], _ found: [String]) {
        let gold = NameCorpus.spans(words, gold)
        let found = NameCorpus.spans(words, found)
        for type in types {
            scores[type, default: SpanScore()].add(
                Set(gold.filter { $0.type == type }.map(\.range)),
                Set(found.filter { $0.type == type }.map(\.range))
            )
        }
    }

    package var all: SpanScore {
        var sum = SpanScore()
        for score in scores.values {
            sum.gold += score.gold
            sum.found += score.found
            sum.right += score.right
        }
        return sum
    }

    package var description: String {
        func show(_ s: SpanScore) -> String {
            String(format: "%.2f (P %.1f R %.1f)", 100 * s.f1, 100 * s.precision, 100 * s.recall)
        }
        return "names F1 \(show(all))  "
            + types.map { String(format: "\($0) %.1f", 100 * (scores[$0]?.f1 ?? 0)) }.joined(separator: "  ")
    }
}

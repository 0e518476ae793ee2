package import Linguistics

/// Scores a finished model as its users run it.
package enum Evaluation {
    /// Tags, lemmas and trees on a treebank with given words.
    package static func trees(_ annotator: Annotator, _ gold: [GoldSentence]) -> TreeScore {
        var score = TreeScore()
        forEach(annotator, gold) { score.add($0, $1) }
        return score
    }

    /// Names on a corpus with given words.
    package static func names(_ annotator: Annotator, _ gold: [GoldSentence], types: [String]) -> NameScore {
        var score = NameScore(types: types)
        forEach(annotator, gold) { score.add($0.words, $0.names, $1.names) }
        return score
    }

    /// Calls back with each sentence and what the annotator makes of its words.
    package static func forEach(
        _ annotator: Annotator,
        _ gold: [GoldSentence],
        _ body: (GoldSentence, GoldSentence) -> Void
    ) {
        let analysis = annotator.analyze(gold.map(\.words))
        for (sentence, tokens) in zip(gold.filter { !$0.words.isEmpty }, analysis.sentences) {
            var found = GoldSentence()
            for token in tokens {
                found.words.append(analysis.token(token))
                found.lemmas.append(analysis.lemma(token))
                found.features.append(analysis.featuresOf(token))
                found.upos.append(analysis.universal(token))
                found.xpos.append(analysis.penn(token))
                found.heads.append(analysis.heads[token] < 0 ? 0 : analysis.heads[token] - Int32(tokens.lowerBound) + 1)
                found.relations.append(analysis.relation(token))
                found.names.append(analysis.name(token))
            }
            body(sentence, found)
        }
    }
}

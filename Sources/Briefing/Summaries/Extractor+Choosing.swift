import Glibc
import Records

extension Extractor {
    /// Chooses sentences.
    ///
    /// Complexity: O(*s*) in the sentences looked at, at most ``sentenceLimit``, and some again for each chosen: what a sentence adds only becomes
    /// less, so that one that was worth less than the best now still is (lazy greedy selection, Minoux 1978).
    ///
    /// - Parameters:
    ///   - texts: in the order in which they are to be told.
    ///   - evidence: for each text the sentences that prove an event, by their first byte.
    ///   - known: what the reader has been told before; its words add nothing.
    /// - Returns: the choices in the order of the texts and of their sentences; empty when there is no sentence.
    package func choose(
        from texts: [SourceText],
        length: Length,
        evidence: [Set<Int>] = [],
        known: [SourceText] = []
    ) -> [Choice] {
        let counts = counts(of: texts)
        let all = candidates(of: texts, evidence)
        var covered = Set(known.flatMap { $0.sentences.flatMap { $0.words.compactMap(\.term) } })
        var chosen: [Candidate] = []
        // What each was worth when it was looked at last: when so many had been chosen.
        var open = all.map { (whole: $0, best: best($0, covered, counts), round: 0) }
        while !length.isReached(by: chosen),
            let index = open.indices.max(by: { open[$0].best.1 < open[$1].best.1 })
        {
            guard open[index].round == chosen.count else {
                open[index].best = best(open[index].whole, covered, counts)
                open[index].round = chosen.count
                continue
            }
            let candidate = open.remove(at: index).best.0
            chosen.append(candidate)
            covered.formUnion(candidate.terms)
        }
        return chosen.sorted { ($0.text, $0.sentence) < ($1.text, $1.sentence) }
            .map { Choice(text: $0.text, sentence: $0.sentence, spans: $0.parts.map(\.span)) }
    }

    /// At most so many sentences are looked at, of each text as many.
    private static let sentenceLimit = 600

    /// A sentence, in parts that stay and parts that may go.
    struct Candidate {
        let text: Int
        let sentence: Int
        var parts: [Part]
        /// What holds whatever was chosen before: place, form, evidence.
        var factor = 1.0

        var terms: Set<String> { parts.reduce(into: []) { $0.formUnion($1.terms) } }
        var words: Int { parts.reduce(0) { $0 + $1.words } }
    }

    struct Part {
        let span: Span
        let terms: Set<String>
        let words: Int
        let isOmissible: Bool
    }

    /// How much each word counts, the most frequent one for 1.
    private func counts(of texts: [SourceText]) -> [String: Double] {
        var counts: [String: Double] = [:]
        for text in texts {
            for (place, sentence) in text.sentences.filter(\.isSentence).enumerated() {
                let worth = pow(Double(place + 1), -weights.decay)
                for term in Set(sentence.words.compactMap(\.term)) { counts[term, default: 0] += worth }
            }
            for term in text.titleTerms where counts[term] != nil { counts[term]! += weights.title }
        }
        let greatest = counts.values.max() ?? 1
        return counts.mapValues { $0 / greatest }
    }

    private func gain(_ candidate: Candidate, _ covered: Set<String>, _ counts: [String: Double]) -> Double {
        // In a fixed order: sums of the same numbers must be the same on every run.
        let fresh = candidate.terms.subtracting(covered).compactMap { counts[$0] }.sorted().reduce(0, +)
        return fresh * candidate.factor / pow(Double(max(1, candidate.words)), weights.brevity)
    }

    private func candidates(of texts: [SourceText], _ evidence: [Set<Int>]) -> [Candidate] {
        let perText = max(4, Extractor.sentenceLimit / max(1, texts.count))
        var whole: [Candidate] = []
        for (number, text) in texts.enumerated() {
            let sentences = text.sentences.indices.filter { text.sentences[$0].isSentence }
            // A text of headings alone is better than none.
            let usable = sentences.isEmpty ? Array(text.sentences.indices) : sentences
            for (place, index) in usable.prefix(perText).enumerated() {
                let sentence = text.sentences[index]
                var candidate = Candidate(text: number, sentence: index, parts: Extractor.parts(of: sentence))
                candidate.factor = pow(Double(place + 1), -weights.place)
                if sentence.form == .pointsBack { candidate.factor *= weights.pointsBack }
                if number < evidence.count, evidence[number].contains(sentence.span.start) {
                    candidate.factor *= weights.evidence
                }
                whole.append(candidate)
            }
        }
        return whole
    }

    private static func parts(of sentence: SourceText.Sentence) -> [Part] {
        var spans: [(Span, Bool)] = []
        var start = sentence.span.start
        for part in sentence.omissible {
            spans += [(Span(start, part.start), false), (part, true)]
            start = part.end
        }
        spans.append((Span(start, sentence.span.end), false))
        return spans.map { span, isOmissible in
            let words = sentence.words.filter { span.start <= $0.start && $0.start < span.end }
            return Part(span: span, terms: Set(words.compactMap(\.term)), words: words.count, isOmissible: isOmissible)
        }
    }

    /// The candidate without the parts that add less than they take.
    private func best(_ candidate: Candidate, _ covered: Set<String>, _ counts: [String: Double]) -> (Candidate, Double)
    {
        var best = (candidate, gain(candidate, covered, counts))
        for index in candidate.parts.indices.reversed() where candidate.parts[index].isOmissible {
            var shorter = best.0
            shorter.parts.remove(at: index)
            let gain = gain(shorter, covered, counts)
            if gain > best.1 { best = (shorter, gain) }
        }
        return best
    }
}

extension Extractor.Length {
    fileprivate func isReached(by chosen: [Extractor.Candidate]) -> Bool {
        switch self {
        case .sentences(let count): chosen.count >= count
        case .words(let count): chosen.reduce(0) { $0 + $1.words } >= count
        }
    }
}

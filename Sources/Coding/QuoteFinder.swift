import Knowledge
import Linguistics
import Records

/// Direct quotes of any typography, with the words that say who spoke.
struct QuoteFinder {
    let analysis: Analysis
    let lower: [String]
    let knowledge: Knowledge
    let chunks: [Chunk]

    /// A quote with the tokens inside its marks and its speaker's chunk.
    struct Found {
        var parts: [Range<Int>]
        var speaker: Chunk?
        var cue: Int?
        var kind: Quote.Kind
    }

    func find() -> [Found] {
        var found: [Found] = []
        for part in parts() {
            if let last = found.last, let joined = continued(last, part) {
                found[found.count - 1] = joined
            } else if let quote = attributed(part) {
                found.append(quote)
            }
        }
        return found
    }

    // MARK: Marks

    /// Token ranges inside quotation marks.
    ///
    /// A quote left open ends with its paragraph.
    private func parts() -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var open: (start: Int, isStraight: Bool)?
        for sentence in analysis.sentences.indices {
            if analysis.beginsParagraph[sentence], let start = open?.start {
                parts.append(start..<analysis.sentences[sentence].lowerBound)
                open = nil
            }
            for token in analysis.sentences[sentence] {
                switch analysis.shapes[token] {
                case .openQuote where open == nil: open = (token + 1, false)
                case .straightQuote where open == nil: open = (token + 1, true)
                case .closeQuote where open?.isStraight == false, .straightQuote where open?.isStraight == true:
                    if let start = open?.start { parts.append(start..<token) }
                    open = nil
                default: break
                }
            }
        }
        if let start = open?.start { parts.append(start..<analysis.count) }
        return parts.filter { !$0.isEmpty }
    }

    // MARK: Attribution

    private func attributed(_ part: Range<Int>) -> Found? {
        let before = analysis.sentence(of: part.lowerBound)
        let after = analysis.sentence(of: part.upperBound - 1)
        let left = Range(from: analysis.sentences[before].lowerBound, before: part.lowerBound - 1)
        let right = Range(from: part.upperBound + 1, before: analysis.sentences[after].upperBound)
        let isWhole = isSentence(part)
        // Words woven into a sentence belong to the verb before them; a sentence of its own to what follows it.
        let found = isWhole ? behind(right) ?? infront(left) : infront(left) ?? behind(right)
        let words = part.count { analysis.shapes[$0].rawValue <= Analysis.Shape.number.rawValue }
        // Scare quotes and titles: a few words that nobody is said to have spoken.
        guard words >= 4 || found != nil && (isWhole || words >= 2) else { return nil }
        guard found != nil || isWhole else { return nil }
        return Found(parts: [part], speaker: found?.speaker, cue: found?.cue, kind: isWhole ? .direct : .mixed)
    }

    /// A quote that makes a sentence of its own begins with a capital and ends with a mark.
    private func isSentence(_ part: Range<Int>) -> Bool {
        let first = analysis.shapes[part.lowerBound]
        guard first == .capitalised || first == .upper else { return false }
        let end = part.upperBound - 1
        return [",", ".", "?", "!", "…", "..."].contains(analysis.token(end)) || part.count >= 6
    }

    /// "…," X said; "…," said X; "…", according to X.
    private func behind(_ range: Range<Int>) -> (speaker: Chunk, cue: Int)? {
        for token in range.prefix(14) {
            if ["“", "\""].contains(analysis.token(token)) { break }
            if isCue(token) {
                let inverted = chunk(startingFrom: token + 1, within: 2)
                if let chunk = chunk(endingBefore: token, notBefore: range.lowerBound) ?? inverted {
                    return (chunk, token)
                }
            }
            if lower[token] == "according", token + 1 < analysis.count, lower[token + 1] == "to",
                let chunk = chunk(startingFrom: token + 2, within: 2)
            {
                return (chunk, token)
            }
        }
        return nil
    }

    /// X said: "…"; X earlier called the sanctions "…".
    private func infront(_ range: Range<Int>) -> (speaker: Chunk, cue: Int)? {
        for token in range.reversed() {
            if isCue(token) {
                // "he said, saying that": the subject is that of the verb before.
                if let chunk = chunk(endingBefore: token, notBefore: range.lowerBound) { return (chunk, token) }
            }
        }
        return nil
    }

    private func isCue(_ token: Int) -> Bool {
        knowledge.frames.uses(of: lower[token]).contains { use in
            knowledge.frames.all[use.frame].kind == .report
                // "officials believe", but not "to say" or "a call".
                && (use.form != .base || chunks.contains { $0.tokens.upperBound == token })
        }
    }

    private func chunk(endingBefore token: Int, notBefore start: Int) -> Chunk? {
        chunks.last { chunk in
            chunk.tokens.upperBound <= token && chunk.tokens.lowerBound >= start && !chunk.isPlace
                && (chunk.tokens.upperBound..<token).allSatisfy { isFiller($0) }
        } ?? apposed(before: token, notBefore: start)
    }

    /// "Peskov, a spokesman for the president, said".
    private func apposed(before token: Int, notBefore start: Int) -> Chunk? {
        guard token > 0, lower[token - 1] == "," else { return nil }
        return chunks.last { chunk in
            chunk.tokens.lowerBound >= start && chunk.tokens.upperBound < token - 1
                && lower[chunk.tokens.upperBound] == ","
                && chunk.kind == .person
        }
    }

    private func isFiller(_ token: Int) -> Bool {
        lower[token].hasSuffix("ly") || Words.auxiliaries.contains(lower[token])
            || ["also", "earlier", "later", "then", "and", "later"].contains(lower[token])
    }

    private func chunk(startingFrom token: Int, within gap: Int) -> Chunk? {
        chunks.first { $0.tokens.lowerBound >= token && $0.tokens.lowerBound <= token + gap && !$0.isPlace }
    }

    // MARK: Split quotes

    /// "A," he said, "b": one quote in two parts when only the attribution stands between them.
    private func continued(_ last: Found, _ part: Range<Int>) -> Found? {
        guard let cue = last.cue, let end = last.parts.last?.upperBound, cue >= end, cue < part.lowerBound,
            part.lowerBound - end <= 16,
            // A second verb of saying between them begins another attribution.
            Range(from: cue + 1, before: part.lowerBound).allSatisfy({ !isCue($0) })
        else { return nil }
        let sentence = analysis.sentence(of: part.lowerBound)
        let isNext = lower[part.lowerBound - 2] == "." && sentence == analysis.sentence(of: cue) + 1
        guard sentence == analysis.sentence(of: cue) || isNext && !analysis.beginsParagraph[sentence] else {
            return nil
        }
        var joined = last
        joined.parts.append(part)
        return joined
    }
}

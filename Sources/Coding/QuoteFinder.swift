import Knowledge
import Linguistics
import Records

/// Direct quotes of any typography, with the words that say who spoke.
struct QuoteFinder {
    let tree: Tree
    let lexicon: Lexicon
    let mentions: Mentions
    let arguments: Arguments
    private var analysis: Analysis { tree.analysis }

    init(_ tree: Tree, _ lexicon: Lexicon, _ mentions: Mentions) {
        self.tree = tree
        self.lexicon = lexicon
        self.mentions = mentions
        arguments = Arguments(tree: tree, lexicon: lexicon, mentions: mentions)
    }

    /// A quote with the tokens inside its marks and its speaker's mention.
    struct Found {
        var parts: [Range<Int>]
        var speaker: Int?
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
    private func behind(_ range: Range<Int>) -> (speaker: Int, cue: Int)? {
        for token in range.prefix(24) {
            if [.openQuote, .straightQuote].contains(analysis.shapes[token]) { break }
            if let found = attribution(token) { return found }
        }
        return nil
    }

    /// X said: "…"; X earlier called the sanctions "…".
    private func infront(_ range: Range<Int>) -> (speaker: Int, cue: Int)? {
        for token in range.reversed() {
            if let found = attribution(token) { return found }
        }
        return nil
    }

    /// A verb of saying with its subject, or "according to".
    private func attribution(_ token: Int) -> (speaker: Int, cue: Int)? {
        if tree.lemmas[token] == Words.according, tree.relations[token] == .marker, let source = tree.head(token),
            let speaker = speaker(source)
        {
            return (speaker, token)
        }
        guard isCue(token) else { return nil }
        let subjects = arguments.isPassive(token) ? arguments.objects(of: token) : arguments.subjects(of: token)
        for subject in subjects { if let speaker = speaker(subject) { return (speaker, token) } }
        return nil
    }

    private func speaker(_ token: Int) -> Int? {
        if let own = mentions.headed(by: token), mentions.all[own].kind != .adjective {
            if mentions.all[own].kind == .described, mentions.all[own].entity == nil,
                let apposed = tree.dependent(of: token, .appos), let other = mentions.headed(by: apposed),
                mentions.all[other].kind == .person
            {
                return other
            }
            return own
        }
        return arguments.parties(token).first ?? arguments.owners(token).first
    }

    private func isCue(_ token: Int) -> Bool {
        guard tree.isVerb(token) else { return false }
        return lexicon.frames(tree, at: token).contains { index, _ in
            let frame = lexicon.frames[index].frame
            return frame.kind == .report || frame.kind == .verb && frame.type.map { Self.spoken.contains($0) } ?? false
        }
    }

    /// Acts that are done with words one can quote.
    private static let spoken: Set<EventType> = [.accuse, .reject, .threaten, .request]

    // MARK: Split quotes

    /// "A," he said, "b": one quote in two parts when only the attribution stands between them.
    private func continued(_ last: Found, _ part: Range<Int>) -> Found? {
        guard let cue = last.cue, let end = last.parts.last?.upperBound, cue >= end, cue < part.lowerBound,
            part.lowerBound - end <= 16,
            // A second verb of saying between them begins another attribution.
            Range(from: cue + 1, before: part.lowerBound).allSatisfy({ !isCue($0) })
        else { return nil }
        let sentence = analysis.sentence(of: part.lowerBound)
        let isNext =
            part.lowerBound >= 2 && tree.forms[part.lowerBound - 2] == "." && sentence == analysis.sentence(of: cue) + 1
        guard sentence == analysis.sentence(of: cue) || isNext && !analysis.beginsParagraph[sentence] else {
            return nil
        }
        var joined = last
        joined.parts.append(part)
        return joined
    }
}

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
        /// Whether its last paragraph ended without a closing mark.
        var isOpen = false
    }

    func find() -> [Found] {
        var found: [Found] = []
        let parts = parts()
        for part in parts {
            if let last = found.last, var joined = continued(last, part.tokens) ?? nextParagraph(last, part) {
                joined.isOpen = part.isOpen
                found[found.count - 1] = joined
            } else if var quote = attributed(part.tokens) {
                quote.isOpen = part.isOpen
                found.append(quote)
            }
        }
        found += indirect(outside: parts.map(\.tokens))
        return found.sorted { $0.parts[0].lowerBound < $1.parts[0].lowerBound }
    }

    // MARK: Marks

    /// What stands between marks; whether its paragraph ended without a closing one.
    private struct Part {
        var tokens: Range<Int>
        var isOpen = false
    }

    private enum Mark { case double, straight, single, straightSingle }

    /// Token ranges inside quotation marks, the outer ones where they are nested.
    ///
    /// A quote left open ends with its paragraph.
    private func parts() -> [Part] {
        var parts: [Part] = []
        var open: (start: Int, mark: Mark)?
        func end(_ token: Int, isOpen: Bool = false) {
            if let start = open?.start, start < token { parts.append(Part(tokens: start..<token, isOpen: isOpen)) }
            open = nil
        }
        for sentence in analysis.sentences.indices {
            if analysis.beginsParagraph[sentence] { end(analysis.sentences[sentence].lowerBound, isOpen: true) }
            for token in analysis.sentences[sentence] {
                if let current = open {
                    if closes(token, current.mark) { end(token) }
                } else if let mark = opens(token) {
                    open = (token + 1, mark)
                }
            }
        }
        end(analysis.count)
        return parts
    }

    private func opens(_ token: Int) -> Mark? {
        switch analysis.shapes[token] {
        case .openQuote: .double
        case .straightQuote: .straight
        default:
            switch tree.forms[token] {
            case Self.single:
                isSingle(token) ? (analysis.text[analysis.starts[token]] == 0x27 ? .straightSingle : .single) : nil
            default: nil
            }
        }
    }

    /// A single mark that opens: nothing or space before it, a capital behind it, and its like later in the paragraph.
    private func isSingle(_ token: Int) -> Bool {
        let isTyped = analysis.text[analysis.starts[token]] == 0x27
        guard isTyped || analysis.token(token) == "‘", token + 1 < analysis.count,
            analysis.starts[token + 1] == analysis.ends[token],
            token == 0 || analysis.ends[token - 1] < analysis.starts[token],
            [.capitalised, .upper].contains(analysis.shapes[token + 1]) || tree.forms[token + 1] == "i"
        else { return false }
        return (token + 1..<min(token + 120, analysis.count)).contains {
            closes($0, isTyped ? .straightSingle : .single)
        }
    }

    private func closes(_ token: Int, _ mark: Mark) -> Bool {
        switch mark {
        case .double: analysis.shapes[token] == .closeQuote
        case .straight: analysis.shapes[token] == .straightQuote
        // Behind a mark or the last word; a possessive stands against the next word.
        case .single, .straightSingle:
            tree.forms[token] == Self.single && token > 0 && analysis.shapes[token - 1] == .punctuation
                && analysis.starts[token] == analysis.ends[token - 1]
        }
    }

    private static let single: Symbol = "'"

    /// A paragraph that was left open goes on with the mark repeated at the next one's beginning.
    private func nextParagraph(_ last: Found, _ part: Part) -> Found? {
        guard let end = last.parts.last?.upperBound, last.isOpen, part.tokens.lowerBound - end <= 1 else { return nil }
        var joined = last
        joined.parts.append(part.tokens)
        return joined
    }

    // MARK: Reported clauses

    /// What somebody is said to have said in the writer's words.
    private func indirect(outside quoted: [Range<Int>]) -> [Found] {
        var found: [Found] = []
        for number in analysis.sentences.indices {
            let sentence = analysis.sentences[number]
            for token in sentence {
                guard let (words, source) = reported(by: token, in: sentence), let speaker = source,
                    let clause = trimmed(words), clause.count >= 2,
                    !quoted.contains(where: { $0.overlaps(clause) || $0.contains(token) }),
                    !found.contains(where: { $0.parts[0].overlaps(clause) })
                else { continue }
                found.append(Found(parts: [clause], speaker: speaker, cue: token, kind: .indirect))
            }
        }
        return found
    }

    /// The clause of a verb of saying, or all but the source of "according to".
    private func reported(by token: Int, in sentence: Range<Int>) -> (Range<Int>, Int?)? {
        if tree.lemmas[token] == Words.according, tree.relations[token] == .marker, let source = tree.head(token) {
            let phrase = tree.extent(source)
            let words =
                phrase.lowerBound == sentence.lowerBound
                ? Range(from: phrase.upperBound, before: sentence.upperBound)
                : Range(from: sentence.lowerBound, before: phrase.lowerBound)
            return (words, speaker(source))
        }
        guard isReport(token) else { return nil }
        let speaker = subject(of: token)
        if let clause = tree.dependents(of: token).first(where: { tree.relations[$0] == .ccomp }) {
            return (tree.extent(clause), speaker)
        }
        guard tree.relations[token] == .parataxis else { return nil }
        return (Range(from: sentence.lowerBound, before: tree.extent(token).lowerBound), speaker)
    }

    private func isReport(_ token: Int) -> Bool {
        tree.isVerb(token)
            && lexicon.frames(tree, at: token).contains { index, _ in
                let id = lexicon.frames[index].frame.id
                return lexicon.frames[index].frame.kind == .report && id != "believe" && id != "predict"
            }
    }

    /// Without "that" and the marks around it.
    private func trimmed(_ words: Range<Int>) -> Range<Int>? {
        var words = words
        while let first = words.first, tree.relations[first] == .punct || tree.forms[first] == "that" {
            words = first + 1..<words.upperBound
        }
        while let last = words.last, tree.relations[last] == .punct { words = words.lowerBound..<last }
        return words.isEmpty ? nil : words
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
        // "in the words of the bishop"
        if tree.lemmas[token] == "word", tree.isMarked(token, by: "in"), let source = tree.marked(token, by: Words.of),
            let speaker = speaker(source)
        {
            return (speaker, token)
        }
        guard isCue(token), let speaker = subject(of: token) else { return nil }
        return (speaker, token)
    }

    /// Who says it: the subject, else who stands at once behind the verb or before it.
    private func subject(of token: Int) -> Int? {
        let subjects = arguments.isPassive(token) ? arguments.objects(of: token) : arguments.subjects(of: token)
        for subject in subjects { if let speaker = speaker(subject) { return speaker } }
        let behind = mentions.all.firstIndex {
            $0.tokens.lowerBound > token && $0.tokens.lowerBound <= token + 4
                && [.person, .organisation].contains($0.kind)
        }
        return behind
            ?? mentions.all.lastIndex {
                $0.tokens.upperBound <= token && $0.tokens.upperBound >= token - 1 && !$0.isPlace
            }
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

/// Ends sentences at full stops, question and exclamation marks, and at blank lines.
enum SentenceSplitter {
    static func run(on analysis: inout Analysis) {
        var start = 0
        var isParagraph = true
        var index = 0
        while index < analysis.count {
            let end = index + 1
            let broken = end < analysis.count && hasBlankLine(analysis, analysis.ends[index], analysis.starts[end])
            if broken || end == analysis.count || endsSentence(analysis, index) {
                analysis.sentences.append(start..<end)
                analysis.beginsParagraph.append(isParagraph)
                isParagraph = broken
                start = end
            }
            index = end
        }
    }

    private static func hasBlankLine(_ analysis: Analysis, _ start: Int, _ end: Int) -> Bool {
        var lines = 0
        for byte in analysis.text[start..<end] where byte == UInt8(ascii: "\n") { lines += 1 }
        return lines > 1
    }

    /// Whether a sentence ends with this token: closing quotes belong to the sentence whose stop they follow.
    private static func endsSentence(_ analysis: Analysis, _ index: Int) -> Bool {
        guard index + 1 < analysis.count, !continues(analysis, index + 1) else { return false }
        var stop = index
        while stop >= 0, isClosing(analysis, stop) { stop -= 1 }
        guard stop >= 0 else { return false }
        switch analysis.text[analysis.starts[stop]..<analysis.ends[stop]] {
        case [UInt8(ascii: "!")], [UInt8(ascii: "?")], [UInt8(ascii: ".")]: return true
        case let word where word.last == UInt8(ascii: "."):
            return stop == index && endsWithAbbreviation(analysis, index)
        default: return false
        }
    }

    /// Whether the next token belongs to this sentence: a quote that closes, or a word in small letters.
    private static func continues(_ analysis: Analysis, _ next: Int) -> Bool {
        if isClosing(analysis, next), analysis.starts[next] == analysis.ends[next - 1] { return true }
        return analysis.shapes[next] == .lower || analysis.text[analysis.starts[next]] == UInt8(ascii: ",")
    }

    private static func isClosing(_ analysis: Analysis, _ index: Int) -> Bool {
        switch analysis.shapes[index] {
        case .closeQuote: true
        // A straight quote closes when it touches what comes before it.
        case .straightQuote: index > 0 && analysis.starts[index] == analysis.ends[index - 1]
        case .punctuation: analysis.text[analysis.starts[index]] == UInt8(ascii: ")")
        default: false
        }
    }

    /// An abbreviation's stop ends a sentence when a word of a new sentence follows and the abbreviation is no title.
    private static func endsWithAbbreviation(_ analysis: Analysis, _ index: Int) -> Bool {
        let word = analysis.token(index).dropLast()
        guard word.count > 1, !Abbreviations.titles.contains(String(word)) else {
            return word.isEmpty || word.allSatisfy { $0 == "." }
        }
        guard analysis.shapes[index + 1] != .number else { return false }
        return SentenceSplitter.openers.contains(analysis.token(index + 1))
    }

    /// Words that, with a capital, begin sentences rather than names.
    private static let openers: Set<String> = [
        "The", "A", "An", "He", "She", "It", "They", "We", "I", "But", "And", "In", "On", "At", "This", "That", "These",
        "Those",
        "His", "Her", "Their", "Its", "However", "Meanwhile", "Earlier", "After", "Before", "When", "While", "If", "As",
        "For",
    ]
}

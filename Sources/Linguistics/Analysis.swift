/// A text's tokens and sentences; positions are byte offsets into the untouched UTF-8 text.
///
/// Arrays side by side, one element a token, because everything that reads an analysis walks along tokens.
package struct Analysis: Sendable {
    /// The text that was analysed.
    package let text: [UInt8]
    /// First byte of each token.
    package internal(set) var starts: [Int] = []
    /// Byte behind each token.
    package internal(set) var ends: [Int] = []
    /// What each token looks like.
    package internal(set) var shapes: [Shape] = []
    /// Token ranges, in order and without gaps.
    package internal(set) var sentences: [Range<Int>] = []
    /// Whether each sentence begins a paragraph: a blank line comes before it, or nothing.
    package internal(set) var beginsParagraph: [Bool] = []

    /// What a token looks like.
    package enum Shape: UInt8, Sendable {
        case lower, capitalised, upper, number, openQuote, closeQuote, straightQuote, punctuation
    }

    init(_ text: [UInt8]) { self.text = text }

    /// Number of tokens.
    package var count: Int { starts.count }

    /// The words of one token, as written.
    package func token(_ index: Int) -> String { string(starts[index], ends[index]) }

    /// The text of a range of tokens, white space and all.
    package func string(_ tokens: Range<Int>) -> String {
        tokens.isEmpty ? "" : string(starts[tokens.lowerBound], ends[tokens.upperBound - 1])
    }

    /// The text between two byte offsets.
    package func string(_ start: Int, _ end: Int) -> String { String(decoding: text[start..<end], as: UTF8.self) }

    /// The sentence that holds a token.
    ///
    /// Complexity: O(log *n*).
    package func sentence(of token: Int) -> Int {
        var low = 0
        var high = sentences.count
        while low < high {
            let middle = (low + high) / 2
            if sentences[middle].upperBound <= token { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The first token that starts at or behind a byte offset.
    ///
    /// Complexity: O(log *n*).
    package func firstToken(from offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Splits English newswire into tokens and sentences.
///
/// Complexity: O(*n*) in the bytes of the text.
package struct Analyzer: Sendable {
    package init() {}

    /// Analyses a text; any valid UTF-8 will do.
    package func analyze(_ text: String) -> Analysis {
        var analysis = Analysis(Array(text.utf8))
        Tokeniser(analysis.text).run(into: &analysis)
        SentenceSplitter.run(on: &analysis)
        return analysis
    }
}

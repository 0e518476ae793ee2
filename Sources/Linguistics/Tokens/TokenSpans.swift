/// The tokens of a text as byte ranges, with what stands between them: arrays side by side, one element a token.
package struct TokenSpans: Sendable {
    /// First byte of each token.
    package internal(set) var starts: [Int32] = []
    /// Byte behind each token.
    package internal(set) var ends: [Int32] = []
    /// How many line breaks come before each token: two and more are a paragraph's end.
    package internal(set) var breaks: [UInt8] = []
    /// Token ranges of the sentences, in order and without gaps, as the index of the token behind each sentence.
    package internal(set) var sentenceEnds: [Int32] = []

    package init() {}

    /// Number of tokens.
    package var count: Int { starts.count }

    mutating func removeAll() {
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        breaks.removeAll(keepingCapacity: true)
        sentenceEnds.removeAll(keepingCapacity: true)
    }
}

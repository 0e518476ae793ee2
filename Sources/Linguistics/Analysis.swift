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

    // MARK: Annotations, empty without a language model

    /// The model whose numbers the annotations are.
    package private(set) var model: LanguageModel?
    /// Penn and universal tags, as numbers in the model's inventories.
    package internal(set) var xpos: [UInt8] = []
    package internal(set) var upos: [UInt8] = []
    /// Head of each token in the text; -1 for the root of a sentence.
    package internal(set) var heads: [Int32] = []
    /// Relations of UD v2 with subtypes, as numbers.
    package internal(set) var relations: [UInt8] = []
    /// Labels of names in IOB2, as numbers; 0 is outside.
    package internal(set) var names: [UInt8] = []
    /// Morphological features, as numbers.
    package internal(set) var features: [UInt16] = []
    var lemmaBytes: [UInt8] = []
    var lemmaEnds: [Int32] = []

    init(_ text: [UInt8], _ spans: TokenSpans) {
        self.text = text
        starts = spans.starts.map(Int.init)
        ends = spans.ends.map(Int.init)
        var start = 0
        for end in spans.sentenceEnds {
            sentences.append(start..<Int(end))
            beginsParagraph.append(start == 0 || spans.breaks[start] > 1)
            start = Int(end)
        }
        shapes = (0..<starts.count).map(shape)
    }

    /// A text whose tokens and sentences somebody else has chosen; without annotations.
    package init(_ text: [UInt8], tokens: [Range<Int>], sentenceEnds: [Int], beginsParagraph: [Bool]) {
        self.text = text
        starts = tokens.map(\.lowerBound)
        ends = tokens.map(\.upperBound)
        var start = 0
        for end in sentenceEnds {
            sentences.append(start..<end)
            start = end
        }
        self.beginsParagraph = beginsParagraph
        shapes = tokens.indices.map(shape)
    }

    mutating func reserveAnnotations(_ model: LanguageModel) {
        self.model = model
        xpos.reserveCapacity(count)
        upos.reserveCapacity(count)
        heads.reserveCapacity(count)
        relations.reserveCapacity(count)
        names.reserveCapacity(count)
        features.reserveCapacity(count)
        lemmaEnds.reserveCapacity(count)
        lemmaBytes.reserveCapacity(text.count)
    }

    /// The first token from here on that is a root.
    func root(from token: Int) -> Int {
        var at = token
        while heads[at] >= 0 { at += 1 }
        return at
    }

    /// The lemma of a token.
    package func lemma(_ token: Int) -> String {
        let start = token == 0 ? 0 : Int(lemmaEnds[token - 1])
        return String(decoding: lemmaBytes[start..<Int(lemmaEnds[token])], as: UTF8.self)
    }

    /// Labels as words; empty without a model.
    package func penn(_ token: Int) -> String { model?.xpos[Int(xpos[token])] ?? "" }
    package func universal(_ token: Int) -> String { model?.upos[Int(upos[token])] ?? "" }
    package func relation(_ token: Int) -> String { model?.relations[Int(relations[token])] ?? "" }
    package func name(_ token: Int) -> String { model?.names[Int(names[token])] ?? "" }
    package func featuresOf(_ token: Int) -> String { model?.features.labels[Int(features[token])] ?? "" }

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
        let bytes = Array(text.utf8)
        return Analysis(bytes, Segmenter().segment(bytes))
    }
}

extension Analysis {
    fileprivate func shape(_ index: Int) -> Shape {
        text.withUnsafeBufferPointer { bytes in
            let start = starts[index]
            if bytes[start] == UInt8(ascii: "\"") { return .straightQuote }
            switch ScalarReader.read(bytes, start).kind {
            case .digit: return .number
            case .lower: return .lower
            case .openQuote: return bytes[start] == 0xE2 && bytes[start + 2] == 0x98 ? .punctuation : .openQuote
            case .closeQuote where bytes[start] == 0xE2 && bytes[start + 2] == 0x99:
                return ends[index] - start > 3 ? .lower : .punctuation
            case .closeQuote: return .closeQuote
            case .upper:
                let letters = bytes[start..<ends[index]].filter(\.isLetter)
                return letters.count > 1 && letters.allSatisfy { $0 < 0x61 } ? .upper : .capitalised
            default: return bytes[start] == UInt8(ascii: "'") && ends[index] - start > 1 ? .lower : .punctuation
            }
        }
    }
}

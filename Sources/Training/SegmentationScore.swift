import Linguistics

/// Precision and recall of spans, as the CoNLL 2018 shared task scores raw text: a span is right when both its ends are.
package struct SpanScore: Sendable {
    package var gold = 0
    package var found = 0
    package var right = 0

    package init() {}

    package var precision: Double { found == 0 ? 0 : Double(right) / Double(found) }
    package var recall: Double { gold == 0 ? 0 : Double(right) / Double(gold) }
    package var f1: Double { gold + found == 0 ? 0 : 2 * Double(right) / Double(gold + found) }

    package mutating func add(_ gold: Set<SIMD2<Int>>, _ found: Set<SIMD2<Int>>) {
        self.gold += gold.count
        self.found += found.count
        right += gold.intersection(found).count
    }
}

/// Scores tokens and sentences from raw text against a treebank whose documents are put together again.
package struct SegmentationScore: Sendable {
    package var tokens = SpanScore()
    package var sentences = SpanScore()
    /// Sentences that were not found, with the words around, for reading.
    package var misses: [String] = []

    package init() {}

    /// Documents as raw text: paragraphs apart by a blank line, sentences by a space.
    package static func documents(_ sentences: [GoldSentence]) -> [[GoldSentence]] {
        var documents: [[GoldSentence]] = []
        for sentence in sentences {
            if sentence.document != nil || documents.isEmpty { documents.append([]) }
            documents[documents.count - 1].append(sentence)
        }
        return documents
    }

    package static func text(of document: [GoldSentence]) -> String {
        var text = ""
        for sentence in document {
            if !text.isEmpty { text += sentence.beginsParagraph ? "\n\n" : " " }
            text += sentence.text
        }
        return text
    }

    /// Adds one document.
    package mutating func add(_ document: [GoldSentence]) {
        let text = Array(Self.text(of: document).utf8)
        var position = [Int](repeating: 0, count: text.count + 1)
        for (index, byte) in text.enumerated() { position[index + 1] = position[index] + (byte > 0x20 ? 1 : 0) }
        let spans = Segmenter().segment(text)
        let found = (0..<spans.count).map { SIMD2(position[Int(spans.starts[$0])], position[Int(spans.ends[$0])]) }
        var foundSentences: [SIMD2<Int>] = []
        var start = 0
        for end in spans.sentenceEnds {
            foundSentences.append(SIMD2(found[start].x, found[Int(end) - 1].y))
            start = Int(end)
        }
        var gold: [SIMD2<Int>] = []
        var goldSentences: [SIMD2<Int>] = []
        var at = 0
        for sentence in document {
            let first = at
            for word in sentence.words {
                let length = word.utf8.count { $0 > 0x20 }
                gold.append(SIMD2(at, at + length))
                at += length
            }
            goldSentences.append(SIMD2(first, at))
        }
        tokens.add(Set(gold), Set(found))
        sentences.add(Set(goldSentences), Set(foundSentences))
        note(Set(gold), Set(found), text.filter { $0 > 0x20 }, Set(goldSentences), Set(foundSentences))
    }

    private mutating func note(
        _ gold: Set<SIMD2<Int>>,
        _ found: Set<SIMD2<Int>>,
        _ bytes: [UInt8],
        _ goldSentences: Set<SIMD2<Int>>,
        _ foundSentences: Set<SIMD2<Int>>
    ) {
        func show(_ span: SIMD2<Int>) -> String {
            String(decoding: bytes[max(0, span.x)..<min(bytes.count, span.y)], as: UTF8.self)
        }
        for span in gold.subtracting(found).sorted(by: { $0.x < $1.x }) {
            misses.append("token \(show(span)) in …\(show(SIMD2(span.x - 12, span.y + 12)))…")
        }
        for span in goldSentences.subtracting(foundSentences).sorted(by: { $0.x < $1.x }) {
            misses.append("sentence \(show(span))")
        }
    }
}

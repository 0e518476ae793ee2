import Linguistics
package import Records

/// An article as summaries see it: sentences as byte spans, and the content words of each.
package struct SourceText: Sendable {
    package let id: String
    package let title: String?
    /// The article's text in UTF-8.
    package let bytes: [UInt8]
    /// In the order of the text.
    package private(set) var sentences: [Sentence] = []
    /// Content words of the title.
    private(set) var titleTerms: Set<String> = []

    /// One sentence.
    package struct Sentence: Sendable {
        package let span: Span
        /// Its words, in order.
        let words: [Word]
        /// Where the parts lie that a reader can do without; see ``Shortening``.
        let omissible: [Span]
        let form: Form
        /// The sentence without all that a reader can do without.
        package var shortest: [Span] {
            let starts = [span.start] + omissible.map(\.end)
            return zip(starts, omissible.map(\.start) + [span.end]).map { Span($0, $1) }
        }
        /// No heading, date or caption.
        package var isSentence: Bool { form != .fragment }
    }

    /// A word of a sentence.
    struct Word: Sendable {
        let start: Int
        /// Stem of a content word; nil for a function word.
        let term: String?
    }

    /// What a sentence looks like from outside.
    enum Form: Sendable, Equatable {
        /// Stands on its own.
        case plain
        /// Begins with a word that points back: “He”, “But”, “This”.
        case pointsBack
        /// A heading, a date, a caption: no sentence.
        case fragment
    }

    /// Complexity: O(*n*) in the bytes of the text.
    ///
    /// - Parameter limit: sentences behind these many are not looked at.
    package init(id: String, title: String?, text: String, limit: Int = 400) {
        self.id = id
        self.title = title
        bytes = Array(text.utf8)
        titleTerms = title.map { Set(SourceText.terms(in: Array($0.utf8))) } ?? []
        let spans = Segmenter().segment(bytes)
        var first = 0
        for end in spans.sentenceEnds.prefix(limit).map(Int.init) {
            let tokens = (first..<end).map { Span(Int(spans.starts[$0]), Int(spans.ends[$0])) }
            first = end
            guard let start = tokens.first?.start, let stop = tokens.last?.end else { continue }
            sentences.append(sentence(Span(start, stop), tokens))
        }
    }

    private func sentence(_ span: Span, _ tokens: [Span]) -> Sentence {
        let words = tokens.map { SummaryWords.lowercased(bytes[$0.start..<$0.end]) }
        return Sentence(
            span: span,
            words: zip(tokens, words).filter { $0.1.utf8.first.map(SummaryWords.isWordByte) ?? false }
                .map { Word(start: $0.0.start, term: SummaryWords.term($0.1)) },
            omissible: Shortening.omissible(tokens, words),
            form: form(span, words)
        )
    }

    private func form(_ span: Span, _ words: [String]) -> Form {
        let closing = bytes[..<span.end].reversed().first { !SummaryWords.isClosing($0) }
        guard words.count >= 6, let closing, ".!?".utf8.contains(closing) else { return .fragment }
        return SummaryWords.pointingBack.contains(words[0]) ? .pointsBack : .plain
    }

    /// The bytes of some spans, one behind the other.
    package func string(_ spans: [Span]) -> String {
        String(decoding: spans.flatMap { bytes[$0.start..<$0.end] }, as: UTF8.self)
    }

    private static func terms(in text: [UInt8]) -> [String] {
        let spans = Segmenter().segment(text)
        return (0..<spans.count).compactMap {
            SummaryWords.term(SummaryWords.lowercased(text[Int(spans.starts[$0])..<Int(spans.ends[$0])]))
        }
    }
}

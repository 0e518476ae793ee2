/// Text to tokens and sentences.
///
/// Complexity: O(*n*) in the bytes of the text.
package struct Segmenter: Sendable {
    package init() {}

    /// The tokens and sentences of a text; any bytes will do.
    package func segment(_ text: [UInt8]) -> TokenSpans {
        var spans = TokenSpans()
        text.withUnsafeBufferPointer { segment($0, into: &spans) }
        return spans
    }

    /// The same into spans that are used again and again.
    func segment(_ text: UnsafeBufferPointer<UInt8>, into spans: inout TokenSpans) {
        spans.removeAll()
        Tokeniser(text).run(into: &spans)
        SentenceSplitter(text).run(on: &spans)
    }
}

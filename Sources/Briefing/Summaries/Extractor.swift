package import Records

/// Chooses sentences of articles that together say most of what the articles say.
///
/// A word counts by the sentences it is found in, earlier ones for more, and for more again when the title has it (a centroid: Radev and
/// others 2004). A sentence brings the words that the sentences chosen before it have not: it is chosen by what it adds, by its place and its
/// length, again and again until the length is reached (coverage with diminishing returns: Gillick and Favre 2009, Lin and Bilmes 2011;
/// novelty as in Carbonell and Goldstein 1998).
package struct Extractor: Sendable {
    package var weights: Weights

    /// What counts how much; docs/accuracy.md says how the defaults were found.
    package struct Weights: Sendable {
        /// How fast a word's count falls with the place of its sentence: the exponent of 1 / place.
        package var decay = 1.0
        /// What a word of the title counts more; a word of the first sentence counts 1.
        package var title = 4.0
        /// How fast a sentence's worth falls with its place.
        package var place = 1.0
        /// 1 counts a sentence by what it adds for each word, 0 by what it adds.
        package var brevity = 0.5
        /// Factor of sentences that point back.
        package var pointsBack = 0.7
        /// Factor of sentences that prove an event.
        package var evidence = 1.2

        package init() {}
    }

    package init(weights: Weights = Weights()) { self.weights = weights }

    /// How long a summary may be.
    package enum Length: Sendable, Equatable {
        case sentences(Int)
        /// The sentence that reaches so many is the last.
        case words(Int)
    }

    /// A sentence that was chosen.
    package struct Choice: Sendable {
        package let text: Int
        package let sentence: Int
        package let spans: [Span]
    }
}

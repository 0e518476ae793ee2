import Briefing
import Testing

/// ROUGE against the reference summaries, beside the first sentences of the article cut to the same number of words.
@Suite(
    "Summary accuracy",
    .enabled(if: !Texts.wikinews.isEmpty, "no wikinews.jsonl in ../shared/articles beside the repository")
)
struct SummaryAccuracyTests {
    private struct Item {
        let source: SourceText
        let references: [[String]]
        /// The words of its sentences; a date line, a heading or a caption before them is none, which makes the lead stronger.
        let lead: [String]
        let leadThree: Int

        init(_ article: Texts.Article) {
            source = SourceText(id: article.id, title: article.title, text: article.text)
            references = (article.summaries ?? []).map(Rouge.words)
            let sentences = source.sentences.filter(\.isSentence).map { [source] in
                Rouge.words(source.string([$0.span]))
            }
            lead = sentences.flatMap { $0 }
            leadThree = sentences.prefix(3).reduce(0) { $0 + $1.count }
        }

        func ours(_ words: Int, _ weights: Extractor.Weights) -> [String] {
            let chosen = Extractor(weights: weights).choose(from: [source], length: .words(words))
            return Array(chosen.flatMap { Rouge.words(source.string($0.spans)) }.prefix(words))
        }

        /// Ours and the lead, at the same number of words; mean and best of the references.
        func pair(
            _ words: Int,
            _ weights: Extractor.Weights
        ) -> (ours: (mean: Rouge, best: Rouge), lead: (mean: Rouge, best: Rouge)) {
            let ours = ours(words, weights)
            return (
                Rouge.scores(ours, against: references),
                Rouge.scores(Array(lead.prefix(ours.count)), against: references)
            )
        }
    }

    private static let items = Texts.wikinews.map(Item.init)

    private static func percent(_ value: Double) -> String {
        let rounded = Int((abs(value) * 1000).rounded())
        return "\(value < 0 ? "-" : "")\(rounded / 10).\(rounded % 10)"
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    /// The middle 95 % of means of 2,000 samples with replacement.
    private static func interval(_ values: [Double]) -> String {
        var random = Seeded(state: 7)
        let means = (0..<2000).map { _ in
            mean(values.map { _ in values[Int.random(in: 0..<values.count, using: &random)] })
        }
        .sorted()
        return "\(percent(means[50])) to \(percent(means[1949]))"
    }

    @Test func `no summary is worse than the lead of the same length`() {
        #expect(Self.items.count == 20)
        for (name, length) in [("as long as lead-3", nil), ("45 words", 45)] as [(String, Int?)] {
            let pairs = Self.items.map { $0.pair(length ?? $0.leadThree, Extractor.Weights()) }
            print("\(name): F of ROUGE-1 / ROUGE-L, mean of five references, then the best of them")
            for (label, side) in [("lead", { $0.lead }), ("ours", { $0.ours })]
                as [(
                    String,
                    ((ours: (mean: Rouge, best: Rouge), lead: (mean: Rouge, best: Rouge))) -> (mean: Rouge, best: Rouge)
                )]
            {
                let scores = pairs.map(side)
                print(
                    "  \(label)  \(Self.percent(Self.mean(scores.map(\.mean.one)))) / \(Self.percent(Self.mean(scores.map(\.mean.l))))"
                        + "  best \(Self.percent(Self.mean(scores.map(\.best.one)))) / \(Self.percent(Self.mean(scores.map(\.best.l))))"
                )
            }
            let one = pairs.map { $0.ours.mean.one - $0.lead.mean.one }
            let l = pairs.map { $0.ours.mean.l - $0.lead.mean.l }
            print("  difference, 95 % of bootstrap samples: ROUGE-1 \(Self.interval(one)), ROUGE-L \(Self.interval(l))")
            #expect(Self.mean(one) >= 0 && Self.mean(l) >= 0, "\(name)")
        }
    }
}

extension SummaryAccuracyTests {
    /// The grid that the weights were chosen from.
    private static var grid: [Extractor.Weights] {
        var grid: [Extractor.Weights] = []
        for decay in [0.5, 1, 2] {
            for place in [1.0, 2] {
                for brevity in [0, 0.5] {
                    for title in [0.0, 2, 4] {
                        var weights = Extractor.Weights()
                        (weights.decay, weights.place, weights.brevity, weights.title) = (decay, place, brevity, title)
                        grid.append(weights)
                    }
                }
            }
        }
        return grid
    }

    /// Weights chosen on ten of the articles, scored on the other ten: 200 halvings, both ways.
    @Test func `weights chosen on one half beat the lead on the other`() {
        // For each weights and article: ROUGE-1 and ROUGE-L beyond the lead, at the length of lead-3 and at 45 words.
        let margins = Self.grid.map { weights in
            Self.items.map { item in
                [item.leadThree, 45].flatMap { words in
                    let pair = item.pair(words, weights)
                    return [pair.ours.mean.one - pair.lead.mean.one, pair.ours.mean.l - pair.lead.mean.l]
                }
            }
        }
        func means(_ row: [[Double]], _ articles: some Collection<Int>) -> [Double] {
            (0..<4).map { measure in Self.mean(articles.map { row[$0][measure] }) }
        }
        var random = Seeded(state: 11)
        var held: [[Double]] = []
        for _ in 0..<200 {
            let order = Array(0..<20).shuffled(using: &random)
            for (chosen, scored) in [(order.prefix(10), order.suffix(10)), (order.suffix(10), order.prefix(10))] {
                let best = margins.max { means($0, chosen).reduce(0, +) < means($1, chosen).reduce(0, +) }!
                held.append(means(best, scored))
            }
        }
        let result = (0..<4).map { measure in Self.mean(held.map { $0[measure] }) }
        print(
            "held-out halves, ours beyond the lead: as long as lead-3 ROUGE-1 \(Self.percent(result[0])), ROUGE-L \(Self.percent(result[1]));"
                + " 45 words \(Self.percent(result[2])), \(Self.percent(result[3]))"
        )
        let ahead = margins.count { row in means(row, 0..<20).allSatisfy { $0 >= 0 } }
        print("\(ahead) of \(margins.count) weights of the grid are level or ahead in all four")
        #expect(result.allSatisfy { $0 >= 0 })
    }
}

/// A generator with a seed: the same numbers on every run (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

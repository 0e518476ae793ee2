import Linguistics
import Testing

@Suite("Analyzer") struct AnalyzerTests {
    private func tokens(_ text: String) -> [String] {
        let analysis = Analyzer().analyze(text)
        return (0..<analysis.count).map(analysis.token)
    }

    private func sentences(_ text: String) -> [String] {
        let analysis = Analyzer().analyze(text)
        return analysis.sentences.map { analysis.string($0) }
    }

    @Test(arguments: [
        ("Russia's envoy didn't go.", ["Russia", "'s", "envoy", "did", "n't", "go", "."]),
        ("Putin’s aide", ["Putin", "’s", "aide"]),
        ("the U.S. Embassy in St. Petersburg", ["the", "U.S.", "Embassy", "in", "St.", "Petersburg"]),
        ("$1,500.50 – cyber-attacks…", ["$", "1,500.50", "–", "cyber-attacks", "…"]),
        ("“No,” he said.", ["“", "No", ",", "”", "he", "said", "."]),
        ("al-Qaeda and AT&T", ["al-Qaeda", "and", "AT&T"]),
    ])
    func `words and marks`(_ text: String, _ expected: [String]) { #expect(tokens(text) == expected) }

    @Test(arguments: [
        ("Gen. Smith left. He came back.", ["Gen. Smith left.", "He came back."]),
        ("He was in the U.S. in May. It rained.", ["He was in the U.S. in May.", "It rained."]),
        ("He went to the U.S. The trip was long.", ["He went to the U.S.", "The trip was long."]),
        ("“Go!” she said. “Now.” He went.", ["“Go!” she said.", "“Now.”", "He went."]),
        ("\"Stop.\" \"Why?\" he asked.", ["\"Stop.\"", "\"Why?\" he asked."]),
        ("A headline\n\nThe first sentence", ["A headline", "The first sentence"]),
        ("J. R. Smith won 3.5 percent. Done", ["J. R. Smith won 3.5 percent.", "Done"]),
        ("", []),
    ])
    func `sentences end where they end`(_ text: String, _ expected: [String]) { #expect(sentences(text) == expected) }

    @Test func `every byte that is no white space is in one token, whatever the text`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let scalars = (0..<200).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &generator)) }
            var text = String(String.UnicodeScalarView(scalars))
            text += " a'n't “x” .'s 🙂 --- '' "
            let analysis = Analyzer().analyze(text)
            var covered = 0
            for index in 0..<analysis.count {
                #expect(analysis.starts[index] >= covered && analysis.starts[index] < analysis.ends[index])
                let gap = String(decoding: analysis.text[covered..<analysis.starts[index]], as: UTF8.self)
                #expect(gap.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.value < 0x20 })
                covered = analysis.ends[index]
            }
            #expect(analysis.sentences.reduce(0) { $0 + $1.count } == analysis.count)
        }
    }

    @Test func `time grows with the text and not with its square`() {
        let clock = ContinuousClock()
        let page = String(repeating: "Russia expelled 35 diplomats \"and that\" was it ", count: 2000)
        let one = clock.measure { _ = Analyzer().analyze(page) }
        let eight = clock.measure { _ = Analyzer().analyze(String(repeating: page, count: 8)) }
        #expect(eight < one * 24)
    }
}

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

    /// An address of exactly the longest chunk left an empty token behind it.
    @Test func `no token is empty, however long an address is`() {
        for count in 1...120 {
            let analysis = Analyzer().analyze(String(repeating: "http://a.b/c?d=(e)&f@g.com,", count: count))
            #expect((0..<analysis.count).allSatisfy { analysis.starts[$0] < analysis.ends[$0] }, "\(count)")
        }
    }

    @Test(arguments: [
        ("Russia's envoy didn't go.", ["Russia", "'s", "envoy", "did", "n't", "go", "."]),
        ("Putin’s aide can’t, won’t", ["Putin", "’s", "aide", "ca", "n’t", ",", "wo", "n’t"]),
        ("cannot gonna patients' 1930’s", ["can", "not", "gon", "na", "patients", "'", "1930", "’s"]),
        ("the U.S. Embassy in St. Petersburg", ["the", "U.S.", "Embassy", "in", "St.", "Petersburg"]),
        ("$1,500.50 US$20 35% £3bn", ["$", "1,500.50", "US$", "20", "35", "%", "£", "3", "bn"]),
        ("cyber-attacks, pro-Russian co-founder", ["cyber", "-", "attacks", ",", "pro-Russian", "co-founder"]),
        ("a 15-year term", ["a", "15", "-", "year", "term"]),
        ("al-Qaeda and AT&T", ["al", "-", "Qaeda", "and", "AT&T"]),
        ("“No,” he said…", ["“", "No", ",", "”", "he", "said", "…"]),
        ("What?! No!!! Well...", ["What", "?!", "No", "!!!", "Well", "..."]),
        ("he said -- and left—fast", ["he", "said", "--", "and", "left", "—", "fast"]),
        (
            "on 9/11 at 10:30 or 10am, 1-0, 2010-2012",
            ["on", "9/11", "at", "10:30", "or", "10", "am", ",", "1", "-", "0", ",", "2010", "-", "2012"]
        ),
        ("call 713-853-3989 now", ["call", "713-853-3989", "now"]),
        ("see http://a.org/x?y=1, or www.b.com.", ["see", "http://a.org/x?y=1", ",", "or", "www.b.com", "."]),
        ("(write to j.doe@example.org)", ["(", "write", "to", "j.doe@example.org", ")"]),
        ("and/or him/her", ["and", "/", "or", "him", "/", "her"]),
        ("MOSCOW (Reuters) — Gen. J. R. Smith", ["MOSCOW", "(", "Reuters", ")", "—", "Gen.", "J.", "R.", "Smith"]),
        ("No. 5, no. He said no.", ["No.", "5", ",", "no", ".", "He", "said", "no", "."]),
        ("end.Next begins", ["end", ".", "Next", "begins"]),
        ("ok :-) fine", ["ok", ":-)", "fine"]),
        ("@user #tag", ["@user", "#tag"]),
    ])
    func `words and marks by the conventions of UD English`(_ text: String, _ expected: [String]) {
        #expect(tokens(text) == expected)
    }

    @Test(arguments: [
        ("ISTANBUL, July 22 — Ukraine signed.", ["ISTANBUL, July 22 —", "Ukraine signed."]),
        ("St. Louis (Reuters) - He came.", ["St. Louis (Reuters) -", "He came."]),
        ("MOSCOW — Russia left.", ["MOSCOW —", "Russia left."]),
        ("NATO — the alliance — left.", ["NATO — the alliance — left."]),
        ("FYI - See the rows.", ["FYI - See the rows."]),
        ("Maria Silva — She left.", ["Maria Silva — She left."]),
        ("Gen. Smith left. He came back.", ["Gen. Smith left.", "He came back."]),
        ("He was in the U.S. in May. It rained.", ["He was in the U.S. in May.", "It rained."]),
        ("He went to the U.S. The trip was long.", ["He went to the U.S.", "The trip was long."]),
        ("“Go!” she said. “Now.” He went.", ["“Go!” she said.", "“Now.”", "He went."]),
        ("\"Stop.\" \"Why?\" he asked.", ["\"Stop.\"", "\"Why?\" he asked."]),
        ("He left (on Friday.) She stayed.", ["He left (on Friday.)", "She stayed."]),
        ("A headline\n\nThe first sentence", ["A headline", "The first sentence"]),
        ("A headline\nThe first sentence is here.", ["A headline", "The first sentence is here."]),
        (
            "This is a long line of wrapped text that goes on into\nanother line. End.",
            ["This is a long line of wrapped text that goes on into\nanother line.", "End."]
        ),
        ("J. R. Smith won 3.5 percent. Done", ["J. R. Smith won 3.5 percent.", "Done"]),
        (
            "Talks ended... Nobody won. “We … lost,” he said.",
            ["Talks ended...", "Nobody won.", "“We … lost,” he said."]
        ),
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
                #expect(
                    gap.unicodeScalars.allSatisfy {
                        $0.properties.isWhitespace || $0.value < 0x20 || (0x7F..<0xA0).contains($0.value)
                    }
                )
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

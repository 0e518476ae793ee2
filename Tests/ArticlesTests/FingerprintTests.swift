import Articles
import Records
import TestSupport
import Testing

/// Makes copies of an article as clients of an agency do.
///
/// The edit model: every copy gets two to four of these: another headline on top; another dateline; one paragraph cut;
/// 8 per cent of the words replaced by others; two neighbouring sentences exchanged in a third of the paragraphs; a local
/// paragraph of another article added; cut from the end to 40 to 60 per cent of its words. Every third copy is of the last
/// kind with replaced words, which is the hardest.
struct Copyist {
    var random: Seeded
    private static let fillers = [
        "authorities", "recently", "officials", "reportedly", "several", "major", "local", "new", "former", "key",
    ]
    private static let places = ["LONDON", "PARIS", "NAIROBI", "MANILA", "LIMA", "OSLO"]

    mutating func copy(of story: Story, number: Int, beside other: Story) -> String {
        var paragraphs = story.paragraphs
        let edits: [Int] =
            number % 3 == 2
            ? [5, 2] : Array([0, 1, 2, 3, 4, 6].shuffled(using: &random).prefix(Int.random(in: 2...4, using: &random)))
        for edit in edits {
            switch edit {
            case 0: paragraphs.insert("\(other.title) \(Copyist.fillers.randomElement(using: &random)!)", at: 0)
            case 1: paragraphs[0] = "\(Copyist.places.randomElement(using: &random)!) (Reuters) - " + paragraphs[0]
            case 2: paragraphs = paragraphs.map { replaced($0) }
            case 3: paragraphs = paragraphs.map { exchanged($0) }
            case 4:
                if paragraphs.count > 3 { paragraphs.remove(at: Int.random(in: 1..<paragraphs.count, using: &random)) }
            case 6: paragraphs.insert(other.paragraphs.last!, at: paragraphs.count / 2)
            default: paragraphs = cut(paragraphs, to: Double.random(in: 0.4...0.6, using: &random))
            }
        }
        return paragraphs.joined(separator: "\n\n")
    }

    private mutating func replaced(_ text: String) -> String {
        text.split(separator: " ").map { word in
            Double.random(in: 0..<1, using: &random) < 0.08
                ? Copyist.fillers.randomElement(using: &random)! : String(word)
        }.joined(separator: " ")
    }

    private mutating func exchanged(_ text: String) -> String {
        var sentences = text.split(separator: ". ")
        guard sentences.count > 1, Int.random(in: 0..<3, using: &random) == 0 else { return text }
        let first = Int.random(in: 0..<sentences.count - 1, using: &random)
        sentences.swapAt(first, first + 1)
        return sentences.joined(separator: ". ")
    }

    private func cut(_ paragraphs: [String], to share: Double) -> [String] {
        var left = Int(Double(paragraphs.reduce(0) { $0 + $1.split(separator: " ").count }) * share)
        return paragraphs.compactMap { paragraph in
            let words = paragraph.split(separator: " ").prefix(max(0, left))
            left -= words.count
            return words.isEmpty ? nil : words.joined(separator: " ")
        }
    }
}

@Suite("Fingerprints") struct FingerprintTests {
    /// An agency's words under every article, to be no reason to take two for one.
    private static let boilerplate =
        "This report was written by the staff of the agency in the region, with reporting by its partners. The agency is not "
        + "responsible for the content of other sites. All rights reserved by the agency and its partners."

    /// Articles and copies through the index: every pair that shares a band is compared.
    private func score(
        _ stories: [Story],
        copies: Int,
        seed: UInt64
    ) -> (precision: Double, recall: Double, pairs: Int, wrong: [(Int, Int)], candidates: Int) {
        var copyist = Copyist(random: Seeded(state: seed))
        var texts: [(text: String, origin: Int)] = []
        for (number, story) in stories.enumerated() {
            let dateline = number % 4 == 0 ? "WASHINGTON (AP) - " : ""
            texts.append(
                (dateline + story.text + (number % 4 == 0 ? "\n\n" + FingerprintTests.boilerplate : ""), number)
            )
            for copy in 0..<copies {
                let other = stories[(number + 1 + copy) % stories.count]
                texts.append((copyist.copy(of: story, number: copy, beside: other), number))
            }
        }
        let prints = texts.map { Fingerprint($0.text) }
        var index: [Int64: [Int]] = [:]
        var candidates = Set<[Int]>()
        for (number, print) in prints.enumerated() {
            for band in print.bands {
                for other in index[band] ?? [] { candidates.insert([other, number]) }
                index[band, default: []].append(number)
            }
        }
        let found = candidates.filter { prints[$0[0]].isNearDuplicate(of: prints[$0[1]]) }
        let wrong = found.filter { texts[$0[0]].origin != texts[$0[1]].origin }
        // Wanted: each copy with its article; two copies of one article are right, and not wanted.
        let wanted = stories.indices.flatMap { number in
            (1...copies).map { [number * (copies + 1), number * (copies + 1) + $0] }
        }
        let recall = Double(wanted.count(where: found.contains)) / Double(wanted.count)
        let precision = found.isEmpty ? 0 : Double(found.count - wrong.count) / Double(found.count)
        return (precision, recall, wanted.count, wrong.map { ($0[0], $0[1]) }, candidates.count)
    }

    @Test(arguments: [("tuned", 11), ("held", 7)] as [(String, UInt64)])
    func `copies are found and other reports are not`(half: String, seed: UInt64) {
        let all = Story.wikinews + Story.newswire
        if all.isEmpty { print("skipped: the collections are not on this machine; seeds/ alone is used") }
        let stories =
            all.isEmpty
            ? Story.seeds
            : all.enumerated().filter { ($0.offset % 2 == 0) == (half == "tuned") }.prefix(400).map(\.element)
        let result = score(stories, copies: 3, seed: seed)
        print(
            "near-duplicates, \(half) half: precision \(result.precision), recall \(result.recall) of \(result.pairs) pairs, "
                + "\(stories.count * 4 * (stories.count * 4 - 1) / 2) pairs in all, \(result.candidates) candidates"
        )
        #expect(result.precision >= 0.95)
        #expect(result.recall >= 0.9)
    }

    @Test func `reports on one matter are not copies of each other`() {
        let first = Fingerprint(Story.seeds[2].text)
        let second = Fingerprint(Story.seeds[3].text)
        // Both are of expulsions of Russian diplomats.
        #expect(!first.isNearDuplicate(of: second))
        #expect(first.similarity(to: second) < 0.1)
    }

    @Test func `two reports that quote the same statement are not copies of each other`() {
        let quoted =
            "“We shall not accept a decision that was taken without us, and we shall answer it in kind and in time,” the "
            + "minister told reporters outside of the parliament, and left without taking any questions from them."
        for (first, second) in zip(Story.seeds, Story.seeds.dropFirst()) {
            let (one, two) = (Fingerprint(first.text + "\n\n" + quoted), Fingerprint(quoted + "\n\n" + second.text))
            #expect(!one.isNearDuplicate(of: two), "\(first.title) and \(second.title)")
        }
    }

    @Test func `a fingerprint is the same for the same words`() throws {
        let text = Story.seeds[0].text
        let print = Fingerprint(text)
        #expect(print.values.count == 81)
        #expect(print.bands.count == 32)
        #expect(Fingerprint(values: print.values) == print)
        #expect(Fingerprint(values: []) == nil)
        #expect(Fingerprint(text.uppercased().replacing(" ", with: "  ").replacing(",", with: " – ")) == print)
        #expect(
            Fingerprint("Ministers’ talks in ÉVIAN ended early")
                == Fingerprint("ministers' talks in évian “ended” early")
        )
    }

    /// The values are stored, so they must not change with the code; computed once, by this code.
    @Test func `the hashes stay as they are`() {
        let print = Fingerprint("Spain expelled two diplomats on Friday, the ministry said.")
        #expect(print.values[0] == 6)
        #expect(print.values.reduce(0) { ($0 &* 31) &+ $1 } == 3_527_403_301_398_475_679)
    }

    @Test func `short and blank texts`() {
        let blank = Fingerprint(" \n")
        #expect(blank.size == 0 && blank.bands == [])
        #expect(!blank.isNearDuplicate(of: blank))
        #expect(Fingerprint("Talks fail").isNearDuplicate(of: Fingerprint("Talks fail.")))
        #expect(!Fingerprint("Talks fail").isNearDuplicate(of: Fingerprint("Talks go on")))
        #expect(
            !Fingerprint("Oil prices rose on Monday in London").isNearDuplicate(
                of: Fingerprint("Oil prices rose on Tuesday in Paris")
            )
        )
        #expect(Fingerprint("総統は月曜日に述べた").size == 7)
    }

    @Test func `the estimate is near the true share`() {
        let words = (0..<2000).map { "w\($0)" }
        let whole = Fingerprint(words.joined(separator: " "))
        let half = Fingerprint(words.prefix(1000).joined(separator: " "))
        #expect(abs(whole.similarity(to: half) - 0.5) < 0.12)
        #expect(half.containment(in: whole) > 0.8)
    }

    @Test func `the speed is printed`() {
        let texts = (Story.newswire.isEmpty ? Story.seeds : Array(Story.newswire.prefix(200))).map(\.text)
        let count = texts.reduce(0) { $0 + $1.split(separator: " ").count }
        var sum = 0
        let time = ContinuousClock().measure { for text in texts { sum += Fingerprint(text).size } }
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        print("fingerprints: \(Int(Double(count) / seconds)) words/s")
        #expect(sum > 0)
    }
}

import Coding
import FoundationEssentials
import Knowledge
import Linguistics
import Records
import Testing
import Training

/// Sets labelled by hand (Sets/): what the coder must reach, and may not fall below.
@Suite("Accuracy") struct AccuracyTests {
    private static let sets = "\(URL(filePath: #filePath).deletingLastPathComponent().path(percentEncoded: false))Sets/"

    private static func lines(_ name: String) throws -> [Substring] {
        String(decoding: try Data(contentsOf: URL(filePath: sets + name)), as: UTF8.self).split(separator: "\n")
    }

    // MARK: Status

    private struct StatusRow {
        var text: String
        var date: String
        var wanted: [(type: String, status: String)]
        var never: [String]

        init?(_ line: Substring) {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count == 5, columns[0].hasPrefix("s") else { return nil }
            (text, date) = (columns[1], columns[2])
            wanted = columns[3].split(separator: ";").compactMap { event in
                let words = event.split(separator: " ").map(String.init)
                return words.count == 3 ? (words[0], words[2]) : nil
            }
            never = columns[4].split(separator: ",").map(String.init)
        }
    }

    @Test func `wanted events have their status, and what never happened is not coded as happened`() throws {
        let worker = try Shipped.coder.get().makeWorker()
        var (wanted, right, never, wrong) = (0, 0, 0, 0)
        for row in try Self.lines("status.tsv").compactMap(StatusRow.init) {
            let events = try Shipped.code(row.text, published: row.date, with: worker).events
            wanted += row.wanted.count
            right += row.wanted.count { want in
                events.contains { $0.event.rawValue == want.type && $0.status.rawValue == want.status }
            }
            never += row.never.count
            wrong += row.never.count { type in
                events.contains { $0.event.rawValue == type && $0.status == .happened }
            }
        }
        let share = Double(right) / Double(wanted) * 100
        let kept = Double(never - wrong) / Double(never) * 100
        print(
            "status set: \(wanted) wanted events, right status \(share.rounded()) %; \(never) acts that never happened, kept apart \(kept.rounded()) %"
        )
        #expect(wanted > 300 && never > 200)
        #expect(share >= 85, "\(right) of \(wanted)")
        #expect(kept >= 98, "\(wrong) of \(never)")
    }

    // MARK: Quotes

    private struct QuoteRow: Decodable {
        struct Wanted: Decodable {
            var parts: [String]
            var speaker: String
        }
        var text: String
        var quotes: [Wanted]
    }

    /// Which letters and digits of a text a quote covers.
    private static func cover(_ text: [UInt8], _ spans: [Range<Int>]) -> Set<Int> {
        Set(spans.flatMap { span in span.filter { text[$0] >= 0x80 || text[$0].isWordByte } })
    }

    private static func spans(of parts: [String], in text: [UInt8]) -> [Range<Int>] {
        var at = 0
        return parts.compactMap { part in
            let bytes = Array(part.utf8)
            guard let start = (at...max(at, text.count - bytes.count)).first(where: { text[$0...].starts(with: bytes) })
            else {
                return nil
            }
            at = start + bytes.count
            return start..<at
        }
    }

    @Test func `quotes are found with their speakers`() throws {
        let worker = try Shipped.coder.get().makeWorker()
        var (exact, overlapping, spoken, wanted, found, spurious) = (0, 0, 0, 0, 0, 0)
        for line in try Self.lines("quotes.jsonl") {
            let row = try JSON.decode(QuoteRow.self, from: Array(line.utf8))
            let text = Array(row.text.utf8)
            let quotes = try Shipped.code(row.text, with: worker).quotes
            let covers = quotes.map { Self.cover(text, $0.spans.map { $0.start..<$0.end }) }
            let gold = row.quotes.map { Self.cover(text, Self.spans(of: $0.parts, in: text)) }
            wanted += gold.count
            found += covers.count
            spurious += covers.count { cover in gold.allSatisfy { $0.isDisjoint(with: cover) } }
            for (want, cover) in zip(row.quotes, gold) {
                if covers.contains(cover) { exact += 1 }
                guard
                    let best = covers.indices.max(by: {
                        covers[$0].intersection(cover).count < covers[$1].intersection(cover).count
                    }),
                    !covers[best].isDisjoint(with: cover)
                else { continue }
                overlapping += 1
                let speaker = quotes[best].speaker
                let said = "\(speaker?.text ?? "") \(speaker?.name ?? "")".lowercased()
                let isNamed =
                    said.contains(want.speaker.lowercased())
                    || speaker.map { want.speaker.lowercased().contains(($0.name ?? $0.text).lowercased()) } ?? false
                if isNamed { spoken += 1 }
            }
        }
        func f1(_ hits: Int, _ missed: Int, _ false_: Int) -> Double {
            200 * Double(hits) / Double(2 * hits + missed + false_)
        }
        let exactF1 = f1(exact, wanted - exact, found - exact)
        let overlapF1 = f1(overlapping, wanted - overlapping, spurious)
        let speakers = Double(spoken) / Double(max(overlapping, 1)) * 100
        print(
            "quote set: \(wanted) quotes, exact F1 \(exactF1.rounded()), overlap F1 \(overlapF1.rounded()), speaker \(speakers.rounded()) %"
        )
        #expect(wanted > 100)
        #expect(exactF1 >= 90 && overlapF1 >= 94 && speakers >= 86, "\(exactF1) \(overlapF1) \(speakers)")
    }

    // MARK: Noise

    /// Documents in which nothing political happens, by their genre in GUM; read where the machine has the corpus.
    private static let corpora =
        ProcessInfo.processInfo.environment["TIDINGS_CORPORA"] ?? Shipped.seeds + "/../../shared/corpora"

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: corpora + "/ud/gum-dev.conllu.gz"),
            "the corpus is not on this machine"
        )
    )
    func `fiction, guides, travel and textbooks are not coded as news`() throws {
        let genres: Set<Substring> = ["fiction", "whow", "voyage", "academic", "textbook"]
        let worker = try Shipped.coder.get().makeWorker()
        var (sentences, events) = (0, 0)
        var text = ""
        var isCounted = false
        func code() throws {
            guard !text.isEmpty else { return }
            events += try Shipped.code(text, with: worker).events.count
            text = ""
        }
        for sentence in try Treebank.read(Self.corpora + "/ud/gum-dev.conllu.gz") {
            if let document = sentence.document {
                try code()
                isCounted = document.split(separator: "_").dropFirst().first.map { genres.contains($0) } ?? false
            }
            guard isCounted else { continue }
            text += (sentence.beginsParagraph && !text.isEmpty ? "\n\n" : " ") + sentence.text
            sentences += 1
        }
        try code()
        let rate = Double(events) * 1000 / Double(max(sentences, 1))
        print("noise: \(events) events in \(sentences) sentences, \(rate.rounded()) a thousand")
        #expect(sentences > 300 && rate <= 10, "\(events) in \(sentences)")
    }
}

extension UInt8 {
    fileprivate var isWordByte: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}

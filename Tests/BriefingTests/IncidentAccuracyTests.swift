import Briefing
import Coding
import FoundationEssentials
import Knowledge
import Linguistics
import Records
import Testing

/// Reports labelled by the act that they tell of (Sets/incident-test.jsonl), coded by the coder as shipped.
@Suite("Incident accuracy") struct IncidentAccuracyTests {
    private struct Row: Decodable {
        var id: String
        /// Reports of one family are paired: of the same act, and of acts that are easily taken for it.
        var family: String
        var act: String
        var published: String
        var source: String
        var text: String
        /// Where the words that tell the act begin, in bytes.
        var start: Int
        var words: String
    }

    private static let root: String = {
        var place = URL(filePath: #filePath)
        for _ in 0..<3 { place.deleteLastPathComponent() }
        return place.path(percentEncoded: false)
    }()

    /// The reports whose marked words were coded, in the order of publication, as a log would have them.
    private static func coded(_ set: String) throws -> (reports: [(row: Row, report: IncidentReport)], all: Int) {
        let knowledge = try Knowledge(directory: root + "seeds")
        let countries = CountryNames(knowledge)
        let worker = Coder(knowledge: knowledge, model: try LanguageModel(path: root + "models/english.model"))
            .makeWorker()
        let bytes = try Data(contentsOf: URL(filePath: root + "Tests/BriefingTests/Sets/\(set).jsonl"))
        let rows = try bytes.split(separator: UInt8(ascii: "\n")).map { try JSON.decode(Row.self, from: $0) }
            .sorted { ($0.published, $0.id) < ($1.published, $1.id) }
        var reports: [(Row, IncidentReport)] = []
        for (index, row) in rows.enumerated() {
            var article = Article(sha256: sha256(of: Array((row.id + row.text).utf8)), format: .text, text: row.text)
            article.published = row.published
            article.source = row.source
            let marked = row.start..<row.start + row.words.utf8.count
            let event = try worker.code(article) { false }.events.first { event in
                event.evidence.event.contains { ($0.start..<$0.end).overlaps(marked) }
            }
            guard let event else { continue }
            let at = (article.publishedDate?.daysSinceEpoch ?? 0) * 86_400_000
            let logged = LoggedEvent(seq: index + 1, at: at, event: event)
            reports.append((row, IncidentReport(logged, Act(logged, countries))))
        }
        return (reports, rows.count)
    }

    private struct Score: CustomStringConvertible {
        var (right, wrong, missed, apart) = (0, 0, 0, 0)
        var pairs: Int { right + wrong + missed + apart }
        var precision: Double { Double(right) / Double(max(right + wrong, 1)) }
        var recall: Double { Double(right) / Double(max(right + missed, 1)) }
        var description: String {
            func percent(_ share: Double) -> Double { (share * 1000).rounded() / 10 }
            return
                "\(right + missed) same, \(wrong + apart) different: precision \(percent(precision)) %, recall \(percent(recall)) %"
        }

        mutating func count(isSame: Bool, isMerged: Bool) {
            switch (isSame, isMerged) {
            case (true, true): right += 1
            case (true, false): missed += 1
            case (false, true): wrong += 1
            case (false, false): apart += 1
            }
        }
    }

    /// The figures of a set: of the decision over two reports alone, and of what the fold makes of all.
    private static func scores(_ set: String) throws -> (pairs: Score, fold: Score) {
        let (reports, all) = try coded(set)
        var book = IncidentBook()
        var incident: [String: String] = [:]
        for (row, report) in reports {
            book.load(keys: book.missing(Set(report.act.keys)), [])
            incident[row.id] = book.add(report).incident
        }
        var (pairs, fold) = (Score(), Score())
        for (index, (row, report)) in reports.enumerated() {
            for (other, second) in reports[(index + 1)...] where other.family == row.family {
                let isSame = row.act == other.act
                let match = Match(report.act, second.act)
                #expect(match.score == Match(second.act, report.act).score, "a match does not depend on the order")
                pairs.count(isSame: isSame, isMerged: match.isSame)
                let isMerged = book.survivor(of: incident[row.id]!) == book.survivor(of: incident[other.id]!)
                fold.count(isSame: isSame, isMerged: isMerged)
                // TIDINGS_SHOW_PAIRS=1 lists what went wrong.
                if ProcessInfo.processInfo.environment["TIDINGS_SHOW_PAIRS"] != nil,
                    isSame != isMerged || isSame != match.isSame
                {
                    print("\(isSame ? "same" : "different") \(row.id) \(other.id) \(match.score) \(match.reasons)")
                }
            }
        }
        print("\(set): \(reports.count) of \(all) reports coded; \(pairs.pairs) pairs, \(pairs); as folded, \(fold)")
        return (pairs, fold)
    }

    @Test func `the reports that points were set on`() throws {
        let (pairs, fold) = try Self.scores("incident-dev")
        #expect(pairs.precision >= 0.95 && pairs.recall >= 0.8)
        #expect(fold.precision >= 0.95 && fold.recall >= 0.8)
    }

    @Test func `reports that nothing was set on`() throws {
        let (pairs, fold) = try Self.scores("incident-test")
        #expect(pairs.pairs >= 100)
        // Two reports alone are not quite enough: with all reports of an incident to compare with, the fold reaches what is wanted.
        #expect(pairs.precision >= 0.94 && pairs.recall >= 0.8)
        #expect(fold.precision >= 0.95 && fold.recall >= 0.8)
    }
}

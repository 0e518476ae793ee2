import ArgumentParser
import Foundation
import Glibc
import Linguistics
import Training

struct Eval: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores a model on all development sets, as users run it.",
        discussion: """
            Trees, tags, lemmas and names on given words; tokens and sentences from raw text of GUM's news. With --floors, a file of
            names and numbers, a figure below its floor is an error.

            Example: tidings-train eval --model models/english.model --corpora corpora --floors models/floors.tsv
            """
    )

    @Option(help: "The model.") var model = "models/english.model"
    @Option(help: "A directory with ud/ and ner/, files as .gz.") var corpora: String
    @Option(help: "A file of figures and the least that each may be.") var floors: String?

    func run() throws {
        var figures: [(name: String, value: Double)] = []
        let clock = ContinuousClock()
        let start = clock.now
        let annotator = Annotator(try LanguageModel(path: model))
        let opened = (clock.now - start) / .milliseconds(1)
        for set in ["ewt-dev", "gum-dev"] {
            let score = Evaluation.trees(annotator, try Treebank.read("\(corpora)/ud/\(set).conllu.gz"))
            func percent(_ count: Int) -> Double { 100 * Double(count) / Double(score.words) }
            figures += [
                ("\(set) XPOS", percent(score.xpos)), ("\(set) UPOS", percent(score.upos)),
                ("\(set) lemmas", percent(score.lemmas)),
                ("\(set) features", percent(score.features)), ("\(set) UAS", percent(score.heads)),
                ("\(set) LAS", percent(score.relations)),
                ("\(set) LAS with subtypes", percent(score.subtypes)),
            ]
        }
        let all = ["PER", "ORG", "LOC", "NORP", "TIME"]
        for (set, file, format, types) in [
            ("gmb-dev", "gmb-dev.tsv", NameCorpus.Format.gmb, all),
            ("uner-ewt-dev", "uner-ewt-dev.iob2", .uner, Array(all[..<3])),
        ] {
            let score = Evaluation.names(
                annotator,
                try NameCorpus.read("\(corpora)/ner/\(file).gz", format),
                types: types
            )
            figures.append(("\(set) names F1", 100 * score.all.f1))
            for type in types { figures.append(("\(set) \(type) F1", 100 * (score.scores[type]?.f1 ?? 0))) }
        }
        var segmentation = SegmentationScore()
        for document in SegmentationScore.documents(try Treebank.read("\(corpora)/ud/gum-dev.conllu.gz"))
        where document[0].document?.contains("_news_") == true { segmentation.add(document) }
        figures += [
            ("gum-dev news sentences F1", 100 * segmentation.sentences.f1),
            ("gum-dev news tokens F1", 100 * segmentation.tokens.f1),
        ]
        for (name, value) in figures {
            print(name.padding(toLength: 28, withPad: " ", startingAt: 0), String(format: "%6.2f", value))
        }
        print(
            "model opened in \(String(format: "%.1f", opened)) ms, \(annotator.model.file.bytes / 1_000_000) MB; \(Stress.peakMegabytes()) MB resident with the corpora"
        )
        if let floors { try check(figures, floors) }
    }

    private func check(_ figures: [(name: String, value: Double)], _ path: String) throws {
        let values = Dictionary(uniqueKeysWithValues: figures.map { ($0.name, $0.value) })
        var failed = false
        for line in try Treebank.contents(of: path).split(separator: "\n") where !line.hasPrefix("#") {
            let columns = line.split(separator: "\t")
            guard columns.count == 2, let floor = Double(columns[1]), let value = values[String(columns[0])] else {
                throw ValidationError("\(path): not a figure and its floor, with a tab between: \(line)")
            }
            if value < floor {
                print("below its floor: \(columns[0]) is \(String(format: "%.2f", value)), wanted \(floor)")
                failed = true
            }
        }
        if failed { throw ExitCode(1) }
    }
}

import ArgumentParser
import Foundation
import Linguistics
import Training

@main
struct TidingsTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-train",
        abstract: "Trains and scores the language models.",
        subcommands: [Segment.self, Tokens.self, Train.self, Lemmas.self, Eval.self, Speed.self, Stress.self]
    )
}

struct Segment: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores tokens and sentences from raw text against a treebank.",
        discussion: "Example: tidings-train segment gum-dev.conllu.gz --documents _news_ --misses"
    )
    @Argument(help: "A treebank in CoNLL-U, plain or gzipped.") var treebank: String
    @Option(help: "Only documents whose names hold these letters.") var documents: String?
    @Flag(help: "Shows each token and sentence that was not found.") var misses = false

    func run() throws {
        var score = SegmentationScore()
        for document in SegmentationScore.documents(try Treebank.read(treebank))
        where documents.map({ document[0].document?.contains($0) == true }) ?? true {
            score.add(document)
        }
        print(
            "tokens \(score.tokens.precision) \(score.tokens.recall) \(score.tokens.f1)  sentences \(score.sentences.precision) \(score.sentences.recall) \(score.sentences.f1)"
        )
        if misses { for miss in score.misses { print(miss) } }
    }
}

struct Tokens: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the tokens of texts, one a line, a blank line between sentences.",
        discussion: "Example: tidings-train tokens essays.txt > essays.tokens"
    )
    @Argument(help: "Text files in UTF-8, plain or gzipped.") var files: [String]

    func run() throws {
        for file in files {
            let text = Array(try Treebank.contents(of: file).utf8)
            let spans = Segmenter().segment(text)
            var output: [UInt8] = []
            var start = 0
            for end in spans.sentenceEnds {
                for index in start..<Int(end) {
                    output += text[Int(spans.starts[index])..<Int(spans.ends[index])]
                    output.append(0x0A)
                }
                output.append(0x0A)
                start = Int(end)
            }
            FileHandle.standardOutput.write(Data(output))
        }
    }
}

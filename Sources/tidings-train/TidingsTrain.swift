import ArgumentParser
import Foundation
import Linguistics
import Training

@main
struct TidingsTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-train",
        abstract: "Trains and scores the language models.",
        subcommands: [Segment.self, Tokens.self, Train.self, Eval.self, Speed.self, Stress.self]
    )
}

struct Segment: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores tokens and sentences from raw text against a treebank."
    )
    @Argument var treebank: String
    @Option var documents: String?
    @Flag var misses = false

    func run() throws {
        var score = SegmentationScore()
        for document in SegmentationScore.documents(try Treebank.read(treebank))
        where documents == nil || document[0].document!.contains(documents!) {
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
        abstract: "Prints the tokens of texts, one a line, a blank line between sentences."
    )
    @Argument var files: [String]

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

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Trains the network on gold and silver sentences.")
    @Option(parsing: .upToNextOption) var gold: [String]
    @Option(parsing: .upToNextOption) var silver: [String] = []
    @Option(parsing: .upToNextOption) var development: [String] = []
    @Option(parsing: .upToNextOption) var gmb: [String] = []
    @Option(parsing: .upToNextOption) var uner: [String] = []
    @Option var vectors: String?
    @Option var output: String?
    @Option var words = 10_000_000
    @Option var width = 192
    @Option var layers = 2
    @Option var arc = 64
    @Option var rate: Float = 2e-3
    @Option var goldShare = 0.35
    @Option var batch = 700
    @Option var threads = 2
    @Option var evaluations = 6

    func run() throws {
        var plan = TrainingPlan()
        plan.shape.width = width
        plan.shape.layers = layers
        plan.shape.arc = arc
        plan.shape.relation = arc
        plan.gold = gold
        plan.silver = silver
        plan.development = development
        plan.nameDevelopment = gmb.map { ($0, .gmb) } + uner.map { ($0, .uner) }
        plan.vectors = vectors
        plan.words = words
        plan.rate = rate
        plan.goldShare = goldShare
        plan.batch = batch
        plan.threads = threads
        plan.evaluations = evaluations
        let trainer = try Trainer(plan) { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
        trainer.run()
        if let output { try trainer.write(to: output) }
    }
}

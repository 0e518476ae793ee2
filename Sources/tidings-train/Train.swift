import ArgumentParser
import Foundation
import Linguistics
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains the network on gold and silver sentences.",
        discussion:
            "models/train calls this with everything it needs.\n\nExample: tidings-train train --gold ewt-train.conllu.gz --words 3000000 --output small.model"
    )
    @Option(parsing: .upToNextOption, help: "Treebanks with gold trees; names in MISC where they have them.") var gold:
        [String]
    @Option(parsing: .upToNextOption, help: "CoNLL-U that a teacher has labelled, with NER= and Sure= in MISC.")
    var silver: [String] = []
    @Option(parsing: .upToNextOption, help: "Treebanks to score on while training.") var development: [String] = []
    @Option(parsing: .upToNextOption, help: "Names to score on, in the columns of the Groningen Meaning Bank.") var gmb:
        [String] = []
    @Option(parsing: .upToNextOption, help: "Names to score on, in the columns of Universal NER.") var uner: [String] =
        []
    @Option(help: "Fixed vectors: a word and its numbers a line.") var vectors: String?
    @Option(help: "Lists of names: a word and the number of its set of lists a line.") var lists: String?
    @Option(help: "Irregular verbs, for lemmas: base form, past and participle a line.") var irregular: String?
    @Option(help: "The model file to write.") var output: String?
    @Option(help: "Words to read in all.") var words = 10_000_000
    @Option(help: "Width of the layers, a multiple of 32, at most 256.") var width = 192
    @Option(help: "Recurrent layers.") var layers = 2
    @Option(help: "Width of the scorers of arcs and relations, a multiple of 16.") var arc = 64
    @Option(help: "The highest learning rate.") var rate: Float = 2e-3
    @Option(help: "The part of the words that comes from the gold treebanks, 0 to 1.") var goldShare = 0.35
    @Option(help: "Words a thread reads for one step.") var batch = 700
    @Option(help: "Threads.") var threads = 2
    @Option(help: "How often to score on the way.") var evaluations = 6

    func validate() throws {
        guard width % 32 == 0, (32...256).contains(width) else {
            throw ValidationError("--width is a multiple of 32, at most 256")
        }
        guard arc % 16 == 0, (16...256).contains(arc) else {
            throw ValidationError("--arc is a multiple of 16, at most 256")
        }
        guard (1...8).contains(layers) else { throw ValidationError("--layers is 1 to 8") }
        guard (1...64).contains(threads), batch >= 1, evaluations >= 1 else {
            throw ValidationError("--threads is 1 to 64, --batch and --evaluations at least 1")
        }
        guard (0...1).contains(goldShare) else { throw ValidationError("--gold-share is 0 to 1") }
        guard words >= batch * threads else {
            throw ValidationError("--words is at least one step: \(batch * threads)")
        }
    }

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
        plan.lists = lists
        plan.irregular = irregular
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

import ArgumentParser
import Foundation
import Linguistics
import Training

struct Lemmas: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learns a model's tables of lemmas and features anew; the network stays as it is.",
        discussion:
            "Example: tidings-train lemmas --model models/english.model --gold ewt-train.conllu.gz gum-train.conllu.gz --output new.model"
    )

    @Option(help: "The model whose network is kept.") var model: String
    @Option(parsing: .upToNextOption, help: "Treebanks with gold lemmas.") var gold: [String]
    @Option(parsing: .upToNextOption, help: "CoNLL-U with tags, for the base forms it holds.") var silver: [String] = []
    @Option(help: "Irregular verbs: base form, past and participle a line.") var irregular: String?
    @Option(help: "The model file to write.") var output: String

    func run() throws {
        let bytes = ModelWriter.bytes(
            of: try LanguageModel(path: model),
            gold: try gold.flatMap(Treebank.read),
            tagged: try silver.flatMap(Treebank.read),
            irregular: try irregular.map { try IrregularVerbs(path: $0) } ?? IrregularVerbs()
        )
        try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic)
    }
}

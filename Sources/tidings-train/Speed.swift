import ArgumentParser
import Linguistics
import Training

struct Speed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Prints words a second from raw text to tokens, tags, lemmas, trees and names, on one thread; opening is left out.",
        discussion:
            "Paragraphs are analysed as articles of about 400 words are: one text after another.\n\nExample: tidings-train speed --model models/english.model articles.txt"
    )

    @Option(help: "The model.") var model: String
    @Argument(help: "A text file.") var file: String

    func run() throws {
        let annotator = Annotator(try LanguageModel(path: model))
        let lines = try Treebank.contents(of: file).split(separator: "\n", omittingEmptySubsequences: true).map(
            String.init
        )
        // Articles of eight paragraphs.
        let texts = stride(from: 0, to: lines.count, by: 8).map {
            lines[$0..<min($0 + 8, lines.count)].joined(separator: "\n\n")
        }
        var words = 0
        let time = ContinuousClock().measure {
            for text in texts { words += annotator.analyze(text).count }
        }
        print(Int(Double(words) / (time / .seconds(1))))
    }
}

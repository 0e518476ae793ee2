import ArgumentParser
import Coding
import Foundation
import Knowledge
import Linguistics
import Records
import ServiceSupport

struct RecordsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records",
        abstract: "Words a second from text to finished records on one thread, and what share of it is coding.",
        discussion: """
            Reads articles as JSON lines with a member "text". Parsing alone and everything are run in turns; opening is left out.

            Example: gzip -dc newswire.jsonl.gz | head -300 | tidings-bench records
            """
    )

    @Option(help: "Pairs of runs.") var pairs = 5
    @Argument(help: "A file; standard input when there is none.") var file: String?

    private struct Line: Decodable { var text: String }

    func run() throws {
        // Opening /dev/stdin fails where the pipe belongs to another user: the descriptor is there already.
        let bytes = [UInt8](
            try file.map { try Data(contentsOf: URL(filePath: $0)) } ?? FileHandle.standardInput.readToEnd() ?? Data()
        )
        let articles = try bytes.split(separator: 0x0A).map { line in
            var article = Article(
                sha256: sha256(of: Array(line)),
                format: .jsonl,
                text: try JSON.decode(Line.self, from: Array(line)).text
            )
            article.published = "2012-06-01"
            return article
        }
        let model = try LanguageModel(path: Installation.model())
        let annotator = Annotator(model)
        let worker = Coder(knowledge: try Knowledge(directory: Installation.seeds()), model: model).makeWorker()
        var parsing: [Double] = []
        var whole: [Double] = []
        var words = 0
        var events = 0
        for _ in 0..<pairs {
            words = 0
            parsing.append(
                ContinuousClock().measure { for article in articles { words += annotator.analyze(article.text).count } }
                    / .seconds(1)
            )
            events = 0
            whole.append(
                try ContinuousClock().measure {
                    for article in articles {
                        let coded = try worker.code(article) { false }
                        events += coded.events.count
                        _ = try JSON.encode(coded)
                    }
                } / .seconds(1)
            )
        }
        let ratios = Sample(zip(parsing, whole).map { ($1 - $0) / $0 })
        let count = Double(words)
        print("articles \(articles.count), words \(words), events \(events)")
        print(
            "parsing \(Int(count / Sample(parsing).median)) words/s, text to record \(Int(count / Sample(whole).median)) words/s"
        )
        print("coding and writing take \((ratios.median * 100).rounded() / 100) of the time of parsing")
    }
}

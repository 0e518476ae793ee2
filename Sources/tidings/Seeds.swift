import ArgumentParser
import Coding
import Knowledge
import Linguistics
import Records
import ServiceSupport

struct Seeds: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The knowledge tables: countries, people, organisations, places, common nouns, event frames.",
        discussion: "Example: tidings seeds check",
        subcommands: [SeedsCheck.self]
    )
}

struct SeedsCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads all tables and tries the example of every event frame.",
        discussion: """
            A wrong row is named with its file and line. A frame whose example does not give what its last column expects is listed with
            what it gives. Ends with 1 when anything is wrong.

            Examples:
              tidings seeds check
              tidings seeds check --seeds my-seeds
            """
    )

    @Option(help: "The directory of the knowledge tables; the one beside the executables when not given.") var seeds:
        String?
    @Option(help: "The language model.") var model: String?

    func run() throws {
        let knowledge = try Knowledge(directory: seeds ?? Installation.seeds())
        let worker = Coder(knowledge: knowledge, model: try LanguageModel(path: model ?? Installation.model()))
            .makeWorker()
        var wrong = 0
        for frame in knowledge.frames.all {
            var article = Article(sha256: sha256(of: Array(frame.example.utf8)), format: .text, text: frame.example)
            article.published = "2016-12-30"
            let lines = try worker.code(article) { false }.events.map(\.summary)
            let missing = frame.expected.split(separator: "; ").map(String.init).filter { !lines.contains($0) }
            guard !missing.isEmpty else { continue }
            wrong += 1
            note(
                "frames.tsv: \(frame.id): “\(frame.example)” does not give \(missing.joined(separator: "; ")) but \(lines.joined(separator: "; "))"
            )
        }
        output(Array(knowledge.counts.map { "\($0.what)  \($0.count)\n" }.joined().utf8))
        output(
            Array(
                "frames whose example is as expected  \(knowledge.frames.all.count - wrong) of \(knowledge.frames.all.count)\n"
                    .utf8
            )
        )
        if wrong > 0 { throw ExitCode(1) }
    }
}

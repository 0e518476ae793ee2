import ArgumentParser
import Articles
import Coding
import FoundationEssentials
import Glibc
import Knowledge
import Linguistics
import Records
import ServiceSupport

struct Extract: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Codes articles offline: no services, no database.",
        discussion: """
            Examples:
              tidings extract report.txt
              tidings extract --output jsonl news/*.html
              tidings extract --input jsonl < articles.jsonl > coded.jsonl

            A line of --input jsonl is {"id","text","published","title","source","url"}, of which only text must be there; each line
            in gives one line out, {"id","article","entities","quotes","events"}, or {"id","error"}.
            """
    )

    enum Input: String, ExpressibleByArgument, CaseIterable { case files, jsonl }
    enum Output: String, ExpressibleByArgument, CaseIterable { case jsonl, pretty }

    @Argument(help: "Files; standard input when there are none.") var files: [String] = []
    @Option(help: "files (any format that ingest takes) or jsonl.") var input: Input = .files
    @Option(help: "jsonl or pretty; pretty at a terminal.") var output: Output?
    @Option(help: "The directory of the knowledge tables.") var seeds: String?
    @Option(help: "The language model; the one beside the executables when not given.") var model: String?

    /// One line of `--input jsonl`.
    private struct Line: Decodable {
        var id: String?
        var text: String
        var published: String?
        var title: String?
        var source: String?
        var url: String?
    }

    private struct Failure: Encodable {
        var id: String
        var error: String
    }

    func run() throws {
        let coder = Coder(
            knowledge: try Knowledge(directory: seeds ?? Installation.seeds()),
            model: try LanguageModel(path: model ?? Installation.model())
        ).makeWorker()
        var failed = false
        for file in files.isEmpty ? ["-"] : files {
            switch input {
            case .files: failed = try !code(file, coder) || failed
            case .jsonl: failed = try !lines(file, coder) || failed
            }
        }
        if failed { throw ExitCode(1) }
    }

    private func code(_ file: String, _ coder: Coder.Worker) throws -> Bool {
        let bytes = try InputLines(file).rest()
        do {
            var good = true
            for item in try ArticleReader().read(bytes, name: file) {
                switch item {
                case .article(let article): good = write(article, id: article.id, coder) && good
                case .failure(let error):
                    good = false
                    fail(error.line.map { "\(file):\($0)" } ?? file, error.message)
                }
            }
            return good
        } catch {
            fail(file, error.message)
            return false
        }
    }

    private func lines(_ file: String, _ coder: Coder.Worker) throws -> Bool {
        var input = try InputLines(file)
        var number = 0
        var good = true
        while let bytes = try input.next() {
            number += 1
            guard bytes.contains(where: { $0 > 0x20 }) else { continue }
            do {
                let line = try JSON.decode(Line.self, from: bytes)
                var article = Article(sha256: sha256(of: bytes), format: .jsonl, text: line.text)
                (article.title, article.source, article.url, article.published) = (
                    line.title, line.source, line.url, line.published
                )
                good = write(article, id: line.id ?? article.id, coder) && good
            } catch {
                good = false
                fail("\(file):\(number)", "not a JSON object with \"text\": \(error)")
            }
        }
        return good
    }

    private func write(_ article: Article, id: String, _ coder: Coder.Worker) -> Bool {
        do {
            var coded = try coder.code(article) { false }
            coded.id = id
            tidings.output(isPretty ? Array(pretty(coded).utf8) : try JSON.encode(coded) + [UInt8(ascii: "\n")])
            return true
        } catch {
            fail(id, "\(error)")
            return false
        }
    }

    private func fail(_ id: String, _ reason: String) {
        if isPretty { return note("\(id): \(reason)") }
        tidings.output(((try? JSON.encode(Failure(id: id, error: reason))) ?? []) + [UInt8(ascii: "\n")])
    }

    private var isPretty: Bool { (output ?? (isatty(STDOUT_FILENO) == 1 ? .pretty : .jsonl)) == .pretty }

    private func pretty(_ coded: Coded) -> String {
        "\(coded.article.title ?? coded.article.dateline ?? coded.id)\n  events\n"
            + coded.events.map(Pretty.lines).joined()
            + "  quotes\n" + coded.quotes.map(Pretty.lines).joined() + "  entities\n"
            + coded.entities.map(Pretty.lines).joined()
    }
}

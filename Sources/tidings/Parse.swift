import ArgumentParser
import FoundationEssentials
import Glibc
import Linguistics
import ServiceSupport

struct Parse: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what the language core makes of text: tokens, tags, lemmas, trees and names. Offline.",
        discussion: """
            --input text splits running text itself; conllu and tokens (one a line, the first column counts, a blank line between
            sentences) keep the given words and sentences. Names stand as NER= in the last column of CoNLL-U, in IOB2.

            Examples:
              tidings parse report.txt
              echo 'Obama ordered the expulsion of 35 diplomats.' | tidings parse --output pretty
              tidings parse --input conllu gold.conllu > parsed.conllu
            """
    )

    enum Input: String, ExpressibleByArgument, CaseIterable { case text, conllu, tokens }
    enum Output: String, ExpressibleByArgument, CaseIterable { case conllu, pretty }

    @Argument(help: "A file; standard input when there is none.") var file = "-"
    @Option(help: "text, conllu or tokens.") var input: Input = .text
    @Option(help: "conllu or pretty.") var output: Output = .conllu
    @Option(help: "The language model; the one beside the executables when not given.") var model: String?

    func run() throws {
        let annotator = Annotator(try LanguageModel(path: model ?? Installation.model()))
        let bytes = try InputLines(file).rest()
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Complaint("\(file): not UTF-8; convert it first, for example with iconv -f latin1 -t utf-8")
        }
        let given: GivenSentences? = input == .text ? nil : try GivenSentences(text, isTreebank: input == .conllu, file)
        let analysis = given.map { annotator.analyze($0.words) } ?? annotator.analyze(text)
        for (index, tokens) in analysis.sentences.enumerated() {
            switch output {
            case .conllu: conllu(analysis, index, tokens, given)
            case .pretty: tidings.output(Array(PrettyTree(analysis, tokens).text.utf8))
            }
        }
    }

    private func conllu(_ analysis: Analysis, _ index: Int, _ tokens: Range<Int>, _ given: GivenSentences?) {
        var lines: [String] = []
        if let given {
            lines = given.comments[index]
        } else {
            if analysis.beginsParagraph[index] { lines.append("# newpar") }
            lines.append("# sent_id = \(index + 1)")
            lines.append(
                "# text = "
                    + analysis.string(tokens).split { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.joined(separator: " ")
            )
        }
        for token in tokens {
            if let ranges = given?.ranges[index], let range = ranges[token - tokens.lowerBound] { lines.append(range) }
            let head = analysis.heads[token] < 0 ? 0 : Int(analysis.heads[token]) - tokens.lowerBound + 1
            var misc = ["NER=\(analysis.name(token))"]
            if given == nil, token + 1 < analysis.count, analysis.starts[token + 1] == analysis.ends[token] {
                misc.append("SpaceAfter=No")
            }
            let columns = [
                "\(token - tokens.lowerBound + 1)", analysis.token(token), analysis.lemma(token),
                analysis.universal(token), analysis.penn(token),
                analysis.featuresOf(token), "\(head)", analysis.relation(token), "_", misc.joined(separator: "|"),
            ]
            lines.append(columns.joined(separator: "\t"))
        }
        tidings.output(Array((lines.joined(separator: "\n") + "\n\n").utf8))
    }
}

/// Sentences whose words somebody else has chosen.
private struct GivenSentences {
    var words: [[String]] = []
    /// Comment lines of each sentence.
    var comments: [[String]] = []
    /// Lines of multiword ranges, by the position of the first word they cover.
    var ranges: [[Int: String]] = []

    init(_ text: String, isTreebank: Bool, _ file: String) throws {
        var current: [String] = []
        var notes: [String] = []
        var spans: [Int: String] = [:]
        func end(_ target: inout GivenSentences) {
            if !current.isEmpty {
                target.words.append(current)
                target.comments.append(notes)
                target.ranges.append(spans)
            }
            (current, notes, spans) = ([], [], [:])
        }
        for (number, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = raw.last == "\r" ? raw.dropLast() : raw
            if line.isEmpty {
                end(&self)
                continue
            }
            if isTreebank, line.first == "#" {
                notes.append(String(line))
                continue
            }
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard isTreebank else {
                guard !columns[0].isEmpty else {
                    throw Complaint("\(file):\(number + 1): no token in the first column")
                }
                current.append(String(columns[0]))
                continue
            }
            guard columns.count == 10, !columns[1].isEmpty else {
                throw Complaint(
                    "\(file):\(number + 1): CoNLL-U has 10 columns and a form in the second, this line \(columns.count); is it --input tokens?"
                )
            }
            if columns[0].contains("-") { spans[current.count] = String(line) }
            if Int(columns[0]) != nil { current.append(String(columns[1])) }
        }
        end(&self)
    }
}

/// A sentence's tree as lines: the root first, below each word its dependents with their relations.
private struct PrettyTree {
    private let analysis: Analysis
    private let tokens: Range<Int>
    private let children: [Int: [Int]]
    private(set) var text = ""

    init(_ analysis: Analysis, _ tokens: Range<Int>) {
        self.analysis = analysis
        self.tokens = tokens
        children = Dictionary(grouping: tokens, by: { Int(analysis.heads[$0]) })
        text = analysis.string(tokens) + "\n"
        // Depth first without recursion: a tree may be as deep as its sentence is long.
        var open = (children[-1] ?? []).reversed().map { (token: $0, before: "", branch: "") }
        while let next = open.popLast() {
            text += next.before + next.branch + label(next.token) + "\n"
            let inner = next.before + (next.branch.isEmpty ? "" : next.branch == "└─ " ? "   " : "│  ")
            let dependents = children[next.token] ?? []
            for (position, token) in dependents.enumerated().reversed() {
                open.append((token, inner, position == dependents.count - 1 ? "└─ " : "├─ "))
            }
        }
        text += "\n"
    }

    private func label(_ token: Int) -> String {
        let relation = analysis.relation(token)
        let name = analysis.name(token)
        return "\(relation) \(analysis.token(token))  \(analysis.lemma(token)) \(analysis.penn(token))"
            + (name == "O" ? "" : "  \(name)")
    }
}

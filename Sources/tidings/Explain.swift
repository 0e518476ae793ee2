import ArgumentParser
import Articles
import Coding
import FoundationEssentials
import Knowledge
import Linguistics
import Records
import ServiceSupport
import Storage

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Shows why: for each event the sentence with its words marked, the frame, what decided its status, and who was meant.",
        discussion: """
            Takes a file, which is coded here and now, or the id of a stored event.

            Examples:
              tidings explain report.txt
              tidings explain --html report.txt > report.html
              tidings explain 018d…
            """
    )

    @Argument(help: "A file that ingest would take, or an event's id.") var what: String
    @Flag(help: "Write a page with the article marked up in colour.") var html = false
    @Option(help: "The directory of the knowledge tables.") var seeds: String?
    @Option(help: "The language model.") var model: String?
    @OptionGroup var stack: StackOptions

    func run() throws {
        let knowledge = try Knowledge(directory: seeds ?? Installation.seeds())
        let explanation = Explanation(frames: knowledge.frames.all)
        guard FileManager.default.fileExists(atPath: what) else {
            guard !html else { throw Complaint("\(what): no such file; --html takes a file") }
            guard let found = try OperatorStore.event(what.lowercased(), on: stack.connect()) else {
                throw Complaint("\(what): neither a file nor the id of a stored event")
            }
            return output(Array(explanation.lines(try JSON.decode(Event.self, from: found)).utf8))
        }
        let worker = Coder(knowledge: knowledge, model: try LanguageModel(path: model ?? Installation.model()))
            .makeWorker()
        for item in try ArticleReader().read(try InputLines(what).rest(), name: what) {
            guard case .article(let article) = item else {
                if case .failure(let error) = item { throw Complaint("\(what): \(error.message)") }
                continue
            }
            let coded = try worker.code(article) { false }
            if html {
                output(Array(MarkedArticle(article, coded).page.utf8))
            } else {
                output(Array(coded.events.map(explanation.lines).joined(separator: "\n").utf8))
                if coded.events.isEmpty { note("\(what): no events; tidings parse shows what was read") }
            }
        }
    }
}

/// An event's reasons as lines.
struct Explanation {
    private let frames: [String: Frame]

    init(frames: [Frame]) {
        self.frames = Dictionary(frames.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func lines(_ event: Event) -> String {
        let rules = event.evidence.rule.components(separatedBy: "; ")
        var lines = [event.summary, "  sentence  \(event.evidence.sentence + 1): \(marked(event))"]
        if let id = rules.first, let frame = frames[id] {
            let words = frame.lemmas.map { ([$0.word] + $0.particles).joined(separator: " ") }.joined(separator: ", ")
            lines.append("  frame     \(id): \(words)")
            lines.append("            as in “\(frame.example)”")
        }
        let cues = rules.dropFirst()
        lines.append(
            "  status    \(event.status.rawValue)\(cues.isEmpty ? ", nothing says otherwise" : ", by \(cues.joined(separator: ", then "))")"
        )
        if !event.claimedBy.isEmpty {
            lines.append("  says      \(event.claimedBy.map(party).joined(separator: " and "))")
        }
        lines.append("  actor     \(parties(event.actor, "nobody is named"))")
        lines.append("  recipient \(parties(event.recipient, "nobody is named"))")
        lines.append(
            "  date      \(event.date?.description ?? "none: \(event.dateReason ?? "")")\(event.dateText.map { " (“\($0)”)" } ?? "")"
        )
        lines.append(
            "  place     \(event.location.map { "\($0.name) \($0.country ?? "")" } ?? "none: \(event.locationReason ?? "")")"
        )
        lines.append(
            "  code      CAMEO \(event.cameo ?? "none: the words do not tell the exact act"), quad \(event.quadCode), scale \(event.eventScale)"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private func parties(_ actors: [Actor], _ none: String) -> String {
        actors.isEmpty ? none : actors.map(party).joined(separator: " and ")
    }

    private func party(_ actor: Actor) -> String {
        let facts = [actor.code, actor.sector?.rawValue, actor.office].compactMap { $0 }.joined(separator: ", ")
        let resolved = actor.name.map { $0 == actor.text ? "" : " = \($0)" } ?? ""
        return "“\(actor.text)”\(resolved)\(facts.isEmpty ? " (unknown)" : " (\(facts))")"
    }

    /// The sentence with what proves each slot: [act], ‹actor›, «recipient».
    private func marked(_ event: Event) -> String {
        guard let start = event.evidence.start else { return event.evidence.text }
        var bytes = Array(event.evidence.text.utf8)
        var inserts: [(Int, String)] = []
        for (spans, open, close) in [
            (event.evidence.event, "[", "]"), (event.evidence.actor, "‹", "›"), (event.evidence.recipient, "«", "»"),
        ] {
            for span in spans where span.start >= start && span.end <= start + bytes.count {
                inserts += [(span.start - start, open), (span.end - start, close)]
            }
        }
        for (at, mark) in inserts.sorted(by: { ($0.0, $0.1) > ($1.0, $1.1) }) {
            bytes.insert(contentsOf: Array(mark.utf8), at: at)
        }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// A page that shows an article with actors, acts, recipients and quotes in colour; no script, no request to another host.
struct MarkedArticle {
    private let article: Article
    private let coded: Coded

    init(_ article: Article, _ coded: Coded) {
        self.article = article
        self.coded = coded
    }

    var page: String {
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(escaped(article.title ?? "Article"))</title>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <style>body{font:1.05rem/1.6 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
        mark{padding:0 .15em;border-radius:.2em}.act{background:#ffd166}.actor{background:#bde0fe}.recipient{background:#ffc8dd}
        .quote{background:none;border-bottom:.15em solid #6a994e}li{margin:.5em 0}small{color:#555}
        @media(prefers-color-scheme:dark){body{background:#111;color:#ddd}mark{color:#000}.quote{color:inherit}}</style></head><body>
        <h1>\(escaped(article.title ?? coded.article.dateline ?? "Article"))</h1>
        <p><small><mark class="actor">actor</mark> <mark class="act">act</mark> <mark class="recipient">recipient</mark>
        <mark class="quote">quote</mark></small></p>
        \(text)
        <h2>Events</h2><ol>\(coded.events.map { "<li>\(escaped($0.summary))<br><small>\(escaped($0.evidence.rule))</small></li>" }.joined())</ol>
        </body></html>

        """
    }

    private var text: String {
        let bytes = Array(article.text.utf8)
        var kinds = [String?](repeating: nil, count: bytes.count)
        func paint(_ spans: [Span], _ kind: String) {
            for span in spans { for at in span.start..<min(span.end, bytes.count) { kinds[at] = kind } }
        }
        for quote in coded.quotes where quote.kind != .indirect { paint(quote.spans, "quote") }
        for event in coded.events {
            paint(event.evidence.actor, "actor")
            paint(event.evidence.recipient, "recipient")
            paint(event.evidence.event, "act")
        }
        var html = ""
        var at = 0
        while at < bytes.count {
            var end = at
            while end < bytes.count, kinds[end] == kinds[at] { end += 1 }
            let piece = escaped(String(decoding: bytes[at..<end], as: UTF8.self))
            html += kinds[at].map { "<mark class=\"\($0)\">\(piece)</mark>" } ?? piece
            at = end
        }
        return html.split(separator: "\n\n").map { "<p>\($0)</p>" }.joined(separator: "\n")
    }

    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}

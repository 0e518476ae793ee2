import Records
import ServiceSupport

/// PDF with a text layer, through poppler's `pdftotext`.
///
/// Lines of one block are joined by spaces, blocks are paragraphs; poppler rejoins words that are parted at line ends. Title and
/// author are the document's own; its dates are those of a file and not of an article, so they are not taken.
struct PDFArticle {
    private let program: String

    init(_ program: String) { self.program = program }

    func read(_ input: Input) throws(ArticleError) -> Article {
        let arguments = ["-q", "-htmlmeta", "-nopgbrk", "-enc", "UTF-8", "-", "-"]
        let run = ConfinedProgram(path: program, arguments: arguments, bounds: input.limits.pdf).run(input.bytes)
        switch run {
        case .missing:
            throw input.error(
                .pdfTool,
                "is a PDF, and \(program) is not installed: install poppler-utils, or convert it to plain text"
            )
        case .exceeded(let what):
            throw input.error(
                .pdfLimits,
                "is a PDF that takes more than \(what) to read: convert it with pdftotext FILE.pdf FILE.txt, and look at it"
            )
        case .failed(let reason):
            throw input.error(.pdf, "is a PDF that pdftotext cannot read (\(reason)): print it to a new PDF")
        case .output(let output, let status):
            guard status == 0 else { throw error(status, input) }
            return try draft(output, input).article(.pdf, in: input)
        }
    }

    /// The exit codes of pdftotext(1); without memory it says 1 or ends by a signal.
    private func error(_ status: Int32, _ input: Input) -> ArticleError {
        if status == 3 {
            return input.error(.pdfProtected, "is a PDF that forbids taking its text: ask for it as text")
        }
        return input.error(
            .pdf,
            "is a PDF that cannot be opened; it is damaged, or has a password: print it to a new PDF, or ask for it as text"
        )
    }

    /// What `-htmlmeta` writes: a head with title and author, and the text as it is between `<pre>` and the last `</pre>`.
    private func draft(_ output: [UInt8], _ input: Input) throws(ArticleError) -> Draft {
        let text = String(decoding: output, as: UTF8.self)
        var draft = Draft()
        guard let start = text.firstRange(of: "<pre>\n"), let end = text.ranges(of: "</pre>").last,
            start.upperBound <= end.lowerBound
        else {
            throw input.error(
                .pdf,
                "is a PDF, and what pdftotext gives of it is not what it documents: update poppler-utils"
            )
        }
        let head = text[..<start.lowerBound]
        draft.title = value(in: head, from: "<title>", to: "</title>")
        draft.author = value(in: head, from: "<meta name=\"Author\" content=\"", to: "\"/>")
        draft.text = paragraphs(text[start.upperBound..<end.lowerBound])
        if draft.text.isEmpty {
            throw input.error(
                .pdfNoText,
                "is a PDF without text, as a scan is: recognise its text with ocrmypdf, and drop it again"
            )
        }
        return draft
    }

    private func paragraphs(_ text: Substring) -> String {
        var paragraphs: [String] = []
        var isOpen = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard let line = Metadata.line(String(line), limit: .max) else {
                isOpen = false
                continue
            }
            if isOpen {
                paragraphs[paragraphs.count - 1] += " " + line
            } else {
                paragraphs.append(line)
            }
            isOpen = true
        }
        return paragraphs.joined(separator: "\n\n")
    }

    private func value(in head: Substring, from start: String, to end: String) -> String? {
        guard let first = head.firstRange(of: start),
            let last = head[first.upperBound...].firstRange(of: end)
        else { return nil }
        return String(head[first.upperBound..<last.lowerBound]).replacing("&lt;", with: "<").replacing(
            "&gt;",
            with: ">"
        )
        .replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&apos;", with: "'")
        .replacing("&amp;", with: "&")
    }
}

import Records

/// A brief as a person reads it.
package enum BriefFormat: String, Sendable, CaseIterable {
    case text, markdown, html
}

extension Brief {
    /// The brief as text, Markdown or HTML, with numbered citations.
    ///
    /// - Parameter base: what the addresses in HTML and Markdown begin with; `/articles/ID` and so on stand behind it.
    package func rendered(as format: BriefFormat, base: String = "") -> String {
        var notes = Notes()
        let parts = sections.map { section in
            (
                section.title,
                section.sentences.map { (text: Brief.oneLine($0.text), notes: notes.numbers($0.citations)) },
                section.ifEmpty
            )
        }
        switch format {
        case .text: return plain(parts, notes.citations)
        case .markdown: return markdown(parts, notes.citations, base)
        case .html: return html(parts, notes.citations, base)
        }
    }

    private struct Section {
        let title: String
        let sentences: [CitedSentence]
        let ifEmpty: String?
    }

    private typealias Part = (title: String, sentences: [(text: String, notes: [Int])], ifEmpty: String?)

    /// Gives each citation a number, the same one wherever it comes again.
    private struct Notes {
        private(set) var citations: [Citation] = []
        private var known: [Citation: Int] = [:]

        mutating func numbers(_ cited: [Citation]) -> [Int] {
            cited.map { citation in
                if let number = known[citation] { return number }
                citations.append(citation)
                known[citation] = citations.count
                return citations.count
            }
        }
    }

    private var sections: [Section] {
        [
            Section(title: "Summary", sentences: summary, ifEmpty: nil),
            Section(title: "What happened", sentences: events, ifEmpty: nil),
            Section(
                title: "What changed since the last brief",
                sentences: changes?.sentences ?? [],
                ifEmpty: changes == nil ? nil : "Nothing."
            ),
        ].filter { !$0.sentences.isEmpty || $0.ifEmpty != nil }
    }

    /// Period and counts, for a person.
    private var underTitle: String {
        let period = since.flatMap { since in until.map { "\(since.english) to \($0.english)" } }
        let told =
            "\(counts.articles) \(counts.articles == 1 ? "article" : "articles"), "
            + "\(counts.incidents) \(counts.incidents == 1 ? "incident" : "incidents") in \(counts.reports) "
            + "\(counts.reports == 1 ? "report" : "reports") of \(counts.origins) independent "
            + "\(counts.origins == 1 ? "origin" : "origins")"
        return [period, told].compactMap { $0 }.joined(separator: "; ")
    }

    private func label(_ citation: Citation) -> String {
        var label = "\(citation.kind):\(citation.id)"
        if case .article(let id, let spans) = citation {
            label += " bytes " + spans.map { "\($0.start)-\($0.end)" }.joined(separator: ", ")
            let source = sources.first { $0.id == id }
            let about = [source?.source, source?.title, source?.published].compactMap { $0 }.map(Brief.oneLine)
            if !about.isEmpty { label += " — " + about.joined(separator: ", ") }
        }
        return label
    }

    private static func path(_ citation: Citation, _ base: String) -> String {
        switch citation {
        case .article(let id, _): "\(base)/articles/\(id)"
        case .event(let id): "\(base)/events/\(id)"
        case .incident(let id): "\(base)/incidents/\(id)"
        case .story(let id): "\(base)/stories/\(id)"
        }
    }

    private func plain(_ parts: [Part], _ citations: [Citation]) -> String {
        var lines = [Brief.oneLine(title), underTitle]
        for part in parts {
            lines += ["", part.title]
            if part.sentences.isEmpty, let text = part.ifEmpty { lines.append("  \(text)") }
            lines += part.sentences.map { "  \($0.text) " + $0.notes.map { "[\($0)]" }.joined() }
        }
        lines.append("")
        lines += citations.enumerated().map { "[\($0.offset + 1)] \(label($0.element))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func markdown(_ parts: [Part], _ citations: [Citation], _ base: String) -> String {
        var lines = ["# \(Brief.markdown(Brief.oneLine(title)))", "", underTitle]
        for part in parts {
            lines += ["", "## \(part.title)", ""]
            if part.sentences.isEmpty, let text = part.ifEmpty { lines.append(text) }
            lines += part.sentences.map { "- \(Brief.markdown($0.text)) " + $0.notes.map { "[^\($0)]" }.joined() }
        }
        lines.append("")
        lines += citations.enumerated().map {
            "[^\($0.offset + 1)]: [\(Brief.markdown(label($0.element)))](\(Brief.path($0.element, base)))"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func html(_ parts: [Part], _ citations: [Citation], _ base: String) -> String {
        var html =
            "<article class=\"brief\">\n<h1>\(Brief.escaped(Brief.oneLine(title)))</h1>\n<p>\(Brief.escaped(underTitle))</p>\n"
        for part in parts {
            html += "<h2>\(part.title)</h2>\n"
            if part.sentences.isEmpty, let text = part.ifEmpty { html += "<p>\(text)</p>\n" }
            if !part.sentences.isEmpty { html += "<ul>\n" }
            for sentence in part.sentences {
                let notes = sentence.notes.map { "<a href=\"#note-\($0)\">\($0)</a>" }.joined(separator: " ")
                html += "<li>\(Brief.escaped(sentence.text)) <sup>\(notes)</sup></li>\n"
            }
            if !part.sentences.isEmpty { html += "</ul>\n" }
        }
        html += "<ol>\n"
        for (index, citation) in citations.enumerated() {
            let path = Brief.escaped(Brief.path(citation, base))
            html += "<li id=\"note-\(index + 1)\"><a href=\"\(path)\">\(Brief.escaped(label(citation)))</a></li>\n"
        }
        return html + "</ol>\n</article>\n"
    }

    /// Line breaks and runs of spaces as one space; other control characters are left out.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).map {
            String($0.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
        }
        .joined(separator: " ")
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// Text that Markdown shows as it is, whatever it holds.
    private static func markdown(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "\\`*_[]<>#|!&~^".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped
    }
}

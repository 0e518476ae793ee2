import ArgumentParser
import Briefing
import FoundationEssentials
import Knowledge
import Records
import ServiceSupport
import Storage
import Wire

struct BriefCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brief",
        abstract: "Summarises a story, an article, a country or a dyad; every sentence says what it rests on.",
        discussion: """
            A brief has sentences of the articles, what happened as incidents, and what changed since the last brief of the same
            scope. It is kept, so that the next one can say what changed. A dyad takes in what either did to the other.

            Examples:
              tidings brief --country RUS                             the last seven days
              tidings brief --dyad RUS-USA --since 2016-12-25 --until 2016-12-31
              tidings brief --story 5f0c… --format markdown
              tidings brief --article 0c1e… --length 60w --format json
            """
    )

    enum Output: String, ExpressibleByArgument, CaseIterable { case text, markdown, html, json }

    @Option(help: "A story's id.") var story: String?
    @Option(help: "An article's id.") var article: String?
    @Option(help: "A country's ISO 3166-1 alpha-3 code, or IGO UNO EUR NGO ISM IMG MNC.") var country: String?
    @Option(help: "Two codes with a hyphen between them.") var dyad: String?
    @Option(help: "The first day, 2016-12-25, or how long ago, 7d or 2w; 7d for a country or dyad when not given.")
    var since: String?
    @Option(help: "The last day, included; today when not given.") var until: String?
    @Option(help: "text, markdown, html or json.") var format: Output = .text
    @Option(help: "Sentences of the articles, or words with a w: 5 or 80w.") var length = "5"
    @Option(help: "The directory of the knowledge tables.") var seeds: String?
    @OptionGroup var stack: StackOptions

    func validate() throws {
        guard [story, article, country, dyad].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("a brief is about one of --story, --article, --country and --dyad")
        }
        _ = try limit()
    }

    func run() throws {
        let today = CivilDate(daysSinceEpoch: Int(Date().timeIntervalSince1970 / 86_400))
        let countries = try Countries(directory: seeds ?? Installation.seeds())
        let scope = try scope(countries)
        let period = try period(scope, today: today)
        let answer = try Briefs.make(
            scope,
            since: period.since,
            until: period.until,
            length: limit(),
            countries: countries.names,
            on: stack.connect()
        )
        switch answer {
        case .unknown(let reason), .nothing(let reason): throw Complaint(reason)
        case .brief(let brief):
            switch format {
            case .json: output(try JSON.encode(brief) + [UInt8(ascii: "\n")])
            case .text: output(brief.rendered(as: .text))
            case .markdown: output(brief.rendered(as: .markdown))
            case .html: output(brief.rendered(as: .html))
            }
        }
    }

    private func limit() throws -> Extractor.Length {
        let isWords = length.hasSuffix("w")
        guard let count = Int(length.prefix(isWords ? length.count - 1 : length.count)),
            (1...(isWords ? 2000 : 50)).contains(count)
        else {
            throw ValidationError("--length is 1 to 50 sentences, or 1w to 2000w words; '\(length)' is neither")
        }
        return isWords ? .words(count) : .sentences(count)
    }

    private func scope(_ countries: Countries) throws -> BriefScope {
        if let story { return .story(story.lowercased()) }
        if let article { return .article(article.lowercased()) }
        if let country { return .country(try code(country, countries)) }
        let codes = (dyad ?? "").split(separator: "-").map(String.init)
        guard codes.count == 2 else {
            throw Complaint("--dyad is two codes with a hyphen between them, RUS-USA; '\(dyad ?? "")' is not")
        }
        return .dyad(try code(codes[0], countries), try code(codes[1], countries))
    }

    private func code(_ text: String, _ countries: Countries) throws -> String {
        let code = text.uppercased()
        guard countries.names[code] == nil else { return code }
        let meant = countries.code(named: text) ?? Suggestion.nearest(to: code, in: countries.names.keys.sorted())
        throw Complaint(
            "no country or actor has the code \(text)"
                + (meant.map { "; \($0) is \(countries.names[$0] ?? "")" }
                    ?? "; codes are those of ISO 3166-1, RUS for Russia")
        )
    }

    private func period(_ scope: BriefScope, today: CivilDate) throws -> (since: CivilDate?, until: CivilDate?) {
        let until = try self.until.map { try day($0, "--until", today) } ?? (scope.needsPeriod ? today : nil)
        let since =
            try self.since.map { try day($0, "--since", until ?? today) }
            ?? (scope.needsPeriod ? (until ?? today).adding(days: -6) : nil)
        if let since, let until, since > until { throw Complaint("--since \(since) is after --until \(until)") }
        return (since, until)
    }

    /// A date, or days (`7d`) or weeks (`2w`) that end with `last`.
    private func day(_ text: String, _ option: String, _ last: CivilDate) throws -> CivilDate {
        if text.utf8.count == 10, let day = CivilDate(iso: text) { return day }
        let unit = ["d": 1, "w": 7][text.suffix(1)]
        guard let unit, let count = Int(text.dropLast()), (1...10_000).contains(count) else {
            throw Complaint("\(option) is a date, 2016-12-25, or days or weeks, 7d or 2w; '\(text)' is none")
        }
        return last.adding(days: 1 - count * unit)
    }
}

package import Knowledge
import Linguistics
package import Records

/// Why an article was not coded.
package enum CodingError: Error, Sendable, Equatable {
    /// The caller's budget for one article is used up.
    case overBudget
}

/// Text in, record out: entities, quotes and events with the words that prove them.
///
/// No I/O and no clock.
package struct Coder: Sendable {
    /// Names this coder in every record; events coded by another version get other identifiers.
    package static let version = "tidings 0.1.0"

    private let knowledge: Knowledge

    package init(knowledge: Knowledge) { self.knowledge = knowledge }

    /// Codes an article.
    ///
    /// - Parameters:
    ///   - article: what to code.
    ///   - isOverBudget: asked at every sentence; true ends the work.
    /// - Returns: what was found; the same for the same article on every machine.
    /// - Throws: when over budget.
    package func code(_ article: Article, isOverBudget: () -> Bool) throws(CodingError) -> Coded {
        let analysis = Analyzer().analyze(article.text).joiningHyphenatedWords()
        let lower = (0..<analysis.count).map { analysis.token($0).lowercased() }
        var chunker = Chunker(analysis, lower: lower, knowledge: knowledge, day: article.publishedDate)
        var chunks = try chunker.chunks(isOverBudget: isOverBudget)
        Pronouns.resolve(&chunks, analysis: analysis, lower: lower)
        let found = QuoteFinder(analysis: analysis, lower: lower, knowledge: knowledge, chunks: chunks).find()
        Pronouns.resolveSpeakers(found, in: &chunks, lower: lower)
        let reference = ArticleReference(article)
        let quotes = found.map { quote($0, analysis, reference) }
        let events =
            Genre(lower).hasEvents
            ? try EventFinder(
                analysis: analysis,
                lower: lower,
                knowledge: knowledge,
                chunks: chunks,
                quotes: found,
                quoteIDs: quotes.map(\.id),
                article: reference,
                published: article.publishedDate,
                undated: article.publishedReason ?? "it states none"
            ).find(isOverBudget: isOverBudget) : []
        return Coded(article: article, entities: entities(chunks, analysis), quotes: quotes, events: events)
    }

    private func quote(_ found: QuoteFinder.Found, _ analysis: Analysis, _ article: ArticleReference) -> Quote {
        let spans = found.parts.map { Span(analysis.starts[$0.lowerBound], analysis.ends[$0.upperBound - 1]) }
        let text = found.parts.map { analysis.string($0) }.joined(separator: " ")
        var quote = Quote(text: text, spans: spans, kind: found.kind, article: article)
        quote.speaker = found.speaker.map {
            .init(name: $0.actor.name, text: analysis.string($0.tokens), code: $0.actor.code)
        }
        quote.cueSpan = found.cue.map { Span(analysis.starts[$0], analysis.ends[$0]) }
        quote.cue = found.cue.map { analysis.token($0) == "according" ? "according to" : analysis.token($0) }
        return quote
    }

    private func entities(_ chunks: [Chunk], _ analysis: Analysis) -> [Entity] {
        var entities: [Entity] = []
        var places: [EntityKey: Int] = [:]
        for chunk in chunks {
            guard let key = chunk.entity else { continue }
            let index = places[key] ?? entities.count
            if index == entities.count {
                places[key] = index
                entities.append(
                    Entity(name: key.name, type: key.type, code: chunk.actor.code, sector: chunk.actor.sector)
                )
            }
            let text = analysis.string(chunk.tokens)
            entities[index].office = entities[index].office ?? chunk.actor.office
            entities[index].code = entities[index].code ?? chunk.actor.code
            entities[index].sector = entities[index].sector ?? chunk.actor.sector
            entities[index].mentions.append(
                .init(
                    text: text,
                    span: Span(analysis.starts[chunk.tokens.lowerBound], analysis.ends[chunk.tokens.upperBound - 1]),
                    sentence: analysis.sentence(of: chunk.tokens.lowerBound)
                )
            )
            if text != key.name, chunk.kind != .pronoun, !entities[index].aliases.contains(text) {
                entities[index].aliases.append(text)
            }
        }
        return entities
    }
}

/// Sport and markets speak of beating and hammering and mean no fight.
private struct Genre {
    let hasEvents: Bool

    init(_ lower: [String]) {
        let seen = Set(lower)
        hasEvents = seen.intersection(Genre.sport).count < 3 && seen.intersection(Genre.markets).count < 4
    }

    private static let sport: Set<String> = [
        "match", "goal", "goals", "coach", "league", "scored", "striker", "midfielder", "goalkeeper", "quarter-final",
        "quarterfinal",
        "semi-final", "semifinal", "tournament", "championship", "innings", "wicket", "defender", "penalty", "halftime",
        "half-time",
        "touchdown", "playoff", "playoffs", "cup", "fifa", "uefa", "olympic", "medal", "tennis", "rugby", "cricket",
        "referee",
    ]
    private static let markets: Set<String> = [
        "shares", "stocks", "index", "investors", "traders", "nasdaq", "dow", "futures", "bonds", "yield", "yields",
        "equities",
        "rallied", "analysts", "earnings", "ftse", "nikkei",
    ]
}

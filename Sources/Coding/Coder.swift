package import Knowledge
package import Linguistics
package import Records

/// Why an article was not coded.
package enum CodingError: Error, Sendable, Equatable {
    /// The caller's budget for one article is used up.
    case overBudget
}

/// Text in, record out: entities, quotes and events with the words that prove them.
///
/// No I/O and no clock.
package final class Coder: Sendable {
    /// Names this coder in every record; events coded by another version get other identifiers.
    package static let version = "tidings 0.1.0"

    private let lexicon: Lexicon
    fileprivate let model: LanguageModel
    private let labels: Tree.Labels

    package init(knowledge: Knowledge, model: LanguageModel) {
        lexicon = Lexicon(knowledge)
        self.model = model
        labels = Tree.Labels(model)
    }

    /// One thread's coder, with the room that parsing takes.
    package final class Worker {
        package let coder: Coder
        private let annotator: Annotator

        fileprivate init(_ coder: Coder) {
            self.coder = coder
            annotator = Annotator(coder.model)
        }

        /// Codes an article.
        ///
        /// - Parameters:
        ///   - article: what to code.
        ///   - isOverBudget: asked at every sentence; true ends the work.
        /// - Returns: what was found; the same for the same article on every machine.
        /// - Throws: when over budget.
        package func code(_ article: Article, isOverBudget: () -> Bool) throws(CodingError) -> Coded {
            try coder.code(article, annotator, isOverBudget: isOverBudget)
        }
    }

    package func makeWorker() -> Worker { Worker(self) }

    private func code(
        _ article: Article,
        _ annotator: Annotator,
        isOverBudget: () -> Bool
    ) throws(CodingError) -> Coded {
        // The models and tables are of English: what they made of another language would be noise with a source.
        if let language = article.language, language.split(separator: "-").first?.lowercased() != "en" {
            return Coded(article: article, notCoded: "language")
        }
        let tree = Tree(annotator.analyze(article.text), labels)
        var finder = MentionFinder(tree, lexicon, day: article.publishedDate)
        var mentions = Coreference.resolve(tree, lexicon, try finder.find(isOverBudget: isOverBudget))
        let found = QuoteFinder(tree, lexicon, mentions).find()
        Coreference.resolveSpeakers(found, tree, &mentions)
        let reference = ArticleReference(article)
        let quotes = found.map { quote($0, tree.analysis, mentions, reference) }
        let kind = DocumentType(tree)
        let events =
            kind.hasEvents
            ? try EventFinder(
                tree: tree,
                lexicon: lexicon,
                mentions: mentions,
                arguments: Arguments(tree: tree, lexicon: lexicon, mentions: mentions),
                quotes: found,
                quoteIDs: quotes.map(\.id),
                article: reference,
                published: article.publishedDate,
                undated: article.publishedReason ?? "it states none"
            ).find(isOverBudget: isOverBudget) : []
        return Coded(
            article: article,
            documentType: kind,
            entities: entities(mentions.all, tree.analysis).map { withRoles($0, events, article) },
            quotes: quotes,
            events: events
        )
    }

    private func quote(
        _ found: QuoteFinder.Found,
        _ analysis: Analysis,
        _ mentions: Mentions,
        _ article: ArticleReference
    ) -> Quote {
        let spans = found.parts.map { Span(analysis.starts[$0.lowerBound], analysis.ends[$0.upperBound - 1]) }
        let text = found.parts.map { analysis.string($0) }.joined(separator: " ")
        var quote = Quote(text: text, spans: spans, kind: found.kind, article: article)
        quote.speaker = found.speaker.map { index in
            let mention = mentions.all[index]
            return .init(name: mention.actor.name, text: analysis.string(mention.tokens), code: mention.actor.code)
        }
        quote.cueSpan = found.cue.map { Span(analysis.starts[$0], analysis.ends[$0]) }
        quote.cue = found.cue.map { analysis.token($0) == "according" ? "according to" : analysis.token($0) }
        return quote
    }

    /// What a place is in the article.
    private func withRoles(_ entity: Entity, _ events: [Event], _ article: Article) -> Entity {
        guard entity.type == .place || entity.type == .country else { return entity }
        var entity = entity
        let texts = Set(entity.mentions.map { $0.text.lowercased() })
        if let dateline = article.dateline, texts.contains(dateline.lowercased()) { entity.roles.append("dateline") }
        if events.contains(where: { $0.location?.name == entity.name }) { entity.roles.append("event") }
        if events.contains(where: { ($0.actor + $0.recipient).contains { $0.name == entity.name } }) {
            entity.roles.append("party")
        }
        if entity.roles.isEmpty { entity.roles = ["mentioned"] }
        return entity
    }

    private func entities(_ mentions: [Mention], _ analysis: Analysis) -> [Entity] {
        var entities: [Entity] = []
        var places: [EntityKey: Int] = [:]
        for mention in mentions {
            guard let key = mention.entity else { continue }
            let index = places[key] ?? entities.count
            if index == entities.count {
                places[key] = index
                entities.append(
                    Entity(name: key.name, type: key.type, code: mention.actor.code, sector: mention.actor.sector)
                )
            }
            let text = analysis.string(mention.tokens)
            entities[index].office = entities[index].office ?? mention.actor.office
            entities[index].code = entities[index].code ?? mention.actor.code
            entities[index].sector = entities[index].sector ?? mention.actor.sector
            entities[index].mentions.append(
                .init(
                    text: text,
                    span: Span(
                        analysis.starts[mention.tokens.lowerBound],
                        analysis.ends[mention.tokens.upperBound - 1]
                    ),
                    sentence: analysis.sentence(of: mention.tokens.lowerBound)
                )
            )
            if text != key.name, mention.kind != .pronoun, mention.kind != .described,
                !entities[index].aliases.contains(text)
            {
                entities[index].aliases.append(text)
            }
        }
        return entities
    }
}

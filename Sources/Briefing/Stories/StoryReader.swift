package import Knowledge
package import Records

/// What stories see of an act that an article reports.
package struct StoryEvent: Sendable, Equatable, Decodable {
    package var id: String
    /// PLOVER type.
    package var event: String
    /// Codes of the first party of each side; empty when unknown.
    package var actor: String
    package var recipient: String
    package var status: String
    package var historical: Bool
    package var scale: Double
    /// The day of the act, when the article tells it.
    package var date: CivilDate?
    /// The sentence that proves it.
    package var text: String

    package init(
        id: String,
        event: String,
        actor: String,
        recipient: String,
        status: String,
        historical: Bool,
        scale: Double,
        date: CivilDate?,
        text: String
    ) {
        self.id = id
        self.event = event
        self.actor = actor
        self.recipient = recipient
        self.status = status
        self.historical = historical
        self.scale = scale
        self.date = date
        self.text = text
    }

    package init(_ event: Event) {
        self.init(
            id: event.id,
            event: event.event.rawValue,
            actor: event.actor.first?.code ?? "",
            recipient: event.recipient.first?.code ?? "",
            status: event.status.rawValue,
            historical: event.historical,
            scale: event.eventScale,
            date: event.date,
            text: event.evidence.text
        )
    }
}

/// Makes of an article what it is compared by: its rare words, whom and what it names, and who did what to whom in it.
///
/// Words weigh by how rare they are in newswire and how often they come (TF-IDF), those of the title more. Each of the three kinds is brought to
/// length one first, so that a long text does not drown the names.
package struct StoryReader: Sendable {
    /// How much each kind and place counts.
    package struct Weights: Sendable {
        package var names: Float = 1.1
        package var events: Float = 0.2
        /// How many times a word of the title counts.
        package var title: Float = 2
        /// Added to the weight of the first words.
        package var lead: Float = 1.5
        package var leadWords = 40
        package var person: Float = 0.8
        package var organisation: Float = 0.8
        package var place: Float = 0.9
        package var country: Float = 0.7
        package var group: Float = 0.3
        /// Words with a rarity (natural logarithm of all paragraphs over those with the word) up to this say nothing.
        package var commonest: Float = 1.5
        /// A rarity above this counts as this.
        package var rarest: Float = 8
        package init() {}
    }

    /// Terms an article keeps.
    package static let terms = 80
    /// Words read of a text.
    package static let words = 1500

    private let weights: Weights
    private var rarities: [UInt32: Float] = [:]

    package init(_ frequencies: WordFrequencies, weights: Weights = Weights()) {
        self.weights = weights
        var counts: [UInt32: Int] = [:]
        for (word, count) in frequencies.counts { counts[StoryWords.term(word: Array(word.utf8)), default: 0] += count }
        let all = Float(frequencies.paragraphs)
        rarities = counts.mapValues { rarity(all / Float($0)) }
    }

    private func rarity(_ ratio: Float) -> Float {
        max(0, min(logarithm(ratio), weights.rarest) - weights.commonest)
    }

    private func rarity(_ term: UInt32) -> Float { rarities[term] ?? weights.rarest - weights.commonest }

    /// The vector of an article, of length one; empty when nothing in it is rare.
    ///
    /// - Complexity: O(bytes of the text + entities + events).
    package func vector(title: String?, text: String, entities: [Entity], events: [StoryEvent]) -> TermVector {
        let parts: [([UInt32: Float], Float)] = [
            (words(title ?? "", text), 1), (names(entities), weights.names), (acts(events), weights.events),
        ]
        var sum = TermVector()
        for (part, weight) in parts {
            let vector = TermVector(part)
            let length = vector.norm
            if length > 0 { sum = sum.adding(vector, times: weight / length) }
        }
        sum = sum.cut(to: StoryReader.terms)
        let length = sum.norm
        return length > 0 ? sum.scaled(1 / length) : sum
    }

    private func words(_ title: String, _ text: String) -> [UInt32: Float] {
        var counts: [UInt32: Float] = [:]
        StoryWords.each(in: title.utf8) { counts[StoryWords.term(word: $0), default: 0] += weights.title }
        var read = 0
        StoryWords.each(in: text.utf8.prefix(StoryReader.words * 8)) { word in
            read += 1
            guard read <= StoryReader.words else { return }
            counts[StoryWords.term(word: word), default: 0] += read <= weights.leadWords ? 1 + weights.lead : 1
        }
        for (term, count) in counts { counts[term] = (1 + logarithm(count)) * rarity(term) }
        return counts
    }

    private func names(_ entities: [Entity]) -> [UInt32: Float] {
        var result: [UInt32: Float] = [:]
        for entity in entities {
            let kind =
                switch entity.type {
                case .person: weights.person
                case .organisation: weights.organisation
                case .place: weights.place
                case .country: weights.country
                case .group: weights.group
                }
            // A place that only heads the report says where the reporter sat.
            let share: Float = entity.roles == ["dateline"] ? 0.2 : 1
            var rare: Float = 0.2
            StoryWords.each(in: entity.name.utf8) { rare = max(rare, rarity(StoryWords.term(word: $0))) }
            let weight = kind * share * rare * Float(max(entity.mentions.count, 1)).squareRoot()
            result[StoryWords.term("n", entity.id.utf8), default: 0] += weight
        }
        return result
    }

    private func acts(_ events: [StoryEvent]) -> [UInt32: Float] {
        var result: [UInt32: Float] = [:]
        for event in events where !event.historical {
            result[StoryWords.term("a", event.event.utf8)] = 0.3
            guard !event.actor.isEmpty, !event.recipient.isEmpty else { continue }
            let dyad = "\(event.event)|\(event.actor)|\(event.recipient)"
            result[StoryWords.term("a", dyad.utf8)] = 1
        }
        return result
    }
}

/// The natural logarithm, from operations that every machine rounds in the same way: equal logs give equal stories.
///
/// Method: the exponent, and the series of the inverse hyperbolic tangent for the significand.
func logarithm(_ value: Float) -> Float {
    guard value > 0 else { return -.infinity }
    let (exponent, significand) = (Float(value.exponent), value.significand)
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    let series = 1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square / 11))))
    return exponent * 0.693_147_18 + 2 * ratio * series
}

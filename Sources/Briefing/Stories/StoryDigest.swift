package import Records

/// What a story keeps of one article for its readers.
package struct StoryDigest: Codable, Sendable, Equatable {
    package var article: String
    package var day: CivilDate
    /// The title, else the first sentence.
    package var headline: String
    /// People, organisations and places, with how often they are mentioned.
    package var names: [Name]
    /// Codes of the countries that act, suffer or are named.
    package var countries: [String]
    /// The gravest act that it reports as news.
    package var event: Act?
    /// To the story when the article came, 0 to 1.
    package var similarity: Float

    /// Somebody or something that the article names.
    package struct Name: Codable, Sendable, Equatable {
        package var id: String
        package var name: String
        package var type: Entity.EntityType
        package var office: String?
        package var mentions: Int
    }

    /// An act in the article, as a timeline shows it.
    package struct Act: Codable, Sendable, Equatable {
        package var id: String
        package var event: String
        package var actor: String
        package var recipient: String
        package var status: String
        package var text: String
        /// The distance of its PLOVER intensity from 0, halved when it did not happen for certain.
        package var weight: Double
    }

    /// Names and countries of an article that are kept, and characters of a sentence.
    static let names = 15
    static let length = 300

    package init(
        article: String,
        day: Int,
        title: String?,
        text: String,
        entities: [Entity],
        events: [StoryEvent],
        similarity: Float
    ) {
        self.article = article
        self.day = CivilDate(daysSinceEpoch: day)
        self.similarity = similarity
        headline = title.map { String($0.prefix(StoryDigest.length)) } ?? StoryDigest.firstSentence(text)
        let shown = entities.filter { $0.type == .person || $0.type == .organisation || $0.type == .place }
            .filter { $0.roles != ["dateline"] }
            .sorted { (-$0.mentions.count, $0.id) < (-$1.mentions.count, $1.id) }
        names = shown.prefix(StoryDigest.names).map {
            Name(
                id: $0.id,
                name: String($0.name.prefix(StoryDigest.length)),
                type: $0.type,
                office: $0.office,
                mentions: $0.mentions.count
            )
        }
        var weights: [String: Int] = [:]
        for entity in entities where entity.roles != ["dateline"] {
            if let code = entity.code, code.utf8.count == 3 { weights[code, default: 0] += entity.mentions.count }
        }
        countries = weights.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(StoryDigest.names).map(\.key)
        event = events.filter { !$0.historical && $0.status != "negated" && $0.status != "hypothetical" }
            .map(StoryDigest.act).max { ($0.weight, $1.id) < ($1.weight, $0.id) }
    }

    private static func act(_ event: StoryEvent) -> Act {
        Act(
            id: event.id,
            event: event.event,
            actor: event.actor,
            recipient: event.recipient,
            status: event.status,
            text: String(event.text.prefix(length)),
            weight: abs(event.scale) * (event.status == "happened" ? 1 : 0.5)
        )
    }

    /// The text up to its first full stop that ends a sentence, or as much as a line shows.
    static func firstSentence(_ text: String) -> String {
        let line = text.drop { $0.isWhitespace }.prefix { !$0.isNewline }.prefix(length)
        var before: Character = " "
        for (index, character) in zip(line.indices, line) {
            let after = line.index(after: index)
            // A stop after a single capital is an initial: "J. Smith".
            if ".!?".contains(character), after == line.endIndex || line[after] == " ", !before.isUppercase {
                return String(line[...index])
            }
            before = character
        }
        return String(line)
    }
}

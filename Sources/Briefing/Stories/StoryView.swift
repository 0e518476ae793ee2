package import Records

/// What readers see of a story: whom and where it is about, and what happened day by day.
package struct StoryView: Codable, Sendable, Equatable {
    /// By articles that name them, then by mentions, most first.
    package var people: [Weighed] = []
    package var organisations: [Weighed] = []
    package var places: [Weighed] = []
    /// Codes with the number of articles they are in, most first.
    package var countries: [Country] = []
    /// In the order of the days.
    package var timeline: [Day] = []

    /// A name with its weight in the story.
    package struct Weighed: Codable, Sendable, Equatable {
        package var id: String
        package var name: String
        /// The last one that an article gave.
        package var office: String?
        package var articles: Int
        package var mentions: Int
    }

    package struct Country: Codable, Sendable, Equatable {
        package var code: String
        package var articles: Int
    }

    /// A day of the story: its gravest act, else its most typical article.
    package struct Day: Codable, Sendable, Equatable {
        package var day: CivilDate
        package var articles: Int
        /// The article that the text is from.
        package var article: String
        /// The act's sentence, else the article's headline.
        package var text: String
        package var event: StoryDigest.Act?
        package var similarity: Float
    }

    /// Names of one kind and countries that are kept, and days: the first and the latest.
    package static let names = 40
    package static let days = 120

    package init() {}

    /// - Parameter digests: in the order of the log.
    package init(_ digests: some Sequence<StoryDigest>) {
        for digest in digests { add(digest) }
    }

    /// Adds an article that came.
    ///
    /// - Complexity: O(names + days kept).
    package mutating func add(_ digest: StoryDigest) {
        for name in digest.names {
            switch name.type {
            case .person: StoryView.add(name, to: &people)
            case .organisation: StoryView.add(name, to: &organisations)
            case .place: StoryView.add(name, to: &places)
            case .country, .group: break
            }
        }
        StoryView.sort(&people)
        StoryView.sort(&organisations)
        StoryView.sort(&places)
        for code in digest.countries {
            if let index = countries.firstIndex(where: { $0.code == code }) {
                countries[index].articles += 1
            } else {
                countries.append(Country(code: code, articles: 1))
            }
        }
        countries.sort { (-$0.articles, $0.code) < (-$1.articles, $1.code) }
        countries.removeLast(max(0, countries.count - StoryView.names))
        note(digest)
    }

    private mutating func note(_ digest: StoryDigest) {
        let entry = Day(
            day: digest.day,
            articles: 1,
            article: digest.article,
            text: digest.event?.text ?? digest.headline,
            event: digest.event,
            similarity: digest.similarity
        )
        let index = timeline.firstIndex { $0.day >= digest.day } ?? timeline.count
        guard index < timeline.count, timeline[index].day == digest.day else {
            timeline.insert(entry, at: index)
            if timeline.count > StoryView.days { timeline.remove(at: 1) }
            return
        }
        let count = timeline[index].articles + 1
        if entry.isMoreTelling(than: timeline[index]) { timeline[index] = entry }
        timeline[index].articles = count
    }

    private static func add(_ name: StoryDigest.Name, to list: inout [Weighed]) {
        guard let index = list.firstIndex(where: { $0.id == name.id }) else {
            list.append(
                Weighed(id: name.id, name: name.name, office: name.office, articles: 1, mentions: name.mentions)
            )
            return
        }
        list[index].articles += 1
        list[index].mentions += name.mentions
        if let office = name.office { list[index].office = office }
    }

    private static func sort(_ list: inout [Weighed]) {
        list.sort { (-$0.articles, -$0.mentions, $0.id) < (-$1.articles, -$1.mentions, $1.id) }
        list.removeLast(max(0, list.count - names))
    }

    /// The headline of the recent article that the story is most about.
    ///
    /// - Parameter recent: the last articles, in the order they came; those of the last three days count.
    package static func headline(_ recent: [(digest: StoryDigest, vector: TermVector)], of story: Story) -> String? {
        let latest = recent.filter { $0.digest.day.daysSinceEpoch >= story.state.lastDay - 2 }
        let centroid = story.state.centroid
        return (latest.isEmpty ? recent : latest)
            .map { ($0.digest, $0.vector.cosine(centroid)) }
            .max { ($0.1, $1.0.article) < ($1.1, $0.0.article) }?.0.headline
    }
}

extension StoryView.Day {
    /// A graver act, or, without any, a more typical article; the first one of equals stays.
    fileprivate func isMoreTelling(than other: StoryView.Day) -> Bool {
        (event?.weight ?? -1, similarity) > (other.event?.weight ?? -1, other.similarity)
    }
}

import Records

/// What the next article is compared with: a story without its texts.
package struct Story: Sendable, Equatable {
    package let id: String
    /// Number in the log, and log time (milliseconds), of what changed it last.
    package var lastSeq: Int
    package var lastAt: Int
    package var state: State

    /// What is stored of it in `story.state`.
    package struct State: Codable, Sendable, Equatable {
        /// Days (since 1970) of the first and the last publication.
        package var firstDay: Int
        package var lastDay: Int
        package var articles: Int
        /// The articles' vectors, added up as they weigh on `lastDay`.
        package var centroid: TermVector

        private enum CodingKeys: String, CodingKey {
            case articles, centroid
            case firstDay = "first_day"
            case lastDay = "last_day"
        }
    }

    package init(id: String, lastSeq: Int, lastAt: Int, state: State) {
        self.id = id
        self.lastSeq = lastSeq
        self.lastAt = lastAt
        self.state = state
    }
}

/// An article on its way to a story.
package struct StoryArticle: Sendable, Equatable {
    package var id: String
    /// Number and time (milliseconds) in the log of the article's own record.
    package var seq: Int
    package var at: Int
    /// Of publication, not after the day it came into the log; days since 1970.
    package var day: Int
    package var vector: TermVector

    package init(id: String, seq: Int, at: Int, day: Int, vector: TermVector) {
        self.id = id
        self.seq = seq
        self.at = at
        self.day = day
        self.vector = vector
    }

    /// The day that counts: of publication, but never after the day of arrival; of arrival when the article tells none.
    package static func day(published: String?, at: Int) -> Int {
        let arrival = at / 86_400_000
        guard let day = published.flatMap({ CivilDate(iso: $0) })?.daysSinceEpoch else { return arrival }
        return min(day, arrival)
    }
}

import Records

/// The open stories, and where each new article belongs: one pass, in the order of the log.
///
/// Method: online clustering with decaying centroids. Candidates come from an inverted index over each story's heaviest terms, so an article
/// costs about as much as the stories that share its rare words, not as all of them. Everything is decided by what is in the log; nothing by
/// the clock, by chance or by the order of a hash table.
package struct StoryBook: Sendable {
    /// When things belong together; tuned on a set of its own (docs/accuracy.md).
    package struct Settings: Sendable {
        /// An article joins the story that it resembles most, from this similarity on.
        package var join: Float = 0.15
        /// Two stories become one from this similarity of their centroids on.
        package var merge: Float = 0.2
        /// Two halves of a story part when they resemble each other less than this.
        package var split: Float = 0.05
        /// Days in which an article's weight in its story halves.
        package var halfLife = 14
        /// Days apart at which a similarity counts half.
        package var gapHalfLife = 45
        /// An article comes to no story whose nearest article is further away than this many days of publication, and a story to which
        /// nothing came for so long in the log is closed.
        package var idle = 45
        /// Open stories at most; the one that was longest without an article is closed.
        package var open = 10_000
        package init() {}
    }

    /// What became of an article.
    package struct Placement: Sendable, Equatable {
        package var story: String
        package var isNew: Bool
        /// To the story before the article came; 1 for its first.
        package var similarity: Float
        /// A story that went into this one because of it.
        package var merged: String?
        /// It is time to look whether the story has fallen apart.
        package var isDue: Bool
    }

    /// Terms that a story keeps, and by how many of them it is found.
    static let terms = 200
    static let posted = 24
    /// Stories of one term that are looked at, and stories compared in full.
    static let postings = 400
    static let compared = 12

    private let settings: Settings
    /// Each open story has a slot; decisions never depend on which.
    private var slots: [String: Int] = [:]
    private var entries: [Entry?] = []
    /// What changed the story of each slot last; `Int.max` when the slot is free.
    private var lastSeqs: [Int] = []
    private var free: [Int] = []
    private var index: [UInt32: [Int]] = [:]

    private struct Entry: Sendable {
        var story: Story
        var posted: [UInt32]
    }

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Open stories.
    package var count: Int { slots.count }

    package subscript(id: String) -> Story? { slots[id].flatMap { entries[$0]?.story } }

    /// Takes in a story as it was stored.
    package mutating func open(_ story: Story) {
        let posted = story.state.centroid.heaviest(StoryBook.posted)
        let slot = slots[story.id] ?? makeSlot(story.id)
        repost(slot, from: entries[slot]?.posted ?? [], to: posted)
        entries[slot] = Entry(story: story, posted: posted)
        lastSeqs[slot] = story.lastSeq
    }

    /// Closes a story: no article finds it by likeness any more.
    package mutating func close(_ id: String) {
        guard let slot = slots.removeValue(forKey: id), let entry = entries[slot] else { return }
        repost(slot, from: entry.posted, to: [])
        entries[slot] = nil
        lastSeqs[slot] = .max
        free.append(slot)
    }

    private mutating func makeSlot(_ id: String) -> Int {
        let slot = free.popLast() ?? entries.count
        if slot == entries.count {
            entries.append(nil)
            lastSeqs.append(.max)
        }
        slots[id] = slot
        return slot
    }

    /// Closes the stories to which nothing came for too long when the log has reached `at`, milliseconds.
    ///
    /// An article finds none of them even before: when this is called decides nothing but what readers see.
    package mutating func closeIdle(at: Int) -> [String] {
        let limit = at - settings.idle * 86_400_000
        let idle = entries.compactMap { entry in entry.flatMap { $0.story.lastAt < limit ? $0.story.id : nil } }
            .sorted()
        for id in idle { close(id) }
        return idle
    }

    /// Closes those of too many open stories that were longest without an article; to be called after every article.
    package mutating func closeSurplus() -> [Story] {
        var closed: [Story] = []
        while slots.count > settings.open, let oldest = lastSeqs.min() {
            let stories = zip(entries, lastSeqs).compactMap { $1 == oldest ? $0?.story : nil }
            guard let story = stories.min(by: { $0.id < $1.id }) else { break }
            close(story.id)
            closed.append(story)
        }
        return closed
    }
}

// MARK: Placing

extension StoryBook {
    /// Puts an article into the story that it belongs to.
    ///
    /// - Parameter home: the open story that it goes to whatever it says, because its origin or its earlier version is there.
    /// - Complexity: O(terms × stories found by them), bounded by `postings` a term.
    package mutating func place(_ article: StoryArticle, home: String? = nil) -> Placement {
        let ranked = candidates(article)
        let best =
            home.map { ($0, likeness(article, self[$0])) } ?? ranked.first.flatMap { $0.1 >= settings.join ? $0 : nil }
        guard let (id, similarity) = best, var story = self[id] else { return found(article) }
        story.state = joined(story.state, article)
        story.lastSeq = article.seq
        story.lastAt = article.at
        open(story)
        let count = story.state.articles
        var placement = Placement(story: id, isNew: false, similarity: similarity, isDue: count >= 6 && count % 4 == 2)
        // Only a second story that the article itself resembles can have come close through it.
        if let other = ranked.first(where: { $0.0 != id && $0.1 >= settings.join })?.0 {
            (placement.story, placement.merged) = merge(id, other, article) ?? (id, nil)
        }
        return placement
    }

    private mutating func found(_ article: StoryArticle) -> Placement {
        let id = UUIDv5.name("story|\(article.id)|\(article.seq)", in: UUIDv5.recordNamespace)
        let state = Story.State(
            firstDay: article.day,
            lastDay: article.day,
            articles: 1,
            centroid: article.vector
        )
        open(Story(id: id, lastSeq: article.seq, lastAt: article.at, state: state))
        return Placement(story: id, isNew: true, similarity: 1, isDue: false)
    }

    private func joined(_ state: Story.State, _ article: StoryArticle) -> Story.State {
        var state = state
        let last = max(state.lastDay, article.day)
        state.centroid = state.centroid.scaled(decay(last - state.lastDay, settings.halfLife))
            .adding(article.vector, times: decay(last - article.day, settings.halfLife))
            .cut(to: StoryBook.terms)
        state.firstDay = min(state.firstDay, article.day)
        state.lastDay = last
        state.articles += 1
        return state
    }

    /// The older of two stories takes in the other one when they have come close.
    private mutating func merge(_ one: String, _ two: String, _ article: StoryArticle) -> (String, String)? {
        guard let one = self[one], let two = self[two] else { return nil }
        let gap = max(one.state.firstDay - two.state.lastDay, two.state.firstDay - one.state.lastDay, 0)
        let similarity = one.state.centroid.cosine(two.state.centroid) * decay(gap, settings.gapHalfLife)
        guard similarity >= settings.merge else { return nil }
        let isFirst =
            (one.state.firstDay, -one.state.articles, one.id) < (two.state.firstDay, -two.state.articles, two.id)
        var (into, from) = isFirst ? (one, two) : (two, one)
        let last = max(into.state.lastDay, from.state.lastDay)
        into.state.centroid = into.state.centroid.scaled(decay(last - into.state.lastDay, settings.halfLife))
            .adding(from.state.centroid, times: decay(last - from.state.lastDay, settings.halfLife))
            .cut(to: StoryBook.terms)
        into.state.firstDay = min(into.state.firstDay, from.state.firstDay)
        into.state.lastDay = last
        into.state.articles += from.state.articles
        into.lastSeq = article.seq
        into.lastAt = article.at
        close(from.id)
        open(into)
        return (into.id, from.id)
    }

    /// The stories most like the article, best first.
    private func candidates(_ article: StoryArticle) -> [(String, Float)] {
        var found: [Int: Float] = [:]
        for (term, weight) in zip(article.vector.terms, article.vector.weights) {
            guard let list = index[term], list.count <= StoryBook.postings else { continue }
            for slot in list { found[slot, default: 0] += weight * weight }
        }
        let open = found.compactMap { slot, shared in
            entries[slot].flatMap { isOpen($0.story, to: article) ? (story: $0.story, shared: shared) : nil }
        }
        let nearest = open.sorted { (-$0.shared, $0.story.id) < (-$1.shared, $1.story.id) }.prefix(StoryBook.compared)
        return nearest.map { ($0.story.id, likeness(article, $0.story)) }.sorted { (-$0.1, $0.0) < (-$1.1, $1.0) }
    }

    private func isOpen(_ story: Story, to article: StoryArticle) -> Bool {
        gap(story.state, article.day) <= settings.idle && article.at - story.lastAt <= settings.idle * 86_400_000
    }

    private func likeness(_ article: StoryArticle, _ story: Story?) -> Float {
        guard let state = story?.state else { return 0 }
        return state.centroid.cosine(article.vector) * decay(gap(state, article.day), settings.gapHalfLife)
    }

    private func gap(_ state: Story.State, _ day: Int) -> Int { max(day - state.lastDay, state.firstDay - day, 0) }

    private mutating func repost(_ slot: Int, from old: [UInt32], to new: [UInt32]) {
        let (before, after) = (Set(old), Set(new))
        for term in before.subtracting(after) {
            index[term]?.removeAll { $0 == slot }
            if index[term]?.isEmpty ?? false { index[term] = nil }
        }
        for term in after.subtracting(before) { index[term, default: []].append(slot) }
    }
}

// MARK: Leaving

extension StoryBook {
    /// Takes an article out of its open story; a story without articles is closed.
    ///
    /// - Returns: whether the story is still there.
    package mutating func remove(_ article: StoryArticle, from id: String) -> Bool {
        guard var story = self[id] else { return false }
        story.state.articles -= 1
        guard story.state.articles > 0 else {
            close(id)
            return false
        }
        story.state.centroid = without([article], story.state)
        open(story)
        return true
    }

    /// Looks whether a story's recent articles fall into two halves that have little to do with each other, and parts them.
    ///
    /// Method: the articles are joined pair by pair, the most alike first (average linkage), until two groups are left.
    ///
    /// - Parameter recent: the story's last articles, at most `examined`, in the order they came.
    /// - Returns: the new story and the articles that go to it; nil when the story holds together.
    /// - Complexity: O(`examined`³).
    package mutating func split(_ id: String, recent: [StoryArticle]) -> (story: String, moved: [String])? {
        guard var old = self[id], let last = recent.last, recent.count >= 4 else { return nil }
        let (one, two, likeness) = StoryBook.halves(recent.map(\.vector))
        guard one.count >= 2, two.count >= 2, likeness < settings.split else { return nil }
        func sum(_ half: [Int]) -> TermVector {
            half.reduce(TermVector()) {
                $0.adding(recent[$1].vector, times: decay(old.state.lastDay - recent[$1].day, settings.halfLife))
            }
        }
        // What is more like the story as a whole stays.
        let (first, second) = (sum(one), sum(two))
        let staysFirst = first.cosine(old.state.centroid) >= second.cosine(old.state.centroid)
        let (leaving, centroid) = staysFirst ? (two, second) : (one, first)
        let moved = leaving.map { recent[$0] }
        let days = moved.map(\.day)
        let new = Story(
            id: UUIDv5.name("story|split|\(id)|\(last.seq)", in: UUIDv5.recordNamespace),
            lastSeq: last.seq,
            lastAt: last.at,
            state: Story.State(
                firstDay: days.min() ?? old.state.lastDay,
                lastDay: old.state.lastDay,
                articles: moved.count,
                centroid: centroid.cut(to: StoryBook.terms)
            )
        )
        old.state.centroid = without(moved, old.state)
        old.state.articles -= moved.count
        open(old)
        open(new)
        return (new.id, moved.map(\.id))
    }

    /// Articles of a story that are looked at when it may have fallen apart.
    package static let examined = 16

    private func without(_ articles: [StoryArticle], _ state: Story.State) -> TermVector {
        articles.reduce(state.centroid) {
            $0.adding($1.vector, times: -decay(state.lastDay - $1.day, settings.halfLife))
        }
    }

    /// Two groups by average linkage, and how alike they are on average.
    private static func halves(_ vectors: [TermVector]) -> (one: [Int], two: [Int], likeness: Float) {
        let alike = vectors.map { one in vectors.map { one.cosine($0) } }
        var groups = vectors.indices.map { [$0] }
        func average(_ one: [Int], _ two: [Int]) -> Float {
            one.reduce(0) { sum, left in two.reduce(sum) { $0 + alike[left][$1] } } / Float(one.count * two.count)
        }
        while groups.count > 2 {
            var best: (likeness: Float, left: Int, right: Int) = (-1, 0, 1)
            for left in groups.indices {
                for right in groups.indices where right > left {
                    let likeness = average(groups[left], groups[right])
                    if likeness > best.likeness { best = (likeness, left, right) }
                }
            }
            groups[best.left] += groups.remove(at: best.right)
        }
        return (groups[0], groups[1], average(groups[0], groups[1]))
    }
}

/// Half after `halfLife` days, a quarter after twice as many: by multiplication alone, so that every machine gets the same.
private func decay(_ days: Int, _ halfLife: Int) -> Float {
    var (factor, rest): (Float, Int) = (1, days)
    while rest >= halfLife, factor > 1e-9 {
        factor /= 2
        rest -= halfLife
    }
    // Linear within a half-life: 1 at its start, 1/2 at its end.
    return factor * (1 - Float(rest) / Float(2 * halfLife))
}

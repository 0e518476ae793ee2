import Briefing
import Postgres
import Records
import Storage

/// One batch on its way into the stories: what is decided and not yet written.
struct StoryWork {
    /// An article's own record.
    struct Arrival {
        var seq: Int
        var at: Int
        var record: ArticleRecord
        /// The articles whose place it takes, itself included when it was coded before.
        var replaced: [String]
    }

    /// Articles of a story that its view is made of when it has to be made anew.
    private static let rebuilt = 500
    /// Recent articles of which one gives the headline.
    private static let headlines = 5

    private(set) var book: StoryBook
    let arrivals: [Arrival]
    /// The story of every article and origin that this batch has to do with.
    private(set) var located: [String: String]
    private let reader: StoryReader
    private let texts: [String: (title: String?, text: String)]
    private let events: [String: [StoryEvent]]

    private var founded: [Story] = []
    private var members: [StoryStore.Member] = []
    private var joined: Set<String> = []
    /// What is to be added to the views of stories, and the views that are known already.
    private var digests: [String: [StoryDigest]] = [:]
    private var views: [String: StoryView] = [:]
    private var touched: Set<String> = []
    /// Stories that gave way to others in this batch.
    private var closed: [String: Story] = [:]
    /// Where stories went that were merged in this batch.
    private var mergers: [String: String] = [:]

    init(_ batch: FoldBatch, _ book: StoryBook, _ reader: StoryReader, on connection: Connection) throws(PostgresError)
    {
        self.book = book
        self.reader = reader
        let earlier = Dictionary(grouping: batch.superseded.keys.sorted()) { batch.superseded[$0] ?? "" }
        arrivals = batch.records.compactMap { record in
            guard case .article(let closing) = record.kind else { return nil }
            let id = closing.article.id
            return Arrival(seq: record.seq, at: record.at, record: closing, replaced: (earlier[id] ?? []) + [id])
        }
        let coded = arrivals.filter { $0.record.notCoded == nil }
        located = try StoryStore.homes(
            arrivals.flatMap { $0.replaced + [$0.record.article.origin].compactMap { $0 } },
            on: connection
        )
        texts = coded.isEmpty ? [:] : try StoryStore.texts(coded.map(\.record.article.id), on: connection)
        events = coded.isEmpty ? [:] : try StoryStore.events(closings: coded.map(\.record.id), on: connection)
    }

    func isMember(_ article: String) -> Bool { joined.contains(article) }

    // MARK: An article

    mutating func take(_ arrival: Arrival, on connection: Connection) throws(PostgresError) {
        let reference = arrival.record.article
        let home = (arrival.replaced + [reference.origin].compactMap { $0 }).lazy.compactMap { [located] in located[$0]
        }
        .first
        let gone = try withdraw(arrival, on: connection)
        let article = StoryArticle(
            id: reference.id,
            seq: arrival.seq,
            at: arrival.at,
            day: StoryArticle.day(published: reference.published, at: arrival.at),
            vector: vector(arrival.record)
        )
        if arrival.record.notCoded == nil { try place(arrival.record, article, home: home, on: connection) }
        for member in gone { try remove(member, at: article, on: connection) }
        for story in book.closeSurplus() { closed[story.id] = story }
    }

    private func vector(_ record: ArticleRecord) -> TermVector {
        let source = texts[record.article.id]
        return reader.vector(
            title: source?.title,
            text: source?.text ?? "",
            entities: record.entities,
            events: events[record.article.id] ?? []
        )
    }

    /// Takes the rows of replaced articles away; their stories keep them in mind until ``remove(_:at:on:)``.
    private mutating func withdraw(
        _ arrival: Arrival,
        on connection: Connection
    ) throws(PostgresError) -> [StoryStore.Member] {
        let replaced = arrival.replaced.filter { located[$0] != nil }
        guard !replaced.isEmpty else { return [] }
        try flush(on: connection)
        let gone = try StoryStore.leave(replaced, on: connection)
        for member in gone {
            located[member.article.id] = nil
            joined.remove(member.article.id)
        }
        return gone
    }

    private mutating func place(
        _ record: ArticleRecord,
        _ article: StoryArticle,
        home: String?,
        on connection: Connection
    ) throws(PostgresError) {
        if let home { try reopen(home, on: connection) }
        let placement = book.place(article, home: home)
        let origin = record.article.origin ?? article.id
        let source = texts[article.id]
        let digest = StoryDigest(
            article: article.id,
            day: article.day,
            title: source?.title,
            text: source?.text ?? "",
            entities: record.entities,
            events: events[article.id] ?? [],
            similarity: placement.similarity
        )
        if placement.isNew, let story = book[placement.story] { founded.append(story) }
        members.append(.init(article: article, story: placement.story, origin: origin, digest: digest))
        joined.insert(article.id)
        located[article.id] = placement.story
        if located[origin] == nil { located[origin] = placement.story }
        digests[placement.story, default: []].append(digest)
        touched.insert(placement.story)
        if let from = placement.merged { try merge(from, into: placement.story, at: article, on: connection) }
        if placement.isDue { try examine(placement.story, at: article, on: connection) }
    }

    private mutating func reopen(_ id: String, on connection: Connection) throws(PostgresError) {
        guard book[id] == nil else { return }
        if let story = closed.removeValue(forKey: id) {
            book.open(story)
        } else {
            for story in try StoryStore.stories([id], on: connection) { book.open(story) }
        }
    }

    // MARK: Mergers, splits, removals

    private mutating func merge(
        _ from: String,
        into story: String,
        at article: StoryArticle,
        on connection: Connection
    ) throws(PostgresError) {
        try flush(on: connection)
        try StoryStore.merge(from, into: story, at: article, on: connection)
        for (id, place) in located where place == from { located[id] = story }
        mergers[from] = story
        touched.remove(from)
        (digests[from], views[from]) = (nil, nil)
        try review(story, on: connection)
    }

    private mutating func examine(
        _ story: String,
        at article: StoryArticle,
        on connection: Connection
    ) throws(PostgresError) {
        try flush(on: connection)
        let recent = try StoryStore.recent(story, limit: StoryBook.examined, on: connection).map(\.article)
        guard let split = book.split(story, recent: recent), let new = book[split.story] else { return }
        try StoryStore.found([new], on: connection)
        try StoryStore.split(split.moved, outOf: story, into: new.id, at: article, on: connection)
        for id in split.moved where located[id] != nil { located[id] = new.id }
        try review(story, on: connection)
        try review(new.id, on: connection)
    }

    private mutating func remove(
        _ member: StoryStore.Member,
        at article: StoryArticle,
        on connection: Connection
    ) throws(PostgresError) {
        let story = mergers[member.story] ?? member.story
        try reopen(story, on: connection)
        try flush(on: connection)
        if book.remove(member.article, from: story) {
            try review(story, on: connection)
        } else {
            try StoryStore.bury(story, at: article, on: connection)
            touched.remove(story)
            (digests[story], views[story]) = (nil, nil)
        }
    }

    /// Makes the view of a story anew from the articles that are now in it.
    private mutating func review(_ story: String, on connection: Connection) throws(PostgresError) {
        let recent = try StoryStore.recent(story, limit: StoryWork.rebuilt, on: connection)
        views[story] = StoryView(recent.map(\.digest))
        digests[story] = nil
        touched.insert(story)
    }

    // MARK: Writing

    /// Writes what other statements of this batch build upon.
    private mutating func flush(on connection: Connection) throws(PostgresError) {
        try StoryStore.found(founded, on: connection)
        try StoryStore.add(members, on: connection)
        (founded, members) = ([], [])
    }

    /// Writes the batch, and closes the stories that are idle at the time of its last record, in milliseconds.
    mutating func finish(at: Int, on connection: Connection) throws(PostgresError) {
        try flush(on: connection)
        let ids = touched.sorted()
        if !ids.isEmpty {
            let unknown = ids.filter { views[$0] == nil }
            if !unknown.isEmpty { views.merge(try StoryStore.views(unknown, on: connection)) { mine, _ in mine } }
            let recent = try StoryStore.recent(ofEach: ids, limit: StoryWork.headlines, on: connection)
            try StoryStore.update(
                ids.compactMap { standing($0, recent: recent[$0] ?? []) },
                on: connection
            )
        }
        try StoryStore.close(closed.keys.sorted() + book.closeIdle(at: at), on: connection)
    }

    private func standing(_ id: String, recent: [StoryStore.Member]) -> StoryStore.Standing? {
        guard let story = book[id] ?? closed[id] else { return nil }
        var view = views[id] ?? StoryView()
        for digest in digests[id] ?? [] { view.add(digest) }
        let headline = StoryView.headline(recent.map { ($0.digest, $0.article.vector) }, of: story)
        return .init(story: story, headline: headline ?? "", view: view)
    }
}

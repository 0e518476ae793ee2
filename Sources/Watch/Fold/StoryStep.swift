import Briefing
import Knowledge
import Postgres
import Records
import Storage

/// Groups articles into stories as they come.
///
/// Only an article's own record counts: it comes after its events. An article that is not coded, because it is not in English, is in no story.
final class StoryStep: FoldStep {
    private let reader: StoryReader
    private let settings: StoryBook.Settings
    /// The open stories; nil until they are read.
    private var book: StoryBook?

    init(_ knowledge: Knowledge, settings: StoryBook.Settings = .init()) {
        reader = StoryReader(knowledge.words)
        self.settings = settings
    }

    func forget() { book = nil }

    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        guard let last = batch.records.last else { return }
        var work = try StoryWork(batch, takeBook(on: connection), reader, on: connection)
        for arrival in work.arrivals { try work.take(arrival, on: connection) }
        try work.finish(at: last.at, on: connection)
        for (article, story) in work.located where work.isMember(article) { batch.stories[article] = story }
        book = work.book
    }

    /// The open stories, which nobody else holds then: until the batch is written, what is in memory is not a cache of rows.
    private func takeBook(on connection: Connection) throws(PostgresError) -> StoryBook {
        if let taken = book {
            book = nil
            return taken
        }
        var read = StoryBook(settings)
        for story in try StoryStore.stories(on: connection) { read.open(story) }
        return read
    }
}

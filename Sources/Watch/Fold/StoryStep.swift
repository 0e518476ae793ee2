import Briefing
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

    init(_ reader: StoryReader, settings: StoryBook.Settings = .init()) {
        self.reader = reader
        self.settings = settings
    }

    func forget() { book = nil }

    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        guard let last = batch.records.last else { return }
        var open = StoryBook(settings)
        if let book {
            open = book
        } else {
            for story in try StoryStore.stories(on: connection) { open.open(story) }
        }
        // Until this batch is written, what is in memory is not a cache of rows.
        book = nil
        var work = try StoryWork(batch, open, reader, on: connection)
        for arrival in work.arrivals { try work.take(arrival, on: connection) }
        try work.finish(at: last.at, on: connection)
        for (article, story) in work.located where work.isMember(article) { batch.stories[article] = story }
        book = work.book
    }
}

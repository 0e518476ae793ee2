import Knowledge
import Logging
import Postgres
import Storage

/// One part of what watch derives from the log: a fold, whose rows follow from the log alone.
///
/// Given the same log, a step always writes the same rows: it reads no clock, draws nothing at random, and does not depend on where batches
/// end. What it keeps in memory is a cache of rows.
protocol FoldStep: AnyObject {
    /// Writes what the batch changes, inside a transaction that another one began.
    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError)
    /// Writes what the mere passing of time changes, inside a transaction; doing so again changes nothing.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970-01-01 UTC; everything of the log before it has been applied.
    ///   - seq: the last record of the log that has been.
    func tick(to time: Int, after seq: Int, on connection: Connection) throws(PostgresError)
    /// Drops what is cached: a transaction failed, or nobody knows whether it happened.
    func forget()
}

extension FoldStep {
    /// Most steps follow records alone.
    func tick(to time: Int, after seq: Int, on connection: Connection) throws(PostgresError) {}
}

/// All steps over one log, and the place they have reached: both change in one transaction.
final class Fold {
    private let name: String
    private let steps: [any FoldStep]
    private let logger: Logger

    /// In the order they run; the alert rules come last, where there are any.
    static func steps(_ knowledge: Knowledge, rules: RulesDirectory?, logger: Logger) -> [any FoldStep] {
        let made: [any FoldStep] = [
            IncidentStep(knowledge), ReportStep(knowledge), ArticleStep(), EntityStep(), StoryStep(knowledge),
            DyadStep(),
        ]
        return rules.map { made + [AlertFold($0, knowledge: knowledge, logger: logger)] } ?? made
    }

    /// - Parameters:
    ///   - name: of the cursor.
    ///   - steps: in the order they run; later ones use what earlier ones leave in the batch.
    init(_ name: String, _ steps: [any FoldStep], logger: Logger) {
        self.name = name
        self.steps = steps
        self.logger = logger
    }

    func cursor(on connection: Connection) throws(PostgresError) -> WatchStore.Cursor? {
        try WatchStore.cursor(name, on: connection)
    }

    /// Applies what of a try before this one is not stored: its commit may have happened although nobody heard of it.
    ///
    /// - Returns: false, with no effect, when the cursor is neither at `old`, nor at `new`, nor on the way.
    func applyAgain(
        _ records: ArraySlice<FoldBatch.Record>,
        from old: WatchStore.Cursor?,
        to new: WatchStore.Cursor,
        on connection: Connection
    ) throws(PostgresError) -> Bool {
        forget()
        let reached = try cursor(on: connection)
        if reached == new { return true }
        guard let reached, reached.epoch == new.epoch, (old?.seq ?? 0)..<new.seq ~= reached.seq else {
            return reached == old ? try apply(records, from: old, to: new, on: connection) : false
        }
        return try apply(records.drop { $0.seq <= reached.seq }, from: reached, to: new, on: connection)
    }

    func forget() { for step in steps { step.forget() } }

    /// Lets time pass for all steps, when the log ends where the cursor stands.
    ///
    /// - Returns: false, with no effect, when it does not, or when another watch has moved the cursor.
    @discardableResult
    func tick(at place: WatchStore.Cursor, on connection: Connection) throws(PostgresError) -> Bool {
        do {
            return try connection.transaction { (connection) throws(PostgresError) in
                guard try WatchStore.isAtEnd(name, at: place, on: connection) else { return false }
                let time = try AlertStore.now(on: connection) - Fold.patience
                for step in steps { try step.tick(to: time, after: place.seq, on: connection) }
                return true
            }
        } catch {
            forget()
            throw error
        }
    }

    /// Milliseconds that time lags behind the clock: a record's time is that of the beginning of the transaction that gave it its place.
    static let patience = 10_000

    /// Applies records and moves the cursor from `old` to `new`.
    ///
    /// A record that the tables refuse is logged and left out: one bad record must not stop the rest.
    ///
    /// - Returns: false, with no effect, when the cursor is not at `old`: another watch has moved it.
    func apply(
        _ records: ArraySlice<FoldBatch.Record>,
        from old: WatchStore.Cursor?,
        to new: WatchStore.Cursor,
        on connection: Connection
    ) throws(PostgresError) -> Bool {
        do {
            let moved = try connection.transaction { (connection) throws(PostgresError) in
                guard try WatchStore.move(name, from: old, to: new, on: connection) else { return false }
                let superseded = try ArticleStore.superseded(by: FoldBatch.successors(records), on: connection)
                let batch = FoldBatch(Array(records), superseded: superseded)
                for step in steps { try step.apply(batch, on: connection) }
                return true
            }
            if !moved { forget() }
            return moved
        } catch {
            forget()
            guard error.isDataError, let first = records.first else { throw error }
            guard records.count > 1 else {
                logger.error(
                    "a record was left out: the tables of watch refuse it",
                    metadata: ["seq": "\(first.seq)", "error": "\(error)"]
                )
                return try apply([], from: old, to: new, on: connection)
            }
            // Halves find the record; what comes before it is not lost.
            let middle = records.startIndex + records.count / 2
            let half = WatchStore.Cursor(epoch: new.epoch, seq: records[middle - 1].seq)
            guard try apply(records[..<middle], from: old, to: half, on: connection) else { return false }
            return try apply(records[middle...], from: half, to: new, on: connection)
        }
    }
}

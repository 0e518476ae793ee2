package import Knowledge
import Logging
package import Postgres
import Storage
import Wire

/// Folds a log straight from the database, without hub and feed: to measure what a step costs.
package struct Replay {
    /// Which steps run.
    package enum Steps: Sendable { case all, reportsAndCounts }

    /// What one run did.
    package struct Outcome: Sendable {
        package var records: Int
        /// Bytes of the envelopes.
        package var bytes: Int
    }

    private let fold: Fold

    package init(_ steps: Steps, _ knowledge: Knowledge, rules: RulesDirectory) {
        let logger = Logger(label: "replay")
        fold = Fold(
            "watch",
            steps == .all
                ? Fold.steps(knowledge, rules: rules, logger: logger) : [ReportStep(knowledge), DyadStep()],
            logger: logger
        )
    }

    /// Empties the tables.
    package func empty(on connection: Connection) throws {
        _ = try WatchStore.reset(on: connection)
        fold.forget()
    }

    /// Folds the whole log into empty tables.
    package func run(on connection: Connection) throws -> Outcome {
        let epoch = try LogStore.look(on: connection).head.epoch
        var cursor: WatchStore.Cursor?
        var outcome = Outcome(records: 0, bytes: 0)
        while true {
            let entries = try LogStore.read(after: cursor?.seq ?? 0, limit: 500, on: connection)
            guard let last = entries.last else { return outcome }
            let deliveries = entries.map { FeedMessage.Delivery(seq: $0.seq, prev: $0.seq - 1, envelope: $0.envelope) }
            for batch in WatchThread.batches(deliveries) {
                let records = try batch.map(FoldBatch.Record.init)[...]
                let next = WatchStore.Cursor(epoch: epoch, seq: batch.last?.seq ?? last.seq)
                guard try fold.apply(records, from: cursor, to: next, on: connection) else {
                    throw PostgresError(sqlState: nil, message: "another watch follows this log")
                }
                cursor = next
            }
            outcome.records += entries.count
            outcome.bytes += entries.reduce(0) { $0 + $1.envelope.count }
        }
    }
}

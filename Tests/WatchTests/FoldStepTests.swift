import Logging
import Postgres
import Records
import Storage
import Supervision
import TestSupport
import Testing
import Wire

@testable import Watch

/// The frame of the fold: batches, bad records, and the cursor that moves with their effects.
@Suite("Fold frame", .timeLimit(.minutes(2))) struct FoldStepTests {
    /// Notes what it sees in the database; refuses one record as a table would.
    private final class Noting: FoldStep {
        var forgotten = 0
        private let poison: Int

        init(poison: Int) { self.poison = poison }

        func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
            for record in batch.records {
                try connection.query(
                    "insert into seen select \(record.seq) / (\(record.seq) - \(poison)) * 0 + \(record.seq)"
                )
            }
        }

        func forget() { forgotten += 1 }
    }

    private func database() throws -> Connection {
        let string = try PrivatePostgres.shared.get().freshDatabase()
        let connection = try Connection(string, application: "tests")
        _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: connection)
        try connection.execute(script: "create table seen (seq bigint)")
        return connection
    }

    private func records(_ seqs: ClosedRange<Int>) -> ArraySlice<FoldBatch.Record> {
        seqs.map { FoldBatch.Record(seq: $0, at: $0 * 1000, kind: .other) }[...]
    }

    private func seen(on connection: Connection) throws -> [Int] {
        try connection.query("select seq from seen order by seq").map { try $0.int(0) }
    }

    private let epoch = UUIDv5.name("epoch", in: UUIDv5.recordNamespace)
    private func cursor(_ seq: Int) -> WatchStore.Cursor { .init(epoch: epoch, seq: seq) }

    @Test func `a record that the tables refuse is left out, and nothing else`() throws {
        let connection = try database()
        let step = Noting(poison: 13)
        let fold = Fold("w", [step], logger: Logger(label: "tests"))
        #expect(try fold.apply(records(1...40), from: nil, to: cursor(40), on: connection))
        #expect(try seen(on: connection) == Array(1...12) + Array(14...40))
        #expect(try fold.cursor(on: connection) == cursor(40))
        #expect(step.forgotten > 0, "what a failed transaction left in memory must go")
    }

    @Test
    func `a commit that nobody heard of is not repeated, half of one is finished, and another watch's is left alone`()
        throws
    {
        let connection = try database()
        let fold = Fold("w", [Noting(poison: -1)], logger: Logger(label: "tests"))
        #expect(try fold.apply(records(1...10), from: nil, to: cursor(10), on: connection))
        #expect(try fold.applyAgain(records(1...10), from: nil, to: cursor(10), on: connection))
        #expect(try seen(on: connection) == Array(1...10))
        // Only half of this batch was stored.
        #expect(try fold.apply(records(11...15), from: cursor(10), to: cursor(15), on: connection))
        #expect(try fold.applyAgain(records(11...20), from: cursor(10), to: cursor(20), on: connection))
        #expect(try seen(on: connection) == Array(1...20))
        // Another one has gone on.
        #expect(try !fold.apply(records(11...20), from: cursor(10), to: cursor(20), on: connection))
        #expect(try !fold.applyAgain(records(11...18), from: cursor(10), to: cursor(18), on: connection))
        #expect(try seen(on: connection) == Array(1...20))
    }

    @Test func `batches end at their limits and lose nothing`() {
        let deliveries = (1...1203).map {
            FeedMessage.Delivery(seq: $0, prev: $0 - 1, envelope: [UInt8](repeating: 0x20, count: $0 == 7 ? 5000 : 10))
        }
        let batches = WatchThread.batches(deliveries, records: 500, bytes: 4000)
        #expect(batches.flatMap { $0 } == deliveries)
        #expect(batches.allSatisfy { $0.count <= 500 })
        // One that is larger than a batch goes alone.
        #expect(batches.contains { $0.map(\.seq) == [7] })
        #expect(WatchThread.batches([]).isEmpty)
    }

    @Test func `records are read by their type, and what cannot be read says so`() throws {
        func record(
            _ type: String,
            _ data: String,
            time: String = "2016-12-30T09:30:00.123456Z"
        ) throws -> FoldBatch.Record {
            try FoldBatch.Record(
                .init(seq: 5, prev: 4, envelope: Array(#"{"type":"\#(type)","time":"\#(time)","data":\#(data)}"#.utf8))
            )
        }
        let retracted = try record("tidings.event.retracted.v1", #"{"id":"a","retracts":"b","reason":"c","was":{}}"#)
        guard case .retracted("b") = retracted.kind else { return #expect(Bool(false), "\(retracted)") }
        #expect(retracted.at == 1_483_090_200_123)
        guard case .other = try record("tidings.alert.v1", "{}").kind else { return #expect(Bool(false)) }
        #expect(throws: (any Error).self) { try record("tidings.event.v1", #"{"id":"a"}"#) }
        #expect(throws: (any Error).self) { try record("tidings.alert.v1", "{}", time: "yesterday") }
    }
}

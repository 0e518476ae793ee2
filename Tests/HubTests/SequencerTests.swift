import Storage
import Testing
import Wire

@testable import Hub

@Suite("Sequencer") struct SequencerTests {
    private func entries(_ seqs: ClosedRange<Int>, _ epoch: String = "e") -> [LogEntry] {
        seqs.map { LogEntry(seq: $0, tseq: $0, epoch: epoch, topic: [], keys: [], envelope: []) }
    }

    private func head(_ seq: Int, _ epoch: String = "e") -> LogStore.Head { .init(epoch: epoch, seq: seq, floor: 0) }

    /// Actions in short, for comparison.
    private func short(_ actions: [Sequencer.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .look: "look"
            case .open(let head): "open \(head.epoch) \(head.seq)"
            case .append(let entries): "append \(entries.map(\.seq))"
            case .read(let after, let limit): "read \(limit) after \(after)"
            case .sequence(let limit): "sequence \(limit)"
            }
        }
    }

    /// A sequencer whose feed knows a log of three entries.
    private func opened() -> Sequencer {
        var sequencer = Sequencer(batch: 2)
        #expect(short(sequencer.looked(head(3), waiting: false)) == ["open e 3"])
        return sequencer
    }

    @Test func `waiting records are placed and handed on, a full batch at a time`() {
        var sequencer = opened()
        #expect(short(sequencer.looked(head(3), waiting: true)) == ["sequence 2"])
        #expect(short(sequencer.sequenced(entries(4...5))) == ["append [4, 5]", "look"])
        #expect(short(sequencer.looked(head(5), waiting: true)) == ["sequence 2"])
        #expect(short(sequencer.sequenced(entries(6...6))) == ["append [6]"])
        #expect(sequencer.looked(head(6), waiting: false).isEmpty)
    }

    /// Entries that another sequencer, or a commit whose answer was lost, had placed stayed out of the feed until the next record came.
    @Test func `what another has placed is read although nothing waits`() {
        var sequencer = opened()
        #expect(short(sequencer.looked(head(6), waiting: false)) == ["read 2 after 3"])
        #expect(short(sequencer.read(entries(4...5))) == ["append [4, 5]", "look"])
        #expect(short(sequencer.looked(head(6), waiting: false)) == ["read 2 after 5"])
    }

    @Test func `what lies between is read first, and nothing is handed on twice`() {
        var sequencer = opened()
        #expect(short(sequencer.looked(head(3), waiting: true)) == ["sequence 2"])
        #expect(short(sequencer.sequenced(entries(5...5))) == ["look"])
        #expect(short(sequencer.looked(head(5), waiting: false)) == ["read 2 after 3"])
        #expect(short(sequencer.read(entries(4...5))) == ["append [4, 5]", "look"])
    }

    /// A log that was restored while the connection lived was taken for the old one.
    @Test func `another log is opened, on the same connection too`() {
        var sequencer = opened()
        #expect(short(sequencer.looked(head(5, "f"), waiting: true)) == ["open f 5", "sequence 2"])
        #expect(short(sequencer.sequenced(entries(6...6, "g"))) == ["look"], "not of this log")
        #expect(short(sequencer.looked(head(2, "g"), waiting: false)) == ["open g 2"])
        #expect(sequencer.read([]).isEmpty)
    }
}

package import Storage
package import Wire

/// What the sequencer's thread does next: looks at the log, gives records their places, and hands the log to the feed without a gap.
///
/// A state machine without I/O. The log in the database is the truth: another sequencer may have placed records between, a commit
/// whose answer was lost may have placed ours, and a restored log may have taken the place of the one known here.
package struct Sequencer {
    package enum Action {
        /// Read the log's head and whether records wait for their places; the answer is `looked`.
        case look
        /// Tell the feed that the log is known, or is another one than before.
        case open(LogStore.Head)
        /// Hand entries to the feed; they follow on those before.
        case append([LogEntry])
        /// Read placed entries; the answer is `read`.
        case read(after: Int, limit: Int)
        /// Give waiting records their places; the answer is `sequenced`.
        case sequence(limit: Int)
    }

    /// The log that the feed knows and the last entry handed to it; nil before the first look.
    private var published: LogStore.Head?
    private let batch: Int

    /// - Parameter batch: entries of one transaction.
    package init(batch: Int = 1000) { self.batch = batch }

    /// The answer to `.look`, which a ring or a poll asks for.
    package mutating func looked(_ head: LogStore.Head, waiting: Bool) -> [Action] {
        var actions: [Action] = []
        var known = published ?? head
        if published == nil || head.epoch != known.epoch || head.seq < known.seq {
            known = head
            actions.append(.open(head))
        }
        published = known
        if known.seq < head.seq {
            actions.append(.read(after: known.seq, limit: batch))
        } else if waiting {
            actions.append(.sequence(limit: batch))
        }
        return actions
    }

    /// The answer to `.read`.
    package mutating func read(_ entries: [LogEntry]) -> [Action] {
        // Nothing where something was said to be: the log is another one, which the next poll sees.
        guard !entries.isEmpty else { return [] }
        return append(entries) ?? [.look]
    }

    /// The answer to `.sequence`; empty when another sequencer was faster, whose entries the next poll sees.
    package mutating func sequenced(_ entries: [LogEntry]) -> [Action] {
        guard !entries.isEmpty else { return [] }
        guard let actions = append(entries) else { return [.look] }
        return entries.count < batch ? [actions[0]] : actions
    }

    /// The actions when `entries` follow on what the feed has; nil when something lies between.
    private mutating func append(_ entries: [LogEntry]) -> [Action]? {
        guard let known = published, let first = entries.first, let last = entries.last, first.epoch == known.epoch,
            first.seq == known.seq + 1
        else { return nil }
        published?.seq = last.seq
        return [.append(entries), .look]
    }
}

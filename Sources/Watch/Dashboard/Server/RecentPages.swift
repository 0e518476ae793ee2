import ServiceSupport

/// Pages that were made a moment ago: a desk's readers look at the same ones, and making one takes ten times as long as sending it.
final class RecentPages: Sendable {
    private struct Kept: Sendable {
        var answer: Answer
        /// Of what state of the tables it was made; nil for a page that may be older than they are.
        var position: Int?
        var until: Int
    }

    private final class Slot: Sendable {
        let kept = Locked<Kept?>(nil)
    }

    /// Milliseconds that a page is shown for.
    private static let life = 15_000
    /// Pages that are kept at most.
    private static let most = 200

    private let slots = Locked<[String: Slot]>([:])

    /// The page as it was made a moment ago, else as `make` makes it; who asks for the same meanwhile waits for it.
    ///
    /// Blocks, and must not be called on the cooperative pool.
    ///
    /// - Parameter position: the place in the log that the tables have come to, for pages that are never older than that; nil for those that sum up
    ///   years, which takes the database long and changes little in a moment.
    func page(_ address: String, of position: Int?, _ make: () throws -> Answer) rethrows -> Answer {
        let slot = slots.withLock { slots in
            if let slot = slots[address] { return slot }
            if slots.count >= RecentPages.most { slots.removeAll() }
            let slot = Slot()
            slots[address] = slot
            return slot
        }
        return try slot.kept.withLock { kept in
            let now = Monotonic.milliseconds()
            if let kept, kept.until > now, kept.position == position { return kept.answer }
            let answer = try make()
            kept = Kept(answer: answer, position: position, until: Monotonic.milliseconds() + RecentPages.life)
            return answer
        }
    }
}

import ServiceSupport

/// Pages that were made a moment ago, for those that sum up years: that takes the database long, and changes little in a moment.
final class RecentPages: Sendable {
    private struct Kept: Sendable {
        var answer: Answer
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
    func page(_ address: String, _ make: () throws -> Answer) rethrows -> Answer {
        let slot = slots.withLock { slots in
            if let slot = slots[address] { return slot }
            if slots.count >= RecentPages.most { slots.removeAll() }
            let slot = Slot()
            slots[address] = slot
            return slot
        }
        return try slot.kept.withLock { kept in
            let now = Monotonic.milliseconds()
            if let kept, kept.until > now { return kept.answer }
            let answer = try make()
            kept = Kept(answer: answer, until: Monotonic.milliseconds() + RecentPages.life)
            return answer
        }
    }
}

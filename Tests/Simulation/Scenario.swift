/// A defect put into a model or a shell on purpose; the invariants must notice each of them.
package enum Mutation: String, CaseIterable, Sendable {
    /// Answers are stored whoever sends them.
    case noFence
    /// A stale answer is stored beside the fresh one of its article when both come in one batch.
    case looseBatch
    /// The log follows the records' serial numbers instead of the outbox.
    case serialTailing
    /// Two sequencers may place records at the same time.
    case noSequencerLock
    /// The sequencer looks at the log only when records wait or the connection is new.
    case looksForOutboxOnly
    /// A subscriber takes events whatever their `prev` says.
    case noPrevCheck
    /// A subscriber stores its cursor first and the effects later.
    case cursorBeforeEffect
    /// A subscriber stores the effects first and its cursor later.
    case effectBeforeCursor
    /// A subscriber begins behind the place where it stopped without asking whether the log is the same.
    case noEpoch
    /// Entries that were read from another log than the feed's are delivered.
    case anyLog
    /// Leases are renewed by owner, those of lost answers too.
    case renewByOwner
    /// What was asked for when a statement was refused is forgotten.
    case forgetsCommands
    /// A crash is charged to nobody.
    case chargesNothing
}

/// What one seed stands for: who takes part and what may go wrong.
struct Scenario {
    enum Kind {
        case normal
        /// Ends its worker every time.
        case killer
        /// Ends its worker the first time.
        case flaky
        /// The coder refuses it.
        case poison
        /// The database refuses its records.
        case refused
        /// Its worker never comes back from it.
        case hanging
    }

    var kinds: [Kind] = []
    /// Records of each article.
    var records: [Int] = []
    var workers: Int
    var threads: Int
    /// Filter and window of each subscriber.
    var subscribers: [(filter: String, window: Int)] = []
    var hasSecondHub: Bool
    /// Whether the hubs respect each other's lock; correctness must not need it.
    var hasHubLock: Bool
    /// Faults of processes, connections and the database as a whole.
    var faults: Int
    /// Faults that may be charged to a job which is not to blame; so few that none of those may die.
    var chargeable: Int
    /// Faults of single statements.
    var statementFaults: Int
    /// Chance of a fault at a step, in a thousand.
    var rate: Int
    var statementRate: Int
    var healAt: Int
    var tailBytes: Int
    var replay: Int
    var batch: Int
    var isSlow: Bool

    init(_ random: inout Random) {
        workers = random.between(1, 3)
        threads = random.between(1, 2)
        hasSecondHub = random.chance(200)
        hasHubLock = random.chance(500)
        faults = random.below(7)
        chargeable = 2
        statementFaults = random.below(5)
        rate = random.between(3, 40)
        statementRate = random.between(20, 200)
        healAt = random.between(1500, 9000)
        tailBytes = random.between(150, 2500)
        replay = random.between(1, 6)
        batch = random.chance(500) ? 1000 : random.between(1, 4)
        isSlow = random.chance(100)
        let bad = random.chance(250)
        for _ in 0..<random.between(1, 8) {
            let kind: Kind =
                if bad, random.chance(300) {
                    [.killer, .flaky, .poison, .refused, .hanging][random.below(5)]
                } else { .normal }
            kinds.append(kind)
            records.append(random.between(1, 3))
        }
        for _ in 0..<random.between(1, 3) {
            subscribers.append((["", "", "event=AID", "event=COERCE"][random.below(4)], random.between(1, 6)))
        }
    }
}

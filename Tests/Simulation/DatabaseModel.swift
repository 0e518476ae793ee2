import Hub
import Storage
import Wire

/// The tables, after the SQL of Storage: rows, row locks, what a transaction sees and what it leaves.
///
/// A transaction is carried out in two moments: `execute` sees what is committed, locks rows and draws serial numbers; `commit`
/// makes its effects visible. Rows that another transaction has locked make it wait.
struct DatabaseModel {
    struct Job {
        var article: Int
        var name: String
        /// 0 ready, 1 leased, 3 dead.
        var state = 0
        var attempt = 0
        var runAt: Int
        var until = 0
        var owner = ""
        /// The transaction that has locked the row; 0 none.
        var lock = 0

        func matches(_ lease: Lease) -> Bool {
            state == 1 && attempt == lease.attempt && owner == lease.owner && name == lease.article
        }
    }

    /// A record: article, place in the article and version of the coder in one number.
    typealias Code = Int

    /// What a backup holds.
    struct Tables {
        /// Bits of the articles that are stored.
        var articles: UInt64 = 0
        var jobs: [Job] = []
        /// By serial number; nil for numbers of transactions that failed.
        var records: [Code?] = [nil]
        var outbox: [Int] = []
        var log: [LogEntry] = []
        var epoch = 0
        /// For the mutation that follows serial numbers.
        var tailed = 0
    }

    /// What a transaction does when it commits.
    struct Effects {
        var articles: [Int] = []
        var fenced: [(article: Int, lease: Lease)] = []
        var records: [(id: Int, code: Code)] = []
        var leased: [(article: Int, owner: String)] = []
        var given: [Dispatcher.Returned] = []
        var placed: [LogEntry] = []
        var taken: [Int] = []
        var shortens = false
        var care: (held: [Lease], owners: [String])?
    }

    var tables = Tables()
    var isUp = true
    var headLock = 0
    /// Another insert of the same article waits for this transaction's end.
    var articleLock = 0
    /// Lease transactions that the disk does not have yet: their jobs as they were.
    var unflushed: [Job] = []
    /// The connection that holds the hub's advisory lock.
    var lockHolder = 0
    let mutation: Mutation?
    let scenario: Scenario

    static let topic = Array("event/".utf8)
    static let keys = [Array("event=AID".utf8), Array("event=COERCE".utf8)]
    static let epochs = (0...9).map { "e\($0)" }

    static func keys(_ code: Code) -> [UInt8] { keys[(code / 10) % 3 == 0 ? 0 : 1] }

    static func entry(_ code: Code, seq: Int, epoch: Int) -> LogEntry {
        LogEntry(
            seq: seq,
            tseq: seq,
            epoch: epochs[epoch],
            topic: topic,
            keys: keys(code),
            envelope: [UInt8(code & 255), UInt8(code >> 8), UInt8(epoch)]
        )
    }

    static func code(_ entry: LogEntry) -> Code { Int(entry.envelope[0]) | Int(entry.envelope[1]) << 8 }

    private func job(_ lease: Lease) -> Int? { tables.jobs.firstIndex { $0.name == lease.article } }

    /// Carries out a transaction up to its commit; nil when it has to wait for another.
    mutating func execute(_ operation: Operation, _ id: Int, _ now: Int, _ random: inout Random) -> (Outcome, Effects)?
    {
        var effects = Effects()
        switch operation {
        case .lock: return (.locked(true), effects)
        case .commit(let answers): return storeAnswers(answers, id)
        case .giveBack(let returned):
            for one in returned {
                guard let index = job(one.lease), tables.jobs[index].matches(one.lease) else { continue }
                guard tables.jobs[index].lock == 0 else { return nil }
                // An update takes one row of several that match.
                if !effects.given.contains(where: { $0.lease == one.lease }) { effects.given.append(one) }
            }
            for one in effects.given { if let index = job(one.lease) { tables.jobs[index].lock = id } }
            return (.done, effects)
        case .lease(let owner, let limit):
            let ready = tables.jobs.indices.filter {
                tables.jobs[$0].state == 0 && tables.jobs[$0].runAt <= now && tables.jobs[$0].lock == 0
            }.sorted { (tables.jobs[$0].runAt, $0) < (tables.jobs[$1].runAt, $1) }.prefix(limit)
            var leases: [Lease] = []
            for index in ready.sorted() {
                tables.jobs[index].lock = id
                let job = tables.jobs[index]
                leases.append(Lease(article: job.name, attempt: job.attempt + 1, owner: owner))
                effects.leased.append((job.article, owner))
            }
            return (.leased(leases), effects)
        case .care(let held, let owners):
            guard !tables.jobs.contains(where: { $0.state == 1 && $0.lock != 0 }) else { return nil }
            for index in tables.jobs.indices where tables.jobs[index].state == 1 { tables.jobs[index].lock = id }
            effects.care = (held, owners)
            return (.done, effects)
        case .look:
            let head = LogStore.Head(epoch: DatabaseModel.epochs[tables.epoch], seq: tables.log.count, floor: 0)
            return (.looked(head, waiting: mutation == .serialTailing || !tables.outbox.isEmpty), effects)
        case .read(let after, let limit):
            let start = min(max(0, after), tables.log.count)
            return (.entries(Array(tables.log[start..<min(tables.log.count, start + limit)])), effects)
        case .sequence(let limit): return place(limit, id)
        case .store(let articles):
            guard articleLock == 0 else { return nil }
            articleLock = id
            effects.articles = articles.filter { tables.articles & (1 << UInt64($0)) == 0 }
            return (.done, effects)
        }
    }

    private mutating func storeAnswers(_ answers: [Operation.Answered], _ id: Int) -> (Outcome, Effects)? {
        var effects = Effects()
        for answer in answers {
            guard let index = job(answer.lease) else { continue }
            if tables.jobs[index].lock != 0 { return nil }
        }
        if answers.contains(where: { $0.records.contains { $0.data[2] != 0 } }) { return (.badData, effects) }
        var fenced = Set<Lease>()
        for answer in answers {
            guard let index = job(answer.lease) else { continue }
            guard tables.jobs[index].matches(answer.lease) || mutation == .noFence else { continue }
            if fenced.insert(answer.lease).inserted {
                effects.fenced.append((tables.jobs[index].article, answer.lease))
            }
            tables.jobs[index].lock = id
        }
        if mutation == .looseBatch {
            for answer in answers where fenced.contains(where: { $0.article == answer.lease.article }) {
                fenced.insert(answer.lease)
            }
        }
        for answer in answers where fenced.contains(answer.lease) {
            for draft in answer.records {
                let code = Int(draft.data[0]) | Int(draft.data[1]) << 8
                guard !tables.records.contains(code), !effects.records.contains(where: { $0.code == code }) else {
                    continue
                }
                tables.records.append(nil)
                effects.records.append((tables.records.count - 1, code))
            }
        }
        return (.stored(fenced), effects)
    }

    private mutating func place(_ limit: Int, _ id: Int) -> (Outcome, Effects)? {
        var effects = Effects()
        guard headLock == 0 || mutation == .noSequencerLock else { return nil }
        headLock = id
        var next = tables.log.count
        if mutation == .serialTailing {
            for id in (tables.tailed + 1)..<max(tables.tailed + 1, tables.records.count) where tables.records[id] != nil
            {
                effects.taken.append(id)
            }
        } else {
            effects.taken = Array(tables.outbox.sorted().prefix(limit))
        }
        for id in effects.taken {
            guard let code = tables.records[id] else { continue }
            next += 1
            effects.placed.append(DatabaseModel.entry(code, seq: next, epoch: tables.epoch))
        }
        return (.entries(effects.placed), effects)
    }

    /// Lets go of what a transaction has locked.
    mutating func unlock(_ id: Int) {
        if headLock == id { headLock = 0 }
        if articleLock == id { articleLock = 0 }
        for index in tables.jobs.indices where tables.jobs[index].lock == id { tables.jobs[index].lock = 0 }
    }
}

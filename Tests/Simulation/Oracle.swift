import TidingsClient
import Wire

/// Knows what may happen, by books of its own: every method that returns a text has found something broken.
struct Oracle {
    static let names = (0..<16).map { "a\($0)" }

    static func article(_ name: String) -> Int {
        var number = 0
        for digit in name.utf8.dropFirst() { number = number * 10 + Int(digit) - 48 }
        return number
    }

    private let kinds: [Scenario.Kind]
    private let records: [Int]
    /// Who has the job now.
    private var holders: [Lease?]
    private var charges: [Int]
    private var killed: UInt64 = 0
    /// All logs there ever were, by epoch.
    private var logs: [[LogEntry]] = [[]]

    init(_ scenario: Scenario) {
        kinds = scenario.kinds
        records = scenario.records
        holders = Array(repeating: nil, count: kinds.count)
        charges = Array(repeating: 0, count: kinds.count)
    }

    func hasKilled(_ article: Int) -> Bool { killed & (1 << UInt64(article)) != 0 }

    mutating func kills(_ article: Int) { killed |= 1 << UInt64(article) }

    // MARK: Jobs

    mutating func leased(_ article: Int, _ lease: Lease) { holders[article] = lease }

    mutating func unleased(_ article: Int) { holders[article] = nil }

    mutating func stored(_ article: Int, _ lease: Lease) -> String? {
        defer { holders[article] = nil }
        guard holders[article] == lease else {
            return
                "the answer of \(lease) had an effect, but \(holders[article].map { "\($0)" } ?? "nobody") has the job"
        }
        return kinds[article] == .normal || kinds[article] == .flaky ? nil : "article \(article) cannot have an answer"
    }

    mutating func givenBack(_ article: Int, _ lease: Lease, charged: Bool, dead: Bool) -> String? {
        guard holders[article] == lease else {
            return "\(lease) was given back, but \(holders[article].map { "\($0)" } ?? "nobody") has the job"
        }
        holders[article] = nil
        if charged { charges[article] += 1 }
        guard dead else { return nil }
        switch kinds[article] {
        case .normal, .flaky: return "\(lease) is dead and not to blame"
        case .killer: return charges[article] < 5 ? "\(lease) is dead after \(charges[article]) charges" : nil
        case .poison, .refused, .hanging: return nil
        }
    }

    // MARK: The log

    mutating func placed(_ entry: LogEntry, _ database: DatabaseModel) -> String? {
        let epoch = database.tables.epoch
        guard entry.epoch == DatabaseModel.epochs[epoch], entry.seq == logs[epoch].count + 1 else {
            return "\(entry.seq) of \(entry.epoch) is placed behind \(logs[epoch].count) of e\(epoch)"
        }
        let code = DatabaseModel.code(entry)
        if let other = logs[epoch].first(where: { DatabaseModel.code($0) / 10 == code / 10 }) {
            return "record \(code) is placed as \(entry.seq), and as \(other.seq) already"
        }
        logs[epoch].append(entry)
        return nil
    }

    mutating func restored(_ database: DatabaseModel) {
        logs.append(database.tables.log)
        for article in holders.indices { holders[article] = nil }
        for job in database.tables.jobs where job.state == 1 {
            holders[job.article] = Lease(article: job.name, attempt: job.attempt, owner: job.owner)
        }
    }

    // MARK: Subscribers

    private func wants(_ filter: String, _ entry: LogEntry) -> Bool {
        filter.isEmpty || entry.keys.elementsEqual(filter.utf8)
    }

    /// An event has its effect: it must be the next of its log that the filter wants.
    func effect(_ delivery: FeedMessage.Delivery, of subscriber: inout SubscriberModel) -> String? {
        guard let epoch = subscriber.subscription.epoch, let number = DatabaseModel.epochs.firstIndex(of: epoch) else {
            return "an event came without a log"
        }
        guard Int(delivery.envelope[2]) == number else {
            return "\(delivery.seq) of e\(delivery.envelope[2]) came as one of \(epoch)"
        }
        if let known = subscriber.epoch, known != epoch { return "effects of \(known) and \(epoch) are mixed" }
        subscriber.epoch = epoch
        let log = logs[number]
        guard delivery.seq <= log.count, log[delivery.seq - 1].envelope == delivery.envelope else {
            return "\(delivery.seq) of \(epoch) is not what the log has there"
        }
        guard delivery.seq > subscriber.effect else {
            return "\(delivery.seq) has its effect again, after that of \(subscriber.effect)"
        }
        guard wants(subscriber.filter, log[delivery.seq - 1]) else { return "the filter does not want \(delivery.seq)" }
        for between in log[subscriber.effect..<(delivery.seq - 1)] where wants(subscriber.filter, between) {
            return "\(between.seq) had no effect, and \(delivery.seq) has"
        }
        subscriber.effect = delivery.seq
        return nil
    }

    /// Whether a subscriber has all that the log has for it.
    func isComplete(_ subscriber: SubscriberModel, _ database: DatabaseModel) -> Bool {
        let log = logs[database.tables.epoch]
        guard let last = log.last(where: { wants(subscriber.filter, $0) }) else { return true }
        return subscriber.epoch == last.epoch && subscriber.effect == last.seq
    }

    // MARK: The end

    func final(_ database: DatabaseModel) -> String? {
        let log = logs[database.tables.epoch]
        for article in kinds.indices {
            let found = log.filter { DatabaseModel.code($0) / 100 == article }
            let isDead = database.tables.jobs.contains { $0.article == article }
            switch kinds[article] {
            case .normal, .flaky:
                guard found.count == records[article], !isDead else {
                    return "article \(article) has \(found.count) of its \(records[article]) records in the log"
                }
                guard Set(found.map { DatabaseModel.code($0) % 10 }).count == 1 else {
                    return "article \(article) has records of two answers in the log"
                }
            default:
                guard found.isEmpty, isDead else { return "article \(article) should be dead" }
            }
        }
        return nil
    }
}

import Hub
import Storage
import Wire

/// A thread with a connection of its own, and what `Storage.Database` does for it: connects when needed, repeats what failed.
struct ClientModel {
    var operation: Operation?
    /// Which answer it waits for; others come too late.
    var token = 0
    /// The connection it believes in; 0 none.
    var connection = 0
    var isBroken = false
    /// Counts connections made.
    var generation = 0
    var backoff = 50
}

/// A transaction between its statements and its commit.
struct TransactionModel {
    var client: Int
    var token: Int
    var operation: Operation
    var outcome: Outcome
    var effects: DatabaseModel.Effects
    var losesAnswer: Bool
    var isLive = true
}

extension World {
    static let ingestClient = 6

    func run(_ client: Int, _ operation: Operation, in delay: Int = 0) {
        clients[client].operation = operation
        clients[client].backoff = 50
        push(.begin(client: client, token: clients[client].token), in: delay)
    }

    /// What was asked for failed for a passing reason: it is repeated.
    private func retry(_ client: Int) {
        clients[client].token += 1
        let backoff = clients[client].backoff
        clients[client].backoff = min(2000, backoff * 2)
        push(.begin(client: client, token: clients[client].token), in: random.between(backoff / 2, backoff))
    }

    private func dropConnection(_ client: Int) {
        let connection = clients[client].connection
        clients[client].connection = 0
        if connection != 0, database.lockHolder == connection {
            push(.releaseLock(connection: connection), in: random.below(30))
        }
    }

    /// The process of a client is gone.
    func end(_ client: Int) {
        clients[client].token += 1
        clients[client].operation = nil
        dropConnection(client)
        clients[client].isBroken = false
    }

    func begin(_ client: Int, _ token: Int) {
        guard clients[client].token == token, let operation = clients[client].operation else { return }
        if clients[client].isBroken {
            clients[client].isBroken = false
            dropConnection(client)
            return retry(client)
        }
        guard database.isUp else { return retry(client) }
        if clients[client].connection == 0 {
            connections += 1
            clients[client].connection = connections
            clients[client].generation += 1
        }
        if refusesStatements, client != World.ingestClient { return refused(client, operation) }
        var losesAnswer = false
        if scenario.statementFaults > 0, random.chance(scenario.statementRate) {
            scenario.statementFaults -= 1
            let fault = random.below(5)
            note("database client \(client): \(operation) meets fault \(fault)")
            switch fault {
            case 0:
                // The connection breaks before the statement is there.
                dropConnection(client)
                return retry(client)
            case 1: losesAnswer = true
            case 2:
                // The connection breaks and the commit is still under way.
                guard let index = start(client, operation, losesAnswer: true) else { break }
                transactions[index].token = -1
                push(.finish(transaction: index), in: random.between(1, random.chance(500) ? 60 : 3000))
                dropConnection(client)
                return retry(client)
            case 3: return retry(client)
            default:
                // The statement is sent, the connection breaks, and the server comes to it later.
                guard operation.isSingle else { return retry(client) }
                push(.late(operation), in: random.between(1, 1500))
                dropConnection(client)
                return retry(client)
            }
        }
        guard let index = start(client, operation, losesAnswer: losesAnswer) else {
            return push(.begin(client: client, token: token), in: random.between(1, 5))
        }
        push(.finish(transaction: index), in: random.below(scenario.isSlow || random.chance(30) ? 300 : 4))
    }

    /// The index of the transaction, or nil when it waits for another.
    private func start(_ client: Int, _ operation: Operation, losesAnswer: Bool) -> Int? {
        let number = transactions.count
        guard let (outcome, effects) = database.execute(operation, number + 1, now, &random) else { return nil }
        transactions.append(
            TransactionModel(
                client: client,
                token: clients[client].token,
                operation: operation,
                outcome: outcome,
                effects: effects,
                losesAnswer: losesAnswer
            )
        )
        return number
    }

    func late(_ operation: Operation) {
        guard database.isUp else { return }
        guard let index = start(0, operation, losesAnswer: true) else { return push(.late(operation), in: 3) }
        transactions[index].token = -1
        note("late: \(operation)")
        finish(index)
    }

    func finish(_ index: Int) {
        guard transactions[index].isLive else { return }
        transactions[index].isLive = false
        let transaction = transactions[index]
        var outcome = transaction.outcome
        let client = transaction.client
        let waits = clients[client].token == transaction.token
        if case .lock = transaction.operation {
            outcome = .locked(waits && tryLock(client))
        } else {
            apply(transaction.effects)
        }
        database.unlock(index + 1)
        guard waits else { return }
        if transaction.losesAnswer {
            dropConnection(client)
            return retry(client)
        }
        clients[client].operation = nil
        completed(client, transaction.operation, outcome)
    }

    private func tryLock(_ client: Int) -> Bool {
        let connection = clients[client].connection
        guard !scenario.hasHubLock || database.lockHolder == 0 || database.lockHolder == connection else {
            return false
        }
        database.lockHolder = connection
        for index in database.tables.jobs.indices where database.tables.jobs[index].state == 1 {
            database.tables.jobs[index].until = min(database.tables.jobs[index].until, now + 3000)
        }
        return true
    }

    private func completed(_ client: Int, _ operation: Operation, _ outcome: Outcome) {
        guard client != World.ingestClient else { return ingestStored() }
        switch client % 3 {
        case 0: workDatabase(client / 3, operation, outcome)
        case 1: sequencer(client / 3, operation, outcome)
        default: replayed(client / 3, operation, outcome)
        }
    }

    private func refused(_ client: Int, _ operation: Operation) {
        note("database client \(client): \(operation) is refused")
        clients[client].operation = nil
        switch client % 3 {
        case 0: workRefused(client / 3)
        case 1: sequencerRefused(client / 3)
        default: run(client, operation, in: 1000)
        }
    }

    /// The server ends: what has not committed has not happened, and the last leases may be forgotten.
    func crashDatabase(keepsConnections: Bool) {
        for index in transactions.indices where transactions[index].isLive {
            transactions[index].isLive = false
            database.unlock(index + 1)
            let client = transactions[index].client
            if clients[client].token == transactions[index].token {
                if !keepsConnections { dropConnection(client) }
                retry(client)
            }
        }
        guard !keepsConnections else { return }
        if random.chance(500) {
            for job in database.unflushed.reversed() {
                guard let row = database.tables.jobs.firstIndex(where: { $0.name == job.name }) else { continue }
                database.tables.jobs[row] = job
                oracle.unleased(job.article)
            }
        }
        database.unflushed = []
        for client in clients.indices where clients[client].connection != 0 { clients[client].isBroken = true }
        database.lockHolder = 0
        database.isUp = false
        push(.databaseUp, in: random.between(50, random.chance(700) ? 2500 : 9000))
    }

    func databaseUp() {
        database.isUp = true
        note("the database is up")
        pokeSequencers()
    }
}

import Access
import Glibc
import Logging
import Messaging
import ServiceSupport

/// The hub's own key and those of its clients, read again when their files change.
final class KeyRing: Sendable {
    private struct State {
        var pair: CurveKeyPair
        var authorised: AuthorisedKeys
        /// Grows whenever a key may have lost what it could do.
        var generation = 0
        /// When the files were last read.
        var readAt = 0
        /// Whether they could not be read the last time.
        var isStuck = false
    }

    private let keyFile: String
    private let directory: String
    private let state: Locked<State>
    private let logger: Logger

    /// - Parameter keys: the directory that holds `hub/curve.key` and `clients/`.
    init(_ keys: String, _ logger: Logger) throws(KeyFile.Failure) {
        keyFile = keys + "/hub/curve.key"
        directory = keys + "/clients"
        self.logger = logger
        state = Locked(State(pair: try KeyFile(keyFile).pair(), authorised: AuthorisedKeys(directory)))
        complain([])
    }

    var publicKey: String { state.withLock { $0.pair.publicKey } }
    var generation: Int { state.withLock { $0.generation } }

    func security(_ door: ClientRole.Door) -> Security {
        .server(secretKey: state.withLock { $0.pair.secretKey }, domain: door.rawValue)
    }

    /// Whose key it is now; nil for a stranger's.
    func client(_ key: String?) -> Client? { key.flatMap { key in state.withLock { $0.authorised.clients[key] } } }

    /// The answer to libzmq, once a connection.
    func allows(domain: String, key: String) -> Bool {
        guard let door = ClientRole.Door(rawValue: domain) else { return false }
        // A key that was added a moment ago is let in at once.
        if client(key) == nil { refresh(unlessWithin: 100) }
        if let client = client(key), client.may(enter: door) { return true }
        logger.notice(
            "a key was refused",
            metadata: ["door": "\(domain)", "key": "\(key)", "client": "\(client(key)?.name ?? "unknown")"]
        )
        return false
    }

    /// Looks at the files, unless that was done within so many milliseconds.
    func refresh(unlessWithin milliseconds: Int) {
        let now = Monotonic.milliseconds()
        guard state.withLock({ $0.readAt }) + milliseconds <= now else { return }
        state.withLock { $0.readAt = now }
        let fresh = AuthorisedKeys(directory)
        // Connections without a key can use up all descriptors: that must not put those out who have one.
        let wasStuck = state.withLock { state in
            defer { state.isStuck = fresh.isIncomplete }
            return state.isStuck
        }
        guard !fresh.isIncomplete else {
            if !wasStuck {
                logger.error(
                    "the keys cannot be read, those known stay in use; raise the limit of open files",
                    metadata: ["error": "\(fresh.complaints.first ?? "")"]
                )
            }
            return
        }
        let (before, after) = state.withLock { state -> (State, State) in
            let before = state
            if let pair = try? KeyFile(keyFile).pair() { state.pair = pair }
            state.authorised = fresh
            let hasLost = before.authorised.clients.contains { key, client in fresh.clients[key] != client }
            if hasLost || state.pair != before.pair { state.generation += 1 }
            return (before, state)
        }
        complain(before.authorised.complaints)
        if before.pair != after.pair {
            logger.notice("the hub has a new key", metadata: ["key": "\(after.pair.publicKey)"])
        }
        let (old, new) = (before.authorised.clients, after.authorised.clients)
        for (key, client) in new where old[key] != client {
            logger.notice(
                "a key may connect",
                metadata: ["client": "\(client.name)", "roles": "\(client.roles.map(\.rawValue).sorted())"]
            )
        }
        for (key, client) in old where new[key] == nil {
            logger.notice("a key may no longer connect", metadata: ["client": "\(client.name)", "key": "\(key)"])
        }
    }

    private func complain(_ known: [String]) {
        for complaint in state.withLock({ $0.authorised.complaints }) where !known.contains(complaint) {
            logger.error("a key file lets nobody in", metadata: ["error": "\(complaint)"])
        }
    }
}

/// The thread that answers ZAP; without it no socket of the hub may listen.
struct AuthenticationThread {
    private let authenticator: Authenticator
    private let ring: KeyRing
    private let logger: Logger

    init(_ context: MessagingContext, _ ring: KeyRing, _ logger: Logger) throws(MessagingError) {
        authenticator = try Authenticator(in: context) { ring.allows(domain: $0, key: $1) }
        self.ring = ring
        self.logger = logger
    }

    func run(until stop: StopSwitch) {
        while !stop.isStopped {
            do { try authenticator.serve(milliseconds: 100) } catch {
                // Fail closed: nobody is let in without this thread, and an operator must see why.
                logger.critical("the authentication thread failed; ending", metadata: ["error": "\(error)"])
                exit(70)
            }
            ring.refresh(unlessWithin: 500)
        }
    }
}

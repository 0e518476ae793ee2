package import Access
import FoundationEssentials
import Glibc
import Messaging

/// The CURVE keys of one installation: the hub's, those of our services, and the public halves of all that may connect.
extension Keys {
    /// A program of ours that connects to the hub.
    package enum Party: String, Sendable, CaseIterable {
        case ingest, extract, watch, `operator`

        /// What its key may do.
        package var roles: Set<ClientRole> {
            switch self {
            case .ingest: [.ingest]
            case .extract: [.worker]
            case .watch: [.feed]
            case .operator: [.admin]
            }
        }
    }

    /// The file with a party's key and the hub's public one.
    package func keyFile(_ party: Party) -> String { "\(directory)/\(party.rawValue)/curve.key" }

    /// The directory of the public keys that may connect.
    package var clients: String { "\(directory)/clients" }

    private var hubKey: String { "\(directory)/hub/curve.key" }
    private var nextHubKey: String { "\(directory)/hub/curve.next.key" }
    private func publicFile(_ name: String) -> String { "\(clients)/\(name).pub" }

    /// Makes keys that are missing; a party whose key is there and not enrolled was revoked, and stays so.
    func createCurveKeys() throws(Failure) {
        try make("\(directory)/hub")
        try make(clients)
        if access(hubKey, F_OK) != 0 { try write(Keys.text(CurveKeyPair()), to: hubKey) }
        let server = try publicKey(hubKey)
        for party in Party.allCases where access(keyFile(party), F_OK) != 0 {
            try make("\(directory)/\(party.rawValue)")
            let pair = CurveKeyPair()
            try enrol(Client(name: party.rawValue, roles: party.roles), pair.publicKey, old: nil)
            try write("server_key = \"\(server)\"\n" + Keys.text(pair), to: keyFile(party))
        }
    }

    // MARK: Clients

    /// Lets a new client in.
    ///
    /// - Returns: its configuration, which is kept nowhere else.
    package func add(_ client: Client, endpoints: StackState.Endpoints) throws(Failure) -> String {
        guard access(publicFile(client.name), F_OK) != 0 else {
            throw Failure(
                description:
                    "there is a client \(client.name) already; 'tidings client rotate \(client.name)' gives it a new key"
            )
        }
        let pair = CurveKeyPair()
        try enrol(client, pair.publicKey, old: nil)
        return try configuration(client.name, pair, endpoints)
    }

    /// Gives a client a second key; its old one works until ``finishRotation(of:)``.
    package func rotate(_ name: String, endpoints: StackState.Endpoints) throws(Failure) -> String {
        let file = try clientFile(name)
        guard file["old_public_key"] == nil else {
            throw Failure(
                description: "\(name) has two keys already; 'tidings client rotate \(name) --finish' ends the older one"
            )
        }
        let pair = CurveKeyPair()
        try enrol(try client(name), pair.publicKey, old: try readKey(file, "public_key"))
        return try configuration(name, pair, endpoints)
    }

    /// Ends a client's older key.
    package func finishRotation(of name: String) throws(Failure) {
        let file = try clientFile(name)
        guard file["old_public_key"] != nil else { throw Failure(description: "\(name) has one key only") }
        try enrol(try client(name), try readKey(file, "public_key"), old: nil)
    }

    /// Takes a client's key away; the hub cuts it off within two seconds.
    package func remove(_ name: String) throws(Failure) {
        guard Client.isName(name), unlink(publicFile(name)) == 0 else {
            throw Failure(description: "there is no client '\(name)'; 'tidings client list' shows those there are")
        }
    }

    private func clientFile(_ name: String) throws(Failure) -> KeyFile {
        guard Client.isName(name), access(publicFile(name), F_OK) == 0 else {
            throw Failure(description: "there is no client '\(name)'; 'tidings client list' shows those there are")
        }
        do { return try KeyFile(publicFile(name)) } catch { throw Failure(description: error.description) }
    }

    private func client(_ name: String) throws(Failure) -> Client {
        guard let client = AuthorisedKeys(clients).clients.values.first(where: { $0.name == name }) else {
            throw Failure(description: "\(publicFile(name)) cannot be read; 'tidings client list' says why")
        }
        return client
    }

    private func enrol(_ client: Client, _ key: String, old: String?) throws(Failure) {
        try write(AuthorisedKeys.file(client, publicKey: key, oldPublicKey: old), to: publicFile(client.name))
    }

    private func configuration(
        _ name: String,
        _ pair: CurveKeyPair,
        _ endpoints: StackState.Endpoints
    ) throws(Failure) -> String {
        // Any of our parties' files tells the hub's public key; a person's tool cannot read the hub's own.
        let server = try operatorFile()
        let next = server["next_server_key"].map { "next_server_key = \"\($0)\"\n" } ?? ""
        return """
            # Key of the client \(name). Keep it secret: chmod 600
            feed = "\(endpoints.feed)"
            tap = "\(endpoints.tap)"
            server_key = "\(try readKey(server, "server_key"))"
            \(next)\(Keys.text(pair))
            """
    }

    private func operatorFile() throws(Failure) -> KeyFile {
        do { return try KeyFile(keyFile(.operator)) } catch { throw Failure(description: error.description) }
    }

    // MARK: The hub's own key

    /// Makes the hub's next key and tells it to our services; the old one stays in use until ``finishHubRotation()``.
    ///
    /// - Returns: the public half, for the other clients' files (`next_server_key`).
    package func beginHubRotation() throws(Failure) -> String {
        if access(nextHubKey, F_OK) != 0 { try write(Keys.text(CurveKeyPair()), to: nextHubKey) }
        let next = try publicKey(nextHubKey)
        for party in Party.allCases { try rewrite(party, server: try publicKey(hubKey), next: next) }
        return next
    }

    /// Puts the next key in the place of the old one; a running hub takes it up within a second.
    package func finishHubRotation() throws(Failure) {
        guard access(nextHubKey, F_OK) == 0 else {
            throw Failure(description: "no change of the hub's key has begun; 'tidings keys rotate' begins one")
        }
        guard rename(nextHubKey, hubKey) == 0 else { throw failure("cannot replace \(hubKey)") }
        for party in Party.allCases { try rewrite(party, server: try publicKey(hubKey), next: nil) }
    }

    private func rewrite(_ party: Party, server: String, next: String?) throws(Failure) {
        let pair: CurveKeyPair
        do { pair = try KeyFile(keyFile(party)).pair() } catch { throw Failure(description: error.description) }
        let lines = "server_key = \"\(server)\"\n" + (next.map { "next_server_key = \"\($0)\"\n" } ?? "")
        try write(lines + Keys.text(pair), to: keyFile(party))
    }

    private func publicKey(_ path: String) throws(Failure) -> String {
        do { return try KeyFile(path).key("public_key") } catch { throw Failure(description: error.description) }
    }

    private func readKey(_ file: KeyFile, _ name: String) throws(Failure) -> String {
        do { return try file.key(name) } catch { throw Failure(description: error.description) }
    }

    private static func text(_ pair: CurveKeyPair) -> String {
        "public_key = \"\(pair.publicKey)\"\nsecret_key = \"\(pair.secretKey)\"\n"
    }
}

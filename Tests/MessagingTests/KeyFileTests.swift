import FoundationEssentials
import Glibc
import Messaging
import Testing

@Suite("Key files") struct KeyFileTests {
    private func file(_ text: String, mode: mode_t = 0o600) throws -> String {
        let path = "/tmp/tidings-keyfile-\(getpid())-\(UUID().uuidString)"
        try Data(text.utf8).write(to: URL(filePath: path))
        try #require(chmod(path, mode) == 0)
        return path
    }

    @Test func `comments and blank lines are skipped, and the server's two keys take turns`() throws {
        let (own, old, new) = (CurveKeyPair(), CurveKeyPair(), CurveKeyPair())
        let path = try file(
            """
            # desk
            server_key = "\(old.publicKey)"
              next_server_key = "\(new.publicKey)"

            public_key = "\(own.publicKey)"
            secret_key = "\(own.secretKey)"
            """
        )
        defer { unlink(path) }
        let file = try KeyFile(path)
        #expect(try file.pair() == own)
        let servers = try (0..<3).map { attempt -> String in
            guard case .client(let serverKey, _) = try file.client(attempt: attempt) else { return "" }
            return serverKey
        }
        #expect(servers == [old.publicKey, new.publicKey, old.publicKey])
    }

    @Test(arguments: [
        ("server_key = abc", "line 1"), ("\n\nnonsense", "line 3"),
        ("public_key = \"short\"", "public_key is not a key"),
        ("", "has no public_key"),
    ])
    func `what is wrong is named`(_ text: String, _ message: String) throws {
        let path = try file(text)
        defer { unlink(path) }
        let error = #expect(throws: KeyFile.Failure.self) { _ = try KeyFile(path).pair() }
        #expect(error?.description.contains(message) == true)
        #expect(error?.description.contains(path) == true)
    }

    /// Clients in Swift took a key that anybody on the machine could read; the one in Python refused it.
    @Test(arguments: [0o640, 0o604, 0o620] as [mode_t])
    func `a secret that others reach is refused, a public key is not`(
        _ mode: mode_t
    ) throws {
        let pair = CurveKeyPair()
        let secret = try file("public_key = \"\(pair.publicKey)\"\nsecret_key = \"\(pair.secretKey)\"\n", mode: mode)
        let published = try file("public_key = \"\(pair.publicKey)\"\nroles = \"feed\"\n", mode: mode)
        defer { for path in [secret, published] { unlink(path) } }
        let error = #expect(throws: KeyFile.Failure.self) { _ = try KeyFile(secret) }
        #expect(error?.description.contains("chmod 600 \(secret)") == true)
        #expect(try KeyFile(published).key("public_key") == pair.publicKey)
        try #require(chmod(secret, 0o400) == 0)
        #expect(try KeyFile(secret).pair() == pair)
    }
}

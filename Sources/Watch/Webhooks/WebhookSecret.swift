import Crypto
import FoundationEssentials

/// A key that signs deliveries by the Standard Webhooks specification 1.0.0.
///
/// `whsec_` holds 24 to 64 bytes for HMAC-SHA256 (signatures `v1,…`), `whsk_` an ed25519 private key (signatures `v1a,…`): its
/// seed, or the seed and the public key.
package struct WebhookSecret: Sendable {
    package enum Scheme: String, Sendable, CaseIterable { case hmac, ed25519 }

    package struct Invalid: Error, CustomStringConvertible {
        package let description: String
    }

    private enum Key: Sendable {
        case hmac(SymmetricKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let key: Key
    /// What the sender's file holds.
    package let text: String
    /// What the receiver needs: the shared secret itself, or the public key (`whpk_`).
    package let receiverText: String

    package init(_ text: String) throws(Invalid) {
        self.text = text
        if text.hasPrefix("whsec_") {
            guard let bytes = Data(base64Encoded: String(text.dropFirst(6))), (24...64).contains(bytes.count) else {
                throw Invalid(description: "what follows whsec_ is not 24 to 64 bytes in base64")
            }
            key = .hmac(SymmetricKey(data: bytes))
            receiverText = text
        } else if text.hasPrefix("whsk_") {
            guard let bytes = Data(base64Encoded: String(text.dropFirst(5))), bytes.count == 32 || bytes.count == 64,
                let private_ = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.prefix(32))
            else { throw Invalid(description: "what follows whsk_ is not 32 or 64 bytes in base64") }
            let public_ = private_.publicKey.rawRepresentation
            guard bytes.count == 32 || bytes.suffix(32) == public_ else {
                throw Invalid(description: "the second half of the whsk_ key is not the public key of its first")
            }
            key = .ed25519(private_)
            receiverText = "whpk_" + public_.base64EncodedString()
        } else {
            throw Invalid(description: "a secret begins with whsec_ (HMAC) or whsk_ (ed25519)")
        }
    }

    /// A new random one.
    package static func generate(_ scheme: Scheme) throws(Invalid) -> WebhookSecret {
        switch scheme {
        case .hmac:
            let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
            return try WebhookSecret("whsec_" + bytes.base64EncodedString())
        case .ed25519:
            let key = Curve25519.Signing.PrivateKey()
            let bytes = key.rawRepresentation + key.publicKey.rawRepresentation
            return try WebhookSecret("whsk_" + bytes.base64EncodedString())
        }
    }

    /// Reads the secrets of a file, one a line: all of them sign, so that a receiver may change over in its own time.
    package static func list(_ text: String) throws(Invalid) -> [WebhookSecret] {
        var secrets: [WebhookSecret] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            secrets.append(try WebhookSecret(String(line.filter { !$0.isWhitespace })))
        }
        guard (1...8).contains(secrets.count) else { throw Invalid(description: "a secret file has 1 to 8 lines") }
        return secrets
    }

    /// One signature over `id.timestamp.body`.
    package func signature(id: String, timestamp: Int, body: [UInt8]) throws(Invalid) -> String {
        let content = Array("\(id).\(timestamp).".utf8) + body
        switch key {
        case .hmac(let key):
            return "v1," + Data(HMAC<SHA256>.authenticationCode(for: content, using: key)).base64EncodedString()
        case .ed25519(let key):
            do { return "v1a," + (try key.signature(for: content)).base64EncodedString() } catch {
                throw Invalid(description: "the ed25519 key cannot sign: \(error)")
            }
        }
    }

    /// The headers of one delivery, with a signature by each secret.
    package static func headers(
        id: String,
        timestamp: Int,
        body: [UInt8],
        by secrets: [WebhookSecret]
    ) throws(Invalid) -> [(name: String, value: String)] {
        var signatures: [String] = []
        for secret in secrets { signatures.append(try secret.signature(id: id, timestamp: timestamp, body: body)) }
        return [
            ("content-type", "application/cloudevents+json; charset=utf-8"), ("user-agent", "tidings-watch"),
            ("webhook-id", id), ("webhook-timestamp", "\(timestamp)"),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }
}

import Crypto
package import ServiceSupport

/// A secret that a client sends as `Authorization: Bearer …` (RFC 6750); its SHA-256 is kept, not itself.
package struct BearerToken: Sendable {
    private let digest: [UInt8]

    package init(_ secret: String) { digest = Array(SHA256.hash(data: Array(secret.utf8))) }

    /// Reads the token of a file, which is made with a random one when it is missing.
    package init(file: String) throws(SecretFile.Failure) { self.init(try SecretFile.readOrCreate(file)) }

    /// Whether the value of an Authorization header carries this token.
    ///
    /// The comparison takes the same time for every wrong token.
    package func accepts(authorization: String?) -> Bool {
        guard let authorization else { return false }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return accepts(secret: String(parts[1]))
    }

    /// Whether a secret is this token, in the same time for every wrong one.
    package func accepts(secret: String) -> Bool {
        let other = Array(SHA256.hash(data: Array(secret.utf8)))
        return zip(digest, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// A text signed by who knows the token (HMAC with SHA-256), in hexadecimal digits.
    package func signature(of text: String) -> String {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: digest))
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whether ``signature(of:)`` gives this; takes the same time for every wrong one.
    package func isSignature(_ signature: String, of text: String) -> Bool {
        let (right, given) = (Array(self.signature(of: text).utf8), Array(signature.utf8))
        return right.count == given.count && zip(right, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

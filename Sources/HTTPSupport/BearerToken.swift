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
        let other = Array(SHA256.hash(data: Array(parts[1].utf8)))
        return zip(digest, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

import CZeroMQ

/// A CurveZMQ key pair (Curve25519) in Z85, 40 characters each, as libzmq takes it.
///
/// Source: [ZMTP-CURVE, RFC 25](https://rfc.zeromq.org/spec/25/); [Z85, RFC 32](https://rfc.zeromq.org/spec/32/).
package struct CurveKeyPair: Sendable, Equatable {
    package let publicKey: String
    package let secretKey: String

    package init(publicKey: String, secretKey: String) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// A fresh pair from the system's randomness.
    package init() {
        var (publicKey, secretKey) = ([CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41))
        let status = zmq_curve_keypair(&publicKey, &secretKey)
        precondition(status == 0, "zmq_curve_keypair failed: this libzmq is built without CURVE (libsodium)")
        self.publicKey = CurveKeyPair.text(publicKey)
        self.secretKey = CurveKeyPair.text(secretKey)
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a text can be a key: 40 characters of Z85.
    package static func isKey(_ text: String) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 32)
        return text.utf8.count == 40 && zmq_z85_decode(&bytes, text) != nil
    }

    /// The Z85 text of 32 bytes, as ZAP has them.
    static func encode(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 32 else { return nil }
        var buffer = [CChar](repeating: 0, count: 41)
        guard zmq_z85_encode(&buffer, bytes, bytes.count) != nil else { return nil }
        return text(buffer)
    }
}

/// How a socket proves who it is; there is no way to leave it out but `inproc`.
package enum Security: Sendable {
    /// Everybody who connects proves a key that the handler of `domain` allows.
    case server(secretKey: String, domain: String)
    /// Talks to the owner of `serverKey` only, and proves its own key.
    case client(serverKey: String, keys: CurveKeyPair)
    /// Within this process, where nobody else can connect; refused for any other transport.
    case inproc
}

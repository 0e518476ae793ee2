import Crypto

/// Name-based identifiers (RFC 9562, version 5): the same name gives the same identifier on every machine.
package enum UUIDv5 {
    /// Namespace of articles: the version 5 UUID of `tidings:article` in the RFC's URL namespace.
    package static let articleNamespace = name("tidings:article", in: "6ba7b811-9dad-11d1-80b4-00c04fd430c8")
    /// Namespace of events, quotes and entities.
    package static let recordNamespace = name("tidings:record", in: "6ba7b811-9dad-11d1-80b4-00c04fd430c8")

    /// The version 5 UUID of `name` in `namespace`, in lower case.
    package static func name(_ name: String, in namespace: String) -> String {
        var hash = Insecure.SHA1()
        hash.update(data: bytes(of: namespace))
        hash.update(data: Array(name.utf8))
        var digest = Array(hash.finalize().prefix(16))
        digest[6] = digest[6] & 0x0F | 0x50
        digest[8] = digest[8] & 0x3F | 0x80
        let digits = Hexadecimal.encode(digest)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func bytes(of uuid: String) -> [UInt8] {
        Hexadecimal.decode(uuid.filter { $0 != "-" }) ?? []
    }
}

/// Bytes as lower-case hexadecimal digits, and back.
package enum Hexadecimal {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil when `text` has an odd length or another character.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 2)
        for index in stride(from: 0, to: characters.count, by: 2) {
            guard let high = value(characters[index]), let low = value(characters[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }
}

/// SHA-256 as hexadecimal digits.
package func sha256(of bytes: [UInt8]) -> String { Hexadecimal.encode(SHA256.hash(data: bytes)) }

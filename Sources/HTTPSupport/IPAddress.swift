import Glibc

/// An IPv4 or IPv6 address, and whether it belongs to the public internet.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four or sixteen, in network order.
    package let bytes: [UInt8]

    package var isVersion6: Bool { bytes.count == 16 }

    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads the usual notations, `192.0.2.1` and `2001:db8::1`, and no others: not `0x7f.1`, which a resolver may know.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = bytes
            return
        }
        bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        self.bytes = bytes
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(isVersion6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Why a request from outside must not be sent there; nil for an address of the public internet.
    ///
    /// After IANA's registries of special-purpose addresses (RFC 6890 and its updates). Forms of IPv6 that stand for an
    /// address of IPv4 are judged by that address: a mapped `127.0.0.1` is loopback.
    package var refusal: String? { isVersion6 ? refusal6 : IPAddress.refusal4(bytes[...]) }

    private static let special4: [(network: [UInt8], bits: Int, name: String)] = [
        ([0, 0, 0, 0], 8, "this network"), ([10, 0, 0, 0], 8, "private"), ([100, 64, 0, 0], 10, "carrier-grade NAT"),
        ([127, 0, 0, 0], 8, "loopback"), ([169, 254, 0, 0], 16, "link-local"), ([172, 16, 0, 0], 12, "private"),
        ([192, 0, 0, 0], 24, "protocol assignments"), ([192, 0, 2, 0], 24, "documentation"),
        ([192, 88, 99, 0], 24, "6to4 relay"), ([192, 168, 0, 0], 16, "private"), ([198, 18, 0, 0], 15, "benchmarks"),
        ([198, 51, 100, 0], 24, "documentation"), ([203, 0, 113, 0], 24, "documentation"),
        ([224, 0, 0, 0], 4, "multicast"), ([240, 0, 0, 0], 4, "reserved"),
    ]

    private static let special6: [(network: [UInt8], bits: Int, name: String)] = [
        ([0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01], 48, "local NAT64"), ([0xFC], 7, "unique local"),
        ([0xFE, 0x80], 10, "link-local"), ([0xFE, 0xC0], 10, "site-local"), ([0xFF], 8, "multicast"),
        ([0x20, 0x01, 0x00], 23, "protocol assignments"), ([0x20, 0x01, 0x0D, 0xB8], 32, "documentation"),
        ([0x3F, 0xFF, 0x00], 20, "documentation"),
    ]

    private var refusal6: String? {
        if bytes[..<15].allSatisfy({ $0 == 0 }) { return bytes[15] == 1 ? "loopback" : "unspecified" }
        if let embedded { return IPAddress.refusal4(embedded) }
        for (network, bits, name) in IPAddress.special6 where IPAddress.matches(bytes[...], network, bits) {
            return name
        }
        // RFC 4291: global unicast is 2000::/3; what lies elsewhere is not given out.
        guard bytes[0] & 0xE0 == 0x20 else { return "reserved" }
        // RFC 5214 (ISATAP): an interface that stands for an address of IPv4.
        if bytes[8] & 0xFD == 0, bytes[9] == 0, bytes[10] == 0x5E, bytes[11] == 0xFE {
            return IPAddress.refusal4(bytes[12...])
        }
        return nil
    }

    /// The address of IPv4 that a mapped (RFC 4291), NAT64 (RFC 6052) or 6to4 (RFC 3056) address stands for.
    private var embedded: ArraySlice<UInt8>? {
        if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF { return bytes[12...] }
        if bytes[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return bytes[12...] }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return bytes[2..<6] }
        return nil
    }

    private static func refusal4(_ bytes: ArraySlice<UInt8>) -> String? {
        special4.first { matches(bytes, $0.network, $0.bits) }?.name
    }

    private static func matches(_ bytes: ArraySlice<UInt8>, _ network: [UInt8], _ bits: Int) -> Bool {
        var left = bits
        for (byte, wanted) in zip(bytes, network) where left > 0 {
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            if (byte ^ wanted) & mask != 0 { return false }
            left -= 8
        }
        return true
    }
}

/// Finds the addresses of a name; blocks, and is replaced in tests.
package typealias HostResolver = @Sendable (String) throws(HostLookup.Failure) -> [IPAddress]

/// Names to addresses, with the check that keeps requests out of private networks.
package enum HostLookup {
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    /// The system's resolver.
    package static let system: HostResolver = { (host) throws(Failure) in
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else { throw Failure("cannot resolve \(host): \(String(cString: gai_strerror(status)))") }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            // A raw view of sockaddr_in or sockaddr_in6: the address lies at a fixed place in each.
            guard let raw = entry.ai_addr.map(UnsafeRawPointer.init) else { continue }
            let found: [UInt8]? =
                switch entry.ai_family {
                case AF_INET: [UInt8](UnsafeRawBufferPointer(start: raw + 4, count: 4))
                case AF_INET6: [UInt8](UnsafeRawBufferPointer(start: raw + 8, count: 16))
                default: nil
                }
            if let address = found.flatMap(IPAddress.init(bytes:)), !addresses.contains(address) {
                addresses.append(address)
            }
        }
        return addresses
    }

    /// Resolves a host and checks every address found.
    ///
    /// Connect to exactly the address returned: a name that is resolved again may have moved (DNS rebinding).
    ///
    /// - Parameters:
    ///   - host: a name or an address without brackets.
    ///   - allowPrivate: take any address.
    /// - Throws: when one of the addresses is not public, however many others are.
    package static func address(
        of host: String,
        allowPrivate: Bool,
        resolver: HostResolver
    ) throws(Failure) -> IPAddress {
        let addresses = if let literal = IPAddress(host) { [literal] } else { try resolver(host) }
        guard let first = addresses.first else { throw Failure("\(host) has no address") }
        if allowPrivate { return first }
        for address in addresses {
            guard let refusal = address.refusal else { continue }
            throw Failure("\(host) is at \(address), which is not public (\(refusal))")
        }
        return first
    }
}

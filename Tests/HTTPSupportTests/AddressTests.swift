import HTTPSupport
import Testing

@Suite("Addresses") struct AddressTests {
    @Test(
        arguments: [
            ("127.0.0.1", "loopback"), ("127.255.255.254", "loopback"), ("10.0.0.1", "private"),
            ("172.16.0.1", "private"), ("172.31.255.255", "private"), ("192.168.1.1", "private"),
            ("169.254.169.254", "link-local"), ("100.64.0.1", "carrier-grade NAT"),
            ("100.127.255.255", "carrier-grade NAT"), ("0.0.0.0", "this network"),
            ("192.0.0.192", "protocol assignments"),
            ("192.0.2.1", "documentation"), ("198.18.0.1", "benchmarks"), ("198.19.255.255", "benchmarks"),
            ("203.0.113.9", "documentation"), ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"), ("255.255.255.255", "reserved"), ("::1", "loopback"), ("::", "unspecified"),
            ("fe80::1", "link-local"), ("febf::1", "link-local"), ("fec0::1", "site-local"),
            ("fc00::1", "unique local"),
            ("fd00:ec2::254", "unique local"), ("ff02::1", "multicast"), ("2001:db8::1", "documentation"),
            ("3fff:fff::1", "documentation"), ("2001::1", "protocol assignments"),
            ("2001:20::1", "protocol assignments"),
            ("::ffff:127.0.0.1", "loopback"), ("::ffff:169.254.169.254", "link-local"), ("::ffff:a00:1", "private"),
            ("64:ff9b::7f00:1", "loopback"), ("64:ff9b::a9fe:a9fe", "link-local"), ("64:ff9b:1::1", "local NAT64"),
            ("2002:7f00:1::1", "loopback"), ("2002:a9fe:a9fe::1", "link-local"), ("2002:c0a8:101::", "private"),
            ("::127.0.0.1", "reserved"), ("::8.8.8.8", "reserved"), ("2a00:1450::200:5efe:7f00:1", "loopback"),
            ("2a00:1450::5efe:a00:1", "private"), ("5f00::1", "reserved"), ("100::1", "reserved"),
        ]
    )
    func `an address that is not public is refused with its kind`(text: String, kind: String) {
        #expect(IPAddress(text)?.refusal == kind)
    }

    @Test(
        arguments: [
            "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "169.253.1.1",
            "192.167.1.1", "198.17.1.1", "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1",
            "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2001:200::1", "2a00:1450::200:5efe:808:808",
        ]
    )
    func `an address of the public internet passes`(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.refusal == nil)
    }

    @Test(arguments: ["0x7f.1", "2130706433", "017700000001", "127.1"])
    func `odd spellings of an address are names, and the resolver shows where they lead`(text: String) {
        #expect(IPAddress(text) == nil)
        #expect(throws: HostLookup.Failure("\(text) is at 127.0.0.1, which is not public (loopback)")) {
            try HostLookup.address(of: text, allowPrivate: false, resolver: HostLookup.system)
        }
    }

    @Test func `one private address among public ones is enough to refuse a name`() throws {
        let mixed: HostResolver = { _ in [IPAddress("8.8.8.8"), IPAddress("10.0.0.1")].compactMap { $0 } }
        #expect(throws: HostLookup.Failure.self) {
            try HostLookup.address(of: "mixed.example", allowPrivate: false, resolver: mixed)
        }
        let allowed = try HostLookup.address(of: "mixed.example", allowPrivate: true, resolver: mixed)
        #expect(allowed.description == "8.8.8.8")
    }

    @Test(
        arguments: [
            ("127.0.0.1:7480", "127.0.0.1:7480"), ("[::1]:0", "[::1]:0"), ("localhost:80", "localhost:80"),
            ("::1:80", nil), ("127.0.0.1", nil), (":80", nil), ("[127.0.0.1]:80", nil), ("host:65536", nil),
            ("http://a:80", nil), ("a b:80", nil),
        ]
    )
    func `a place to listen is host and port`(text: String, wanted: String?) {
        #expect(ListenAddress(text)?.description == wanted)
    }

    @Test(
        arguments: [
            "https://user@example.org/", "ftp://example.org/", "https:///x", "example.org", "https://exa mple.org/",
            "https://ex%61mple.org/", "https://ünter.example/", "https://a@b@c/", "javascript:alert(1)",
        ]
    )
    func `a URL that hides where it leads is refused`(text: String) {
        #expect(throws: OutboundURL.Invalid.self) { try OutboundURL(text) }
    }
}

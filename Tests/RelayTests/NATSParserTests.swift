import Relays
import Testing

@Suite("NATS protocol") struct NATSParserTests {
    private static let stream =
        "INFO {\"max_payload\":1}\r\nPING\r\nPONG\r\n+OK\r\n-ERR 'Authorization Violation'\r\n"
        + "MSG a.b 1 3\r\nx\r\n\r\nMSG a.b 1 reply 0\r\n\r\nHMSG i.1 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"
        + "HMSG i.2 1 r 22 25\r\nNATS/1.0\r\nname: v\r\n\r\n\r\nxyz\r\n"

    private static let wanted: [NATSMessage] = [
        .info(Array(#"{"max_payload":1}"#.utf8)), .ping, .pong, .ok, .error("'Authorization Violation'"),
        .message(.init(subject: "a.b", payload: Array("x\r\n".utf8))), .message(.init(subject: "a.b", payload: [])),
        .message(.init(subject: "i.1", status: 503, payload: [])),
    ]

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `messages come out whole, however the bytes are cut`(size: Int) throws {
        var parser = NATSParser()
        var found: [NATSMessage] = []
        let bytes = Array(NATSParserTests.stream.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            parser.feed(bytes[start..<min(bytes.count, start + size)])
            while let message = try parser.next() { found.append(message) }
        }
        #expect(Array(found.prefix(8)) == NATSParserTests.wanted)
        guard case .message(let last)? = found.last else { return }
        #expect(last.subject == "i.2" && last.status == nil && found.count == 9)
    }

    @Test(arguments: ["HTTP/1.1 400\r\n", "MSG a\r\n", "MSG a 1 -1\r\n", "MSG a 1 99999999999\r\n", "HMSG a 1 9 3\r\n"])
    func `what is no message of NATS is refused`(text: String) {
        var parser = NATSParser()
        parser.feed(text.utf8)
        #expect(throws: NATSParser.Invalid.self) { try parser.next() }
    }

    @Test func `a line without end is refused, not kept`() {
        var parser = NATSParser()
        parser.feed([UInt8](repeating: 0x41, count: 70_000))
        #expect(throws: NATSParser.Invalid.self) { try parser.next() }
    }

    @Test(
        arguments: [
            ("nats://localhost:4222", true), ("nats://[::1]", true), ("nats://u:p@host:1", false),
            ("tls://host", false),
            ("nats://host/path", false), ("host:4222", false), ("nats://host:99999", false),
        ]
    )
    func `an address has no secret in it`(text: String, isGood: Bool) {
        #expect((NATSConnection.Address(text) != nil) == isGood)
    }

    @Test(arguments: [
        ("tidings", true), ("a.b-c.d_1", true), ("a.*", false), ("a..b", false), ("a b", false), (">", false),
        ("", false),
    ])
    func `a subject has no wildcards and no spaces`(text: String, isGood: Bool) {
        #expect(NATSTarget.isSubject(text) == isGood)
    }
}

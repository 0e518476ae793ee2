import FoundationEssentials
import Testing
import Wire

@Suite("Wire") struct WireTests {
    private static let lease = Lease(article: "0a", attempt: 2, owner: "0b")
    private static let work: [WorkMessage] = [
        .ready(.init(worker: "w", coder: "c", credit: 4, held: [lease])), .started(lease),
        .result(lease, [.init(head: .init(id: "1", type: "event", topic: "event/", keys: "k=v"), data: [0x7B, 0x7D])]),
        .fail(.init(lease: lease, kind: .poison, reason: "ü")), .ring, .job(.init(lease: lease), article: [1, 2]),
        .stored(.init(lease: lease, fresh: true)), .unknown, .heartbeat, .bye,
    ]
    private static let feed: [FeedMessage] = [
        .subscribe(.init(filter: "event=SANCTION", after: nil, epoch: nil, credit: 9, client: "c")),
        .subscribe(.init(filter: "", after: 7, epoch: "e", credit: 9, client: "c")), .credit(3), .status,
        .welcome(.init(epoch: "e", floor: 1, head: 2, after: 2)), .event(.init(seq: Int.max, prev: 258, envelope: [9])),
        .heartbeat(.init(head: 3, scanned: 2, last: 1)), .statusIs(Array("{\"a\":1}".utf8)),
        .refused(.init(code: "gone", message: "m")), .bye,
    ]

    @Test(arguments: work.indices) func `work messages come back as they went`(_ index: Int) {
        #expect(WorkMessage(WireTests.work[index].frames.message) == WireTests.work[index])
    }

    @Test(arguments: feed.indices) func `feed messages come back as they went`(_ index: Int) {
        #expect(FeedMessage(WireTests.feed[index].frames.message) == WireTests.feed[index])
    }

    @Test func `unknown members and further frames are ignored, unknown kinds are nothing`() {
        let head = Array(#"{"credit":5,"colour":"red"}"#.utf8)
        #expect(FeedMessage([Array("CREDIT".utf8), head, [1], [2]]) == .credit(5))
        #expect(FeedMessage([Array("DANCE".utf8), head]) == nil)
        #expect(WorkMessage([Array("DANCE".utf8)]) == nil)
    }

    @Test func `a result whose bodies do not fit its heads is nothing`() {
        var frames = WireTests.work[2].frames
        frames.bodies.append([1])
        #expect(WorkMessage(frames.message) == nil)
    }

    /// The bytes that docs/protocol.md promises to other languages.
    @Test func `messages have the documented bytes`() {
        func text(_ frames: [[UInt8]]) -> [String] { frames.map { String(decoding: $0, as: UTF8.self) } }
        #expect(text(WireTests.feed[3].frames.message) == ["STATUS", "{}"])
        #expect(text(FeedMessage.credit(7).frames.message) == ["CREDIT", #"{"credit":7}"#])
        let event = FeedMessage.event(.init(seq: 4712, prev: 4711, envelope: Array("{}".utf8))).frames.message
        #expect(
            event == [
                Array("EVENT".utf8), [0, 0, 0, 0, 0, 0, 0x12, 0x68, 0, 0, 0, 0, 0, 0, 0x12, 0x67], Array("{}".utf8),
            ]
        )
        #expect(text(FeedMessage.bye.frames.message) == ["BYE", "{}"])
        let entry = LogEntry(
            seq: 42,
            tseq: 7,
            epoch: "e",
            record: "r",
            type: "event",
            topic: Array("event/A/".utf8),
            keys: [],
            time: "t",
            data: Array("{}".utf8)
        )
        #expect(
            String(decoding: entry.envelope, as: UTF8.self) == #"{"specversion":"1.0","id":"r","source":"/tidings","#
                + #""type":"tidings.event.v1","time":"t","datacontenttype":"application/json","sequence":"00000000000000000042","#
                + #""epoch":"e","topic":"event/A/","tseq":"00000000000000000007","data":{}}"#
        )
    }

    @Test(arguments: [
        ("", "event=COERCE", true), ("event=SANCTION", "type=event event=SANCTION", true),
        ("event=SANCTION", "event=SANCTIO", false),
        ("event=COERCE,SANCTION actor=RUS", "event=SANCTION actor=RUS actor=USA", true),
        ("event=SANCTION actor=RUS", "event=SANCTION actor=USA recipient=RUS", false),
        ("type=quote", "type=event", false),
    ])
    func `filters match whole pairs`(_ filter: String, _ keys: String, _ expected: Bool) throws {
        #expect(try Filter(filter).matches(Array(keys.utf8)) == expected)
    }

    @Test(arguments: ["colour=red", "event", "event=", "event=,", String(repeating: "event=A ", count: 600)])
    func `a filter that cannot be understood is an error`(_ filter: String) {
        #expect(throws: Filter.Invalid.self) { try Filter(filter) }
    }

    @Test func `frames of any bytes are read or are nothing`() {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let valid = WireTests.work.map(\.frames.message) + WireTests.feed.map(\.frames.message)
        for _ in 0..<20_000 {
            var message = valid[random(valid.count)]
            for _ in 0...random(4) {
                guard !message.isEmpty else { break }
                let frame = random(message.count)
                switch random(4) {
                case 0: message.remove(at: frame)
                case 1: message.insert((0..<random(20)).map { _ in UInt8(random(256)) }, at: frame)
                case 2 where !message[frame].isEmpty: message[frame][random(message[frame].count)] = UInt8(random(256))
                default: message[frame] = Array(message[frame].prefix(random(message[frame].count + 1)))
                }
            }
            // Whatever is read can be written and read again as the same.
            if let read = WorkMessage(message) { #expect(WorkMessage(read.frames.message) == read) }
            if let read = FeedMessage(message) { #expect(FeedMessage(read.frames.message) == read) }
        }
    }
}

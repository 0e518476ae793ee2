import CRDKafka
import FoundationEssentials
import Glibc
import Postgres
import Records
import Relays
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// The relay as a person runs it, killed at random, against a real server of NATS and librdkafka's mock of a Kafka cluster.
@Suite("Relays", .timeLimit(.minutes(4)), .serialized) struct RelayTests {
    private static func drop(_ stack: LiveStack, _ numbers: Range<Int>) throws {
        for number in numbers {
            try stack.drop(
                "Title: Report \(number)\nDate: 2016-12-30\nSource: Tests\n\nRussia expelled 35 American diplomats. It was report \(number).\n",
                as: "report-\(number).txt"
            )
        }
    }

    private static func log(_ stack: LiveStack) throws -> [String] {
        try stack.tool(["subscribe", "--from", "start", "--idle", "2", "--output", "jsonl"]).output.split(
            separator: "\n"
        )
        .map(String.init)
    }

    private static func relay(_ stack: LiveStack, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(
            [LiveStack.binary("tidings"), "relay"] + arguments + ["--data", stack.directory],
            log: "\(stack.directory)/relay.log"
        )
    }

    private static func end(_ process: borrowing ChildProcess) {
        process.send(signal: SIGKILL)
        while process.ended() == nil { Monotonic.sleep(milliseconds: 5) }
    }

    private static func relayLog(_ stack: LiveStack) -> String {
        (try? String(contentsOf: URL(filePath: "\(stack.directory)/relay.log"), encoding: .utf8)) ?? ""
    }

    // MARK: NATS

    @Test func `a JetStream stream equals the log, though relays and server are killed`() async throws {
        try await onThread { try RelayTests.nats() }
    }

    private static func server(_ stack: LiveStack) throws -> ChildProcess {
        try ChildProcess(
            [
                "/usr/sbin/nats-server", "-js", "-a", "127.0.0.1", "-p", "\(stack.portBase + 5)", "-sd",
                "\(stack.directory)/nats", "--auth", "letmein",
            ],
            log: "\(stack.directory)/nats.log"
        )
    }

    private static func nats() throws {
        let stack = try LiveStack("nats")
        var server = try server(stack)
        try SecretFile.create("\(stack.directory)/nats-token", "letmein")
        let url = "nats://127.0.0.1:\(stack.portBase + 5)"
        let arguments = ["nats", "--url", url, "--subject", "tidings", "--auth", "\(stack.directory)/nats-token"]
        var one = try relay(stack, arguments)
        var other = try relay(stack, arguments)
        for round in 0..<8 {
            try drop(stack, round * 10..<round * 10 + 10)
            Monotonic.sleep(milliseconds: Int.random(in: 50...700))
            if round == 3 || round == 5 {
                end(server)
                server = try RelayTests.server(stack)
            }
            // Two at once: none of them doubles what the other has published.
            if round.isMultiple(of: 2) {
                end(one)
                one = try relay(stack, arguments)
            } else {
                end(other)
                other = try relay(stack, arguments)
            }
        }
        let log = try log(stack)
        try #require(log.count >= 160)
        let copy = try copied(stack, url, wanted: log.count)
        #expect(copy == log, "\(copy.count) of \(log.count); \(relayLog(stack).suffix(2000))")
        end(one)
        end(other)
        let strange = try LiveStack.tool([
            "relay", "nats", "--url", url, "--subject", "tidings", "--data", stack.directory,
        ])
        #expect(strange.status != 0 && strange.output.contains("Authorization"), "\(strange.output)")
        end(server)
    }

    /// Every message of the stream, in its order.
    private static func copied(_ stack: LiveStack, _ url: String, wanted: Int) throws -> [String] {
        struct Info: Decodable {
            struct State: Decodable {
                var messages: Int
                var last_seq: Int
            }
            var state: State?
        }
        struct Answer: Decodable {
            struct Message: Decodable {
                var data: String
                var hdrs: String
            }
            var message: Message
        }
        let address = try #require(NATSConnection.Address(url))
        let connection = try NATSConnection(address, credentials: "letmein")
        defer { connection.close() }
        let deadline = Monotonic.milliseconds() + 40_000
        var last = 0
        while last < wanted, Monotonic.milliseconds() < deadline {
            Monotonic.sleep(milliseconds: 100)
            let info = try JSON.decode(Info.self, from: connection.request("$JS.API.STREAM.INFO.TIDINGS", []))
            last = info.state?.last_seq ?? 0
            #expect((info.state?.messages ?? 0) == last)
        }
        // Whoever has more to say says it now.
        Monotonic.sleep(milliseconds: 1000)
        let end = try JSON.decode(Info.self, from: connection.request("$JS.API.STREAM.INFO.TIDINGS", []))
        var lines: [String] = []
        for seq in 1...max(1, end.state?.last_seq ?? 0) {
            let bytes = try connection.request("$JS.API.STREAM.MSG.GET.TIDINGS", Array(#"{"seq":\#(seq)}"#.utf8))
            let message = try JSON.decode(Answer.self, from: bytes).message
            let headers = String(decoding: Data(base64Encoded: message.hdrs) ?? Data(), as: UTF8.self)
            #expect(headers.contains(":\(seq)\r\n"), "\(headers)")
            lines.append(String(decoding: Data(base64Encoded: message.data) ?? Data(), as: UTF8.self))
        }
        return lines
    }

    // MARK: Kafka

    @Test func `a Kafka partition equals the log, though the relay is killed`() async throws {
        try await onThread { try RelayTests.kafka() }
    }

    private static func kafka() throws {
        let stack = try LiveStack("kafka")
        let host = rd_kafka_new(RD_KAFKA_PRODUCER, nil, nil, 0)
        defer { rd_kafka_destroy(host) }
        let cluster = try #require(rd_kafka_mock_cluster_new(host, 1))
        defer { rd_kafka_mock_cluster_destroy(cluster) }
        rd_kafka_mock_topic_create(cluster, "tidings", 1, 1)
        let brokers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
        let arguments = ["kafka", "--brokers", brokers, "--topic", "tidings"]
        var process = try relay(stack, arguments)
        for round in 0..<6 {
            try drop(stack, round * 10..<round * 10 + 10)
            Monotonic.sleep(milliseconds: Int.random(in: 300...1500))
            end(process)
            process = try relay(stack, arguments)
        }
        let log = try log(stack)
        try #require(log.count >= 120)
        let copy = try consumed(brokers, wanted: log.count)
        #expect(copy == log, "\(copy.count) of \(log.count); \(relayLog(stack).suffix(2000))")

        // A log that was restored means other events by the same numbers: the copy is not continued by itself.
        try Connection(stack.layout.database(.admin), application: "tests").execute(
            script: "update log_head set epoch = gen_random_uuid()"
        )
        if let hub = stack.process("hub") { kill(hub, SIGKILL) }
        let deadline = Monotonic.milliseconds() + 20_000
        var said: String?
        while said == nil, Monotonic.milliseconds() < deadline {
            said = process.ended()
            Monotonic.sleep(milliseconds: 20)
        }
        #expect(said == "exit 1", "\(said ?? "it runs on")")
        #expect(relayLog(stack).contains("epoch-changed"))
        if said == nil { end(process) }
    }

    /// Every message of the partition, in its order, as another client reads it.
    private static func consumed(_ brokers: String, wanted: Int) throws -> [String] {
        let configuration = rd_kafka_conf_new()
        for (name, value) in [
            ("bootstrap.servers", brokers), ("group.id", "test"), ("isolation.level", "read_committed"),
            ("enable.auto.commit", "false"),
        ] { rd_kafka_conf_set(configuration, name, value, nil, 0) }
        let reader = try #require(rd_kafka_new(RD_KAFKA_CONSUMER, configuration, nil, 0))
        defer { rd_kafka_destroy(reader) }
        let list = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        rd_kafka_topic_partition_list_add(list, "tidings", 0).pointee.offset = 0
        rd_kafka_assign(reader, list)
        var lines: [String] = []
        var deadline = Monotonic.milliseconds() + 40_000
        while Monotonic.milliseconds() < deadline {
            guard let message = rd_kafka_consumer_poll(reader, 100) else { continue }
            defer { rd_kafka_message_destroy(message) }
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let value = UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
            lines.append(String(decoding: value, as: UTF8.self))
            // Once all is there, a little more time for what should not come.
            if lines.count == wanted { deadline = Monotonic.milliseconds() + 1500 }
        }
        return lines
    }
}

import CRDKafka
import Glibc
import ServiceSupport

/// Partition 0 of a Kafka topic that holds the log: one transaction a batch, and the transactional id fences an older relay.
package final class KafkaTarget: RelayTarget {
    package struct Settings: Sendable {
        /// `host:port[,host:port]…`.
        package var brokers: String
        package var topic: String
        /// Further settings of librdkafka, such as those of TLS and SASL.
        package var properties: [(name: String, value: String)]

        package init(brokers: String, topic: String, properties: [(name: String, value: String)] = []) {
            self.brokers = brokers
            self.topic = topic
            self.properties = properties
        }
    }

    package let name = "kafka"
    private let settings: Settings
    private var producer: OpaquePointer?
    private static let timeout: Int32 = 15_000

    package init(_ settings: Settings) { self.settings = settings }

    deinit { close() }

    package func open() throws(RelayFailure) -> RelayPlace? {
        close()
        let producer = try client(
            RD_KAFKA_PRODUCER,
            [
                ("enable.idempotence", "true"), ("transactional.id", "tidings-relay-\(settings.topic)"),
                ("linger.ms", "5"), ("message.max.bytes", "16000000"),
            ]
        )
        self.producer = producer
        // Ends what another relay, or our own earlier life, has under way; only then is the tail the tail.
        try check(rd_kafka_init_transactions(producer, KafkaTarget.timeout), "cannot begin")
        return try tail()
    }

    package func close() {
        // Drops what has not been committed.
        if let producer { rd_kafka_destroy_flags(producer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) }
        producer = nil
    }

    package func idle() throws(RelayFailure) {
        guard let producer else { throw .again("not connected") }
        rd_kafka_poll(producer, 0)
        var text = [CChar](repeating: 0, count: 300)
        let code = rd_kafka_fatal_error(producer, &text, text.count)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw .again(KafkaTarget.string(text)) }
    }

    package func append(_ events: [RelayEvent]) throws(RelayFailure) {
        guard let producer else { throw .again("not connected") }
        try check(rd_kafka_begin_transaction(producer), "cannot begin a transaction")
        for event in events {
            var value = event.envelope
            let key = Array(event.id.utf8)
            let code = tidings_kafka_produce(
                producer,
                settings.topic,
                0,
                key,
                key.count,
                &value,
                value.count,
                event.place.epoch,
                "\(event.place.seq)"
            )
            if code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE {
                throw .fatal(
                    "event \(event.place.seq) has \(value.count) bytes, more than the broker takes; nothing is skipped"
                )
            }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw .again("event \(event.place.seq): \(String(cString: rd_kafka_err2str(code)))")
            }
        }
        // Waits for every message, then for the commit.
        try check(rd_kafka_commit_transaction(producer, KafkaTarget.timeout), "cannot commit")
    }

    // MARK: -

    private func client(
        _ kind: rd_kafka_type_t,
        _ own: [(name: String, value: String)]
    ) throws(RelayFailure) -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else { throw .again("librdkafka has no memory left") }
        var text = [CChar](repeating: 0, count: 300)
        // Ours last: a person's file cannot take away what keeps the copy exact.
        let all = settings.properties + [("bootstrap.servers", settings.brokers), ("log_level", "2")] + own
        for (name, value) in all {
            guard rd_kafka_conf_set(configuration, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw .fatal("librdkafka refuses \(name): \(KafkaTarget.string(text))")
            }
        }
        guard let client = rd_kafka_new(kind, configuration, &text, text.count) else {
            rd_kafka_conf_destroy(configuration)
            throw .fatal("librdkafka refuses its settings: \(KafkaTarget.string(text))")
        }
        return client
    }

    private func check(_ error: OpaquePointer?, _ action: String) throws(RelayFailure) {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw .again("\(action): \(String(cString: rd_kafka_error_string(error)))")
    }

    /// The last committed event of the partition; nil when there is none.
    private func tail() throws(RelayFailure) -> RelayPlace? {
        let reader = try client(
            RD_KAFKA_CONSUMER,
            [
                ("group.id", "tidings-relay"), ("enable.auto.commit", "false"), ("enable.partition.eof", "true"),
                ("isolation.level", "read_committed"), ("auto.offset.reset", "error"),
            ]
        )
        defer { rd_kafka_destroy(reader) }
        var (low, high): (Int64, Int64) = (0, 0)
        let code = rd_kafka_query_watermark_offsets(reader, settings.topic, 0, &low, &high, KafkaTarget.timeout)
        if code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
            || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
        {
            return nil
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw .again("cannot read the end of \(settings.topic): \(String(cString: rd_kafka_err2str(code)))")
        }
        // Marks of commits and aborted messages have offsets too: look further back until an event is found.
        var span: Int64 = 16
        while high > low {
            let from = max(low, high - span)
            if let place = try lastEvent(reader, from: from) { return place }
            if from == low { return nil }
            span *= 16
        }
        return nil
    }

    private func lastEvent(_ reader: OpaquePointer, from offset: Int64) throws(RelayFailure) -> RelayPlace? {
        guard let list = rd_kafka_topic_partition_list_new(1) else { throw .again("librdkafka has no memory left") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        rd_kafka_topic_partition_list_add(list, settings.topic, 0).pointee.offset = offset
        rd_kafka_assign(reader, list)
        var found: RelayPlace?
        let deadline = Monotonic.milliseconds() + Int(KafkaTarget.timeout)
        while Monotonic.milliseconds() < deadline {
            guard let message = rd_kafka_consumer_poll(reader, 200) else { continue }
            defer { rd_kafka_message_destroy(message) }
            switch message.pointee.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                guard let place = KafkaTarget.place(message) else {
                    throw .fatal(
                        "offset \(message.pointee.offset) of \(settings.topic) is not the relay's; name another topic"
                    )
                }
                found = place
            case RD_KAFKA_RESP_ERR__PARTITION_EOF: return found
            default: throw .again("cannot read \(settings.topic): \(String(cString: rd_kafka_message_errstr(message)))")
            }
        }
        throw .again("the end of \(settings.topic) was not reached in time")
    }

    /// The place in the log that a message's headers name.
    static func place(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> RelayPlace? {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return nil }
        func value(_ name: String) -> String? {
            var (bytes, size): (UnsafeRawPointer?, Int) = (nil, 0)
            guard rd_kafka_header_get_last(headers, name, &bytes, &size) == RD_KAFKA_RESP_ERR_NO_ERROR else {
                return nil
            }
            return String(decoding: UnsafeRawBufferPointer(start: bytes, count: size), as: UTF8.self)
        }
        guard let epoch = value("tidings-epoch"), let seq = value("tidings-seq") else { return nil }
        return RelayPlace("\(epoch):\(seq)")
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

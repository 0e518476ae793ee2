import FoundationEssentials
import Records

/// A stream of NATS JetStream that holds the log: each message is published on the condition that the one before it is the last.
package final class NATSTarget: RelayTarget {
    package struct Settings: Sendable {
        package var address: NATSConnection.Address
        package var subject: String
        package var stream: String
        /// Servers that keep the stream, when it is made.
        package var replicas: Int
        /// `user:password` or a token.
        package var credentials: String?

        package init(
            address: NATSConnection.Address,
            subject: String,
            stream: String,
            replicas: Int = 1,
            credentials: String? = nil
        ) {
            self.address = address
            self.subject = subject
            self.stream = stream
            self.replicas = replicas
            self.credentials = credentials
        }
    }

    package let name = "nats"
    private let settings: Settings
    private var connection: NATSConnection?
    /// The stream's last sequence number.
    private var last = 0
    /// Messages on their way at one time.
    private static let window = 100

    package init(_ settings: Settings) { self.settings = settings }

    /// A word of letters, digits, `-` and `_`, parts of a subject between dots: no wildcards.
    package static func isSubject(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 200
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            }
    }

    private struct APIError: Decodable {
        var code: Int
        var description: String?
    }

    package func open() throws(RelayFailure) -> RelayPlace? {
        close()
        let connection = try NATSConnection(settings.address, credentials: settings.credentials)
        self.connection = connection
        last = try lastSequence(connection)
        guard last > 0 else { return nil }
        return try tail(connection)
    }

    package func close() {
        connection?.close()
        connection = nil
    }

    package func idle() throws(RelayFailure) {
        // Answers the server's PING, and notices its end.
        while let message = try connection?.receive(milliseconds: 0) {
            if case .error(let reason) = message { throw .again("the NATS server says \(reason)") }
        }
    }

    package func append(_ events: [RelayEvent]) throws(RelayFailure) {
        guard let connection else { throw .again("not connected") }
        var rest = events[...]
        while !rest.isEmpty {
            let part = rest.prefix(NATSTarget.window)
            rest = rest.dropFirst(part.count)
            var waiting: [Int: Int] = [:]
            for (index, event) in part.enumerated() {
                // The server's limit counts the headers, which have about 200 bytes.
                guard event.envelope.count + 400 <= connection.maximumPayload else {
                    throw .fatal(
                        "event \(event.place.seq) has \(event.envelope.count) bytes; raise the server's max_payload "
                            + "(\(connection.maximumPayload)): nothing is skipped"
                    )
                }
                let reply = connection.nextReply()
                waiting[reply] = last + index + 1
                connection.publish(
                    settings.subject,
                    headers: [
                        ("Nats-Msg-Id", event.place.description), ("Nats-Expected-Stream", settings.stream),
                        ("Nats-Expected-Last-Sequence", "\(last + index)"),
                        ("content-type", "application/cloudevents+json"),
                    ],
                    payload: event.envelope,
                    reply: reply
                )
            }
            try connection.flush()
            while !waiting.isEmpty {
                let (reply, message) = try connection.answer(milliseconds: 10_000)
                guard let expected = waiting.removeValue(forKey: reply) else { continue }
                try check(message, expected: expected)
            }
            last += part.count
        }
    }

    private func check(_ message: NATSMessage.Message, expected: Int) throws(RelayFailure) {
        struct Acknowledgement: Decodable {
            var error: APIError?
            var seq: Int?
            var duplicate: Bool?
        }
        guard message.status == nil else { throw .again("no stream takes \(settings.subject) at the moment") }
        guard let answer = try? JSON.decode(Acknowledgement.self, from: message.payload) else {
            throw .again("the NATS server's acknowledgement cannot be read")
        }
        if let error = answer.error { throw .again("the stream refuses: \(error.description ?? "code \(error.code)")") }
        guard answer.duplicate != true, answer.seq == expected else {
            throw .again("the stream has grown by another hand: is a second relay running?")
        }
    }

    // MARK: JetStream's API (https://docs.nats.io/reference/reference-protocols/nats_api_reference)

    private struct Configuration: Codable {
        var name: String
        var subjects: [String]?
        var retention: String
        var storage: String
        var discard: String
        var max_msgs: Int
        var max_bytes: Int
        var max_age: Int
        var num_replicas: Int
        /// Nanoseconds.
        var duplicate_window: Int
    }

    private struct StreamInfo: Decodable {
        struct State: Decodable { var last_seq: Int }
        var error: APIError?
        var config: Configuration?
        var state: State?
    }

    private func ask(_ connection: NATSConnection, _ action: String, _ body: [UInt8]) throws(RelayFailure) -> StreamInfo
    {
        let payload = try connection.request("$JS.API.STREAM.\(action).\(settings.stream)", body)
        guard let info = try? JSON.decode(StreamInfo.self, from: payload) else {
            throw .again("JetStream's answer cannot be read: \(String(decoding: payload.prefix(200), as: UTF8.self))")
        }
        return info
    }

    private func lastSequence(_ connection: NATSConnection) throws(RelayFailure) -> Int {
        var info = try ask(connection, "INFO", [])
        if info.error?.code == 404 {
            let wanted = Configuration(
                name: settings.stream,
                subjects: [settings.subject],
                retention: "limits",
                storage: "file",
                discard: "new",
                max_msgs: -1,
                max_bytes: -1,
                max_age: 0,
                num_replicas: settings.replicas,
                duplicate_window: 120_000_000_000
            )
            info = try ask(connection, "CREATE", (try? JSON.encode(wanted)) ?? [])
        }
        if let error = info.error {
            let reason = "JetStream refuses the stream \(settings.stream): \(error.description ?? "code \(error.code)")"
            throw (400..<500).contains(error.code) ? .fatal(reason) : .again(reason)
        }
        guard let config = info.config, let state = info.state else { throw .again("JetStream's answer is not whole") }
        // Another subject's messages would stand between ours, and the sequence numbers would not follow on each other.
        guard config.subjects == [settings.subject] else {
            throw .fatal(
                "the stream \(settings.stream) takes \(config.subjects ?? []), not \(settings.subject) alone; name another with --stream"
            )
        }
        return state.last_seq
    }

    private func tail(_ connection: NATSConnection) throws(RelayFailure) -> RelayPlace {
        struct Answer: Decodable {
            struct Message: Decodable {
                var hdrs: String?
                var seq: Int
            }
            var error: APIError?
            var message: Message?
        }
        let payload = try connection.request(
            "$JS.API.STREAM.MSG.GET.\(settings.stream)",
            Array(#"{"last_by_subj":"\#(settings.subject)"}"#.utf8)
        )
        guard let answer = try? JSON.decode(Answer.self, from: payload) else {
            throw .again("JetStream's answer cannot be read")
        }
        guard let message = answer.message else {
            throw .fatal(
                "the stream \(settings.stream) is at \(last) and holds no message to go on from "
                    + "(\(answer.error?.description ?? "no reason")); delete the stream to copy the log anew"
            )
        }
        guard message.seq == last else { throw .again("the stream has grown while it was looked at") }
        let headers = message.hdrs.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let identifier = headers.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("nats-msg-id:") }
        guard let place = identifier.flatMap({ RelayPlace($0.dropFirst(12).filter { $0 != " " }) }) else {
            throw .fatal(
                "the last message of the stream \(settings.stream) is not the relay's; name another with --stream"
            )
        }
        return place
    }
}

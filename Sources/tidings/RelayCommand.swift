import ArgumentParser
import Glibc
import Logging
import Relays
import ServiceSupport
import Wire

struct RelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Copies the log to a broker, each event once and in order, until Ctrl-C.",
        discussion: """
            It goes on behind the last event that the broker holds, so it may be killed and started again at any time, and a second
            one does no harm. An empty copy begins with the oldest event of the log.

            Examples:
              tidings relay nats --url nats://127.0.0.1:4222 --subject tidings
              tidings relay kafka --brokers kafka1:9092,kafka2:9092 --topic tidings
            """,
        subcommands: [NATS.self, Kafka.self]
    )

    struct NATS: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "nats",
            abstract: "Copies the log to a stream of NATS JetStream, which is made when missing.",
            discussion: """
                Each message has the header Nats-Msg-Id: epoch:sequence. The connection is not encrypted: run the relay beside the server.

                Examples:
                  tidings relay nats --url nats://127.0.0.1:4222 --subject tidings
                  tidings relay nats --url nats://127.0.0.1:4222 --subject news.events --stream EVENTS --where type=event
                  tidings relay nats --url nats://127.0.0.1:4222 --subject tidings --auth /etc/tidings/keys/nats
                """
        )

        @Option(help: "The server, nats://HOST:PORT.") var url: String
        @Option(help: "The subject that messages get, without wildcards.") var subject: String
        @Option(help: "The stream's name.") var stream = "TIDINGS"
        @Option(help: "Servers that keep the stream, when it is made.") var replicas = 1
        @Option(help: "A file, readable by you only, with user:password or a token.") var auth: String?
        @OptionGroup var copy: Copy

        func validate() throws {
            guard NATSConnection.Address(url) != nil else {
                throw ValidationError(
                    "--url is like nats://127.0.0.1:4222, without user and password: those are in --auth FILE"
                )
            }
            guard NATSTarget.isSubject(subject) else {
                throw ValidationError("--subject has parts of letters, digits, '-' and '_' between dots")
            }
            guard NATSTarget.isSubject(stream), !stream.contains(".") else {
                throw ValidationError("--stream has letters, digits, '-' and '_'")
            }
            guard (1...5).contains(replicas) else { throw ValidationError("--replicas is 1 to 5") }
        }

        func run() throws {
            guard let address = NATSConnection.Address(url) else { throw Complaint("'\(url)' is no address") }
            let settings = NATSTarget.Settings(
                address: address,
                subject: subject,
                stream: stream,
                replicas: replicas,
                credentials: try auth.map { try SecretFile.read($0) }
            )
            try copy.run { NATSTarget(settings) }
        }
    }

    struct Kafka: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "kafka",
            abstract: "Copies the log to partition 0 of a Kafka topic.",
            discussion: """
                Each message has the record's id as key and the headers tidings-epoch and tidings-seq; a batch is one transaction, so read
                with isolation.level=read_committed. --properties FILE holds settings of librdkafka, one name=value a line.

                Examples:
                  tidings relay kafka --brokers 127.0.0.1:9092 --topic tidings
                  tidings relay kafka --brokers kafka:9093 --topic tidings --properties /etc/tidings/keys/kafka.properties
                """
        )

        @Option(help: "HOST:PORT of one or more brokers, between commas.") var brokers: String
        @Option(help: "The topic; one partition is enough.") var topic: String
        @Option(help: "A file, readable by you only, with settings such as security.protocol=SASL_SSL.")
        var properties: String?
        @OptionGroup var copy: Copy

        func run() throws {
            var pairs: [(name: String, value: String)] = []
            for line in try properties.map({ try SecretFile.read($0) })?.split(whereSeparator: \.isNewline) ?? [] {
                if line.hasPrefix("#") { continue }
                let parts = line.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { throw Complaint("\(properties ?? ""): a line is name=value") }
                pairs.append((String(parts[0].filter { $0 != " " }), String(parts[1].drop { $0 == " " })))
            }
            let settings = KafkaTarget.Settings(brokers: brokers, topic: topic, properties: pairs)
            try copy.run { KafkaTarget(settings) }
        }
    }

    /// What both have in common.
    struct Copy: ParsableArguments {
        @Option(name: .customLong("where"), help: "What to copy, such as 'type=event'; everything when not given.")
        var filter = ""
        @OptionGroup var stack: StackOptions
        @OptionGroup var options: ServiceOptions

        func validate() throws {
            do { _ = try Filter(filter) } catch { throw ValidationError("--where: \(error)") }
        }

        /// Runs the relay on a thread of its own until a signal comes or it cannot go on.
        func run(_ target: @escaping @Sendable () -> any RelayTarget) throws {
            Lifecycle.prepare()
            let stop = StopSwitch()
            let failure = Locked<String?>(nil)
            let settings = Relay.Settings(feed: stack.feedEndpoint, keyFile: stack.keyFile, filter: filter)
            let logger = options.logger("tidings-relay")
            let worker = Worker(name: "relay") {
                do { try Relay(settings, to: target(), logger: logger, stop: stop).run() } catch {
                    let reason = "\(error)"
                    failure.withLock { $0 = reason }
                }
                stop.stop()
            }
            while !stop.isStopped, !Lifecycle.waitForEnd(orEndOfInput: options.endWithInput, milliseconds: 200) {}
            stop.stop()
            worker.join()
            if let failure = failure.withLock({ $0 }) { throw Complaint(failure) }
        }
    }
}

import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPSupport
import Records
import ServiceSupport
import Storage
import Supervision
import Watch
import Wire

struct WebhookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Sends events to other programs over HTTPS, signed and retried (Standard Webhooks 1.0.0).",
        discussion: """
            The endpoints are in DATA/webhooks.yaml, their secrets in DATA/keys/webhooks/; tidings-watch reads both whenever they
            change. docs/protocol.md shows how a receiver verifies what comes.

            Examples:
              tidings webhook add desk https://desk.example/hook --where 'event=SANCTION actor=RUS'
              tidings webhook test desk
              tidings webhook list
              tidings webhook enable desk                    after its fault is mended; goes on where it stood
              tidings webhook replay desk --from 4711
            """,
        subcommands: [Add.self, List.self, Remove.self, Enable.self, Replay.self, Test.self]
    )
}

/// The file of webhooks and the secrets beside it.
private struct WebhookFiles {
    let path: String
    let keys: String

    init(_ stack: StackOptions) {
        path = stack.layout.webhooks
        keys = stack.layout.keys.directory + "/webhooks"
    }

    func secret(_ name: String) -> String { "\(keys)/\(name)" }

    func text() throws -> String {
        guard access(path, F_OK) == 0 else { return "" }
        return try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }

    func endpoints() throws -> [WebhookEndpoint] { try WebhookFile.parse(text(), path: path) }

    func endpoint(_ name: String) throws -> WebhookEndpoint {
        guard let found = try endpoints().first(where: { $0.name == name }) else {
            throw Complaint("\(path) has no '\(name)'; 'tidings webhook list' shows what there is")
        }
        return found
    }

    /// Replaces the file at once.
    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }
}

extension WebhookSecret.Scheme: ExpressibleByArgument {}

extension WebhookCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds an endpoint and makes its secret, which is printed once.",
            discussion: """
                It gets the events that enter the log from now on; 'tidings webhook replay' sends earlier ones.

                Examples:
                  tidings webhook add desk https://desk.example/hook --where 'event=SANCTION'
                  tidings webhook add lab https://lab.example/hook --scheme ed25519
                  tidings webhook add local http://127.0.0.1:8000/ --allow-private
                """
        )

        @Argument(help: "A name of a-z, 0-9, '-' and '_'.") var name: String
        @Argument(help: "Where events are sent; https unless --allow-private is given.") var url: String
        @Option(name: .customLong("where"), help: "What it gets, such as 'event=SANCTION actor=RUS'.") var filter = ""
        @Option(help: "hmac (a secret that both sides know) or ed25519 (the receiver gets the public key).")
        var scheme: WebhookSecret.Scheme = .hmac
        @Flag(help: "Take plain http and addresses that are not public.") var allowPrivate = false
        @OptionGroup var stack: StackOptions

        func run() throws {
            let files = WebhookFiles(stack)
            let text = try WebhookFile.adding(
                name,
                url: url,
                filter: filter,
                allowPrivate: allowPrivate,
                to: files.text(),
                path: files.path
            )
            let secret = try WebhookSecret.generate(scheme)
            try FileManager.default.createDirectory(atPath: stack.layout.root, withIntermediateDirectories: true)
            try SecretFile.create(files.secret(name), secret.text)
            do { try files.write(text) } catch {
                unlink(files.secret(name))
                throw error
            }
            tidings.output(secret.receiverText + "\n")
            note(
                """
                \(name) gets \(filter.isEmpty ? "all events" : filter) from now on.
                \(scheme == .hmac ? "The secret above" : "The public key above") is for the receiver and is not shown again; \
                ours is \(files.secret(name)).
                To verify, with docs/webhook.py beside your program:

                    from webhook import verify
                    verify(KEY, request.headers, request.body)       # raises ValueError when it is not from here

                'tidings webhook test \(name)' sends it an event for trial.
                """
            )
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows each endpoint: state, cursor, last attempt, next try, and why.",
            discussion: "Examples:\n  tidings webhook list\n  tidings webhook list --output json"
        )

        enum Output: String, ExpressibleByArgument, CaseIterable { case text, json }

        @Option(help: "text or json.") var output: Output = .text
        @OptionGroup var stack: StackOptions

        func run() throws {
            let rows = try WebhookStore.overviews(on: stack.connect())
            if output == .json { return tidings.output(try JSON.encode(rows) + [UInt8(ascii: "\n")]) }
            let endpoints = try WebhookFiles(stack).endpoints()
            let names = Set(endpoints.map(\.name)).union(rows.map(\.name)).sorted()
            if names.isEmpty { note("no webhooks; 'tidings webhook add' makes one") }
            for name in names {
                let endpoint = endpoints.first { $0.name == name }
                let row = rows.first { $0.name == name }
                tidings.output(lines(name, endpoint, row))
            }
        }

        private func lines(_ name: String, _ endpoint: WebhookEndpoint?, _ row: WebhookStore.Overview?) -> String {
            let state = endpoint == nil ? "not in the file" : row?.state ?? "not started"
            var lines = ["\(name)  \(state)  \(endpoint?.url.text ?? "")"]
            guard let row else { return lines.joined(separator: "\n") + "\n" }
            let place = row.seq.map { "at \($0), \(row.behind ?? 0) behind the log" } ?? "not connected yet"
            lines.append("    \(place), \(row.delivered) delivered")
            if let at = row.lastAt, let outcome = row.lastOutcome {
                let status = row.lastStatus.map { " with status \($0)" } ?? ""
                lines.append("    last attempt \(at): \(outcome)\(status)\(row.lastDetail.map { ": \($0)" } ?? "")")
            }
            if let next = row.nextAt { lines.append("    \(row.failures) failed; next try \(next)") }
            if let reason = row.reason { lines.append("    reason: \(reason)") }
            return lines.joined(separator: "\n") + "\n"
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes an endpoint out, with its secret, its cursor and its history.",
            discussion: "Example:\n  tidings webhook remove desk"
        )

        @Argument(help: "The endpoint's name.") var name: String
        @OptionGroup var stack: StackOptions

        func run() throws {
            let files = WebhookFiles(stack)
            let text = try WebhookFile.removing(name, from: files.text(), path: files.path)
            let connection = try stack.connect()
            try files.write(text)
            try WebhookStore.remove(name, on: connection)
            unlink(files.secret(name))
            note("\(name) is removed")
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets an endpoint that was disabled, or that waits, try again at once.",
            discussion: "Example:\n  tidings webhook enable desk"
        )

        @Argument(help: "The endpoint's name.") var name: String
        @OptionGroup var stack: StackOptions

        func run() throws {
            guard try WebhookStore.enable(name, on: stack.connect()) else { throw Complaint.noWebhook(name) }
            note("\(name) is active and goes on where it stood")
        }
    }

    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends events again, from a sequence number on; also enables the endpoint.",
            discussion: """
                Each event has the webhook-id it had before: a receiver that keeps those sees which it has already.

                Example:
                  tidings webhook replay desk --from 4711
                """
        )

        @Argument(help: "The endpoint's name.") var name: String
        @Option(help: "The first sequence number to send.") var from: Int
        @OptionGroup var stack: StackOptions

        func validate() throws {
            guard from >= 1 else { throw ValidationError("--from is at least 1") }
        }

        func run() throws {
            let connection = try stack.connect()
            let figures = try OperatorStore.figures(on: connection)
            guard from > figures.floor, from <= figures.head + 1 else {
                throw Complaint("the log holds \(figures.floor + 1) to \(figures.head); \(from) is not in it")
            }
            guard try WebhookStore.enable(name, from: from, on: connection) else { throw Complaint.noWebhook(name) }
            note("\(name) gets what matches from \(from) on")
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends an endpoint one signed event of type tidings.webhook.test.v1, from this machine.",
            discussion: "Example:\n  tidings webhook test desk"
        )

        @Argument(help: "The endpoint's name.") var name: String
        @OptionGroup var stack: StackOptions

        func run() throws {
            let endpoint = try WebhookFiles(stack).endpoint(name)
            let now = Date()
            let id = UUID().uuidString.lowercased()
            let envelope =
                #"{"specversion":"1.0","id":"\#(id)","source":"/tidings","type":"tidings.webhook.test.v1","#
                + #""time":"\#(now.formatted(.iso8601))","datacontenttype":"application/json","data":{}}"#
            let (answer, excerpt) = try WebhookRequest.send(
                Array(envelope.utf8),
                id: id,
                to: endpoint,
                by: OutboundClient(allowPrivate: endpoint.allowPrivate),
                seconds: Int(now.timeIntervalSince1970)
            )
            let said = excerpt.map { ": \($0)" } ?? ""
            switch answer {
            case .status(200..<300, _, _): note("\(name) took the event\(said)")
            case .status(let status, _, let location):
                let redirect = location.map { "; it points to \($0), which is not followed" } ?? ""
                throw Complaint("\(name) answered with status \(status)\(redirect)\(said)")
            case .none(let reason): throw Complaint("\(name) did not answer: \(reason)")
            }
        }
    }
}

extension Complaint {
    fileprivate static func noWebhook(_ name: String) -> Complaint {
        Complaint("no webhook '\(name)' has started; 'tidings webhook list' shows what there is")
    }
}

import Briefing
import FoundationEssentials
import Glibc
import HTTPSupport
import Logging
import Postgres
import Records
import ServiceSupport
import Storage
import TestSupport
import Testing

@testable import Watch

/// Alerts on their way to each kind of sink: rows of a real PostgreSQL, a real HTTP server, a real SMTP conversation, real programs.
@Suite("Sending alerts", .timeLimit(.minutes(2))) struct AlertCourierTests {
    /// One alert for the given sinks, sent until nothing waits or ten seconds have passed.
    private static func send(
        _ sinks: String,
        waits: [Int] = [50, 50],
        prepare: (String) throws -> Void = { _ in }
    ) throws -> (desk: AlertDesk, outcomes: [String]) {
        let rule = """
            name: expulsions
            type: any
            match: {event: SANCTION, status: happened}
            severity: high
            title: '{actor} expels people of {recipient} – № 1'
            sinks: [\(sinks)]
            """
        let desk = try AlertDesk(["a.yaml": rule])
        try prepare(desk.places.directory)
        try desk.report([(0, "SANCTION USA RUS happened")])
        try desk.follow()
        #expect(try desk.column("select title from alert") == ["USA expels people of RUS – № 1"])
        try run(desk, waits: waits)
        let outcomes = try desk.column(
            "select sink || ' ' || state || ' ' || attempts || coalesce(' ' || detail, '') from alert_delivery order by sink"
        )
        return (desk, outcomes)
    }

    private static func run(_ desk: AlertDesk, waits: [Int]) throws {
        var settings = AlertCourier.Settings(database: desk.database, places: desk.places)
        settings.waits = waits
        let courier = AlertCourier(settings, logger: Logger(label: "alerts") { _ in SwiftLogNoOpLogHandler() })
        defer { courier.shutdown() }
        let deadline = Monotonic.milliseconds() + 20_000
        while try desk.column("select sink from alert_delivery where state = 'waiting'") != [] {
            guard Monotonic.milliseconds() < deadline else { return }
            Monotonic.sleep(milliseconds: 20)
        }
    }

    @Test func `a file has one line of JSON an alert`() throws {
        let (desk, outcomes) = try AlertCourierTests.send("{file: {path: desk.jsonl}}, log")
        #expect(outcomes == ["file:desk.jsonl delivered 1", "log delivered 1"])
        let text = try String(contentsOfFile: "\(desk.places.directory)/files/desk.jsonl", encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 1)
        let alert = try JSON.decode(Alert.self, from: Array(lines[0].utf8))
        #expect(alert.rule == "expulsions" && alert.evidence.first?.text == "Sentence 1 of SANCTION USA RUS happened.")
    }

    @Test func `a webhook gets a signed CloudEvent, again after an error, with the same id`() throws {
        let target = try HTTPTarget { _, number in .status(number == 0 ? 500 : 204) }
        defer { target.close() }
        let secret = try WebhookSecret.generate(.hmac)
        let (desk, outcomes) = try AlertCourierTests.send(
            "{webhook: {name: desk, url: 'http://127.0.0.1:\(target.port)/hook', allow_private: 'true'}}"
        ) { try SecretFile.create("\($0)/secrets/desk", secret.text) }
        #expect(outcomes == ["webhook:desk delivered 2 status 500"] || outcomes == ["webhook:desk delivered 2"])
        #expect(target.received.count == 2)
        let id = try desk.column("select id::text from alert")
        #expect(target.received.map { $0.headers["webhook-id"] } == [id[0], id[0]])
        let request = try #require(target.received.last)
        struct Event: Decodable {
            var id: String
            var type: String
            var data: Alert
        }
        let event = try JSON.decode(Event.self, from: request.body)
        #expect(event.id == id[0] && event.type == "tidings.alert.v1" && event.data.severity == .high)
        let time = try #require(Int(request.headers["webhook-timestamp"] ?? ""))
        let signature = try secret.signature(id: id[0], timestamp: time, body: request.body)
        #expect(request.headers["webhook-signature"] == signature)
    }

    @Test func `an e-mail has the title, the reason and the evidence`() throws {
        let server = try MailServer()
        defer { server.end() }
        let (_, outcomes) = try AlertCourierTests.send(
            """
            {email: {to: 'desk@example.org, night@example.org', from: tidings@example.org, \
            server: 'smtp://127.0.0.1:\(server.port)', tls: none}}
            """
        )
        #expect(outcomes == ["email:desk@example.org, night@example.org delivered 1"])
        let mail = try #require(server.received.first)
        #expect(mail.from.contains("<tidings@example.org>"))
        #expect(mail.to.map { $0.prefix(19) } == ["<desk@example.org>", "<night@example.org>"].map { $0.prefix(19) })
        #expect(mail.data.contains("Subject: =?utf-8?B?"))
        let body = mail.data.split(separator: "\n\n", maxSplits: 1).last.map { $0.filter { !$0.isWhitespace } } ?? ""
        let text = String(decoding: try #require(Data(base64Encoded: body)), as: UTF8.self)
        #expect(text.contains("USA expels people of RUS – № 1"))
        #expect(text.contains("SANCTION USA→RUS, happened, 1 independent report"))
        #expect(text.contains("Sentence 1 of SANCTION USA RUS happened."))
    }

    @Test func `a mail server without TLS gets nothing unless the rule says so, and a refusal is the reason`() throws {
        let server = try MailServer()
        let strict = try MailServer(refuses: true)
        defer {
            server.end()
            strict.end()
        }
        let to = "to: desk@example.org, from: t@example.org"
        let clear = try AlertCourierTests.send(
            "{email: {\(to), server: 'smtp://127.0.0.1:\(server.port)'}}",
            waits: [20]
        )
        #expect(clear.outcomes.count == 1 && clear.outcomes[0].hasPrefix("email:desk@example.org failed 2"))
        #expect(server.received.isEmpty)
        let refused = try AlertCourierTests.send(
            "{email: {\(to), server: 'smtp://127.0.0.1:\(strict.port)', tls: none}}",
            waits: [20]
        )
        #expect(refused.outcomes.count == 1 && refused.outcomes[0].contains("550"), "\(refused.outcomes)")
    }

    private static func program(_ text: String, in directory: String) throws {
        try FileManager.default.createDirectory(atPath: "\(directory)/commands", withIntermediateDirectories: true)
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: "\(directory)/commands/page"))
        chmod("\(directory)/commands/page", 0o755)
    }

    @Test func `a program gets the alert, and no shell reads what the news says`() throws {
        let (desk, outcomes) = try AlertCourierTests.send("{command: {run: page, arguments: '$(id) ; b'}}") {
            try AlertCourierTests.program(
                "cat > $(dirname $0)/got; echo \"$TIDINGS_SEVERITY|$*\" >> $(dirname $0)/got",
                in: $0
            )
        }
        #expect(outcomes == ["command:page delivered 1"])
        let got = try String(contentsOfFile: "\(desk.places.directory)/commands/got", encoding: .utf8)
        #expect(got.hasSuffix("high|$(id) ; b\n"))
        #expect(try JSON.decode(Alert.self, from: Array(got.split(separator: "\n")[0].utf8)).rule == "expulsions")
    }

    @Test func `a program that fails is run again, and given up with what it said`() throws {
        let (_, outcomes) = try AlertCourierTests.send("{command: {run: page}}", waits: [20, 20]) {
            try AlertCourierTests.program("echo no pager; exit 3", in: $0)
        }
        #expect(outcomes.count == 1)
        #expect(outcomes[0].hasPrefix("command:page failed 3 ") && outcomes[0].hasSuffix("ended with 3: no pager "))
    }

    @Test(arguments: [
        ("{file: {path: ../../etc/passwd}}", "is not the name of a file"),
        ("{command: {run: /bin/sh}}", "is not the name of a file"),
        ("{webhook: {name: desk, url: 'http://example.org/'}}", "plain http needs"),
        ("{webhook: {name: desk, url: 'https://10.0.0.1/'}}", "is not public"),
        ("{webhook: {name: desk}}", "'url' is missing"),
        ("{email: {to: desk, from: a@b.c, server: 'smtps://mail.example.org'}}", "'desk' is not an address"),
        ("{email: {to: a@b.c, from: a@b.c, server: 'http://mail.example.org'}}", "'server' is like smtps://"),
        ("{email: {to: a@b.c, from: a@b.c, server: 'smtps://m.example.org', user: u}}", "belong together"),
        ("{file: {path: a, colour: red}}", "'colour' is not a setting of file; there are path"),
    ]) func `a sink that cannot be is refused with the rules, not at the first alert`(
        _ sink: String,
        _ reason: String
    ) throws {
        let desk = try AlertDesk(["a.yaml": "name: r\ntype: any\nsinks: [\(sink)]\n"])
        #expect {
            try RulesDirectory(desk.directory, knowledge: desk.knowledge, places: desk.places).read()
        } throws: {
            "\($0)".contains("a.yaml") && "\($0)".contains("'r'") && "\($0)".contains(reason)
        }
    }

    @Test func `what another process has taken is not sent twice while it lives, and again when it has died`() throws {
        let (desk, _) = try AlertCourierTests.send("log")
        try desk.connection.query("update alert_delivery set state = 'waiting', due_at = now()")
        let first = try AlertDeliveryStore.claim(limit: 5, leaseSeconds: 1, on: desk.connection)
        #expect(first.count == 1 && first[0].attempt == 2)
        #expect(try AlertDeliveryStore.claim(limit: 5, leaseSeconds: 1, on: desk.connection).isEmpty)
        Monotonic.sleep(milliseconds: 1100)
        #expect(try AlertDeliveryStore.claim(limit: 5, leaseSeconds: 1, on: desk.connection).map(\.attempt) == [3])
        try AlertDeliveryStore.note(.delivered, of: first[0], on: desk.connection)
        // A late answer of an attempt that was given up does not undo a success.
        try AlertDeliveryStore.note(.failed(reason: "late"), of: first[0], on: desk.connection)
        #expect(try desk.column("select state from alert_delivery") == ["delivered"])
    }
}

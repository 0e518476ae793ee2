package import Briefing
import HTTPSupport

/// Where an alert is sent, with all that is needed to send it: what a rule says of its sink, checked.
package enum AlertSink: Sendable, Equatable {
    case log
    /// Appends a line of JSON to the file of this path.
    case file(String)
    case webhook(WebhookEndpoint)
    case email(Mailbox)
    /// Runs a program with the alert on its standard input.
    case command(path: String, arguments: [String])

    /// A server and who writes to whom by it.
    package struct Mailbox: Sendable, Equatable {
        package var server: String
        package var from: String
        package var to: [String]
        package var user: String?
        package var passwordFile: String?
        package var needsTLS: Bool
    }

    /// What is wrong with a sink, and how to mend it.
    package struct Invalid: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// - Parameters:
    ///   - name: as `Sink.name` writes it: `webhook:desk`.
    ///   - settings: those of the rule.
    ///   - places: where files, secrets and programs are; nil when the service was given no place for them.
    /// - Returns: nil for the stream, which needs no delivery.
    package init?(_ sink: Sink, in places: AlertPlaces?) throws(Invalid) {
        let settings = Reader(sink: sink, places: places)
        switch sink.kind {
        case .stream:
            try settings.allow([])
            return nil
        case .log:
            try settings.allow([])
            self = .log
        case .file:
            try settings.allow(["path"])
            self = .file(try settings.place("files", settings.required("path")))
        case .webhook: self = .webhook(try settings.endpoint())
        case .email: self = .email(try settings.mailbox())
        case .command:
            try settings.allow(["run", "arguments"])
            let arguments = settings["arguments"]?.split(separator: " ").map(String.init) ?? []
            self = .command(path: try settings.place("commands", settings.required("run")), arguments: arguments)
        }
    }
}

/// The directory that sinks work in.
package struct AlertPlaces: Sendable, Equatable {
    /// Holds `files` (what file sinks write), `secrets` (of webhooks and mail servers) and `commands` (what command sinks may run).
    package let directory: String

    package init(_ directory: String) { self.directory = directory }
}

/// The settings of one sink.
private struct Reader {
    let sink: Sink
    let places: AlertPlaces?

    subscript(_ name: String) -> String? { sink.settings[name] }

    func invalid(_ message: String) -> AlertSink.Invalid { .init(description: "the sink \(sink.name): \(message)") }

    func allow(_ names: [String]) throws(AlertSink.Invalid) {
        for name in sink.settings.keys.sorted() where !names.contains(name) {
            let known = names.isEmpty ? "it has none" : "there are \(names.joined(separator: ", "))"
            throw invalid("'\(name)' is not a setting of \(sink.kind.rawValue); \(known)")
        }
    }

    func required(_ name: String) throws(AlertSink.Invalid) -> String {
        guard let value = self[name], !value.isEmpty else { throw invalid("'\(name)' is missing") }
        return value
    }

    /// A file in one of the directories for sinks: rules must not reach others.
    func place(_ kind: String, _ name: String) throws(AlertSink.Invalid) -> String {
        guard let places else {
            throw invalid("no directory for sinks was given; start tidings-watch with --alerts DIRECTORY")
        }
        let isName = name.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") } && !name.hasPrefix(".")
        guard isName, (1...100).contains(name.utf8.count) else {
            throw invalid("'\(name)' is not the name of a file in \(places.directory)/\(kind)")
        }
        return "\(places.directory)/\(kind)/\(name)"
    }

    func endpoint() throws(AlertSink.Invalid) -> WebhookEndpoint {
        try allow(["name", "url", "secret", "allow_private", "timeout"])
        let name = try required("name")
        guard WebhookFile.isName(name) else { throw invalid("a name has 1 to 63 of a-z, 0-9, '-' and '_'") }
        let allowPrivate = try flag("allow_private")
        let text = try required("url")
        let url: OutboundURL
        do { url = try OutboundURL(text, allowPrivate: allowPrivate) } catch { throw invalid(error.description) }
        guard let seconds = Int(self["timeout"] ?? "15"), (1...60).contains(seconds) else {
            throw invalid("'timeout' is 1 to 60 seconds")
        }
        return WebhookEndpoint(
            name: name,
            url: url,
            filter: "",
            secretFile: try place("secrets", self["secret"] ?? name),
            allowPrivate: allowPrivate,
            timeoutMilliseconds: seconds * 1000,
            perMinute: 600
        )
    }

    func mailbox() throws(AlertSink.Invalid) -> AlertSink.Mailbox {
        try allow(["to", "from", "server", "user", "password", "tls"])
        let server = try required("server")
        guard server.hasPrefix("smtps://") || server.hasPrefix("smtp://"),
            server.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") })
        else { throw invalid("'server' is like smtps://mail.example.org or smtp://mail.example.org:587") }
        let needsTLS = self["tls"] ?? "required"
        guard ["required", "none"].contains(needsTLS) else {
            throw invalid("'tls' is required or none; none sends in the clear")
        }
        let to = try required("to").split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }.map(String.init)
        for address in try to + [required("from")] { try check(address: address) }
        guard (self["user"] == nil) == (self["password"] == nil) else {
            throw invalid("'user' and 'password' (the name of a file in secrets) belong together")
        }
        return .init(
            server: server,
            from: try required("from"),
            to: to,
            user: self["user"],
            passwordFile: try self["password"].map { (name) throws(AlertSink.Invalid) in try place("secrets", name) },
            needsTLS: needsTLS == "required"
        )
    }

    /// What can stand between angle brackets of SMTP without ending them (RFC 5321, 4.1.2, without quoted local parts).
    private func check(address: String) throws(AlertSink.Invalid) {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = address.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"<>()[]\\,;:\"".utf8.contains(byte)
        }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), isPlain, address.utf8.count <= 254 else {
            throw invalid("'\(address)' is not an address like desk@example.org")
        }
    }

    private func flag(_ name: String) throws(AlertSink.Invalid) -> Bool {
        guard let value = self[name] else { return false }
        guard ["true", "false"].contains(value) else { throw invalid("'\(name)' is true or false") }
        return value == "true"
    }
}

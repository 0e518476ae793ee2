import Briefing
import CCurl
import Glibc
import HTTPSupport
import Logging
import Records
import ServiceSupport
import Storage

/// Sends one alert to one sink; blocks its thread.
struct AlertSender {
    /// Why an attempt failed, and whether another one can help.
    struct Failure: Error {
        var reason: String
        var isFinal = false
        /// Milliseconds that the other side asks us to wait.
        var retryAfter: Int?
    }

    let logger: Logger
    let resolver: HostResolver
    let stop: StopSwitch

    private static let programSeconds = 30
    private static let mailMilliseconds = 30_000
    private static let fileLimit = 1 << 30
    private static let isCurlReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// - Parameter data: the alert as it is stored.
    func send(_ alert: Alert, data: [UInt8], to sink: AlertSink) throws(Failure) {
        switch sink {
        case .log:
            logger.notice(
                "alert: \(AlertText.line(alert.title))",
                metadata: [
                    "rule": "\(alert.rule)", "severity": "\(alert.severity.rawValue)",
                    "why": "\(AlertText.line(alert.why))",
                    "alert": "\(alert.id)",
                ]
            )
        case .file(let path): try append(data, to: path)
        case .webhook(let endpoint): try post(alert, data, to: endpoint)
        case .email(let mailbox): try mail(alert, by: mailbox)
        case .command(let path, let arguments): try run(alert, data, path, arguments)
        }
    }

    /// One line, whole and on the disk when this returns; a repeated alert is the same line again.
    private func append(_ data: [UInt8], to path: String) throws(Failure) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        for place in [directory.lastIndex(of: "/").map { String(directory[..<$0]) }, directory].compactMap({ $0 }) {
            guard mkdir(place, 0o755) == 0 || errno == EEXIST else { throw AlertSender.last("cannot make \(place)") }
        }
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { throw AlertSender.last("cannot write \(path)") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(reason: "\(path) is no plain file", isFinal: true)
        }
        guard status.st_size < AlertSender.fileLimit else {
            throw Failure(reason: "\(path) has more than \(AlertSender.fileLimit >> 20) MiB; move it away")
        }
        let line = data.filter { $0 != UInt8(ascii: "\n") } + [UInt8(ascii: "\n")]
        guard write(file, line, line.count) == line.count, fsync(file) == 0 else {
            throw AlertSender.last("cannot write \(path)")
        }
    }

    private func post(_ alert: Alert, _ data: [UInt8], to endpoint: WebhookEndpoint) throws(Failure) {
        let client = OutboundClient(allowPrivate: endpoint.allowPrivate, resolver: resolver, stop: stop)
        defer { client.close() }
        let answer: WebhookDelivery.Answer
        do {
            answer = try WebhookRequest.send(
                AlertText.envelope(alert, data: data),
                id: alert.id,
                to: endpoint,
                by: client,
                seconds: time(nil)
            ).answer
        } catch { throw Failure(reason: "\(error)") }
        switch answer {
        case .status(200..<300, _, _): return
        case .status(410, _, _): throw Failure(reason: "410: the endpoint says that it is gone for good", isFinal: true)
        case .status(let status, let retryAfter, _): throw Failure(reason: "status \(status)", retryAfter: retryAfter)
        case .none(let reason): throw Failure(reason: reason)
        }
    }

    private func mail(_ alert: Alert, by mailbox: AlertSink.Mailbox) throws(Failure) {
        guard AlertSender.isCurlReady else { throw Failure(reason: "libcurl cannot be started") }
        var password: String?
        if let file = mailbox.passwordFile {
            do { password = try SecretFile.read(file) } catch { throw Failure(reason: error.description) }
        }
        let message = AlertText.message(alert, from: mailbox.from, to: mailbox.to)
        // What C reads during the call alone; the strings are ours until it is over.
        let words = [mailbox.server, "<\(mailbox.from)>", mailbox.user, password].map { $0.map { strdup($0) } ?? nil }
        let to = mailbox.to.map { UnsafePointer(strdup("<\($0)>")) }
        defer {
            words.forEach { free($0) }
            to.forEach { free(UnsafeMutableRawPointer(mutating: $0)) }
        }
        var error = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let result = message.withUnsafeBytes { bytes in
            to.withUnsafeBufferPointer { to in
                var mail = tidings_mail(
                    url: words[0],
                    user: words[2],
                    password: words[3],
                    from: words[1],
                    to: to.baseAddress,
                    to_count: to.count,
                    message: bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    length: bytes.count,
                    milliseconds: AlertSender.mailMilliseconds,
                    needs_tls: mailbox.needsTLS ? 1 : 0
                )
                return tidings_mail_send(&mail, &error)
            }
        }
        guard result != CURLE_OK else { return }
        let own = String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let reason = own.isEmpty ? String(cString: curl_easy_strerror(result)) : own
        throw Failure(reason: "\(mailbox.server): \(AlertText.line(reason))")
    }

    private func run(_ alert: Alert, _ data: [UInt8], _ path: String, _ arguments: [String]) throws(Failure) {
        var bounds = ConfinedProgram.Bounds()
        bounds.time = AlertSender.programSeconds
        bounds.output = 64 << 10
        bounds.file = 64 << 20
        bounds.memory = 2 << 30
        let program = ConfinedProgram(
            path: path,
            arguments: arguments,
            environment: [
                "TIDINGS_ALERT=\(alert.id)", "TIDINGS_RULE=\(alert.rule)",
                "TIDINGS_SEVERITY=\(alert.severity.rawValue)",
                "TIDINGS_TITLE=\(AlertText.line(alert.title))",
            ],
            bounds: bounds
        )
        switch program.run(data + [UInt8(ascii: "\n")]) {
        case .output(_, status: 0): return
        case .output(let output, let status):
            let said = WebhookRequest.printable(output, limit: 200)
            throw Failure(reason: "\(path) ended with \(status)\(said.isEmpty ? "" : ": \(said)")")
        case .missing: throw Failure(reason: "\(path) is not there, or may not be run ('chmod +x' allows it)")
        case .exceeded(let what): throw Failure(reason: "\(path) was ended: it took more than \(what)")
        case .failed(let reason): throw Failure(reason: "\(path): \(reason)")
        }
    }

    private static func last(_ action: String) -> Failure {
        Failure(reason: "\(action): \(String(cString: strerror(errno)))")
    }
}

import FoundationEssentials
import Glibc
import HTTPSupport
import ServiceSupport

/// One request for a feed: redirects are followed by hand, so that each address is checked.
///
/// Blocks; belongs to a thread of its own.
struct FeedFetch: Sendable {
    /// What came back, before it is known whether it can be kept.
    enum Outcome: Sendable {
        case content(bytes: [UInt8], ending: String, etag: String?, lastModified: String?, maxAge: Int?)
        case answer(FeedSchedule.Answer)
    }

    struct Result: Sendable {
        var outcome: Outcome
        /// Where a permanent redirect led.
        var movedTo: String?
    }

    static let byteLimit = 10 << 20
    private static let redirects = 5

    let feed: FeedList.Feed
    let schedule: FeedSchedule
    let userAgent: String
    let hosts: BusyHosts
    let stop: StopSwitch
    var timeoutMilliseconds = 30_000

    /// Asks; the caller holds the feed's host, and finds it held again.
    func run() -> Result {
        var url = feed.url
        var movedTo: String?
        var isPermanent = true
        var response: OutboundClient.Response?
        for _ in 0...FeedFetch.redirects {
            let answer: OutboundClient.Response
            do { answer = try send(to: url) } catch {
                return Result(outcome: .answer(.failed("\(url): \(error)")), movedTo: movedTo)
            }
            guard [301, 302, 303, 307, 308].contains(answer.status) else {
                response = answer
                break
            }
            guard let location = answer.header("location"), let next = FeedFetch.resolve(location, against: url) else {
                return Result(outcome: .answer(.failed("\(url) redirects to nowhere")), movedTo: movedTo)
            }
            guard next.isEncrypted || !url.isEncrypted else {
                return Result(
                    outcome: .answer(.failed("\(url) redirects to \(next), which is not encrypted")),
                    movedTo: movedTo
                )
            }
            isPermanent = isPermanent && (answer.status == 301 || answer.status == 308)
            if isPermanent { movedTo = next.text }
            url = next
        }
        guard let response else {
            return Result(
                outcome: .answer(.failed("more than \(FeedFetch.redirects) redirects, the last to \(url)")),
                movedTo: movedTo
            )
        }
        return Result(outcome: outcome(response, url), movedTo: movedTo)
    }

    private struct Ended: Error, CustomStringConvertible {
        var description: String { "given up: the service ends" }
    }

    private func send(to url: OutboundURL) throws -> OutboundClient.Response {
        // One request per host at a time, also when a redirect leads to a host that another feed is asking.
        let isHeld = url.host == feed.url.host
        guard isHeld || hosts.waitFor(url.host, stop) else { throw Ended() }
        defer { if !isHeld { hosts.release(url.host) } }
        var headers = [
            (name: "User-Agent", value: userAgent), (name: "Accept-Encoding", value: "gzip"),
            (
                name: "Accept",
                value: "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
                    + "application/json;q=0.9, */*;q=0.5"
            ),
        ]
        if let etag = schedule.etag { headers.append((name: "If-None-Match", value: etag)) }
        if let date = schedule.lastModified { headers.append((name: "If-Modified-Since", value: date)) }
        let client = OutboundClient(
            allowPrivate: feed.allowPrivate,
            stop: stop,
            inflatesUpTo: FeedFetch.byteLimit + 1
        )
        return try client.send(
            .init(
                "GET",
                url,
                headers: headers,
                timeoutMilliseconds: timeoutMilliseconds,
                bodyLimit: FeedFetch.byteLimit + 1
            )
        )
    }

    private func outcome(_ response: OutboundClient.Response, _ url: OutboundURL) -> Outcome {
        let maxAge = FeedFetch.maxAge(response.header("cache-control"))
        switch response.status {
        case 200:
            guard response.body.count <= FeedFetch.byteLimit else {
                return .answer(.failed("\(url) sends more than \(FeedFetch.byteLimit >> 20) MiB"))
            }
            guard !response.body.isEmpty else { return .answer(.failed("\(url) sends an empty body")) }
            return .content(
                bytes: response.body,
                ending: FeedFetch.ending(response.header("content-type")),
                etag: FeedFetch.validator(response.header("etag")),
                lastModified: FeedFetch.validator(response.header("last-modified")),
                maxAge: maxAge
            )
        case 304: return .answer(.notModified(maxAge: maxAge))
        case 410: return .answer(.gone)
        case 429, 503:
            let seconds = FeedFetch.retryAfter(response.header("retry-after"), now: Int(time(nil)))
            return .answer(.wait(seconds: seconds, reason: "\(url) answers \(response.status): it wants us to wait"))
        default: return .answer(.failed("\(url) answers \(response.status)"))
        }
    }

    /// A validator as it may be kept and sent back.
    private static func validator(_ text: String?) -> String? {
        text.flatMap { $0.utf8.count <= 1000 && $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? $0 : nil }
    }

    /// The seconds of `max-age` in Cache-Control.
    static func maxAge(_ header: String?) -> Int? {
        for directive in header?.lowercased().split(separator: ",") ?? [] {
            let parts = directive.split(separator: "=", maxSplits: 1)
            let name = parts.first?.drop { $0 == " " }
            guard name == "max-age", parts.count == 2 else { continue }
            return Int(parts[1].filter { $0 != " " && $0 != "\"" }).flatMap { $0 >= 0 ? $0 : nil }
        }
        return nil
    }

    /// The seconds of Retry-After, which is a number or a date (RFC 9110, section 10.2.3).
    static func retryAfter(_ header: String?, now: Int) -> Int? {
        guard let header else { return nil }
        if let seconds = Int(header) { return seconds >= 0 ? seconds : nil }
        let fields = header.split { $0 == " " || $0 == ":" }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard fields.count == 8, fields[7] == "GMT", let month = months.firstIndex(of: String(fields[2])) else {
            return nil
        }
        let numbers = [1, 3, 4, 5, 6].compactMap { Int32(fields[$0]) }
        guard numbers.count == 5, numbers.allSatisfy({ (0...9999).contains($0) }) else { return nil }
        var moment = tm()
        moment.tm_mday = numbers[0]
        moment.tm_mon = Int32(month)
        moment.tm_year = numbers[1] - 1900
        moment.tm_hour = numbers[2]
        moment.tm_min = numbers[3]
        moment.tm_sec = numbers[4]
        return max(0, timegm(&moment) - now)
    }

    private static func resolve(_ location: String, against base: OutboundURL) -> OutboundURL? {
        guard let url = URL(string: location, relativeTo: URL(string: base.text))?.absoluteURL.absoluteString else {
            return nil
        }
        return try? OutboundURL(url)
    }

    /// The ending of the file's name, for people: formats are known by content.
    private static func ending(_ type: String?) -> String {
        let type = type?.lowercased() ?? ""
        for (part, ending) in [("json", "json"), ("xml", "xml"), ("html", "html")] where type.contains(part) {
            return ending
        }
        return "txt"
    }
}

/// The hosts that are being asked now, so that each gets one request at a time.
final class BusyHosts: Sendable {
    private let hosts = Locked<Set<String>>([])

    func take(_ host: String) -> Bool { hosts.withLock { $0.insert(host.lowercased()).inserted } }

    func release(_ host: String) { hosts.withLock { _ = $0.remove(host.lowercased()) } }

    func waitFor(_ host: String, _ stop: StopSwitch) -> Bool {
        while !stop.isStopped {
            if take(host) { return true }
            Monotonic.sleep(milliseconds: 50)
        }
        return false
    }
}

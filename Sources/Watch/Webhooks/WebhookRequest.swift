import FoundationEssentials
import Glibc
package import HTTPSupport
import ServiceSupport

/// One signed request and what its answer means.
package enum WebhookRequest {
    /// The secrets of an endpoint's file, read anew each time so that a rotation takes effect at once.
    package static func secrets(_ endpoint: WebhookEndpoint) throws -> [WebhookSecret] {
        do { return try WebhookSecret.list(SecretFile.read(endpoint.secretFile)) } catch let error
            as WebhookSecret.Invalid
        {
            throw WebhookSecret.Invalid(description: "\(endpoint.secretFile): \(error.description)")
        }
    }

    /// Sends a CloudEvent and waits for the answer.
    ///
    /// - Parameters:
    ///   - id: the webhook-id, the same each time the event is sent.
    ///   - seconds: Unix time, for webhook-timestamp.
    /// - Returns: the answer, and the beginning of its body.
    /// - Throws: when the secrets cannot be used, which is no fault of the endpoint.
    package static func send(
        _ envelope: [UInt8],
        id: String,
        to endpoint: WebhookEndpoint,
        by client: OutboundClient,
        seconds: Int
    ) throws -> (answer: WebhookDelivery.Answer, excerpt: String?) {
        let secrets = try secrets(endpoint)
        let request = OutboundClient.Request(
            "POST",
            endpoint.url,
            headers: try WebhookSecret.headers(id: id, timestamp: seconds, body: envelope, by: secrets),
            body: envelope,
            timeoutMilliseconds: endpoint.timeoutMilliseconds
        )
        do {
            let response = try client.send(request)
            return (
                .status(
                    response.status,
                    retryAfter: response.header("retry-after").flatMap { retryAfter($0, now: seconds) },
                    location: response.header("location").map { printable(Array($0.utf8), limit: 200) }
                ),
                response.body.isEmpty ? nil : printable(response.body, limit: 300)
            )
        } catch { return (.none(reason: printable(Array(error.description.utf8), limit: 500)), nil) }
    }

    /// The milliseconds that a Retry-After header asks for: seconds, or a date (RFC 9110, section 10.2.3).
    package static func retryAfter(_ value: String, now: Int) -> Int? {
        if let seconds = Int(value) { return seconds >= 0 ? min(seconds, 1 << 32) * 1000 : nil }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = value.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int32(parts[1]),
            let month = months.firstIndex(of: String(parts[2])),
            let year = Int32(parts[3]), (1970...9999).contains(year), (1...31).contains(day)
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int32($0) }
        guard clock.count == 3, clock.allSatisfy({ (0...60).contains($0) }) else { return nil }
        var time = tm()
        (time.tm_mday, time.tm_mon, time.tm_year) = (day, Int32(month), year - 1900)
        (time.tm_hour, time.tm_min, time.tm_sec) = (clock[0], clock[1], clock[2])
        return max(0, timegm(&time) - now) * 1000
    }

    /// Text of others for tables and terminals: one line, without control characters.
    static func printable(_ bytes: [UInt8], limit: Int) -> String {
        let text = String(decoding: bytes.prefix(limit * 4), as: UTF8.self)
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            scalars.append(isControl ? " " : scalar)
        }
        return String(scalars)
    }
}

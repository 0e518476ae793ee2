import Briefing
import FoundationEssentials
import Records

/// An alert as people read it.
enum AlertText {
    /// Title, reason, what it is worth, and the sentences that prove it.
    static func plain(_ alert: Alert) -> String {
        var lines = [line(alert.title), "", line(alert.why), ""]
        lines.append("Severity \(alert.severity.rawValue), importance \(percent(alert.importance)).")
        lines.append(
            alert.credibility.map { "Credibility \(percent($0)): how well the reports are attested." }
                ?? "Credibility unknown."
        )
        if alert.suppressed > 0 {
            lines.append("Fired \(alert.suppressed) more times since the last alert of this rule and group.")
        }
        if !alert.evidence.isEmpty { lines += ["", "Evidence:"] }
        for piece in alert.evidence.suffix(evidenceLimit) {
            lines.append("- \(piece.text.map(line) ?? "(the sentence is in the record)") [event \(piece.event)]")
        }
        if alert.evidence.count > evidenceLimit {
            lines.append("- and \(alert.evidence.count - evidenceLimit) events before these")
        }
        if !alert.alerts.isEmpty { lines += ["", "Alerts in this digest:"] + alert.alerts.map { "- \($0)" } }
        return (lines + ["", "Rule \(alert.rule), alert \(alert.id)"]).joined(separator: "\n") + "\n"
    }

    private static let evidenceLimit = 20

    private static func percent(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }

    /// Text of others on one line, without control characters.
    static func line(_ text: String) -> String { WebhookRequest.printable(Array(text.utf8), limit: 1000) }

    /// The alert as a CloudEvent, for sinks that are not on the stream.
    static func envelope(_ alert: Alert, data: [UInt8]) -> [UInt8] {
        let time = Timestamp.text(milliseconds: alert.at)
        let head =
            #"{"specversion":"1.0","id":"\#(alert.id)","source":"/tidings","type":"tidings.alert.v1","time":"\#(time)","#
            + #""datacontenttype":"application/json","data":"#
        return Array(head.utf8) + data + [UInt8(ascii: "}")]
    }

    /// The alert as an Internet message (RFC 5322), its text in base64.
    static func message(_ alert: Alert, from: String, to: [String]) -> [UInt8] {
        let host = from.split(separator: "@").last.map(String.init) ?? "localhost"
        var lines = [
            "From: Tidings <\(from)>", "To: \(to.joined(separator: ", "))",
            "Subject: \(subject("[\(alert.severity.rawValue)] \(line(alert.title))"))",
            "Date: \(date(milliseconds: alert.at))", "Message-ID: <\(alert.id)@\(host)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            "Auto-Submitted: auto-generated", "",
        ]
        lines += wrapped(Data(plain(alert).utf8).base64EncodedString(), 76)
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// Encoded words (RFC 2047) of at most 75 characters each, whole characters in each; plain ASCII stays.
    private static func subject(_ text: String) -> String {
        let text = String(text.prefix(300))
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }), text.utf8.count <= 60 { return text }
        var words: [String] = []
        var part = ""
        for character in text {
            if part.utf8.count + String(character).utf8.count > 42 {
                words.append(part)
                part = ""
            }
            part.append(character)
        }
        words.append(part)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(width)))
            rest = rest.dropFirst(width)
        }
        return lines
    }

    /// `Thu, 29 Dec 2016 10:00:00 +0000`.
    private static func date(milliseconds: Int) -> String {
        let seconds = milliseconds / 1000
        let day = CivilDate(daysSinceEpoch: seconds / 86400)
        let (year, month, number) = day.parts
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(two).joined(separator: ":")
        return "\(days[day.weekday]), \(two(number)) \(months[month - 1]) \(year) \(clock) +0000"
    }
}

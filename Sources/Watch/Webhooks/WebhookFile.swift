package import HTTPSupport
package import Settings
import Wire
import Yams

/// One endpoint of the file.
package struct WebhookEndpoint: Sendable, Equatable {
    package var name: String
    package var url: OutboundURL
    /// What it wants of the feed; empty for everything.
    package var filter: String
    /// The path of the file with its secrets.
    package var secretFile: String
    package var allowPrivate: Bool
    package var timeoutMilliseconds: Int
    package var perMinute: Int
}

/// The file `webhooks.yaml`: a mapping from an endpoint's name to its settings.
///
/// ```yaml
/// desk:
///   url: https://desk.example/hook
///   filter: event=SANCTION            # what it wants; everything when left out
///   secret: keys/webhooks/desk        # beside this file; the default
///   allow_private: false              # true: plain http and addresses that are not public
///   timeout: 15                       # seconds
///   max_per_minute: 600
/// ```
package enum WebhookFile {
    private static let endpointLimit = 64
    private static let settings = ["url", "filter", "secret", "allow_private", "timeout", "max_per_minute"]

    /// Whether it can name an endpoint, its file and its row.
    package static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasPrefix("_")
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Reads the file's text.
    ///
    /// - Parameter path: for messages, and the directory that relative paths begin at.
    package static func parse(_ text: String, path: String) throws(SettingsError) -> [WebhookEndpoint] {
        let file = YAMLFile(name: path, text: text)
        var endpoints: [WebhookEndpoint] = []
        for entry in try entries(file) { endpoints.append(try endpoint(entry, file)) }
        guard endpoints.count <= endpointLimit else {
            throw file.error(nil, "more than \(endpointLimit) endpoints; a program on the feed serves more")
        }
        return endpoints
    }

    private static func entries(_ file: YAMLFile) throws(SettingsError) -> [YAMLFile.Pair] {
        // Nothing but comments is a file without endpoints.
        guard let root = try file.root() else { return [] }
        return try file.pairs(root, of: "the file")
    }

    private static func endpoint(_ entry: YAMLFile.Pair, _ file: YAMLFile) throws(SettingsError) -> WebhookEndpoint {
        let name = entry.key
        guard isName(name) else {
            throw file.error(
                entry.line,
                "a name has 1 to 63 of a-z, 0-9, '-' and '_', and begins with a letter or digit"
            )
        }
        let pairs = try file.pairs(entry.value, of: "'\(name)'", known: settings)
        let fields = Dictionary(pairs.map { ($0.key, $0) }) { first, _ in first }
        guard let url = fields["url"] else { throw file.error(entry.line, "'\(name)' has no url") }
        var endpoint = WebhookEndpoint(
            name: name,
            url: try self.url(url, isPrivate(fields, file), file),
            filter: "",
            secretFile: beside("keys/webhooks/\(name)", file),
            allowPrivate: try isPrivate(fields, file),
            timeoutMilliseconds: 15_000,
            perMinute: 600
        )
        for pair in pairs {
            switch pair.key {
            case "filter": endpoint.filter = try filter(pair, file)
            case "secret": endpoint.secretFile = beside(try file.line(pair, limit: 1000), file)
            case "timeout": endpoint.timeoutMilliseconds = 1000 * (try file.number(pair, in: 1...60, of: "seconds"))
            case "max_per_minute": endpoint.perMinute = try file.number(pair, in: 1...60_000, of: "requests")
            default: break
            }
        }
        return endpoint
    }

    private static func isPrivate(_ fields: [String: YAMLFile.Pair], _ file: YAMLFile) throws(SettingsError) -> Bool {
        guard let pair = fields["allow_private"] else { return false }
        return try file.flag(pair)
    }

    private static func url(
        _ pair: YAMLFile.Pair,
        _ allowPrivate: Bool,
        _ file: YAMLFile
    ) throws(SettingsError) -> OutboundURL {
        let text = try file.line(pair, limit: 2000)
        do { return try OutboundURL(text, allowPrivate: allowPrivate) } catch {
            throw file.error(pair.line, error.description)
        }
    }

    /// A filter may be empty: everything.
    private static func filter(_ pair: YAMLFile.Pair, _ file: YAMLFile) throws(SettingsError) -> String {
        if pair.value.scalar?.string == "" { return "" }
        let text = try file.line(pair, limit: 4096)
        do { _ = try Filter(text) } catch { throw file.error(pair.line, error.description) }
        return text
    }

    /// A path, from the file's directory on when it is relative.
    private static func beside(_ text: String, _ file: YAMLFile) -> String {
        if text.hasPrefix("/") { return text }
        let directory = file.name.lastIndex(of: "/").map { String(file.name[..<$0]) } ?? "."
        return "\(directory)/\(text)"
    }

    // MARK: Changes by the command line: comments and order stay.

    /// The text with one more endpoint at its end.
    package static func adding(
        _ name: String,
        url: String,
        filter: String,
        allowPrivate: Bool,
        to text: String,
        path: String
    ) throws(SettingsError) -> String {
        guard !(try parse(text, path: path)).contains(where: { $0.name == name }) else {
            throw SettingsError(
                file: path,
                line: nil,
                message: "'\(name)' is there already; 'tidings webhook remove \(name)' takes it out"
            )
        }
        func quoted(_ text: String) -> String {
            "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        }
        var added = text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
        added += "\(name):\n  url: \(quoted(url))\n"
        if !filter.isEmpty { added += "  filter: \(quoted(filter))\n" }
        if allowPrivate { added += "  allow_private: true\n" }
        _ = try parse(added, path: path)
        return added
    }

    /// The text without an endpoint.
    package static func removing(_ name: String, from text: String, path: String) throws(SettingsError) -> String {
        func failure(_ message: String) -> SettingsError { SettingsError(file: path, line: nil, message: message) }
        let keys = try entries(YAMLFile(name: path, text: text))
        guard let index = keys.firstIndex(where: { $0.key == name }) else { throw failure("there is no '\(name)'") }
        let first = keys[index].line
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let end = index + 1 < keys.count ? keys[index + 1].line : lines.count + 1
        var left = Array(lines[..<(first - 1)] + lines[(end - 1)...])
        if left.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { left = [] }
        let shorter = left.isEmpty ? "" : left.joined(separator: "\n") + (end > lines.count ? "\n" : "")
        let names = try parse(shorter, path: path).map(\.name)
        guard names == keys.map(\.key).filter({ $0 != name }) else {
            throw failure("cannot cut '\(name)' out of its lines; edit the file by hand")
        }
        return shorter
    }
}

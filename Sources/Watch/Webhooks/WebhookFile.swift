package import HTTPSupport
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
    /// What is wrong, where, and how to mend it.
    package struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    private static let limit = 256 << 10
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
    package static func parse(_ text: String, path: String) throws(Invalid) -> [WebhookEndpoint] {
        var endpoints: [WebhookEndpoint] = []
        for (key, value) in try entries(text, path) {
            endpoints.append(try endpoint(key, value, path))
        }
        guard endpoints.count <= endpointLimit else {
            throw Invalid(
                description: "\(path): more than \(endpointLimit) endpoints; a program on the feed serves more"
            )
        }
        return endpoints
    }

    private static func entries(_ text: String, _ path: String) throws(Invalid) -> [(key: Node, value: Node)] {
        guard text.utf8.count <= limit else { throw Invalid(description: "\(path): larger than \(limit) bytes") }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            throw Invalid(description: "\(path):\(context.mark.line): '\(keys.joined(separator: ", "))' is there twice")
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            throw Invalid(description: "\(path):\(mark.line): not YAML: \(problem)")
        } catch {
            let reason = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
            throw Invalid(description: "\(path): not YAML: \(reason)")
        }
        // Nothing but comments is a file without endpoints.
        guard let root, !["", "~", "null"].contains(root.scalar?.string) else { return [] }
        guard let mapping = root.mapping else {
            throw failure(root, path, "a mapping from names to settings is wanted, such as 'desk: {url: https://…}'")
        }
        return mapping.map { ($0.key, $0.value) }
    }

    private static func endpoint(_ key: Node, _ value: Node, _ path: String) throws(Invalid) -> WebhookEndpoint {
        guard let name = key.scalar?.string, isName(name) else {
            throw failure(key, path, "a name has 1 to 63 of a-z, 0-9, '-' and '_', and begins with a letter or digit")
        }
        guard let mapping = value.mapping else { throw failure(value, path, "'\(name)' needs settings below it") }
        var fields: [String: Node] = [:]
        for (field, node) in mapping {
            guard let text = field.scalar?.string, settings.contains(text) else {
                let said = field.scalar?.string ?? "this"
                throw failure(field, path, "'\(said)' is not a setting; \(settings.joined(separator: ", "))")
            }
            guard node.scalar != nil else { throw failure(node, path, "'\(text)' has one value") }
            fields[text] = node
        }
        guard let url = fields["url"] else { throw failure(key, path, "'\(name)' has no url") }
        let allowPrivate = try bool(fields["allow_private"], path) ?? false
        return WebhookEndpoint(
            name: name,
            url: try self.url(url, allowPrivate, path),
            filter: try filter(fields["filter"], path),
            secretFile: try secret(fields["secret"], name, path),
            allowPrivate: allowPrivate,
            timeoutMilliseconds: 1000 * (try number(fields["timeout"], 1...60, "seconds", path) ?? 15),
            perMinute: try number(fields["max_per_minute"], 1...60_000, "requests a minute", path) ?? 600
        )
    }

    private static func url(_ node: Node, _ allowPrivate: Bool, _ path: String) throws(Invalid) -> OutboundURL {
        let url: OutboundURL
        do { url = try OutboundURL(node.scalar?.string ?? "") } catch { throw failure(node, path, error.description) }
        guard url.isEncrypted || allowPrivate else {
            throw failure(node, path, "plain http needs 'allow_private: true'; use https")
        }
        if !allowPrivate, let refusal = IPAddress(url.host)?.refusal {
            throw failure(
                node,
                path,
                "\(url.host) is not public (\(refusal)); 'allow_private: true' takes it all the same"
            )
        }
        return url
    }

    private static func filter(_ node: Node?, _ path: String) throws(Invalid) -> String {
        guard let node, let text = node.scalar?.string else { return "" }
        do { _ = try Filter(text) } catch { throw failure(node, path, error.description) }
        return text
    }

    private static func secret(_ node: Node?, _ name: String, _ path: String) throws(Invalid) -> String {
        let text = node?.scalar?.string ?? "keys/webhooks/\(name)"
        guard !text.isEmpty, text.utf8.count <= 1000, !text.utf8.contains(0) else {
            throw failure(node ?? Node(""), path, "the path of a file is wanted")
        }
        if text.hasPrefix("/") { return text }
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return "\(directory)/\(text)"
    }

    private static func bool(_ node: Node?, _ path: String) throws(Invalid) -> Bool? {
        guard let node else { return nil }
        guard let value = node.bool else { throw failure(node, path, "true or false is wanted") }
        return value
    }

    private static func number(
        _ node: Node?,
        _ range: ClosedRange<Int>,
        _ unit: String,
        _ path: String
    ) throws(Invalid) -> Int? {
        guard let node else { return nil }
        guard let value = node.int, range.contains(value) else {
            throw failure(node, path, "\(range.lowerBound) to \(range.upperBound) \(unit)")
        }
        return value
    }

    private static func failure(_ node: Node, _ path: String, _ message: String) -> Invalid {
        Invalid(description: "\(path):\(node.mark?.line ?? 1): \(message)")
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
    ) throws(Invalid) -> String {
        guard !(try parse(text, path: path)).contains(where: { $0.name == name }) else {
            throw Invalid(description: "\(path) has '\(name)' already; 'tidings webhook remove \(name)' takes it out")
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
    package static func removing(_ name: String, from text: String, path: String) throws(Invalid) -> String {
        let keys = try entries(text, path).map(\.key)
        guard let index = keys.firstIndex(where: { $0.scalar?.string == name }), let first = keys[index].mark?.line
        else {
            throw Invalid(description: "\(path) has no '\(name)'")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let end = index + 1 < keys.count ? (keys[index + 1].mark?.line ?? lines.count + 1) : lines.count + 1
        var left = Array(lines[..<(first - 1)] + lines[(end - 1)...])
        if left.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { left = [] }
        let shorter = left.isEmpty ? "" : left.joined(separator: "\n") + (end > lines.count ? "\n" : "")
        let names = try parse(shorter, path: path).map(\.name)
        guard names == keys.compactMap({ $0.scalar?.string }).filter({ $0 != name }) else {
            throw Invalid(description: "\(path): cannot cut '\(name)' out of its lines; edit the file by hand")
        }
        return shorter
    }
}

import FoundationEssentials
import Glibc
import ServiceSupport
import Yams

/// What is wrong in a file that a person edits, where, and what to do.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package let file: String
    package let line: Int?
    package let message: String

    package var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(message)" }
}

/// A file of settings that is read again when it changes; a wrong one leaves the last good value in use.
struct SettingsFile<Value: Sendable>: Sendable {
    typealias Parse = @Sendable (YAMLFile) throws(SettingsError) -> Value

    let path: String
    private(set) var value: Value
    /// What is wrong with the file as it is now; nil when nothing is.
    private(set) var problem: String?
    private let parse: Parse
    private var stamp: Arrivals.Stamp?

    /// What looking at the file again gave.
    enum Change {
        case same
        case read
        case wrong(SettingsError)
    }

    private static var sizeLimit: Int { 1 << 20 }

    /// Reads the file.
    ///
    /// - Parameters:
    ///   - isRequired: whether it has to be there; otherwise a file that is not there means `empty`.
    ///   - parse: makes the value of it.
    init(_ path: String, isRequired: Bool, empty: Value, parse: @escaping Parse) throws(SettingsError) {
        self.path = path
        self.parse = parse
        value = empty
        stamp = SettingsFile.stamp(path)
        if stamp != nil || isRequired { value = try read() }
    }

    /// Reads the file again when its time, size or identity has changed.
    mutating func refresh() -> Change {
        let now = SettingsFile.stamp(path)
        guard now != stamp else { return .same }
        stamp = now
        do {
            value = try read()
            problem = nil
            return .read
        } catch {
            problem = error.description
            return .wrong(error)
        }
    }

    private static func stamp(_ path: String) -> Arrivals.Stamp? {
        var status = Glibc.stat()
        return stat(path, &status) == 0 ? Arrivals.Stamp(status) : nil
    }

    private func read() throws(SettingsError) -> Value {
        guard let stamp = SettingsFile.stamp(path), stamp.size <= SettingsFile.sizeLimit,
            let bytes = FileManager.default.contents(atPath: path), bytes.count <= SettingsFile.sizeLimit
        else {
            throw SettingsError(
                file: path,
                line: nil,
                message: "cannot be read, or is larger than 1 MiB; write an empty file to have no settings"
            )
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw SettingsError(file: path, line: nil, message: "is not UTF-8; save it as UTF-8")
        }
        return try parse(YAMLFile(name: path, text: text))
    }
}

/// A YAML document read strictly: every error names file and line, and a key that nobody knows is one.
struct YAMLFile {
    let name: String
    let text: String

    /// A key with its value.
    struct Pair {
        var key: String
        var line: Int
        var value: Node
    }

    func error(_ line: Int?, _ message: String) -> SettingsError {
        SettingsError(file: name, line: line, message: message)
    }

    /// The document's value; nil when there is nothing but comments.
    func root() throws(SettingsError) -> Node? {
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch let problem as YamlError {
            let (line, what) = YAMLFile.explain(problem)
            throw error(line, "\(what); correct it, or put the value in quotes")
        } catch let problem { throw error(nil, "\(problem)") }
        return node.flatMap { isEmpty($0) ? nil : $0 }
    }

    private func isEmpty(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }

    private static func explain(_ problem: YamlError) -> (Int?, String) {
        switch problem {
        case .scanner(_, let what, let mark, _), .parser(_, let what, let mark, _), .composer(_, let what, let mark, _):
            (mark.line, what)
        case .duplicatedKeysInMapping(let keys, let context):
            (context.mark.line, "the key \(keys.joined(separator: ", ")) stands twice")
        default: (nil, "\(problem)")
        }
    }

    /// The pairs of a mapping, whose keys have to be among `known` when that is given.
    func pairs(_ node: Node, of what: String, known: [String]? = nil) throws(SettingsError) -> [Pair] {
        guard case .mapping(let mapping) = node else {
            throw error(node.mark?.line, "\(what) has to be a mapping, lines of 'key: value'")
        }
        var pairs: [Pair] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw error(key.mark?.line, "a key of \(what) has to be a word")
            }
            if let known, !known.contains(scalar.string) {
                throw error(
                    key.mark?.line,
                    "'\(scalar.string)' is not known in \(what); one of \(known.joined(separator: ", "))"
                )
            }
            pairs.append(Pair(key: scalar.string, line: key.mark?.line ?? 0, value: value))
        }
        return pairs
    }

    /// A text on one line.
    func line(_ pair: Pair, limit: Int = 500) throws(SettingsError) -> String {
        guard case .scalar(let scalar) = pair.value, !isEmpty(pair.value) else {
            throw error(pair.line, "'\(pair.key)' has no value; write one, or remove the line")
        }
        let text = scalar.string
        guard text.utf8.count <= limit, !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }),
            text.contains(where: { !$0.isWhitespace })
        else {
            throw error(pair.line, "'\(pair.key)' has to be one line of text of at most \(limit) bytes")
        }
        return text
    }

    /// `true` or `false`.
    func flag(_ pair: Pair) throws(SettingsError) -> Bool {
        switch try line(pair) {
        case "true": true
        case "false": false
        default: throw error(pair.line, "'\(pair.key)' is true or false")
        }
    }

    /// The name of a folder of the inbox.
    func folder(_ name: String, line: Int) throws(SettingsError) -> String {
        guard TreePath.isFolderName(name) else {
            throw error(
                line,
                "'\(name)' cannot be a folder of the inbox: at most 100 bytes without '/', not hidden, not ending in .part or .tmp"
            )
        }
        return name
    }
}

import Wire
package import Yams

/// What is wrong in a file that a person edits, where, and what to do.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package let file: String
    package let line: Int?
    package let message: String

    package init(file: String, line: Int?, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    package var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(message)" }
}

/// A YAML document read strictly: every error names file and line, and a key that nobody knows is one.
package struct YAMLFile {
    package let name: String
    package let text: String

    private static let sizeLimit = 1 << 20

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// A key with its value.
    package struct Pair {
        package var key: String
        package var line: Int
        package var value: Node

        package init(key: String, line: Int, value: Node) {
            self.key = key
            self.line = line
            self.value = value
        }
    }

    package func error(_ line: Int?, _ message: String) -> SettingsError {
        SettingsError(file: name, line: line, message: message)
    }

    /// The document's value; nil when there is nothing but comments.
    package func root() throws(SettingsError) -> Node? {
        guard text.utf8.count <= YAMLFile.sizeLimit else { throw error(nil, "larger than 1 MiB") }
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
            (mark.line, "not YAML: \(what)")
        case .duplicatedKeysInMapping(let keys, let context):
            (context.mark.line, "the key \(keys.joined(separator: ", ")) stands twice")
        default: (nil, "not YAML: \("\(problem)".split(whereSeparator: \.isNewline).joined(separator: " "))")
        }
    }

    /// The pairs of a mapping, whose keys have to be among `known` when that is given.
    package func pairs(_ node: Node, of what: String, known: [String]? = nil) throws(SettingsError) -> [Pair] {
        guard case .mapping(let mapping) = node else {
            throw error(node.mark?.line, "\(what) has to be a mapping, lines of 'key: value'")
        }
        var pairs: [Pair] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw error(key.mark?.line, "a key of \(what) has to be a word")
            }
            if let known, !known.contains(scalar.string) {
                let meant = Suggestion.nearest(to: scalar.string, in: known).map { "did you mean \($0)? " } ?? ""
                throw error(
                    key.mark?.line,
                    "'\(scalar.string)' is not known in \(what); \(meant)one of \(known.joined(separator: ", "))"
                )
            }
            pairs.append(Pair(key: scalar.string, line: key.mark?.line ?? 0, value: value))
        }
        return pairs
    }

    /// A text on one line.
    package func line(_ pair: Pair, limit: Int = 500) throws(SettingsError) -> String {
        guard case .scalar(let scalar) = pair.value else { throw error(pair.line, "'\(pair.key)' takes one value") }
        guard !isEmpty(pair.value) else {
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

    /// One value, or a list of them: `RUS` or `[RUS, BLR]`.
    package func values(_ pair: Pair, limit: Int = 100) throws(SettingsError) -> [String] {
        guard case .sequence(let list) = pair.value else { return [try line(pair)] }
        guard (1...limit).contains(list.count) else {
            throw error(pair.line, "'\(pair.key)' takes a list of 1 to \(limit) values")
        }
        var values: [String] = []
        for node in list {
            values.append(try line(Pair(key: pair.key, line: node.mark?.line ?? pair.line, value: node)))
        }
        return values
    }

    /// `true` or `false`.
    package func flag(_ pair: Pair) throws(SettingsError) -> Bool {
        switch try line(pair) {
        case "true": true
        case "false": false
        default: throw error(pair.line, "'\(pair.key)' is true or false")
        }
    }

    /// A whole number.
    package func number(_ pair: Pair, in range: ClosedRange<Int>, of unit: String? = nil) throws(SettingsError) -> Int {
        guard let value = Int(try line(pair)), range.contains(value) else {
            let unit = unit.map { ", in \($0)" } ?? ""
            throw error(
                pair.line,
                "'\(pair.key)' is a whole number from \(range.lowerBound) to \(range.upperBound)\(unit)"
            )
        }
        return value
    }

    /// A number.
    package func decimal(_ pair: Pair, in range: ClosedRange<Double>) throws(SettingsError) -> Double {
        guard let value = Double(try line(pair)), range.contains(value) else {
            throw error(pair.line, "'\(pair.key)' is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A length of time, `90s`, `15m`, `2h` or `7d`, in seconds.
    package func duration(_ pair: Pair, in range: ClosedRange<Int>) throws(SettingsError) -> Int {
        guard case .scalar = pair.value else {
            throw error(pair.line, "'\(pair.key)' is one length of time such as 15m, 2h or 7d")
        }
        let text = try line(pair)
        guard let seconds = TimeLength.seconds(text), range.contains(seconds) else {
            let (least, most) = (TimeLength.text(seconds: range.lowerBound), TimeLength.text(seconds: range.upperBound))
            throw error(pair.line, "'\(text)' is not a time between \(least) and \(most); write 15m, 2h or 1d")
        }
        return seconds
    }
}

package import Knowledge
package import Settings
import Wire
import Yams

/// What a rule file needs of the world: where places are, and how clocks go in time zones.
package struct RuleWorld: Sendable {
    package var coordinates: @Sendable (_ place: String, _ country: String?) -> Coordinates?
    /// The bytes of a zone of the IANA time zone database, nil when it has none of that name.
    package var zone: @Sendable (String) -> [UInt8]?

    package init(
        coordinates: @escaping @Sendable (String, String?) -> Coordinates?,
        zone: @escaping @Sendable (String) -> [UInt8]?
    ) {
        self.coordinates = coordinates
        self.zone = zone
    }
}

/// A file of alert rules: one rule, or a list of them.
///
/// docs/rules.md is its manual.
package struct RuleFile {
    let file: YAMLFile
    let world: RuleWorld

    /// Reads a file's text.
    ///
    /// - Throws: `SettingsError` with the line of the first thing that is wrong.
    package static func parse(_ file: YAMLFile, world: RuleWorld) throws(SettingsError) -> [Rule] {
        guard let root = try file.root() else { return [] }
        let reader = RuleFile(file: file, world: world)
        guard case .sequence(let list) = root else { return [try reader.rule(root)] }
        guard list.count <= 100 else { throw file.error(nil, "more than 100 rules; put them into several files") }
        var rules: [Rule] = []
        for node in list {
            let rule = try reader.rule(node)
            guard !rules.contains(where: { $0.name == rule.name }) else {
                throw file.error(node.mark?.line, "'\(rule.name)' is there twice; give one another name")
            }
            rules.append(rule)
        }
        return rules
    }

    private static let common = [
        "name", "description", "type", "match", "group_by", "realert", "exponential_realert", "quiet_hours", "severity",
        "digest", "sinks", "title", "time", "is_enabled",
    ]
    private static let own: [String: [String]] = [
        "any": [],
        "frequency": ["num_events", "timeframe"],
        "spike": ["spike_height", "spike_type", "timeframe", "threshold_ref", "threshold_cur"],
        "flatline": ["threshold", "timeframe"],
        "new_term": ["fields", "terms_window_size", "learn"],
        "cardinality": ["cardinality_field", "max_cardinality", "min_cardinality", "timeframe"],
        "change": ["compare_key", "from", "to", "timeframe"],
    ]
    private static let kinds = ["any", "frequency", "spike", "flatline", "new_term", "cardinality", "change"]

    private func rule(_ node: Node) throws(SettingsError) -> Rule {
        let all = RuleFile.common + Set(RuleFile.own.values.joined()).sorted()
        let pairs = try file.pairs(node, of: "a rule", known: all)
        let fields = Fields(file: file, line: node.mark?.line ?? 1, pairs: pairs)
        let name = try fields.required("name", "such as 'name: expulsions'")
        let text = try file.line(name)
        guard RuleFile.isName(text) else {
            throw file.error(
                name.line,
                "'\(text)' cannot name a rule: 1 to 63 of a-z, 0-9, '-', beginning with a letter"
            )
        }
        let type = try fields.required("type", "one of \(RuleFile.kinds.joined(separator: ", "))")
        let kindName = try file.one(type, of: RuleFile.kinds)
        for pair in pairs where !RuleFile.common.contains(pair.key) {
            guard RuleFile.own[kindName]?.contains(pair.key) != true else { continue }
            let kinds = RuleFile.kinds.filter { RuleFile.own[$0]?.contains(pair.key) == true }
            throw file.error(
                pair.line,
                "'\(pair.key)' is a setting of \(kinds.joined(separator: " and ")); this rule is \(kindName)"
            )
        }
        let kind = try RuleKindReader(fields: fields).kind(kindName)
        let groupBy = try fields["group_by"].map(file.ruleFields) ?? []
        if case .change = kind, groupBy.isEmpty {
            throw file.error(type.line, "change needs group_by: whose value is followed, such as 'group_by: incident'")
        }
        return Rule(
            name: text,
            description: try fields["description"].map { (pair) throws(SettingsError) in
                try file.line(pair, limit: 2000)
            }
                ?? "",
            isEnabled: try fields["is_enabled"].map(file.flag) ?? true,
            severity: try fields["severity"].map { (pair) throws(SettingsError) in
                Rule.Severity(rawValue: try file.one(pair, of: Rule.Severity.allCases.map(\.rawValue))) ?? .medium
            } ?? .medium,
            kind: kind,
            match: try match(fields["match"]),
            groupBy: groupBy,
            time: try fields["time"].map { (pair) throws(SettingsError) in
                Rule.Time(rawValue: try file.one(pair, of: Rule.Time.allCases.map(\.rawValue))) ?? .log
            } ?? .log,
            realert: try realert(fields, kind),
            exponentialRealert: try longestSilence(fields, kind),
            quietHours: try fields["quiet_hours"].map(quietHours),
            digest: try fields["digest"].map { (pair) throws(SettingsError) in
                1000 * (try file.duration(pair, in: 60...31 * 86_400))
            },
            sinks: try sinks(fields["sinks"]),
            title: try title(fields["title"])
        )
    }

    private static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && text.first.map { $0.isLetter } == true
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Rules of windows fire once a window when nothing else is said; the others whenever they can.
    private func realert(_ fields: Fields, _ kind: RuleKind) throws(SettingsError) -> Int {
        guard let pair = fields["realert"] else { return kind.timeframe ?? 0 }
        return 1000 * (try file.duration(pair, in: (kind.timeframe == nil ? 0 : 60)...366 * 86_400))
    }

    private func longestSilence(_ fields: Fields, _ kind: RuleKind) throws(SettingsError) -> Int? {
        guard let pair = fields["exponential_realert"] else {
            // A silence of months is not said every hour, unless somebody wants it so.
            guard kind.watchesSilence, fields["realert"] == nil else { return nil }
            return max(kind.timeframe ?? 0, 7 * 86_400_000)
        }
        let shortest = try realert(fields, kind)
        guard shortest > 0 else {
            throw file.error(pair.line, "'exponential_realert' doubles a 'realert'; say how long that is")
        }
        return 1000 * (try file.duration(pair, in: (shortest / 1000)...366 * 86_400))
    }

    private func title(_ pair: YAMLFile.Pair?) throws(SettingsError) -> TitleTemplate {
        guard let pair else { return .standard }
        let text = try file.line(pair, limit: 300)
        do { return try TitleTemplate(text) } catch {
            guard let name = error.name else { throw file.error(pair.line, "a '{' of the title has no '}'") }
            throw file.unknown(name, pair, TitleTemplate.names)
        }
    }
}

extension RuleKind {
    /// The window that decides how often it makes sense to fire again; nil for kinds that fire at single events.
    var timeframe: Int? {
        switch self {
        case .frequency(_, let span), .flatline(_, let span), .cardinality(_, _, _, let span): span
        case .spike(let spike): spike.timeframe
        case .any, .newTerm, .change: nil
        }
    }
}

/// The settings of one mapping by name.
struct Fields {
    let file: YAMLFile
    let line: Int
    let pairs: [YAMLFile.Pair]

    subscript(name: String) -> YAMLFile.Pair? { pairs.first { $0.key == name } }

    func required(_ name: String, _ example: String) throws(SettingsError) -> YAMLFile.Pair {
        guard let pair = self[name] else { throw file.error(line, "'\(name)' is missing: \(example)") }
        return pair
    }
}

extension YAMLFile {
    /// One of a few words.
    func one(_ pair: Pair, of known: [String]) throws(SettingsError) -> String {
        let text = try line(pair)
        guard known.contains(text) else { throw unknown(text, pair, known) }
        return text
    }

    /// Fields of events.
    func ruleFields(_ pair: Pair) throws(SettingsError) -> [RuleField] {
        var fields: [RuleField] = []
        for value in try self.values(pair, limit: 4) {
            let known = RuleField.allCases.map(\.rawValue)
            guard let field = RuleField(rawValue: value) else { throw unknown(value, pair, known) }
            guard !fields.contains(field) else { throw error(pair.line, "'\(value)' is there twice") }
            fields.append(field)
        }
        return fields
    }

    func unknown(_ text: String, _ pair: Pair, _ known: [String]) -> SettingsError {
        let meant = Suggestion.nearest(to: text, in: known).map { "did you mean \($0)? " } ?? ""
        return error(
            pair.line,
            "'\(text)' is no value of '\(pair.key)'; \(meant)one of \(known.joined(separator: ", "))"
        )
    }
}

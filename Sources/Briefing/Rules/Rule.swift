/// An alert rule: what it looks for, when it fires, how often it may, and where its alerts go.
///
/// Times are milliseconds.
package struct Rule: Sendable, Equatable {
    package enum Severity: String, Codable, Sendable, CaseIterable {
        case low, medium, high, critical

        /// 0.25 to 1.
        package var weight: Double { Double((Severity.allCases.firstIndex(of: self) ?? 0) + 1) / 4 }
    }

    /// Whose time counts.
    package enum Time: String, Sendable, CaseIterable {
        /// When the event came into the log.
        case log
        /// When its article was published: for archives, in the order they are read.
        case published
    }

    package var name: String
    package var description: String
    package var isEnabled: Bool
    package var severity: Severity
    package var kind: RuleKind
    package var match: Condition
    package var groupBy: [RuleField]
    package var time: Time
    /// How long a group keeps silent once it has fired; 0 never.
    package var realert: Int
    /// The longest silence, when each one is twice the last.
    package var exponentialRealert: Int?
    package var quietHours: QuietHours?
    /// Alerts are collected for so long and sent as one.
    package var digest: Int?
    package var sinks: [Sink]
    package var title: TitleTemplate

    /// What the state of a rule depends on: a rule that means something else starts afresh.
    package var definition: String {
        "\(kind) | \(match) | \(groupBy.map(\.rawValue).joined(separator: " ")) | \(time)"
    }

    /// How far back the rule looks; what is older cannot matter.
    package var memory: Int {
        switch kind {
        case .any: 0
        case .frequency(_, let span), .flatline(_, let span), .cardinality(_, _, _, let span): span
        case .change(_, _, _, let span), .newTerm(_, let span, _): span
        case .spike(let spike): 2 * spike.timeframe
        }
    }
}

/// When a rule fires.
///
/// The names are those of ElastAlert 2.
package enum RuleKind: Sendable, Equatable {
    /// At every event that matches.
    case any
    /// At the `count`-th event within `timeframe`.
    case frequency(count: Int, timeframe: Int)
    case spike(Spike)
    /// When fewer than `threshold` events have come for `timeframe`.
    case flatline(threshold: Int, timeframe: Int)
    /// At a value of the fields that was not seen for `window`; silent for `learn` after the rule began.
    case newTerm(fields: [RuleField], window: Int, learn: Int)
    /// When more than `most` or fewer than `least` different values came within `timeframe`.
    case cardinality(field: RuleField, least: Int?, most: Int?, timeframe: Int)
    /// When a group's value becomes another one, within `timeframe`; empty `from` and `to` are any.
    case change(field: RuleField, from: [String], to: [String], timeframe: Int)

    /// The number of events in `timeframe`, compared with the one before.
    package struct Spike: Sendable, Equatable {
        package enum Direction: String, Sendable, CaseIterable { case up, down, both }
        package var height: Double
        package var direction: Direction
        package var timeframe: Int
        /// The reference has at least so many events; otherwise nothing is compared.
        package var reference: Int
        /// For a rise, the current window has at least so many.
        package var current: Int

        package init(height: Double, direction: Direction, timeframe: Int, reference: Int, current: Int) {
            self.height = height
            self.direction = direction
            self.timeframe = timeframe
            self.reference = reference
            self.current = current
        }

        /// The windows are counted in sixtieths.
        var bucket: Int { max(1000, timeframe / 60) }
    }

    /// As a rule's `type` has it.
    package var name: String {
        switch self {
        case .any: "any"
        case .frequency: "frequency"
        case .spike: "spike"
        case .flatline: "flatline"
        case .newTerm: "new_term"
        case .cardinality: "cardinality"
        case .change: "change"
        }
    }
}

/// Where alerts go.
///
/// What a sink needs beside its name stands in `settings`, and is for the one who delivers.
package struct Sink: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, CaseIterable, Codable { case log, file, stream, webhook, email, command }
    package var kind: Kind
    package var settings: [String: String]

    package init(_ kind: Kind, _ settings: [String: String] = [:]) {
        self.kind = kind
        self.settings = settings
    }

    /// `log`, `file:alerts.jsonl`, `webhook:desk`: as alert_delivery names it, and the same for the same sink.
    package var name: String {
        kind.rawValue + (settings[kind.address ?? ""].map { ":\($0)" } ?? "")
    }
}

extension Sink.Kind {
    /// The setting that says where to; nil for sinks that need none.
    package var address: String? {
        switch self {
        case .log, .stream: nil
        case .file: "path"
        case .webhook: "name"
        case .email: "to"
        case .command: "run"
        }
    }
}

/// A title with places for what fired: `{actor} → {recipient}: {why}`.
package struct TitleTemplate: Sendable, Equatable {
    package enum Piece: Sendable, Equatable {
        case text(String)
        case field(RuleField)
        case rule, why, key, severity, count, origins, title
    }
    package let pieces: [Piece]
    private static let own: [String: Piece] = [
        "rule": .rule, "why": .why, "key": .key, "severity": .severity, "count": .count, "origins": .origins,
        "title": .title,
    ]
    /// What may stand in braces.
    package static var names: [String] { own.keys.sorted() + RuleField.allCases.map(\.rawValue) }
    package static let standard = TitleTemplate(pieces: [.rule, .text(": "), .why])

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// Reads the text.
    ///
    /// - Throws: `Unknown` with what stands in braces and is no name, or with nil where a brace does not close.
    package init(_ text: String) throws(Unknown) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { throw Unknown(name: nil) }
            let name = String(rest[rest.index(after: open)..<close])
            guard let piece = TitleTemplate.own[name] ?? RuleField(rawValue: name).map(Piece.field) else {
                throw Unknown(name: name)
            }
            pieces.append(piece)
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    package struct Unknown: Error { package let name: String? }
}

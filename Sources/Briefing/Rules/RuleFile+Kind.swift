import Settings

/// Reads what belongs to one kind of rule.
struct RuleKindReader {
    let fields: Fields
    private var file: YAMLFile { fields.file }
    private static let longest = 366 * 86_400

    func kind(_ name: String) throws(SettingsError) -> RuleKind {
        switch name {
        case "frequency":
            let count = try fields.required("num_events", "how many events fire")
            return .frequency(count: try file.number(count, in: 1...10_000), timeframe: try timeframe())
        case "spike": return .spike(try spike())
        case "flatline":
            let threshold = try fields.required("threshold", "how many events are expected within timeframe")
            return .flatline(threshold: try file.number(threshold, in: 1...10_000), timeframe: try timeframe())
        case "new_term":
            let names = try fields.required("fields", "whose values are new, such as 'fields: actor'")
            let window = try duration("terms_window_size") ?? 30 * 86_400_000
            return .newTerm(
                fields: try file.ruleFields(names),
                window: window,
                learn: try duration("learn", from: 0) ?? min(window, 7 * 86_400_000)
            )
        case "cardinality": return try cardinality()
        case "change":
            let compared = try fields.required("compare_key", "whose value changes, such as 'compare_key: status'")
            return .change(
                field: try field(compared),
                from: try fields["from"].map { (pair) throws(SettingsError) in try file.values(pair) } ?? [],
                to: try fields["to"].map { (pair) throws(SettingsError) in try file.values(pair) } ?? [],
                timeframe: try duration("timeframe") ?? 30 * 86_400_000
            )
        default: return .any
        }
    }

    private func spike() throws(SettingsError) -> RuleKind.Spike {
        let height = try fields.required("spike_height", "how many times as many events, such as 3")
        let directions = RuleKind.Spike.Direction.allCases
        let direction = try file.one(
            fields.required("spike_type", "up, down or both"),
            of: directions.map(\.rawValue)
        )
        return RuleKind.Spike(
            height: try file.decimal(height, in: 1.01...1000),
            direction: RuleKind.Spike.Direction(rawValue: direction) ?? .both,
            timeframe: try timeframe(),
            reference: try number("threshold_ref") ?? 1,
            current: try number("threshold_cur") ?? 1
        )
    }

    private func cardinality() throws(SettingsError) -> RuleKind {
        let (least, most) = (try number("min_cardinality"), try number("max_cardinality"))
        guard least != nil || most != nil else {
            throw file.error(fields.line, "cardinality needs 'max_cardinality' or 'min_cardinality'")
        }
        if let least, let most, least > most {
            throw file.error(fields.line, "'min_cardinality' is greater than 'max_cardinality'")
        }
        let field = try field(fields.required("cardinality_field", "whose values are counted"))
        return .cardinality(field: field, least: least, most: most, timeframe: try timeframe())
    }

    private func field(_ pair: YAMLFile.Pair) throws(SettingsError) -> RuleField {
        let known = RuleField.allCases.map(\.rawValue)
        guard let field = RuleField(rawValue: try file.one(pair, of: known)) else { return .event }
        return field
    }

    private func number(_ name: String) throws(SettingsError) -> Int? {
        guard let pair = fields[name] else { return nil }
        return try file.number(pair, in: 1...10_000)
    }

    private func timeframe() throws(SettingsError) -> Int {
        _ = try fields.required("timeframe", "a length of time such as 15m, 2h or 7d")
        return try duration("timeframe") ?? 0
    }

    /// In milliseconds.
    private func duration(_ name: String, from least: Int = 60) throws(SettingsError) -> Int? {
        guard let pair = fields[name] else { return nil }
        return 1000 * (try file.duration(pair, in: least...RuleKindReader.longest))
    }
}

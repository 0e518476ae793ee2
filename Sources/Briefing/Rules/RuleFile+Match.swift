import Knowledge
import Settings
import Wire
import Yams

extension RuleFile {
    /// Alerts have a severity and a rule; events have not.
    private static let terms =
        KeyName.allCases.filter { $0 != .severity && $0 != .rule }.map(\.rawValue) + [
            "name", "text", "origins", "within", "filter", "all", "any", "not",
        ]
    /// The records that are events; a rule that does not say otherwise looks at new ones.
    private static let types = ["event", "event.corrected"]

    /// What a rule asks for; everything when it does not say.
    func match(_ pair: YAMLFile.Pair?) throws(SettingsError) -> Condition {
        let said = try pair.map { (pair) throws(SettingsError) in try condition(pair, depth: 0) }
        let terms =
            switch said {
            case .all(let terms): terms
            case .some(let term): [term]
            case nil: [Condition]()
            }
        if terms.contains(where: { $0.asksForType }) { return .all(terms) }
        return .all([try filter("type=event", pair?.line ?? 1)] + terms)
    }

    /// A mapping of terms that must all hold, or a filter as one writes it elsewhere.
    private func condition(_ pair: YAMLFile.Pair, depth: Int) throws(SettingsError) -> Condition {
        guard depth < 8 else { throw file.error(pair.line, "any, all and not are nested more than 8 deep") }
        if case .scalar = pair.value { return try filter(file.line(pair, limit: 4096), pair.line) }
        let pairs = try file.pairs(pair.value, of: "'\(pair.key)'", known: RuleFile.terms)
        guard pairs.count <= 100 else { throw file.error(pair.line, "'\(pair.key)' has more than 100 terms") }
        var terms: [Condition] = []
        for pair in pairs { terms.append(try term(pair, depth: depth + 1)) }
        return terms.count == 1 ? terms[0] : .all(terms)
    }

    private func term(_ pair: YAMLFile.Pair, depth: Int) throws(SettingsError) -> Condition {
        switch pair.key {
        case "all": return .all(try conditions(pair, depth))
        case "any": return .any(try conditions(pair, depth))
        case "not":
            if case .sequence = pair.value { return .not(.any(try conditions(pair, depth))) }
            return .not(try condition(pair, depth: depth))
        case "filter": return try filter(file.line(pair, limit: 4096), pair.line)
        case "within": return try within(pair)
        case "name": return .names(try phrases(pair))
        case "text": return .words(try phrases(pair))
        case "origins":
            guard let comparison = Comparison(try file.line(pair)) else {
                throw file.error(pair.line, "'origins' is a number of independent reports: '>=2', '<=1' or 1")
            }
            return .origins(comparison)
        default: return try key(pair)
        }
    }

    private func conditions(_ pair: YAMLFile.Pair, _ depth: Int) throws(SettingsError) -> [Condition] {
        guard case .sequence(let list) = pair.value, (1...100).contains(list.count) else {
            throw file.error(pair.line, "'\(pair.key)' is a list of 1 to 100 mappings, each beginning with '- '")
        }
        var conditions: [Condition] = []
        for node in list {
            let item = YAMLFile.Pair(key: pair.key, line: node.mark?.line ?? pair.line, value: node)
            conditions.append(try condition(item, depth: depth))
        }
        return conditions
    }

    /// A term that filters have: what it means is what the filter means.
    private func key(_ pair: YAMLFile.Pair) throws(SettingsError) -> Condition {
        guard let name = KeyName(rawValue: pair.key) else { throw file.unknown(pair.key, pair, RuleFile.terms) }
        let values = try file.values(pair)
        let relation = [">=", "<="].first { values[0].hasPrefix($0) }
        if name == .type, let other = values.first(where: { !RuleFile.types.contains($0) }) {
            throw file.unknown(other, pair, RuleFile.types)
        }
        if name == .confidence, relation == nil {
            throw file.error(pair.line, "'confidence' is compared: '>=0.7' or '<=0.5'")
        }
        if let relation {
            let number = values[0].dropFirst(relation.count).drop(while: \.isWhitespace)
            return try filter("\(name.rawValue)\(relation)\(number)", pair.line)
        }
        let pairs = values.map { name.pair($0).dropFirst(name.rawValue.utf8.count + 1) }
        return try filter("\(name.rawValue)=\(pairs.joined(separator: ","))", pair.line)
    }

    private func filter(_ text: String, _ line: Int) throws(SettingsError) -> Condition {
        do { return .filter(try Filter(text), text: text) } catch { throw file.error(line, error.description) }
    }

    private func phrases(_ pair: YAMLFile.Pair) throws(SettingsError) -> [Phrase] {
        let phrases = try file.values(pair).map(Phrase.init)
        if let empty = phrases.first(where: \.isEmpty) {
            throw file.error(pair.line, "'\(empty.text)' has neither letters nor digits")
        }
        return phrases
    }

    /// `{km: 50, of: Kyiv}`, with a country where the name alone does not tell, or `{km: 50, lat: 50.45, lon: 30.52}`.
    private func within(_ pair: YAMLFile.Pair) throws(SettingsError) -> Condition {
        let known = ["km", "of", "country", "lat", "lon"]
        let fields = Fields(
            file: file,
            line: pair.line,
            pairs: try file.pairs(pair.value, of: "'within'", known: known)
        )
        let kilometres = try file.decimal(fields.required("km", "a distance in kilometres"), in: 0.1...20_100)
        if let place = fields["of"] {
            if let other = fields["lat"] ?? fields["lon"] {
                throw file.error(other.line, "'of' names the place already; leave out 'of' or '\(other.key)'")
            }
            let name = try file.line(place)
            let country = try fields["country"].map { (pair) throws(SettingsError) in try file.line(pair) }
            guard let centre = world.coordinates(name, country) else {
                throw file.error(
                    place.line,
                    "'\(name)'\(country.map { " in \($0)" } ?? "") is not in the tables of places; give lat and lon instead"
                )
            }
            let said = "within(\(decimal(kilometres)) km of \(name)\(country.map { " \($0)" } ?? ""))"
            return .within(kilometres: kilometres, of: centre, text: said)
        }
        let latitude = try file.decimal(fields.required("lat", "or 'of', a place's name"), in: -90...90)
        let longitude = try file.decimal(fields.required("lon", "degrees east"), in: -180...180)
        guard let centre = Coordinates(latitude: latitude, longitude: longitude) else {
            throw file.error(pair.line, "there is no such latitude or longitude")
        }
        let said = "within(\(decimal(kilometres)) km of \(latitude) \(longitude))"
        return .within(kilometres: kilometres, of: centre, text: said)
    }
}

extension Condition {
    /// Whether it says which types of record it wants.
    fileprivate var asksForType: Bool {
        switch self {
        case .filter(_, let text): text.split(whereSeparator: \.isWhitespace).contains { $0.hasPrefix("type=") }
        case .all(let conditions), .any(let conditions): conditions.contains(where: \.asksForType)
        case .not(let condition): condition.asksForType
        case .within, .origins, .names, .words: false
        }
    }
}

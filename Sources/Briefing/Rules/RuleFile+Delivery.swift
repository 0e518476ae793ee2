import Settings
import Yams

extension RuleFile {
    /// `{from: '22:00', to: '06:30', zone: Europe/Berlin, days: [sat, sun], then: digest}`.
    func quietHours(_ pair: YAMLFile.Pair) throws(SettingsError) -> QuietHours {
        let known = ["from", "to", "zone", "days", "then"]
        let fields = Fields(
            file: file,
            line: pair.line,
            pairs: try file.pairs(pair.value, of: "'quiet_hours'", known: known)
        )
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        var days = Set(0...6)
        if let pair = fields["days"] {
            days = []
            for day in try file.values(pair, limit: 7) {
                guard let index = names.firstIndex(of: day) else { throw file.unknown(day, pair, names) }
                days.insert(index)
            }
        }
        let from = try minute(fields.required("from", "such as '22:00'"))
        let to = try minute(fields.required("to", "such as '06:30'"))
        guard from != to else {
            throw file.error(pair.line, "'from' and 'to' are the same; a whole day is 00:00 to 24:00")
        }
        let then = try fields["then"].map { (pair) throws(SettingsError) in
            try file.one(pair, of: QuietHours.Then.allCases.map(\.rawValue))
        }
        return QuietHours(
            from: from,
            to: to,
            days: days,
            zone: try zone(fields.required("zone", "such as Europe/Berlin, UTC or '+02:00'")),
            then: then.flatMap(QuietHours.Then.init) ?? .digest
        )
    }

    /// Minutes after midnight of `22:00`; YAML reads it as a number of base 60 where it stands without quotes, which the text is kept from.
    private func minute(_ pair: YAMLFile.Pair) throws(SettingsError) -> Int {
        let parts = try file.line(pair).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
            (0...24).contains(hour),
            let minute = Int(parts[1]), (0...59).contains(minute), hour < 24 || minute == 0
        else { throw file.error(pair.line, "'\(pair.key)' is a time of day such as '22:00'") }
        return hour * 60 + minute
    }

    private func zone(_ pair: YAMLFile.Pair) throws(SettingsError) -> Zone {
        let name = try file.line(pair)
        if name == "UTC" { return .utc }
        if let zone = Zone(offset: name) { return zone }
        guard let bytes = world.zone(name) else {
            throw file.error(
                pair.line,
                "'\(name)' is not a zone of this machine's time zone database (the package tzdata); write UTC or an offset such as '+02:00'"
            )
        }
        guard let zone = Zone(tzif: bytes) else {
            throw file.error(pair.line, "the database's file of '\(name)' cannot be read")
        }
        return zone
    }

    /// Names, or mappings of one name with settings: `[log, {webhook: {name: desk}}]`.
    ///
    /// Without any, alerts go to the stream.
    func sinks(_ pair: YAMLFile.Pair?) throws(SettingsError) -> [Sink] {
        guard let pair else { return [Sink(.stream)] }
        var nodes = [pair.value]
        if case .sequence(let list) = pair.value { nodes = Array(list) }
        guard (1...16).contains(nodes.count) else { throw file.error(pair.line, "'sinks' lists 1 to 16 sinks") }
        var sinks: [Sink] = []
        for node in nodes {
            let sink = try sink(YAMLFile.Pair(key: pair.key, line: node.mark?.line ?? pair.line, value: node))
            guard !sinks.contains(where: { $0.name == sink.name }) else {
                throw file.error(node.mark?.line, "the sink \(sink.name) is there twice")
            }
            sinks.append(sink)
        }
        return sinks
    }

    private func sink(_ pair: YAMLFile.Pair) throws(SettingsError) -> Sink {
        let known = Sink.Kind.allCases.map(\.rawValue)
        var settings: [String: String] = [:]
        var name = pair
        if case .mapping = pair.value {
            let pairs = try file.pairs(pair.value, of: "a sink", known: known)
            guard pairs.count == 1, let only = pairs.first else {
                throw file.error(pair.line, "a sink has one name; begin the next one with '- '")
            }
            for setting in try file.pairs(only.value, of: "'\(only.key)'") {
                settings[setting.key] = try file.line(setting, limit: 1000)
            }
            name = YAMLFile.Pair(key: pair.key, line: only.line, value: Node(only.key))
        }
        guard let kind = Sink.Kind(rawValue: try file.one(name, of: known)) else { throw file.unknown("", name, known) }
        if let address = kind.address, settings[address] == nil {
            throw file.error(name.line, "\(kind.rawValue) needs '\(address)': '- \(kind.rawValue): {\(address): …}'")
        }
        return Sink(kind, settings)
    }
}

import Records

extension RuleEngine {
    /// The alert of a firing.
    func alert(_ firing: Firing, _ key: String, _ event: RuleEvent?) -> Alert {
        let evidence = firing.evidence.suffix(Alert.mostEvidence)
        let intensity = evidence.map { abs($0.scale) / 10 }.max()
        let credibilities = evidence.compactMap(\.credibility)
        return Alert(
            id: id(key, firing.cause),
            rule: rule.name,
            kind: rule.kind.name,
            severity: rule.severity,
            key: key,
            title: title(firing, key, event),
            why: firing.why,
            at: firing.at,
            seq: event?.seq ?? ledger.seq,
            article: event?.article,
            evidence: evidence.map { .init(event: $0.id, seq: $0.seq) },
            count: firing.count,
            threshold: firing.threshold,
            suppressed: 0,
            // Silence has no intensity of its own: the last event before it says nothing of it.
            importance: thousandths(
                event == nil ? rule.severity.weight : (rule.severity.weight + (intensity ?? 0)) / 2
            ),
            credibility: credibilities.isEmpty
                ? nil : thousandths(credibilities.reduce(0, +) / Double(credibilities.count)),
            held: nil,
            alerts: []
        )
    }

    /// What waited, as one alert: it is as important as the most important of them.
    func digest(_ held: [RuleLedger.Held], at moment: Int) -> Alert {
        let credibilities = held.compactMap(\.credibility)
        let many = held.count == 1 ? "1 alert" : "\(held.count) alerts"
        let titles = held.prefix(20).map(\.title) + (held.count > 20 ? ["and \(held.count - 20) more"] : [])
        return Alert(
            id: id(RuleLedger.key, "digest@\(moment)"),
            rule: rule.name,
            kind: "digest",
            severity: rule.severity,
            key: "",
            title: "\(rule.name): \(many)",
            why: "\(many) waited until \(Timestamp.text(milliseconds: moment)): \(titles.joined(separator: " · "))",
            at: moment,
            seq: ledger.seq,
            article: nil,
            evidence: Array(held.flatMap(\.evidence).suffix(Alert.mostEvidence)),
            count: held.count,
            threshold: nil,
            suppressed: 0,
            importance: held.map(\.importance).max() ?? 0,
            credibility: credibilities.isEmpty
                ? nil : thousandths(credibilities.reduce(0, +) / Double(credibilities.count)),
            held: nil,
            alerts: held.map(\.id)
        )
    }

    private static let namespace = UUIDv5.name("tidings:alert", in: UUIDv5.recordNamespace)

    private func id(_ key: String, _ cause: String) -> String {
        // The unit separator stands in none of them.
        UUIDv5.name([rule.name, rule.definition, key, cause].joined(separator: "\u{1F}"), in: RuleEngine.namespace)
    }

    private func thousandths(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    private func title(_ firing: Firing, _ key: String, _ event: RuleEvent?) -> String {
        let text = rule.title.pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .rule: rule.name
            case .why: firing.why
            case .key: values(of: key).map(\.value).joined(separator: ", ")
            case .severity: rule.severity.rawValue
            case .count: firing.count.map { "\($0)" } ?? "1"
            case .origins: event.map { "\($0.origins)" } ?? "no"
            case .title: event?.title ?? "an article without title"
            case .field(let field): value(of: field, key, event)
            }
        }.joined()
        return String(text.prefix(500))
    }

    private func value(of field: RuleField, _ key: String, _ event: RuleEvent?) -> String {
        if let grouped = values(of: key).first(where: { $0.field == field }) { return grouped.value }
        let values = event.map(field.values) ?? []
        return values.isEmpty ? "unknown \(field.rawValue)" : values.joined(separator: "+")
    }

    /// The fields of a group's key with their values.
    private func values(of key: String) -> [(field: RuleField, value: String)] {
        var rest = key[...]
        var values: [(RuleField, String)] = []
        for (index, field) in rule.groupBy.enumerated() {
            rest = rest.dropFirst(field.rawValue.utf8.count + 1)
            let next = index + 1 < rule.groupBy.count ? " \(rule.groupBy[index + 1].rawValue)=" : nil
            let end = next.flatMap { rest.firstRange(of: $0)?.lowerBound } ?? rest.endIndex
            values.append((field, String(rest[..<end])))
            rest = rest[end...].dropFirst()
        }
        return values
    }

    /// A group as it stands in a sentence: ` RUS→USA`, ` UKR, aerial`, ` of incident 1f0c…`.
    func whose(_ key: String) -> String {
        guard !key.isEmpty else { return "" }
        return " "
            + values(of: key).map { field, value in
                [.incident, .article, .origin].contains(field) ? "of \(field.rawValue) \(value.prefix(8))…" : value
            }.joined(separator: ", ")
    }

    /// One event that matched, in words.
    func why(_ event: RuleEvent) -> String {
        func all(_ field: RuleField, _ otherwise: String) -> String {
            let values = field.values(in: event)
            return values.isEmpty ? otherwise : values.joined(separator: "+")
        }
        let act = ([all(.event, "event")] + RuleField.mode.values(in: event)).joined(separator: " ")
        let parties = "\(all(.actor, "?"))→\(all(.recipient, "?"))"
        let origins = event.origins == 1 ? "1 independent report" : "\(event.origins) independent reports"
        return "\(act) \(parties), \(all(.status, "?")), \(origins)"
    }
}

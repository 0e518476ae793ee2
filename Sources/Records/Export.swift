/// Events in the formats of other systems; what each of them cannot say is lost, and said so.
package enum ExportFormat: String, Sendable, CaseIterable {
    case plover, gdelt, icews, polecat

    /// What the format does not keep, for help texts.
    package var loses: String {
        switch self {
        case .plover:
            "keeps every field as an extension; acts that did not take place are left out, since PLOVER has no status"
        case .icews: "keeps no status, quote, evidence or quantity; one row a pair of actor and recipient"
        case .gdelt:
            "keeps no status, quote, evidence, quantity or name of a resolved person's office; one row a pair; tone and mentions empty"
        case .polecat:
            "keeps no status, quote, evidence or quantity; one row a pair; wikipedia and COW identifiers empty"
        }
    }

    /// The line of column names, where the format has one.
    package var header: String? {
        switch self {
        case .plover, .gdelt: nil
        case .icews: Self.icewsColumns.joined(separator: "\t")
        case .polecat: Self.polecatColumns.joined(separator: "\t")
        }
    }

    /// The lines of one event: none when the format has no place for it.
    ///
    /// An act that was asked for, threatened, denied or imagined is no event of these formats; an announced hostile act is their THREATEN,
    /// CAMEO 130.
    package func lines(_ event: Event) -> [String] {
        guard let event = Self.asserted(event) else { return [] }
        if self == .plover { return [(try? JSON.encode(event)).map { String(decoding: $0, as: UTF8.self) } ?? ""] }
        let recipients: [Actor?] = event.recipient.isEmpty ? [nil] : event.recipient.map { $0 }
        let actors: [Actor?] = event.actor.isEmpty ? [nil] : event.actor.map { $0 }
        return actors.flatMap { actor in
            recipients.map { recipient in
                columns(event, actor, recipient).map { $0.replacingTabs }.joined(separator: "\t")
            }
        }
    }

    private static func asserted(_ event: Event) -> Event? {
        switch event.status {
        case .happened, .alleged: return event
        case .proposed, .threatened, .denied, .negated, .hypothetical: return nil
        case .announced:
            guard event.quadCode == 4 else { return event }
            var threat = event
            (threat.event, threat.mode, threat.cameo) = (.threaten, [], "130")
            return threat
        }
    }

    private func columns(_ event: Event, _ actor: Actor?, _ recipient: Actor?) -> [String] {
        switch self {
        case .plover: []
        case .icews: icews(event, actor, recipient)
        case .gdelt: gdelt(event, actor, recipient)
        case .polecat: polecat(event, actor, recipient)
        }
    }

    // MARK: ICEWS, 20 columns

    private static let icewsColumns = [
        "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code",
        "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number", "Publisher",
        "City", "District", "Province", "Country", "Latitude", "Longitude",
    ]

    private func icews(_ event: Event, _ actor: Actor?, _ recipient: Actor?) -> [String] {
        [
            event.id, event.date?.description ?? "", actor?.name ?? actor?.text ?? "", actor?.sector?.rawValue ?? "",
            actor?.code ?? "", ([event.event.rawValue] + event.mode).joined(separator: " "), event.cameo ?? "",
            event.goldstein.map { "\($0)" } ?? "", recipient?.name ?? recipient?.text ?? "",
            recipient?.sector?.rawValue ?? "", recipient?.code ?? "", event.article.id,
            "\(event.evidence.sentence + 1)", event.article.source ?? "", event.location?.name ?? "", "", "",
            event.location?.country ?? "", "", "",
        ]
    }

    // MARK: GDELT 2.0, 61 columns

    private func gdelt(_ event: Event, _ actor: Actor?, _ recipient: Actor?) -> [String] {
        let day = event.date?.description.filter { $0 != "-" } ?? ""
        func party(_ actor: Actor?) -> [String] {
            [
                [actor?.code, actor?.sector?.rawValue].compactMap { $0 }.joined(), actor?.name ?? actor?.text ?? "",
                actor?.code ?? "", "", "", "", "", actor?.sector?.rawValue ?? "", "", "",
            ]
        }
        let nowhere = [String](repeating: "", count: 8)
        let place = ["", event.location?.name ?? "", event.location?.country ?? "", "", "", "", "", ""]
        let cameo = event.cameo ?? ""
        let fraction = event.date.map { "\($0.parts.year).\(($0.parts.month * 30 + $0.parts.day) * 10000 / 372)" } ?? ""
        return [event.id, day, String(day.prefix(6)), String(day.prefix(4)), fraction] + party(actor) + party(recipient)
            + [
                "1", cameo, String(cameo.prefix(3)), String(cameo.prefix(2)), "\(event.quadCode)",
                event.goldstein.map { "\($0)" } ?? "", "", "", "", "",
            ] + nowhere + nowhere + place + ["", event.article.url ?? ""]
    }

    // MARK: POLECAT, 40 columns

    private static let polecatColumns: [String] = {
        func party(_ name: String) -> [String] {
            [
                "\(name) Name", "\(name) Country", "\(name) COW", "Primary \(name) Sector", "\(name) Sectors",
                "\(name) Title", "\(name) Name Raw", "Wikipedia \(name) ID",
            ]
        }
        return ["Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Contexts"]
            + party("Actor")
            + party("Recipient")
            + [
                "Placename", "City", "District", "Province", "Country", "Latitude", "Longitude", "GeoNames ID",
                "Raw Placename", "Feature Type", "Source", "Publication Date", "Story People", "Story Organizations",
                "Story Locations", "Language", "Version",
            ]
    }()

    private func polecat(_ event: Event, _ actor: Actor?, _ recipient: Actor?) -> [String] {
        func party(_ actor: Actor?) -> [String] {
            [
                actor?.name ?? actor?.text ?? "", actor?.code ?? "", "", actor?.sector?.rawValue ?? "",
                actor?.sector?.rawValue ?? "", actor?.office ?? "", actor?.text ?? "", "",
            ]
        }
        return [
            event.id, event.date?.description ?? "", event.event.rawValue, event.mode.joined(separator: ";"),
            "\(event.eventScale)", "\(event.quadCode)", event.context.joined(separator: ";"),
        ] + party(actor) + party(recipient)
            + [
                event.location?.name ?? "", "", "", "", event.location?.country ?? "", "", "", "",
                event.location?.text ?? "", "", event.article.source ?? "", event.article.published ?? "", "", "", "",
                "en", event.coder,
            ]
    }
}

extension String {
    fileprivate var replacingTabs: String {
        String(map { $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" ? " " : $0 })
    }
}

import Records

/// What is different from the brief before.
struct BriefComparison {
    private let material: BriefMaterial
    private let before: [String: Brief.IncidentState]
    private let previous: Brief

    init(_ material: BriefMaterial, with previous: Brief) {
        self.material = material
        self.previous = previous
        before = Dictionary(previous.state.incidents.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// At most so many of a kind.
    private static let limit = 12

    /// Retractions first, then changes of what was told, then what is new.
    var sentences: [CitedSentence] {
        let inOrder = material.incidents.sorted { ($0.main.day, $0.main.seq) < ($1.main.day, $1.main.seq) }
        let parts = [
            previous.state.incidents.compactMap(gone),
            inOrder.flatMap(changed),
            inOrder.filter { before[$0.id] == nil }.map {
                CitedSentence("New: \($0.text(material.countries))", on: .incident($0.id), $0.citations)
            },
            stories,
        ]
        return parts.flatMap { $0.prefix(BriefComparison.limit) }
    }

    private func gone(_ incident: Brief.IncidentState) -> CitedSentence? {
        let events = incident.events.map(Citation.event)
        return switch material.fates[incident.id] {
        case .retracted: CitedSentence("Retracted: \(incident.text)", on: .incident(incident.id), events)
        case .merged(let other):
            CitedSentence(
                "Now told as part of another incident: \(incident.text)",
                on: .incident(incident.id),
                [.incident(other)] + events
            )
        case nil: nil
        }
    }

    private func changed(_ incident: BriefIncident) -> [CitedSentence] {
        guard let old = before[incident.id] else { return [] }
        var sentences: [String] = []
        let status = incident.main.event.status
        if status != old.status {
            sentences.append("Was \(old.status.rawValue), now \(status.rawValue): \(incident.text(material.countries))")
        }
        for (what, value) in incident.numbers.sorted(by: { $0.key < $1.key }) {
            guard let was = old.numbers[what], was != value else { continue }
            let unit = what.drop { $0 != " " }.dropFirst()
            sentences.append(
                "The number of \(unit) went from \(BriefComparison.number(was)) to \(BriefComparison.number(value)): \(incident.text(material.countries))"
            )
        }
        if sentences.isEmpty, incident.counts.origins > old.origins {
            sentences.append(
                "Independent origins went from \(old.origins) to \(incident.counts.origins): \(incident.text(material.countries))"
            )
        }
        return sentences.map { CitedSentence($0, on: .incident(incident.id), incident.citations) }
    }

    private var stories: [CitedSentence] {
        let old = Set(previous.state.stories.map(\.id))
        let now = Set(material.stories.map(\.id))
        let begun = material.stories.filter { !old.contains($0.id) }
            .map { CitedSentence("New story: \($0.headline)", on: .story($0.id)) }
        let ended = previous.state.stories.filter { !now.contains($0.id) }
            .map { CitedSentence("Nothing more in this period on: \($0.headline)", on: .story($0.id)) }
        return begun + ended
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

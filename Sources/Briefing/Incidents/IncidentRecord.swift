/// An incident as JSON: what the fold needs to go on, and beside it what readers want to know.
///
/// `id`, `first_seq`, `last_seq`, `first_at`, `last_at`, `reports`, `origins`, `kept` (reports in full), `status`, `history`, `claims`, `quantities`,
/// `best` (the event id of the most credible report), `credibility`, `importance`.
package struct IncidentRecord: Encodable {
    package let incident: Incident

    package init(_ incident: Incident) { self.incident = incident }

    private enum CodingKeys: String, CodingKey {
        case status, history, claims, quantities, best, credibility, importance, origins, day, countries
    }

    package func encode(to encoder: any Encoder) throws {
        try incident.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        let history = incident.history
        try container.encode(history.last?.status, forKey: .status)
        try container.encode(history, forKey: .history)
        try container.encode(incident.claims, forKey: .claims)
        try container.encode(incident.quantities, forKey: .quantities)
        try container.encode(incident.best?.event, forKey: .best)
        try container.encode(incident.credibility, forKey: .credibility)
        try container.encode(incident.importance, forKey: .importance)
        try container.encode(incident.origins, forKey: .origins)
        try container.encode(incident.day, forKey: .day)
        try container.encode(incident.countries, forKey: .countries)
    }
}

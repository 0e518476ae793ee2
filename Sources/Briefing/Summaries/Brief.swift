package import Records

/// A summary with what happened and what changed; every sentence says what it rests on.
package struct Brief: Codable, Sendable, Equatable {
    package var id: String
    /// A ``BriefScope`` as text.
    package var scope: String
    package var title: String
    /// Days, both included; null where the scope is a story or an article and no period was asked for.
    package var since: CivilDate?
    package var until: CivilDate?
    /// The place in the log up to which it was made.
    package var seq: Int
    package var counts: Counts
    /// Sentences of the articles.
    package var summary: [CitedSentence]
    /// Sentences made of incidents, the oldest first.
    package var events: [CitedSentence]
    /// What is different from the brief before of the same scope; null when there is none.
    package var changes: Changes?
    /// The articles that are cited.
    package var sources: [Source]
    /// What the next brief is compared with.
    package var state: State

    package struct Counts: Codable, Sendable, Equatable {
        package var articles: Int
        package var incidents: Int
        package var reports: Int
        package var origins: Int

        package init(articles: Int, incidents: Int, reports: Int, origins: Int) {
            self.articles = articles
            self.incidents = incidents
            self.reports = reports
            self.origins = origins
        }
    }

    package struct Changes: Codable, Sendable, Equatable {
        /// The brief before.
        package var since: String
        package var sinceSeq: Int
        /// Empty when nothing changed.
        package var sentences: [CitedSentence]

        private enum CodingKeys: String, CodingKey {
            case since, sentences
            case sinceSeq = "since_seq"
        }
    }

    /// An article that the brief cites.
    package struct Source: Codable, Sendable, Equatable {
        package var id: String
        package var title: String?
        package var source: String?
        package var url: String?
        package var published: String?

        package init(id: String, title: String?, source: String?, url: String?, published: String?) {
            self.id = id
            self.title = title
            self.source = source
            self.url = url
            self.published = published
        }
    }

    package struct State: Codable, Sendable, Equatable {
        package var incidents: [IncidentState]
        package var stories: [StoryState]
    }

    package struct IncidentState: Codable, Sendable, Equatable {
        package var id: String
        package var status: EventStatus
        package var origins: Int
        package var numbers: [String: Double]
        /// As it was told.
        package var text: String
        package var events: [String]
    }

    package struct StoryState: Codable, Sendable, Equatable {
        package var id: String
        package var headline: String

        package init(id: String, headline: String) {
            self.id = id
            self.headline = headline
        }
    }

    /// All sentences, in the order of the brief.
    package var sentences: [CitedSentence] { summary + events + (changes?.sentences ?? []) }
}

/// What a brief is made of.
package struct BriefMaterial: Sendable {
    package var scope: BriefScope
    package var since: CivilDate?
    package var until: CivilDate?
    package var seq: Int
    package var title: String
    /// The oldest first.
    package var texts: [SourceText]
    package var sources: [Brief.Source]
    package var incidents: [BriefIncident]
    /// Of all that is in reach, when `incidents` are some of many; nil counts those.
    package var counts: Brief.Counts?
    package var stories: [Brief.StoryState]
    package var previous: Brief?
    /// What became of incidents of `previous` that are not in `incidents`; those out of the period are left out.
    package var fates: [String: Fate]
    /// Names of countries by their code.
    package var countries: [String: String]

    /// What became of an incident.
    package enum Fate: Sendable, Equatable {
        /// None of its reports holds any more.
        case retracted
        case merged(into: String)
    }

    package init(scope: BriefScope, seq: Int, title: String, countries: [String: String]) {
        self.scope = scope
        self.seq = seq
        self.title = title
        self.countries = countries
        (texts, sources, incidents, stories, fates) = ([], [], [], [], [:])
    }
}

extension Brief {
    /// How many incidents are told, at most; the most important are.
    package static let incidentLimit = 12

    /// Makes a brief; the same material gives the same brief.
    ///
    /// - Complexity: O(*s* · *c*) in the sentences, at most 600, and those chosen.
    package static func make(_ material: BriefMaterial, length: Extractor.Length) -> Brief {
        let summary = extracts(of: material, length: length)
        let told = material.incidents.sorted { ($0.weight, $0.id) > ($1.weight, $1.id) }.prefix(incidentLimit)
            .sorted { ($0.main.day, $0.main.seq) < ($1.main.day, $1.main.seq) }
        let name =
            "brief|\(material.scope)|\(material.since.map(String.init(describing:)) ?? "")"
            + "|\(material.until.map(String.init(describing:)) ?? "")|\(material.seq)|\(length)"
        let cited = Set(summary.flatMap(\.citations).map(\.id))
        return Brief(
            id: UUIDv5.name(name, in: UUIDv5.recordNamespace),
            scope: "\(material.scope)",
            title: material.title,
            since: material.since,
            until: material.until,
            seq: material.seq,
            counts: counts(of: material),
            summary: summary,
            events: told.map { $0.sentence(countries: material.countries) },
            changes: material.previous.map {
                Changes(since: $0.id, sinceSeq: $0.seq, sentences: BriefComparison(material, with: $0).sentences)
            },
            sources: material.sources.filter { cited.contains($0.id) },
            state: State(
                incidents: material.incidents.map { incident in
                    IncidentState(
                        id: incident.id,
                        status: incident.main.event.status,
                        origins: incident.counts.origins,
                        numbers: incident.numbers,
                        text: incident.text(material.countries),
                        events: incident.reports.prefix(8).map(\.event.id)
                    )
                },
                stories: material.stories
            )
        )
    }

    private static func counts(of material: BriefMaterial) -> Counts {
        if let counts = material.counts { return counts }
        let reports = material.incidents.flatMap(\.reports)
        return Counts(
            articles: material.texts.count,
            incidents: material.incidents.count,
            reports: reports.count,
            origins: Set(reports.map(\.origin)).count
        )
    }

    private static func extracts(of material: BriefMaterial, length: Extractor.Length) -> [CitedSentence] {
        let events = material.incidents.flatMap(\.reports).map(\.event)
        let evidence = material.texts.map { text in
            Set(events.filter { $0.article.id == text.id }.compactMap(\.evidence.start))
        }
        // What the reader was told before adds nothing, unless it is all there is.
        let known = material.scope.needsPeriod ? (material.previous?.summary ?? []).map(\.text) : []
        return Extractor().choose(
            from: material.texts,
            length: length,
            evidence: evidence,
            known: known.map { SourceText(id: "", title: nil, text: $0) }
        ).map { CitedSentence(of: material.texts[$0.text], $0.spans) }
    }
}

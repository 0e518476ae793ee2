/// The fold from reports to incidents: a cache of those that a batch of reports may touch.
///
/// A report joins the incident that it fits best, or founds one; incidents that a report shows to be one are merged, and the one with the
/// earlier first report survives. What a report is compared with follows from the log alone: the newest `candidates` incidents under each of
/// its keys.
package struct IncidentBook {
    /// An incident's place under a key.
    package struct Entry: Sendable, Hashable, Comparable {
        package var firstSeq: Int
        package var incident: String

        package init(firstSeq: Int, incident: String) {
            self.firstSeq = firstSeq
            self.incident = incident
        }

        package static func < (one: Entry, other: Entry) -> Bool {
            (one.firstSeq, one.incident) < (other.firstSeq, other.incident)
        }
    }

    /// Where a report went.
    package struct Membership: Sendable, Equatable {
        package var incident: String
        /// Independent reports of the incident once this one is in it.
        package var origins: Int
        /// `Incident.credibility` then.
        package var credibility: Double
    }

    /// What came of the reports since `settle`.
    package struct Changes: Sendable {
        /// As they are now; of those that are part of another one now, as they were last.
        package var incidents: [Incident] = []
        package var keys: [(key: String, entry: Entry)] = []
        /// The incidents that are no more, with those that they are part of now.
        package var merged: [(loser: String, survivor: String)] = []
    }

    /// How many incidents a report is compared with under one key.
    package static let candidates = 48

    package private(set) var incidents: [String: Incident] = [:]
    /// By key, ascending; merged incidents keep their places, so that what is found does not depend on where batches end.
    private var index: [String: [Entry]] = [:]
    private var survivors: [String: String] = [:]
    private var changed: Set<String> = []
    private var added: [(key: String, entry: Entry)] = []
    /// Incidents that others took over, as they were last.
    private var lost: [Incident] = []

    package init() {}

    // MARK: The cache

    /// The keys among `keys` that have not been loaded.
    package func missing(_ keys: Set<String>) -> [String] { keys.filter { index[$0] == nil }.sorted() }

    /// Puts in what is stored under keys: for each the newest `candidates`, with the incident that each is part of now.
    package mutating func load(keys: [String], _ stored: [(key: String, entry: Entry, survivor: String)]) {
        for key in keys { index[key] = [] }
        for row in stored {
            index[row.key]?.append(row.entry)
            if row.survivor != row.entry.incident { survivors[row.entry.incident] = row.survivor }
        }
        for key in keys { index[key]?.sort() }
    }

    /// The incidents that reports with these keys may be of and that are not in the book.
    package func absent(_ keys: some Sequence<String>) -> Set<String> {
        var ids: Set<String> = []
        for key in keys {
            for entry in (index[key] ?? []).suffix(IncidentBook.candidates) {
                let id = survivor(of: entry.incident)
                if incidents[id] == nil { ids.insert(id) }
            }
        }
        return ids
    }

    package mutating func load(_ stored: [Incident]) {
        for incident in stored where incidents[incident.id] == nil { incidents[incident.id] = incident }
    }

    /// The incident that another one is part of now.
    package func survivor(of id: String) -> String {
        var id = id
        while let next = survivors[id] { id = next }
        return id
    }

    /// Gives back what has changed, in one order, and counts it as stored.
    package mutating func settle() -> Changes {
        let changes = Changes(
            incidents: lost + changed.sorted().compactMap { incidents[$0] },
            keys: added,
            // Losers of losers point at who is left.
            merged: lost.map { ($0.id, survivor(of: $0.id)) }
        )
        (changed, added, lost) = ([], [], [])
        return changes
    }

    /// How many incidents and keys are held.
    package var size: Int { incidents.count + index.count }

    // MARK: The fold

    /// Puts a report into the incident that it belongs to.
    ///
    /// - Complexity: linear in the candidates.
    package mutating func add(_ report: IncidentReport) -> Membership {
        let keys = report.act.keys
        let fits = candidates(keys).compactMap { id -> (id: String, fit: Double, firstSeq: Int)? in
            guard let incident = incidents[id] else { return nil }
            let fit = incident.fit(report.act)
            return fit > 0 ? (id, fit, incident.firstSeq) : nil
        }
        let ordered = fits.sorted { ($1.fit, $0.firstSeq, $0.id) < ($0.fit, $1.firstSeq, $1.id) }
        guard let best = ordered.first else { return found(report, keys) }
        incidents[best.id]?.add(report)
        note(best.id, keys)
        var id = best.id
        for other in ordered.dropFirst() { id = merge(id, other.id) }
        return membership(id)
    }

    /// Puts a report in the place of another one.
    ///
    /// It stays in the incident when it fits, or when the incident has no other; else it goes where it belongs.
    package mutating func replace(event: String, origin: String, of id: String, by report: IncidentReport) -> Membership
    {
        remove(event: event, origin: origin, from: id, seq: report.seq, at: report.at)
        let id = survivor(of: id)
        guard let incident = incidents[id], incident.reports == 0 || incident.fit(report.act) > 0 else {
            return add(report)
        }
        incidents[id]?.add(report)
        note(id, report.act.keys)
        return membership(id)
    }

    /// Takes a report away.
    package mutating func remove(event: String, origin: String, from id: String, seq: Int, at: Int) {
        let id = survivor(of: id)
        guard incidents[id] != nil else { return }
        incidents[id]?.remove(event: event, origin: origin, seq: seq, at: at)
        changed.insert(id)
    }

    private func membership(_ id: String) -> Membership {
        Membership(incident: id, origins: incidents[id]?.origins ?? 1, credibility: incidents[id]?.credibility ?? 0)
    }

    private func candidates(_ keys: [String]) -> [String] {
        var seen: Set<String> = []
        return keys.flatMap { (index[$0] ?? []).suffix(IncidentBook.candidates) }
            .map { survivor(of: $0.incident) }.filter { seen.insert($0).inserted }
    }

    private mutating func found(_ report: IncidentReport, _ keys: [String]) -> Membership {
        let incident = Incident(founding: report)
        // An event that was retracted and comes again finds its incident there: it is the same one.
        if incidents[incident.id] != nil {
            incidents[incident.id]?.add(report)
        } else {
            incidents[incident.id] = incident
        }
        note(incident.id, keys)
        return membership(incident.id)
    }

    /// Makes one incident of two, when they are one; the one with the earlier first report survives.
    ///
    /// - Returns: the one that `id` is part of now.
    private mutating func merge(_ id: String, _ other: String) -> String {
        guard let one = incidents[id], let two = incidents[other], one.fit(two) > 0 else { return id }
        let isFirst = (one.firstSeq, one.id) < (two.firstSeq, two.id)
        let (survivor, loser) = isFirst ? (one, two) : (two, one)
        incidents[survivor.id]?.absorb(loser)
        incidents[loser.id] = nil
        survivors[loser.id] = survivor.id
        lost.append(loser)
        changed.remove(loser.id)
        changed.insert(survivor.id)
        return survivor.id
    }

    private mutating func note(_ id: String, _ keys: [String]) {
        changed.insert(id)
        guard let incident = incidents[id] else { return }
        let entry = Entry(firstSeq: incident.firstSeq, incident: id)
        for key in keys {
            var entries = index[key] ?? []
            guard !entries.contains(entry) else { continue }
            entries.insert(entry, at: entries.firstIndex { $0 > entry } ?? entries.endIndex)
            if entries.count > 2 * IncidentBook.candidates {
                entries.removeFirst(entries.count - IncidentBook.candidates)
            }
            index[key] = entries
            added.append((key, entry))
        }
    }
}

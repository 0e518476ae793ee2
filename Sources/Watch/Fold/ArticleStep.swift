import Postgres
import Records
import Storage

/// Keeps the tables of articles and quotes that searches read.
final class ArticleStep: FoldStep {
    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        let closings = batch.closings
        // An article that is coded again takes its own place.
        try ArticleEntryStore.remove(
            batch.superseded.keys.sorted() + closings.map(\.closing.article.id),
            on: connection
        )
        try ArticleEntryStore.insert(closings, on: connection)
        var fresh: [String: (seq: Int, at: Int, quote: Quote)] = [:]
        var gone: [String] = []
        for record in batch.records {
            switch record.kind {
            case .quote(let quote): fresh[quote.id] = (record.seq, record.at, quote)
            case .quoteRetracted(let id): if fresh.removeValue(forKey: id) == nil { gone.append(id) }
            case .event, .corrected, .retracted, .article, .other: break
            }
        }
        try QuoteEntryStore.remove(gone, on: connection)
        try QuoteEntryStore.insert(fresh.values.sorted { $0.seq < $1.seq }, on: connection)
    }

    func forget() {}
}

/// Keeps who and what is named, and in which articles; an entity is counted once an article.
///
/// An entity that only articles named that no longer hold stays, in no article: what was learned of it is true of it.
final class EntityStep: FoldStep {
    func apply(_ batch: FoldBatch, on connection: Connection) throws(PostgresError) {
        var sightings: [String: EntityStore.Sighting] = [:]
        for record in batch.records {
            guard case .article(let closing) = record.kind else { continue }
            for entity in closing.entities { EntityStep.note(entity, record.seq, in: &sightings) }
        }
        try EntityStore.upsert(Array(sightings.values), on: connection)
        let closings = batch.closings
        var appearances: [EntityStore.Appearance] = []
        for entry in closings {
            let mentions = Dictionary(entry.closing.entities.map { ($0.id, $0.mentions.count) }, uniquingKeysWith: +)
            for (entity, count) in mentions.sorted(by: { $0.key < $1.key }) {
                let article = entry.closing.article.id
                appearances.append(.init(entity: entity, seq: entry.seq, article: article, mentions: count))
            }
        }
        try EntityStore.appear(
            appearances,
            leaving: batch.superseded.keys.sorted() + closings.map(\.closing.article.id),
            on: connection
        )
    }

    func forget() {}

    private static func note(_ entity: Entity, _ seq: Int, in sightings: inout [String: EntityStore.Sighting]) {
        var sighting =
            sightings[entity.id]
            ?? .init(
                entity: Entity(name: entity.name, type: entity.type, code: nil, sector: nil),
                firstSeq: seq,
                lastSeq: seq
            )
        sighting.entity.id = entity.id
        sighting.entity.code = entity.code ?? sighting.entity.code
        sighting.entity.sector = entity.sector ?? sighting.entity.sector
        sighting.entity.office = entity.office ?? sighting.entity.office
        sighting.entity.wikidata = entity.wikidata ?? sighting.entity.wikidata
        for alias in entity.aliases where !sighting.entity.aliases.contains(alias) {
            sighting.entity.aliases.append(alias)
        }
        sighting.lastSeq = seq
        sightings[entity.id] = sighting
    }
}

import Briefing
import Records
import Storage
import Wire

/// The records of one transaction of the fold, in the order of the log, and what earlier steps leave for later ones.
///
/// A batch ends where it ends: what a step makes of the log must not depend on that.
final class FoldBatch {
    /// One record of the log.
    struct Record {
        var seq: Int
        /// When it came into the log: milliseconds since 1970-01-01 UTC.
        var at: Int
        var kind: Kind

        enum Kind {
            case event(LoggedEvent)
            /// The event that takes the place of `corrects`.
            case corrected(LoggedEvent, corrects: String)
            /// The event of this id no longer holds.
            case retracted(String)
            case quote(Quote)
            case quoteRetracted(String)
            case article(ArticleRecord)
            /// Alerts, and types that this version does not know.
            case other
        }
    }

    /// Where an event's report belongs: what the incident step leaves.
    struct Membership: Equatable {
        var incident: String
        /// Independent reports of the incident once this one is in it.
        var origins: Int
        /// How well the incident was attested then.
        var credibility: Double
        /// The incident it came to, even if that is part of another one at the batch's end: it does not depend on where the batch ends.
        var joined: String
    }

    let records: [Record]
    /// Articles whose place another one of this batch takes, with that one's id; filled before the first step.
    let superseded: [String: String]
    /// By event id; left by the incident step for every event and correction of the batch.
    var memberships: [String: Membership] = [:]
    /// Story by article id.
    var stories: [String: String] = [:]
    /// The reports that are new, and what the counts lose with those that went: left by the report step.
    var came: [Report] = []
    var left: [DyadStore.Counted] = []

    init(_ records: [Record], superseded: [String: String] = [:]) {
        self.records = records
        self.superseded = superseded
    }

    /// The articles whose records are in the batch and that hold at its end, in order; of one that is coded twice, the last record.
    var closings: [ArticleEntryStore.Entry] {
        var entries: [String: ArticleEntryStore.Entry] = [:]
        for record in records {
            guard case .article(let closing) = record.kind, superseded[closing.article.id] == nil else { continue }
            entries[closing.article.id] = .init(seq: record.seq, at: record.at, closing: closing)
        }
        return entries.values.sorted { $0.seq < $1.seq }
    }

    /// The articles among the records that may take another one's place: those that are versions of an item.
    static func successors(_ records: some Sequence<Record>) -> [String] {
        records.compactMap { record in
            if case .article(let closing) = record.kind, closing.article.item != nil { closing.article.id } else { nil }
        }
    }
}

extension FoldBatch.Record {
    /// Reads a record as it comes from the feed.
    ///
    /// - Throws: `DecodingError` when it is not what its type says.
    init(_ delivery: FeedMessage.Delivery) throws {
        let envelope = try JSON.decode(Envelope.self, from: delivery.envelope)
        guard let at = Timestamp.milliseconds(envelope.time) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "time is '\(envelope.time)'"))
        }
        seq = delivery.seq
        self.at = at
        func logged(_ event: Event) -> LoggedEvent { LoggedEvent(seq: delivery.seq, at: at, event: event) }
        kind =
            switch envelope.content {
            case .event(let event): .event(logged(event))
            case .corrected(let event, let id): .corrected(logged(event), corrects: id)
            case .retracted(let id): .retracted(id)
            case .quote(let quote): .quote(quote)
            case .quoteRetracted(let id): .quoteRetracted(id)
            case .article(let article): .article(article)
            case .other: .other
            }
    }

    /// What the fold reads of the CloudEvents envelope.
    private struct Envelope: Decodable {
        enum Content {
            case event(Event)
            case corrected(Event, corrects: String)
            case retracted(String)
            case quote(Quote)
            case quoteRetracted(String)
            case article(ArticleRecord)
            case other
        }
        struct Corrected: Decodable { var corrects: String }
        struct Retracted: Decodable { var retracts: String }

        var time: String
        var content: Content

        private enum CodingKeys: String, CodingKey { case type, time, data }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func data<Value: Decodable>(_ type: Value.Type) throws -> Value {
                try container.decode(type, forKey: .data)
            }
            time = try container.decode(String.self, forKey: .time)
            content =
                switch try container.decode(String.self, forKey: .type) {
                case "tidings.event.v1": .event(try data(Event.self))
                case "tidings.event.corrected.v1":
                    .corrected(try data(Event.self), corrects: try data(Corrected.self).corrects)
                case "tidings.event.retracted.v1": .retracted(try data(Retracted.self).retracts)
                case "tidings.quote.v1": .quote(try data(Quote.self))
                case "tidings.quote.retracted.v1": .quoteRetracted(try data(Retracted.self).retracts)
                case "tidings.article.v1": .article(try data(ArticleRecord.self))
                default: .other
                }
        }
    }
}

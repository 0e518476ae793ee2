package import Records
import Wire

extension RuleEvent {
    /// An event of the log, before it is known which incident it belongs to and where its place is.
    ///
    /// - Parameter type: `event`, or `event.corrected` for one that takes another's place.
    package init(_ logged: LoggedEvent, type: String = "event") {
        let event = logged.event
        self.init(
            id: event.id,
            seq: logged.seq,
            at: logged.at,
            article: event.article.id,
            keys: Array(RecordKeys.event(event, type: type).utf8)
        )
        origin = logged.origin
        published = event.article.published.flatMap { Timestamp.milliseconds($0) }
        scale = event.eventScale
        names = event.names
        title = event.article.title
        sentence = event.evidence.text
    }
}

extension Event {
    /// The resolved names of actors, recipients and claimants, each once.
    package var names: [String] {
        var seen: Set<String> = []
        return (actor + recipient + claimedBy).compactMap(\.name).filter { seen.insert($0).inserted }
    }
}

package import Wire

/// Places in the log that the hub keeps for subscribers.
extension FeedServer {
    /// Stores the places acknowledged since the last time; to be called often, it keeps its own pace.
    package mutating func flush(now: Int) -> [Action] { cursors.due(now).map { [.store($0)] } ?? [] }

    /// The answer to `load`.
    package mutating func loaded(_ result: Loaded, for peer: Peer, now: Int) -> [Action] {
        guard let waiting = pending.removeValue(forKey: peer) else { return [] }
        let place: FeedCursor.Place
        switch result {
        case .tooMany:
            return [refuse(peer, "cursor", "there are too many cursors; 'tidings cursor remove' removes one")]
        case .absent:
            let after = start(of: waiting.request)
            // It may be in the log by now.
            return [outside(after, peer) ?? refuse(peer, "busy", "the log has moved; try again")]
        case .place(let found): place = found
        }
        guard place.epoch == epoch else {
            return [
                refuse(
                    peer,
                    "epoch-changed",
                    "cursor \(place.cursor.name) stands in log \(place.epoch), and the log is \(epoch) now: it was restored; "
                        + "'tidings cursor remove \(place.cursor.name) --owner \(place.cursor.owner)' lets it start over"
                )
            ]
        }
        if let refusal = outside(place.seq, peer) { return [refusal] }
        let evicted = evict(waiting.cursor, for: peer)
        cursors.hold(waiting.cursor, peer)
        return evicted + open(waiting.request, waiting.filter, waiting.cursor, after: place.seq, peer, now)
    }

    /// The answer to `store`: committed.
    ///
    /// - Parameter missing: cursors that are no longer there, or belong to another log by now.
    package mutating func stored(_ places: [FeedCursor.Place], missing: Set<FeedCursor>) -> [Action] {
        var actions: [Action] = []
        for place in places {
            guard let peer = cursors.stored(place) else { continue }
            if missing.contains(place.cursor) {
                sessions[peer] = nil
                actions.append(refuse(peer, "cursor", "cursor \(place.cursor.name) was removed"))
            } else {
                actions.append(.send(.acked(place.seq), to: peer))
            }
        }
        return actions
    }

    /// The answer to `store`: the database refused; it is tried again.
    package mutating func notStored(_ places: [FeedCursor.Place]) { cursors.notStored(places) }

    mutating func acknowledge(_ seq: Int, _ peer: Peer, _ now: Int) -> [Action] {
        guard let session = sessions[peer] else { return pending[peer] == nil ? [.send(.bye, to: peer)] : [] }
        sessions[peer]?.lastHeard = now
        guard let cursor = session.cursor else {
            return end(peer) + [refuse(peer, "ack", "ACK needs a cursor, and this subscription has none")]
        }
        guard seq <= session.scanned else {
            return end(peer)
                + [refuse(peer, "ack", "ACK \(seq) is beyond \(session.scanned), the end of what was sent")]
        }
        guard seq > session.acked else { return [] }
        sessions[peer]?.acked = seq
        cursors.note(.init(cursor: cursor, client: session.client, epoch: epoch, seq: seq))
        return flush(now: now)
    }

    /// A session is over; what it has acknowledged is stored at once.
    mutating func end(_ peer: Peer) -> [Action] {
        pending[peer] = nil
        guard let cursor = sessions.removeValue(forKey: peer)?.cursor else { return [] }
        return cursors.urgent(cursor).map { [.store([$0])] } ?? []
    }

    /// Ends the session that another one with the same cursor takes the place of.
    mutating func evict(_ cursor: FeedCursor, for peer: Peer) -> [Action] {
        var actions: [Action] = []
        for (other, session) in sessions where session.cursor == cursor {
            actions += end(other)
            guard other != peer else { continue }
            actions.append(refuse(other, "taken", "another client reads with cursor \(cursor.name) now"))
        }
        return actions
    }
}

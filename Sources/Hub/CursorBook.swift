import Wire

/// Which acknowledged places are not stored yet, and who waits for the answer.
///
/// Part of ``FeedServer``: a state machine without I/O; times are milliseconds. Bounded by the sessions: an acknowledgement needs one, and a
/// session with a cursor needs an answer of the database.
struct CursorBook {
    private let storeEvery: Int
    private var nextStore = 0
    /// Acknowledged, and not on its way to the database.
    private var waiting: [FeedCursor: FeedCursor.Place] = [:]
    /// Stores without an answer.
    private var underWay: [FeedCursor: Int] = [:]
    /// Who reads with each cursor, or did so last.
    private var holders: [FeedCursor: FeedServer.Peer] = [:]

    init(storeEvery: Int) { self.storeEvery = storeEvery }

    /// From now on answers about `cursor` go to `peer`.
    mutating func hold(_ cursor: FeedCursor, _ peer: FeedServer.Peer) { holders[cursor] = peer }

    /// A subscriber acknowledged a place.
    mutating func note(_ place: FeedCursor.Place) { waiting[place.cursor] = place }

    /// What is to be stored now: everything, when the last commit has been answered and lies some time back.
    mutating func due(_ now: Int) -> [FeedCursor.Place]? {
        guard !waiting.isEmpty, underWay.isEmpty, now >= nextStore else { return nil }
        nextStore = now + storeEvery
        let places = waiting.values.sorted { ($0.cursor.owner, $0.cursor.name) < ($1.cursor.owner, $1.cursor.name) }
        waiting = [:]
        for place in places { underWay[place.cursor, default: 0] += 1 }
        return places
    }

    /// One cursor's place that is to be stored now, because its session ends or another one is about to read it.
    mutating func urgent(_ cursor: FeedCursor) -> FeedCursor.Place? {
        guard let place = waiting.removeValue(forKey: cursor) else { return nil }
        underWay[cursor, default: 0] += 1
        return place
    }

    /// A place is in the database.
    ///
    /// - Returns: who waits for it.
    mutating func stored(_ place: FeedCursor.Place) -> FeedServer.Peer? {
        answered(place.cursor)
        return holders[place.cursor]
    }

    /// Places that the database refused wait again, unless a later one does.
    mutating func notStored(_ places: [FeedCursor.Place]) {
        for place in places {
            answered(place.cursor)
            if waiting[place.cursor].map({ $0.seq < place.seq }) ?? true { waiting[place.cursor] = place }
        }
    }

    /// The log is another one: places in the old one mean nothing.
    mutating func forget() {
        waiting = [:]
        holders = [:]
    }

    private mutating func answered(_ cursor: FeedCursor) {
        guard let count = underWay[cursor] else { return }
        underWay[cursor] = count > 1 ? count - 1 : nil
    }
}

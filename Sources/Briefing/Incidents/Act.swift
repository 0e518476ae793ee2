package import Records

/// What of a reported event tells which act it is: all that reports are compared by.
///
/// The status is no part of it: an act that is proposed, announced, done and denied is one act.
package struct Act: Codable, Sendable, Equatable {
    package var event: EventType
    package var mode: [String]
    package var actor: [Side]
    package var recipient: [Side]
    /// The day of the act, or of its publication when the report does not date it.
    package var day: CivilDate
    package var isDated: Bool
    /// The days on which the act may be, as the report's date and status allow.
    package var earliest: CivilDate
    package var latest: CivilDate
    package var quantity: [Quantity]
    package var place: String?
    package var country: String?
    /// Stems of the words of the evidence sentence that carry meaning, sorted, each once.
    package var words: [String]
    /// Stems of the words of the act.
    package var trigger: [String]

    /// A party of the act.
    package struct Side: Codable, Sendable, Equatable {
        package var code: String?
        package var sector: Sector?
        package var name: String?
        /// Stems of the name when it tells more than a country and its leaders do: "Navalny", and not "Moscow" or "Putin".
        package var own: [String]

        init(_ actor: Actor) {
            (code, sector, name) = (actor.code, actor.sector, actor.name)
            let isOwn =
                actor.office == nil
                && (actor.code == nil || ![.gov, nil].contains(actor.sector) || actor.name.map { $0.contains(" ") } ?? false)
            own = isOwn ? actor.name.map { Words.stems($0) } ?? [] : []
        }
    }

    package init(_ logged: LoggedEvent) {
        let event = logged.event
        self.event = event.event
        mode = event.mode
        actor = event.actor.prefix(8).map(Side.init)
        recipient = event.recipient.prefix(8).map(Side.init)
        quantity = Array(event.quantity.prefix(8))
        (place, country) = (event.location?.name, event.location?.country)
        day = logged.day
        isDated = event.date != nil
        let published = event.article.published.flatMap { CivilDate(iso: $0) } ?? logged.day
        (earliest, latest) = Act.window(event, day: logged.day, published: published)
        words = Words.stems(event.evidence.text)
        trigger = Act.trigger(event.evidence)
    }

    /// The days on which an act may be.
    ///
    /// What is said to come may come in two weeks, and "on Friday" of an announcement may be the Friday it was made on; a denial may follow
    /// two weeks after the act, and its date be its own. What happened and is not dated happened in the three days before it was published.
    private static func window(_ event: Event, day: CivilDate, published: CivilDate) -> (CivilDate, CivilDate) {
        switch event.status {
        case .happened, .alleged:
            event.date == nil ? (day.adding(days: -3), day) : (day, day)
        case .announced, .proposed, .threatened, .hypothetical:
            event.date != nil && day > published ? (day, day) : (min(day, published), max(day, published).adding(days: 14))
        case .denied, .negated:
            (day.adding(days: -14), max(day, published))
        }
    }

    private static func trigger(_ evidence: Evidence) -> [String] {
        let bytes = Array(evidence.text.utf8)
        let start = evidence.start ?? 0
        return evidence.event.flatMap { span -> [String] in
            let range = max(0, span.start - start)..<max(0, span.end - start)
            guard range.upperBound <= bytes.count, !range.isEmpty else { return [] }
            return Words.stems(String(decoding: bytes[range], as: UTF8.self))
        }
    }

    /// Types that may tell one act: to meet tomorrow is AGREE, to meet is CONSULT; expelled diplomats are a SANCTION, expelled people COERCE.
    enum Kind: String {
        case cooperation = "c", retreat = "r", sanction = "s", request = "q", accuse = "a", reject = "j", threaten = "t"
        case protest = "p", mobilize = "m", assault = "x"
    }

    var kind: Kind {
        switch event {
        case .agree, .consult, .support, .cooperate, .aid: .cooperation
        case .concede, .retreat: .retreat
        case .sanction, .coerce: .sanction
        case .request: .request
        case .accuse: .accuse
        case .reject: .reject
        case .threaten: .threaten
        case .protest: .protest
        case .mobilize: .mobilize
        case .assault: .assault
        }
    }

    /// Whether actor and recipient do the same: they meet, they sign.
    var isMutual: Bool { [.agree, .consult, .support, .cooperate].contains(event) }
}

/// Words as reports are compared by them.
enum Words {
    /// How many words of a sentence are looked at.
    private static let limit = 48
    /// Bytes of a stem: "expel", "expelled" and "expelling" are the same.
    private static let stem = 5

    /// The stems of the words that carry meaning, sorted, each once.
    ///
    /// - Complexity: linear in the text.
    static func stems(_ text: String) -> [String] {
        var found: Set<String> = []
        var word: [UInt8] = []
        func end() {
            defer { word.removeAll(keepingCapacity: true) }
            guard word.count >= 3, found.count < limit else { return }
            let text = String(decoding: word, as: UTF8.self)
            guard !common.contains(text), word.contains(where: { $0 > 0x39 }) else { return }
            found.insert(String(text.unicodeScalars.prefix(stem)))
        }
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5A: word.append(byte | 0x20)
            case 0x61...0x7A, 0x30...0x39, 0x80...: word.append(byte)
            default: end()
            }
        }
        end()
        return found.sorted()
    }

    /// How many stems two sorted lists share, without those of `ignored`.
    static func shared(_ one: [String], _ other: [String], ignoring ignored: [String] = []) -> Int {
        var (left, right, count) = (one.startIndex, other.startIndex, 0)
        while left < one.endIndex, right < other.endIndex {
            if one[left] == other[right] {
                if !ignored.contains(one[left]) { count += 1 }
                left += 1
                right += 1
            } else if one[left] < other[right] {
                left += 1
            } else {
                right += 1
            }
        }
        return count
    }

    private static let common: Set<String> = Set(
        """
        the and for with from that this these those was were will would could should has have had been being are its his her
        their they them him she who whom whose which what when where why how not but nor yet than then there here after before over
        under about into onto upon off out against between among during since until while because said says say told saying
        according also more most some any all both each few many much other others such only own same very just now new
        monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
        october november december jan feb mar apr jun jul aug sep sept oct nov dec today yesterday tomorrow week month year
        day days weeks months years late early morning evening ago last next first one two three
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
}

import Knowledge
import Linguistics
import Records

/// Who did what to whom: opens the frames that the words of a sentence name, and fills their slots from beside them.
struct EventFinder {
    let analysis: Analysis
    let lower: [String]
    let knowledge: Knowledge
    let chunks: [Chunk]
    let quotes: [QuoteFinder.Found]
    let quoteIDs: [String]
    let article: ArticleReference
    let published: CivilDate?
    /// Why `published` is nil, where it is.
    let undated: String

    func find(isOverBudget: () -> Bool) throws(CodingError) -> [Event] {
        var events: [Event] = []
        var seen: Set<String> = []
        var first = 0
        for sentence in analysis.sentences {
            guard !isOverBudget() else { throw .overBudget }
            while first < chunks.count, chunks[first].tokens.lowerBound < sentence.lowerBound { first += 1 }
            let here = Array(chunks[first...].prefix { $0.tokens.lowerBound < sentence.upperBound })
            guard !here.isEmpty else { continue }
            for event in find(in: Clause(sentence: sentence, lower: lower, knowledge: knowledge, chunks: here))
            where seen.insert(event.id).inserted {
                events.append(event)
            }
        }
        return events
    }

    // MARK: A sentence

    /// A verb or noun of a sentence with its frame and its subject.
    struct Trigger {
        var frame: Frame
        var group: VerbGroup
        var verb: Int
        var subject: [Chunk]
        var object: [Chunk]
    }

    private func find(in clause: Clause) -> [Event] {
        var triggers: [Trigger] = []
        for token in clause.sentence {
            for use in knowledge.frames.uses(of: lower[token]) where use.form != .noun {
                if let trigger = trigger(use, token, clause, after: triggers) { triggers.append(trigger) }
            }
        }
        var events: [Event] = []
        for trigger in triggers where trigger.frame.kind == .verb || trigger.frame.type != nil {
            if let event = event(trigger, triggers, clause) { events.append(event) }
        }
        for token in clause.sentence {
            for use in knowledge.frames.uses(of: lower[token]) where use.form == .noun {
                if let event = nominal(knowledge.frames.all[use.frame], token, triggers, clause) {
                    events.append(event)
                }
            }
        }
        return events
    }

    private func trigger(_ use: Frames.Use, _ token: Int, _ clause: Clause, after earlier: [Trigger]) -> Trigger? {
        let frame = knowledge.frames.all[use.frame]
        let sentence = clause.sentence
        guard
            var group = VerbGroup(
                at: token,
                form: use.form,
                before: sentence.upperBound,
                from: sentence.lowerBound,
                lower
            )
        else { return nil }
        if let particle = frame.particle {
            guard token + 1 < sentence.upperBound, lower[token + 1] == particle else { return nil }
            group.tokens = group.tokens.lowerBound..<token + 2
        }
        var subject = clause.subject(of: group.tokens)
        let object = clause.object(from: group.tokens.upperBound)
        if subject.isEmpty { subject = shared(group, clause, earlier) }
        if use.form == .base || use.form == .third, !group.isInfinitive, group.tokens.count == 1 {
            // "visits" and "attack" are verbs only right behind their subject.
            guard let end = subject.last?.tokens.upperBound, end == token || lower[token - 1] == "who" else {
                return nil
            }
        }
        return Trigger(frame: frame, group: group, verb: token, subject: subject, object: object)
    }

    /// "ordered the expulsion and imposed sanctions": the subject of the verb before.
    private func shared(_ group: VerbGroup, _ clause: Clause, _ earlier: [Trigger]) -> [Chunk] {
        let before = group.tokens.lowerBound - 1
        guard before > clause.sentence.lowerBound, ["and", "or", "then", ","].contains(lower[before]),
            !group.isInfinitive,
            let last = earlier.last(where: { !$0.subject.isEmpty && !$0.group.isPassive })
        else { return [] }
        return last.subject
    }

    // MARK: Verbs

    private func event(_ trigger: Trigger, _ all: [Trigger], _ clause: Clause) -> Event? {
        guard let type = trigger.frame.type else { return nil }
        let group = trigger.group
        var draft = Draft(trigger.frame, type, words: group.tokens)
        guard holdsObject(trigger, clause) else { return nil }
        if group.isPassive {
            draft.recipient = trigger.subject
            draft.actor = clause.prepositional(["by"], from: group.tokens.upperBound)?.chunks ?? []
            guard takesObject(trigger.frame) else { return nil }
        } else {
            draft.recipient = recipient(trigger.frame, from: group.tokens.upperBound, clause)
            draft.actor = trigger.subject
            if group.isInfinitive {
                guard let control = control(of: trigger, all) else { return nil }
                draft.actor = control.actor
                draft.embedding = control
            }
        }
        return finish(&draft, group, all, clause)
    }

    private func takesObject(_ frame: Frame) -> Bool { frame.recipient.contains("obj") }

    /// A frame for "expelled diplomats" is none for "expelled a student".
    private func holdsObject(_ trigger: Trigger, _ clause: Clause) -> Bool {
        let words = trigger.frame.object
        guard !words.isEmpty else { return true }
        if trigger.group.isPassive {
            return trigger.subject.contains { $0.tokens.contains { words.contains(lower[$0]) } }
        }
        let start = trigger.group.tokens.upperBound
        let end = min(clause.clauseEnd(from: start), start + 10)
        return Range(from: start, before: end).contains { words.contains(lower[$0]) }
    }

    private func recipient(_ frame: Frame, from start: Int, _ clause: Clause) -> [Chunk] {
        for place in frame.recipient {
            let found =
                place == "obj" ? clause.object(from: start) : clause.prepositional([place], from: start)?.chunks ?? []
            if !found.isEmpty { return found }
        }
        return []
    }

    /// The verb that says whose act an infinitive is.
    struct Control {
        var actor: [Chunk]
        var claimant: [Chunk]
        var status: EventStatus
        var frame: String
    }

    private func control(of trigger: Trigger, _ all: [Trigger]) -> Control? {
        let to = trigger.group.tokens.lowerBound
        for governor in all.reversed() where governor.verb < to && !(governor.verb == trigger.verb) {
            guard let embeds = governor.frame.embeds else { continue }
            let end = governor.group.tokens.upperBound
            if embeds.byObject {
                let object = governor.group.isPassive ? governor.subject : governor.object
                guard let last = object.last?.tokens.upperBound,
                    governor.group.isPassive ? to == end : (0...3).contains(to - last)
                else {
                    continue
                }
                return Control(
                    actor: object,
                    claimant: governor.group.isPassive ? [] : governor.subject,
                    status: embeds.status,
                    frame: governor.frame.id
                )
            }
            guard to == end || to - end <= 1, !governor.subject.isEmpty else { continue }
            let status: EventStatus = governor.group.isNegated ? .negated : embeds.status
            return Control(actor: governor.subject, claimant: [], status: status, frame: governor.frame.id)
        }
        return nil
    }

    // MARK: Nouns

    /// "the expulsion of 35 diplomats", by whoever ordered it or whoever follows "by" or whose it is.
    private func nominal(_ frame: Frame, _ token: Int, _ triggers: [Trigger], _ clause: Clause) -> Event? {
        guard let type = frame.type else { return nil }
        var draft = Draft(frame, type, words: token..<token + 1)
        let end = clause.clauseEnd(from: token + 1)
        if !frame.object.isEmpty {
            guard Range(from: token + 1, before: end).contains(where: { frame.object.contains(lower[$0]) }) else {
                return nil
            }
        }
        draft.recipient = recipient(frame, from: token + 1, clause)
        let support = triggers.last { trigger in
            trigger.frame.kind == .support && trigger.verb < token && !trigger.group.isPassive
                && token - trigger.group.tokens.upperBound <= 5
                && Range(from: trigger.group.tokens.upperBound, before: token).allSatisfy { word in
                    !Words.prepositions.contains(lower[word]) && ![",", "and", "that"].contains(lower[word])
                }
        }
        var group = support?.group
        if let support {
            draft.actor = support.subject
            draft.words = support.group.tokens.lowerBound..<token + 1
            if support.group.isInfinitive {
                guard let control = control(of: support, triggers) else { return nil }
                (draft.actor, draft.embedding) = (control.actor, control)
            } else if let embeds = support.frame.embeds {
                let asked = embeds.byObject
                draft.embedding = Control(
                    actor: asked ? [] : support.subject,
                    claimant: asked ? support.subject : [],
                    status: embeds.status,
                    frame: support.frame.id
                )
                if asked { draft.actor = [] }
            }
        } else {
            draft.actor = clause.prepositional(["by"], from: token + 1)?.chunks ?? possessor(before: token, clause)
        }
        if group == nil { group = VerbGroup(noun: token) }
        guard let group, !draft.recipient.isEmpty || support != nil else { return nil }
        return finish(&draft, group, triggers, clause)
    }

    /// "Russia's expulsion of", "the Russian attack on".
    private func possessor(before token: Int, _ clause: Clause) -> [Chunk] {
        clause.chunks.last { chunk in
            let end = chunk.tokens.upperBound
            return end == token || end == token - 1 && ["'s", "’s", "'"].contains(lower[end])
        }.map { [$0] } ?? []
    }

    // MARK: The event

    private func finish(_ draft: inout Draft, _ group: VerbGroup, _ triggers: [Trigger], _ clause: Clause) -> Event? {
        draft.actor.removeAll(where: \.isPronoun)
        draft.recipient.removeAll(where: \.isPronoun)
        draft.recipient.removeAll { recipient in draft.actor.contains { $0.tokens == recipient.tokens } }
        guard !draft.actor.isEmpty, !draft.recipient.isEmpty || !draft.type.requiresRecipient else { return nil }
        let sentence = clause.sentence
        let number = analysis.sentence(of: sentence.lowerBound)
        let quote = quotes.firstIndex { $0.parts.contains { $0.contains(draft.words.upperBound - 1) } }
        let status = StatusReader(lower: lower, quotes: quotes, triggers: triggers, clause: clause)
            .read(draft, group, quote: quote)
        let date = date(of: draft.words, triggers, sentence)
        let place = place(of: draft, clause)
        var event = Event(
            event: draft.type,
            evidence: Evidence(
                sentence: number,
                text: analysis.string(sentence),
                event: [span(draft.words)],
                actor: draft.actor.map { span($0.tokens) },
                recipient: draft.recipient.map { span($0.tokens) },
                date: date.map { [span($0.tokens)] } ?? [],
                rule: draft.frame.id
            ),
            article: article,
            coder: Coder.version
        )
        event.mode = draft.frame.mode.map { [$0] } ?? []
        event.cameo = draft.frame.cameo
        event.actor = draft.actor.map { party($0) }
        event.recipient = draft.recipient.map { party($0) }
        event.status = status.status
        event.claimedBy = status.claimants.map(\.actor)
        event.historical = group.isBackground || date?.isPast == true
        event.quote = quote.map { quoteIDs[$0] }
        event.date = date?.date
        event.dateText = date.map { analysis.string($0.tokens) }
        event.dateReason = event.date == nil ? dateReason(date) : nil
        event.location = place
        event.locationReason = place == nil ? "no place in the clause" : nil
        event.quantity =
            draft.actor.compactMap { bound($0.quantity, to: "actor") }
            + draft.recipient.compactMap { bound($0.quantity, to: "recipient") }
        event.identify()
        return event
    }

    private func span(_ tokens: Range<Int>) -> Span {
        Span(analysis.starts[tokens.lowerBound], analysis.ends[tokens.upperBound - 1])
    }

    /// A country or capital that acts is its government.
    private func party(_ chunk: Chunk) -> Actor {
        var actor = chunk.actor
        if chunk.isPlace, actor.code != nil { actor.sector = actor.sector ?? .gov }
        return actor
    }

    private func bound(_ quantity: Quantity?, to slot: String) -> Quantity? {
        var quantity = quantity
        quantity?.slot = slot
        return quantity
    }

    private func dateReason(_ date: DateFinder.Found?) -> String {
        guard date != nil else { return "no date in the clause" }
        return published == nil ? "the article's own date is not known: \(undated)" : "the words tell no single day"
    }

    /// The nearest words for a day with no other act between them and this one.
    private func date(of words: Range<Int>, _ triggers: [Trigger], _ sentence: Range<Int>) -> DateFinder.Found? {
        let dates = DateFinder(analysis: analysis, lower: lower, published: published).find(in: sentence)
        func distance(_ date: DateFinder.Found) -> Int? {
            let isBefore = date.tokens.lowerBound < words.lowerBound
            let between =
                isBefore
                ? Range(from: date.tokens.upperBound, before: words.lowerBound)
                : Range(from: words.upperBound, before: date.tokens.lowerBound)
            if date.governs, date.tokens.lowerBound > words.lowerBound { return nil }
            let acts = triggers.count { between.contains($0.verb) && $0.frame.kind == .verb }
            let isOther = between.contains { EventFinder.clauseOpeners.contains(lower[$0]) }
            return acts == 0 && !isOther && between.count <= 14 ? between.count : nil
        }
        return dates.compactMap { date in distance(date).map { (date, $0) } }.min { $0.1 < $1.1 }?.0
    }

    private static let clauseOpeners: Set<String> = [
        "as", "while", "after", "before", "that", "which", "who", "when", ";", "but",
    ]

    /// A place behind "in" or "at" within the clause.
    private func place(of draft: Draft, _ clause: Clause) -> Place? {
        let parties = (draft.actor + draft.recipient).map(\.tokens)
        let start = draft.words.lowerBound
        let end = max(clause.clauseEnd(from: draft.words.upperBound), draft.words.upperBound)
        for chunk in clause.chunks
        where chunk.isPlace && (start..<end).contains(chunk.tokens.lowerBound) && !parties.contains(chunk.tokens) {
            var before = chunk.tokens.lowerBound - 1
            if before > start, Words.determiners.contains(lower[before]) { before -= 1 }
            guard before >= clause.sentence.lowerBound, Words.placePrepositions.contains(lower[before]) else {
                continue
            }
            return Place(
                text: analysis.string(chunk.tokens),
                name: chunk.actor.name ?? chunk.actor.text,
                country: chunk.actor.code
            )
        }
        return nil
    }
}

/// An event in the making.
struct Draft {
    var frame: Frame
    var type: EventType
    var words: Range<Int>
    var actor: [Chunk] = []
    var recipient: [Chunk] = []
    var embedding: EventFinder.Control?

    init(_ frame: Frame, _ type: EventType, words: Range<Int>) {
        self.frame = frame
        self.type = type
        self.words = words
    }
}

extension VerbGroup {
    /// A noun stands in for its verb and has nothing around it.
    init(noun token: Int) { tokens = token..<token + 1 }
}

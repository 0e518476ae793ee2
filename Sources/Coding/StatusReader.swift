import Knowledge
import Records

/// Whether, and on whose word, an act took place.
struct StatusReader {
    let lower: [String]
    let quotes: [QuoteFinder.Found]
    let triggers: [EventFinder.Trigger]
    let clause: Clause

    /// A status with those who say so.
    struct Reading {
        var status: EventStatus
        var claimants: [Chunk] = []
    }

    func read(_ draft: Draft, _ group: VerbGroup, quote: Int?) -> Reading {
        let speaker = quote.flatMap { quotes[$0].speaker }
        let report = report(over: draft)
        let claimants = speaker.map { [$0] } ?? report?.subject ?? []
        if report?.frame.embeds?.status == .denied, !group.isNegated {
            return Reading(status: .denied, claimants: report?.subject ?? [])
        }
        if let embedding = draft.embedding {
            return Reading(
                status: embedding.status,
                claimants: embedding.claimant.isEmpty ? claimants : embedding.claimant
            )
        }
        if let demand = demand(over: draft) { return Reading(status: .proposed, claimants: demand.subject) }
        if group.isNegated { return Reading(status: .negated, claimants: claimants) }
        if isConditional(draft) { return Reading(status: .hypothetical, claimants: claimants) }
        if group.isFuture { return Reading(status: .announced, claimants: claimants) }
        if group.isDemanded { return Reading(status: .proposed, claimants: claimants) }
        if group.isPossible {
            // "Lavrov said Russia would expel": their own plan.
            let own = claimants.contains { claimant in
                draft.actor.contains { $0.actor.code != nil && $0.actor.code == claimant.actor.code }
            }
            return Reading(status: own ? .announced : .hypothetical, claimants: claimants)
        }
        if group.isAlleged { return Reading(status: .alleged, claimants: claimants) }
        // Words of one's own are an act as they are spoken: "we reject".
        if let speaker, draft.actor.contains(where: { $0.entity == speaker.entity && $0.entity != nil }),
            draft.type.isVerbal
        {
            return Reading(status: .happened)
        }
        return claimants.isEmpty ? Reading(status: .happened) : Reading(status: .alleged, claimants: claimants)
    }

    private func isConditional(_ draft: Draft) -> Bool {
        let start = max(clause.sentence.lowerBound, draft.words.lowerBound - 8)
        return Range(from: start, before: draft.words.lowerBound).contains {
            lower[$0] == "if" || lower[$0] == "unless"
        }
    }

    /// The verb of saying whose clause an act stands in: before it without another full clause between, or at the end.
    private func report(over draft: Draft) -> EventFinder.Trigger? {
        let reports = triggers.filter {
            $0.frame.kind == .report && !$0.subject.isEmpty && !$0.group.isPassive && !draft.words.contains($0.verb)
        }
        if let before = reports.last(where: { $0.verb < draft.words.lowerBound }), governs(before, draft) {
            return before
        }
        // "…, the ministry said."
        return reports.first { report in
            guard let start = report.subject.first?.tokens.lowerBound, report.verb > draft.words.upperBound else {
                return false
            }
            let comma = Range(from: draft.words.upperBound, before: start).last { lower[$0] == "," }
            return comma.map { start - $0 <= 2 } ?? false
        }
    }

    /// "proposed that Moscow expel 35 diplomats": the verb of asking before the clause that an act stands in.
    private func demand(over draft: Draft) -> EventFinder.Trigger? {
        let first = draft.actor.first?.tokens.lowerBound ?? draft.words.lowerBound
        return triggers.last { trigger in
            let end = trigger.group.tokens.upperBound
            let between = Range(from: end, before: first)
            return trigger.frame.embeds?.status == .proposed && between.count <= 8
                && between.contains { lower[$0] == "that" } && governs(trigger, draft)
        }
    }

    private func governs(_ report: EventFinder.Trigger, _ draft: Draft) -> Bool {
        let first = draft.actor.first?.tokens.lowerBound ?? draft.words.lowerBound
        // The act's own actor must stand behind the verb of saying, or the act is beside it and not in it.
        guard first > report.verb else { return false }
        let between = Range(from: report.group.tokens.upperBound, before: first)
        return !between.contains { [";", "while", "as", "after", "”", "\""].contains(lower[$0]) }
    }
}

extension EventType {
    /// Acts done with words.
    var isVerbal: Bool { quadCode == 1 || quadCode == 3 }

    /// PLOVER asks for a recipient.
    var requiresRecipient: Bool {
        switch self {
        case .cooperate, .aid, .sanction, .coerce, .assault: true
        default: false
        }
    }
}

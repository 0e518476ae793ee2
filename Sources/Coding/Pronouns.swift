import Linguistics
import Records

/// Whom "he", "they" and "we" mean.
enum Pronouns {
    /// He and she: the first person of this or else of the sentence before.
    ///
    /// They and it: the first other actor there.
    static func resolve(_ chunks: inout [Chunk], analysis: Analysis, lower: [String]) {
        var subjects: [Int: (person: Chunk?, other: Chunk?)] = [:]
        for index in chunks.indices {
            let chunk = chunks[index]
            let sentence = analysis.sentence(of: chunk.tokens.lowerBound)
            guard chunk.kind == .pronoun else {
                note(chunk, in: &subjects[sentence, default: (nil, nil)])
                continue
            }
            let here = subjects[sentence]
            let before = subjects[sentence - 1]
            switch lower[chunk.tokens.lowerBound] {
            case "he", "she": take(here?.person ?? before?.person, into: &chunks[index])
            case "they", "it": take(here?.other ?? before?.other, into: &chunks[index])
            default: break
            }
            // A chain of pronouns leads back to the name.
            if chunks[index].entity != nil { note(chunks[index], in: &subjects[sentence, default: (nil, nil)]) }
        }
    }

    /// I and we inside a quote are its speaker.
    static func resolveSpeakers(_ quotes: [QuoteFinder.Found], in chunks: inout [Chunk], lower: [String]) {
        for quote in quotes {
            guard let speaker = quote.speaker else { continue }
            for index in chunks.indices
            where ["i", "we"].contains(lower[chunks[index].tokens.lowerBound]) && chunks[index].kind == .pronoun
                && quote.parts.contains(where: { $0.contains(chunks[index].tokens.lowerBound) })
            {
                take(speaker, into: &chunks[index])
            }
        }
    }

    private static func note(_ chunk: Chunk, in subjects: inout (person: Chunk?, other: Chunk?)) {
        if chunk.entity?.type == .person {
            subjects.person = subjects.person ?? chunk
        } else if chunk.kind != .place {
            subjects.other = subjects.other ?? chunk
        }
    }

    private static func take(_ antecedent: Chunk?, into chunk: inout Chunk) {
        guard let antecedent else { return }
        let text = chunk.actor.text
        chunk.actor = antecedent.actor
        chunk.actor.text = text
        chunk.entity = antecedent.entity
    }
}

package import Records

/// What verbs, nouns and adjectives of action mean.
package struct Frames: Sendable {
    package private(set) var all: [Frame] = []

    init() {}

    init(_ table: Table) throws(KnowledgeError) {
        var ids: Set<String> = []
        for row in table.rows {
            let frame = try Frame(row)
            guard ids.insert(frame.id).inserted else { throw row.error("a second frame '\(frame.id)'") }
            all.append(frame)
        }
    }
}

/// One row of frames.tsv.
package struct Frame: Sendable {
    package let id: String
    package let kind: Kind
    package let lemmas: [Lemma]
    /// The event it stands for; nil where it only says something about another.
    package let type: EventType?
    package let mode: String?
    /// CAMEO code.
    package let cameo: String?
    /// Where the recipient stands, in the order in which to look: "obj", "iobj", "poss" or a preposition.
    package let recipient: [String]
    /// One of these lemmas must be in the object.
    package let object: [String]
    /// What an act in its infinitive or clause is.
    package let embeds: Embedding?
    /// A sentence, and what must be found in it: `TYPE/mode ACTOR>RECIPIENT status`.
    package let example: String
    package let expected: String

    /// A base form, with the words that must be there: "call" with "on", "strike" with "drone".
    package struct Lemma: Sendable, Equatable {
        package let word: String
        package let particles: [String]

        /// - Parameter isNoun: of "drone strike" the last word is the noun, of "state of emergency" the first.
        init(_ text: String, isNoun: Bool) {
            let words = text.split(separator: " ").map(String.init)
            let endsPhrase = isNoun && !words.contains { ["of", "in", "to", "on", "for", "from"].contains($0) }
            word = (endsPhrase ? words.last : words.first) ?? ""
            particles = Array(endsPhrase ? words.dropLast() : words.dropFirst())
        }
    }

    /// What the word does.
    package enum Kind: String, Sendable {
        /// A verb that is an act.
        case verb
        /// A noun that is an act: "expulsion".
        case noun
        /// An adjective that is an act: "ready to".
        case adjective
        /// A verb that says what becomes of an act named by a noun: "ordered the expulsion".
        case support
        /// A verb that says what becomes of an act in the infinitive: "decided to expel".
        case control
        /// A verb of saying: what stands in its clause is somebody's claim.
        case report
    }

    /// Whose act an infinitive is, and what it amounts to.
    package struct Embedding: Sendable, Equatable {
        package let byObject: Bool
        package let status: EventStatus
    }

    init(_ row: Table.Row) throws(KnowledgeError) {
        id = try row.required("id")
        guard let kind = try row.value("kind", as: Kind.self) else { throw row.error("column 'kind' is empty") }
        self.kind = kind
        lemmas = try row.list("lemmas").map { Lemma($0, isNoun: kind == .noun) }
        guard !lemmas.isEmpty, lemmas.allSatisfy({ !$0.word.isEmpty }) else {
            throw row.error("column 'lemmas' is empty")
        }
        type = try row.value("type", as: EventType.self)
        mode = try row.text("mode")
        cameo = try row.text("cameo")
        recipient = try row.list("recipient")
        object = try row.list("object")
        embeds = try Frame.embedding(row)
        example = try row.required("example")
        expected = try row.text("expect") ?? ""
        if let mode, type?.modes[mode] == nil {
            throw row.error("'\(mode)' is no mode of \(type?.rawValue ?? "nothing")")
        }
        if type == nil, [.verb, .noun, .adjective].contains(kind), embeds == nil {
            throw row.error("a \(kind.rawValue) needs a type or says what it embeds")
        }
    }

    private static func embedding(_ row: Table.Row) throws(KnowledgeError) -> Embedding? {
        guard let text = try row.text("embeds") else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2, ["object", "subject"].contains(words[0]), let status = EventStatus(rawValue: words[1])
        else {
            throw row.error("'\(text)' in column 'embeds': write 'object' or 'subject' and a status")
        }
        return Embedding(byObject: words[0] == "object", status: status)
    }
}

package import Records

/// What verbs and nouns of action mean, by every form in which they occur.
package struct Frames: Sendable {
    package private(set) var all: [Frame] = []
    private var byForm: [String: [Use]] = [:]

    /// A form of a frame's word.
    package struct Use: Sendable {
        /// Index in `all`.
        package let frame: Int
        package let form: Form
    }

    /// Which forms a word may be; "imposed" is past and participle.
    package enum Form: Sendable { case base, third, past, participle, gerund, noun }

    init() {}

    init(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            let frame = try Frame(row)
            all.append(frame)
            for (text, form) in frame.forms { byForm[text, default: []].append(Use(frame: all.count - 1, form: form)) }
        }
    }

    /// The frames that a word in lower case may open.
    package func uses(of word: String) -> [Use] { byForm[word] ?? [] }
}

/// One row of frames.tsv.
package struct Frame: Sendable {
    package let id: String
    package let kind: Kind
    /// The verb's base form, or the noun's singular.
    package let lemma: String
    /// A word that must follow at once: "on" of "call on".
    package let particle: String?
    /// The event it stands for; nil where it only says something about another.
    package let type: EventType?
    package let mode: String?
    /// CAMEO code.
    package let cameo: String?
    /// Where the recipient stands, in the order in which to look: "obj" or a preposition.
    package let recipient: [String]
    /// One of these words must be in the object.
    package let object: Set<String>
    /// What an act in the infinitive behind it is.
    package let embeds: Embedding?
    /// A sentence, and what must be found in it: `TYPE/mode ACTOR>RECIPIENT status`.
    package let example: String
    package let expected: String
    private let irregular: [String]

    /// What the word does.
    package enum Kind: String, Sendable {
        /// A verb that is an act.
        case verb
        /// A noun that is an act: "expulsion".
        case noun
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
        let words = try row.required("lemma").split(separator: " ")
        lemma = String(words[0])
        particle = words.count > 1 ? String(words[1]) : nil
        irregular = try row.list("irregular")
        type = try row.value("type", as: EventType.self)
        mode = try row.text("mode")
        cameo = try row.text("cameo")
        recipient = try row.list("recipient")
        object = Set(try row.list("object"))
        embeds = try Frame.embedding(row)
        example = try row.required("example")
        expected = try row.text("expect") ?? ""
        if let mode, type?.modes[mode] == nil {
            throw row.error("'\(mode)' is no mode of \(type?.rawValue ?? "nothing")")
        }
        if type == nil, kind == .verb || kind == .noun { throw row.error("a \(kind.rawValue) needs a type") }
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

    /// Every form with what it is, by the regular rules of English unless the row names past and participle.
    var forms: [(String, Frames.Form)] {
        if kind == .noun { return [(lemma, .noun), (irregular.first ?? Inflection.s(lemma), .noun)] }
        let past = irregular.first ?? Inflection.ed(lemma)
        let participle = irregular.count > 1 ? irregular[1] : past
        return [
            (lemma, .base), (Inflection.s(lemma), .third), (past, .past), (participle, .participle),
            (Inflection.ing(lemma, past: past), .gerund),
        ]
    }
}

/// Regular English inflection.
enum Inflection {
    static func s(_ word: String) -> String {
        if endsInConsonantY(word) { return word.dropLast() + "ies" }
        return ["s", "x", "z", "ch", "sh"].contains { word.hasSuffix($0) } ? word + "es" : word + "s"
    }

    static func ed(_ word: String) -> String {
        if endsInConsonantY(word) { return word.dropLast() + "ied" }
        return word.hasSuffix("e") ? word + "d" : word + "ed"
    }

    /// Doubles the last letter where the past does.
    static func ing(_ word: String, past: String) -> String {
        if let last = word.last, past == "\(word)\(last)ed" { return "\(word)\(last)ing" }
        return word.hasSuffix("e") && !word.hasSuffix("ee") ? word.dropLast() + "ing" : word + "ing"
    }

    private static func endsInConsonantY(_ word: String) -> Bool {
        guard word.hasSuffix("y"), let before = word.dropLast().last else { return false }
        return !"aeiou".contains(before)
    }
}

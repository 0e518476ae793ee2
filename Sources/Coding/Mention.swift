import Knowledge
import Linguistics
import Records

/// A stretch of a sentence that names or describes an actor or a place.
struct Mention {
    /// From its number or first adjective to its last word; articles are left out.
    var tokens: Range<Int>
    /// The word that the rest of the sentence hangs it on.
    var head: Int
    var actor: Actor
    /// The entity it belongs to; nil for descriptions and pronouns.
    var entity: EntityKey?
    var kind: Kind
    var quantity: Quantity?
    /// The common noun that describes it: "foreign minister".
    var noun: String?

    /// What sort of expression it is.
    enum Kind: Equatable {
        case person, organisation, country, place, group, described
        /// "Russian" before a noun.
        case adjective
        /// "he", "she", "they", "it", "we", "I".
        case pronoun
    }

    /// A country, city or region: an actor only where it acts.
    var isPlace: Bool { kind == .place || kind == .country }
    /// A pronoun of which nobody knows whom it means.
    var isUnresolved: Bool { kind == .pronoun && entity == nil && actor.code == nil && actor.sector == nil }
}

/// What makes two mentions the same entity.
struct EntityKey: Hashable {
    let name: String
    let type: Entity.EntityType
}

extension Range<Int> {
    /// From one token to before another; empty when that comes first.
    init(from start: Int, before end: Int) { self = start..<Swift.max(start, end) }
}

/// All mentions of a text, in order.
struct Mentions {
    var all: [Mention] = []
    /// By token: the mention whose head it is.
    private(set) var byHead: [Int: Int] = [:]

    init(_ all: [Mention]) {
        self.all = all.sorted {
            ($0.tokens.lowerBound, $0.tokens.upperBound) < ($1.tokens.lowerBound, $1.tokens.upperBound)
        }
        for (index, mention) in self.all.enumerated() { byHead[mention.head] = index }
    }

    /// The mention that a word stands for in the tree.
    func headed(by token: Int) -> Int? { byHead[token] }
}

import Linguistics

/// The words that the rules speak of.
enum Words {
    static let by: Symbol = "by"
    static let of: Symbol = "of"
    static let between: Symbol = "between"
    static let with: Symbol = "with"
    static let be: Symbol = "be"
    static let for_: Symbol = "for"
    static let the: Symbol = "the"
    static let ethnic: Symbol = "ethnic"
    static let to: Symbol = "to"
    static let relatives: Set<Symbol> = ["who", "which", "that", "whom"]
    /// Nouns that count or sample what "of" names.
    static let partitives: Set<Symbol> = [
        "thousand", "hundred", "dozen", "ten", "million", "score", "group", "number", "majority", "some", "many",
        "most", "several", "one", "two", "three", "all", "both", "each", "half", "part", "rest", "crowd", "handful",
        "couple",
        "series", "member", "lot", "wave", "any", "none", "convoy", "team", "unit", "column", "pair", "portion",
    ]
    /// Prepositions by which a noun belongs to what they govern.
    static let belonging: Set<Symbol> = [
        "of", "in", "from", "for", "with", "on", "against", "at", "to", "toward", "towards", "over", "by",
    ]
    /// Prepositions behind which somebody may be whom an act concerns.
    static let toward: Set<Symbol> = [
        "with", "to", "on", "against", "for", "over", "in", "into", "at", "from", "between", "about", "toward",
        "towards", "near",
        "across", "inside", "among", "behind", "upon",
    ]
    static let where_: Set<Symbol> = ["in", "at", "near", "inside"]
    /// Nouns that only say that the act before them is done: "a mediation mission".
    static let undertakings: Set<Symbol> = [
        "effort", "mission", "campaign", "operation", "drive", "round", "series", "session", "program", "programme",
        "action",
        "activity", "move", "initiative", "process", "attempt", "exercise", "work", "team", "force", "duty", "plan",
        "bid",
    ]
    /// Verbs by which an act that a noun names takes place or not: "talks will begin".
    static let taking: Set<Symbol> = [
        "take", "begin", "start", "end", "continue", "resume", "collapse", "fail", "happen", "occur", "follow", "break",
        "erupt", "open", "proceed", "go", "last", "come", "stall", "materialise", "materialize",
    ]
    static let places: Set<Symbol> = ["in", "at", "near", "outside", "across", "inside", "around"]
    static let negations: Set<Symbol> = ["not", "n't", "never", "no", "neither", "nor"]
    /// Who held an office and does no longer.
    static let past: Set<Symbol> = ["former", "ex", "ousted", "deposed"]
    /// What kills and is nobody's act.
    static let accidents: Set<Symbol> = [
        "stampede", "crash", "collapse", "accident", "earthquake", "quake", "flood", "flooding", "storm", "hurricane",
        "typhoon", "cyclone", "tsunami", "landslide", "avalanche", "outbreak", "epidemic", "wildfire", "fire",
        "derailment",
        "collision", "eruption", "crush", "drought", "famine", "heatwave", "disaster", "sinking",
    ]
    static let none: Set<Symbol> = ["no", "not", "neither"]
    static let futures: Set<Symbol> = ["will", "shall", "'ll"]
    static let possibilities: Set<Symbol> = ["can", "could", "may", "might"]
    static let demands: Set<Symbol> = ["should", "must", "ought"]
    static let hearsay: Set<Symbol> = ["allegedly", "reportedly", "supposedly", "purportedly", "apparently"]
    static let background: Set<Symbol> = ["previously", "formerly", "once", "historically"]
    static let conditions: Set<Symbol> = ["if", "unless", "whether", "lest"]
    static let absences: Set<Symbol> = ["without", "instead", "rather"]
    static let according: Symbol = "accord"
    static let would: Symbol = "would"
    static let go: Symbol = "go"
    static let say: Symbol = "say"
}

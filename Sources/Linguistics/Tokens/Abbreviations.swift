/// Words that keep the full stop behind them, and what may follow them.
enum Abbreviations {
    /// No sentence ends behind these: a name or a number follows.
    static let before: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "sgt", "capt", "maj", "adm", "cmdr", "brig", "cpl", "pvt",
        "sen", "rep", "reps", "sens", "gov", "rev", "hon", "msgr", "fr", "st", "mt", "ft", "pres", "atty", "amb",
        "supt",
        "insp", "det", "vs", "nos", "fig", "figs", "vol", "vols", "pp", "op", "ed", "eds", "al", "cf", "ca", "e.g",
        "i.e",
        "viz", "approx", "mlle", "mme", "messrs", "dept", "gens", "drs", "profs", "ste", "art", "sec", "ch", "eq",
    ]
    /// A sentence may end behind these.
    static let anywhere: Set<String> = [
        "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues",
        "wed",
        "thu", "thur", "thurs", "fri", "sat", "sun", "inc", "corp", "ltd", "co", "etc", "bros", "jr", "sr", "esq",
        "plc",
        "cos", "llc", "ave", "blvd", "rd", "dist", "univ", "assn", "natl", "intl", "govt", "est", "min", "max", "tel",
        "ext", "ph", "attn", "ph.d", "m.sc", "b.sc", "a.k.a", "a.m", "p.m", "d.c", "lbs", "oz", "lb", "ala", "ariz",
        "ark",
        "calif", "colo", "conn", "del", "fla", "ga", "ill", "ind", "kan", "ky", "la", "md", "mich", "minn", "miss",
        "mo",
        "mont", "neb", "nev", "okla", "ore", "pa", "tenn", "tex", "vt", "va", "wash", "wis", "wyo", "n.y", "n.j", "n.c",
    ]
    /// Abbreviations that are also words: a stop belongs to them only before a digit.
    static let numbered: Set<String> = ["no", "p", "art", "fig", "ch", "vol", "sec", "ed", "op"]
    /// Abbreviations that are also words of a sentence's end: a capital must follow directly and the word have one itself.
    static let capitalised: Set<String> = [
        "sat", "sun", "mar", "jan", "miss", "ill", "ind", "del", "mo", "la", "pa", "co", "gen", "rep", "col", "art",
        "min",
        "max", "wash", "ore", "fr", "ed", "mt", "est", "ga", "conn", "al", "wed", "fri", "mon", "sec", "fig", "det",
        "dist",
        "ph",
    ]
    /// First parts of compounds that UD English leaves whole.
    static let prefixes: Set<String> = [
        "e", "co", "non", "re", "pre", "pro", "anti", "post", "semi", "pan", "mini", "multi", "sub", "ultra", "inter",
        "intra", "counter", "un", "de", "bi", "micro", "macro", "meta", "neo", "psycho", "socio", "trans", "tri",
        "uni", "infra", "hyper", "pseudo", "quasi", "proto", "uh",
    ]
}

/// PLOVER 0.8 event types.
package enum EventType: String, Codable, Sendable, CaseIterable {
    case agree = "AGREE"
    case consult = "CONSULT"
    case support = "SUPPORT"
    case concede = "CONCEDE"
    case cooperate = "COOPERATE"
    case aid = "AID"
    case retreat = "RETREAT"
    case request = "REQUEST"
    case accuse = "ACCUSE"
    case reject = "REJECT"
    case threaten = "THREATEN"
    case protest = "PROTEST"
    case sanction = "SANCTION"
    case mobilize = "MOBILIZE"
    case coerce = "COERCE"
    case assault = "ASSAULT"

    /// 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
    package var quadCode: Int {
        switch self {
        case .agree, .consult, .support, .concede: 1
        case .cooperate, .aid, .retreat: 2
        case .request, .accuse, .reject, .threaten: 3
        case .protest, .sanction, .mobilize, .coerce, .assault: 4
        }
    }

    /// PLOVER's intensity for the type alone, -10 to 10.
    package var scale: Double {
        switch self {
        case .agree, .consult: 2.5
        case .support: 5
        case .concede: 4.5
        case .cooperate: 9.5
        case .aid: 10
        case .retreat: 6.5
        case .request: 0
        case .accuse: -3
        case .reject: -2
        case .threaten: -3.5
        case .protest: -5
        case .sanction: -6
        case .mobilize: -5.5
        case .coerce: -7
        case .assault: -9
        }
    }

    /// Modes with their intensity; nil where PLOVER gives none.
    package var modes: [String: Double?] {
        switch self {
        case .agree, .support, .concede, .cooperate, .aid: [:]
        case .consult: ["visit": 4, "third-party": 1, "multilateral": 4, "phone": 1.5]
        case .retreat:
            ["withdraw": 8, "release": 6.5, "disarm": 10, "ceasefire": 7.5, "access": 6.5, "resign": 4.5]
        case .request: ["assist": 0.5, "change": -1, "yield": -1, "meet": 0]
        case .accuse: ["disapprove": -2, "investigate": -3.5, "allege": -3.5]
        case .reject: ["assist": -1.5, "change": -2, "yield": -2, "meet": -2]
        case .threaten:
            ["restrict": -3, "arrest": -3.5, "relations": -3.5, "expel": -3.5, "territory": -4, "violence": -3.5]
        case .protest:
            [
                "demo": -5, "riot": -7, "strike": -5, "hunger": -4.5, "boycott": -4.5, "obstruct": -4.5,
                "vandalize": Double?.none,
            ]
        case .sanction: ["convict": -6, "expel": -5.5, "withdraw": -6, "discontinue": -6]
        case .mobilize: ["troops": -6.5, "weapons": -6.5, "police": -5.5, "militia": -6]
        case .coerce:
            [
                "seize": -7, "restrict": -7, "arrest": -7, "deport": -7, "withhold": -7, "cyber": -7, "censor": -6.5,
                "curfew": -6.5, "misinformation": -6.5, "martial-law": -7.5,
            ]
        case .assault:
            [
                "abduct": -8.5, "beat": -7.5, "torture": -8.5, "sexual": -8.5, "targeted": -9.5, "destroy": -8.5,
                "primitive": -8, "firearms": -9, "explosives": -9, "suicide-attack": -9.5, "aerial": -9.5,
                "drone": -9.5, "heavy-weapons": -9.5, "crowd-control": -7.5, "unconventional": -10,
            ]
        }
    }
}

/// Whether, and on whose word, the act took place.
package enum EventStatus: String, Codable, Sendable, CaseIterable {
    /// The article itself says that it took place.
    case happened
    /// Someone else than the article says so; `claimed_by` names them.
    case alleged
    /// The actor says that it will.
    case announced
    /// Someone asks for it.
    case proposed
    /// The actor threatens it.
    case threatened
    /// Someone says that it did not take place.
    case denied
    /// The article itself says that it did not.
    case negated
    /// A condition or possibility.
    case hypothetical
}

/// PLOVER actor sectors.
package enum Sector: String, Codable, Sendable, CaseIterable {
    case gov = "GOV", mil = "MIL", cop = "COP", jud = "JUD", leg = "LEG", spy = "SPY", pty = "PTY"
    case reb = "REB", prm = "PRM", uaf = "UAF"
    case bus = "BUS", cvl = "CVL", edu = "EDU", eli = "ELI", jrn = "JRN", lab = "LAB", med = "MED", ref = "REF"
    case opp = "OPP", rel = "REL", soc = "SOC", agr = "AGR", crm = "CRM", unk = "UNK"
}

/// The Goldstein value of a CAMEO code.
package enum Goldstein {
    /// Scale value as GDELT uses it (see docs/record.md), or nil for a code outside CAMEO.
    ///
    /// - Parameter cameo: two to four digits.
    package static func value(cameo: String) -> Double? {
        guard cameo.count >= 2, let root = Int(cameo.prefix(2)), (1...20).contains(root) else { return nil }
        for length in stride(from: min(cameo.count, 4), through: 3, by: -1) {
            if let exact = exceptions[String(cameo.prefix(length))] { return exact }
        }
        return roots[root - 1]
    }

    private static let roots: [Double] = [
        0, 3, 4, 1, 3.5, 6, 7, 5, -2, -5, -2, -4, -6, -6.5, -7.2, -4, -7, -9, -10, -10,
    ]
    private static let exceptions: [String: Double] = [
        "011": -0.1, "012": -0.4, "013": 0.4, "016": -2, "018": 3.4, "019": 3.4,
        "021": 3.4, "022": 3.2, "023": 3.4, "024": -0.3, "025": -0.3, "026": 4, "027": 4, "028": 4,
        "031": 5.2, "032": 4.5, "0331": 5.2, "0332": 5.2, "0333": 5.2, "0334": 6, "034": 7, "035": 7, "037": 5,
        "038": 7, "039": 5, "042": 1.9, "043": 2.8, "044": 2.5, "045": 5, "046": 7,
        "051": 3.4, "053": 3.8, "054": 6, "055": 7, "056": 7, "057": 8, "061": 6.4, "062": 7.4, "063": 7.4, "064": 7,
        "071": 7.4, "072": 8.3, "073": 7.4, "074": 8.5, "084": 7, "085": 7, "086": 9, "0871": 9, "0872": 9,
        "0873": 9, "0874": 10, "125": -5, "126": -5, "127": -5, "128": -5, "129": -5,
        "130": -4.4, "131": -5.8, "132": -5.8, "133": -5.8, "134": -5.8, "135": -5.8, "136": -7, "137": -7,
        "138": -7, "139": -7, "144": -7.5, "145": -7.5, "162": -5.6, "163": -8, "164": -7, "165": -6.5, "166": -7,
        "171": -9.2, "172": -5, "173": -5, "174": -5, "175": -9, "182": -9.5, "1821": -9, "1822": -9, "1823": -10,
        "183": -10, "184": -8, "185": -8, "186": -10, "191": -9.5, "192": -9.5, "196": -9.5, "201": -9.5,
    ]
}

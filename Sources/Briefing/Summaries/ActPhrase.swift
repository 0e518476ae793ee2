package import Records

/// The English verb phrase of a PLOVER type and mode, with a place for the recipient.
package struct ActPhrase: Sendable {
    let verb: Verb
    /// What follows the verb, with `{}` for the recipient.
    ///
    /// A phrase that begins with `{}` has a passive.
    let rest: String
    /// The phrase without a recipient.
    let alone: (verb: Verb, rest: String)

    /// Infinitive, past and participle.
    struct Verb: Sendable {
        let infinitive: String
        let past: String
        let participle: String
    }

    /// A form of the phrase.
    enum Form { case infinitive, past, participle }

    /// The phrase of an event: that of its first mode, else of its type.
    package init(_ event: EventType, mode: String?) {
        self = (mode.flatMap { ActPhrase.table["\(event.rawValue)/\($0)"] } ?? ActPhrase.table[event.rawValue])!
    }

    /// The phrase about a recipient, or without one.
    func text(_ form: Form, _ recipient: String?) -> String {
        let (verb, rest) = recipient == nil ? alone : (verb, self.rest)
        let word =
            switch form {
            case .infinitive: verb.infinitive
            case .past: verb.past
            case .participle: verb.participle
            }
        let filled = rest.replacing("{}", with: recipient ?? "")
        return filled.isEmpty ? word : "\(word) \(filled)"
    }

    /// What happened to the recipient, behind “was” or “be”; nil for an act that has no passive.
    var passive: String? {
        guard rest.hasPrefix("{}") else { return nil }
        return verb.participle + rest.dropFirst(2)
    }

    private init(_ columns: [Substring]) {
        func verb(_ text: Substring) -> Verb {
            let forms = text.split(separator: "/").map(String.init)
            return Verb(infinitive: forms[0], past: forms[1], participle: forms[forms.count - 1])
        }
        self.verb = verb(columns[1])
        rest = String(columns[2])
        alone = (columns[3].isEmpty ? self.verb : verb(columns[3]), String(columns[4]))
    }

    /// Type and mode | verb | what follows | verb without a recipient, where it is another | what follows.
    private static let table: [String: ActPhrase] = Dictionary(
        uniqueKeysWithValues: """
            AGREE|agree/agreed|to cooperate with {}||to cooperate
            CONSULT|hold/held|talks with {}||talks
            CONSULT/visit|visit/visited|{}|make/made|a visit
            CONSULT/third-party|hold/held|talks with {} through a third party||talks through a third party
            CONSULT/multilateral|hold/held|talks with {} and others||talks with several parties
            CONSULT/phone|speak/spoke/spoken|with {} by telephone||by telephone
            SUPPORT|express/expressed|support for {}||support
            CONCEDE|make/made|a concession to {}||a concession
            COOPERATE|cooperate/cooperated|with {}||
            AID|give/gave/given|aid to {}||aid
            RETREAT|give/gave/given|way to {}||way
            RETREAT/withdraw|withdraw/withdrew/withdrawn|from {}||
            RETREAT/release|release/released|{}||people or property
            RETREAT/disarm|give/gave/given|up weapons to {}||up weapons
            RETREAT/ceasefire|observe/observed|a ceasefire with {}||a ceasefire
            RETREAT/access|grant/granted|access to {}||access
            RETREAT/resign|resign/resigned|||
            REQUEST|appeal/appealed|to {}|make/made|an appeal
            REQUEST/assist|ask/asked|{} for help||for help
            REQUEST/change|urge/urged|{} to change course|call/called|for change
            REQUEST/yield|urge/urged|{} to give way|call/called|for concessions
            REQUEST/meet|ask/asked|{} for talks||for talks
            ACCUSE|accuse/accused|{} of wrongdoing|make/made|accusations
            ACCUSE/disapprove|criticise/criticised|{}|voice/voiced|criticism
            ACCUSE/investigate|investigate/investigated|{}|open/opened|an investigation
            ACCUSE/allege|make/made|allegations against {}||allegations
            REJECT|reject/rejected|a demand or proposal of {}||a demand or proposal
            REJECT/assist|refuse/refused|to help {}||to help
            REJECT/change|refuse/refused|to change course for {}||to change course
            REJECT/yield|refuse/refused|to give way to {}||to give way
            REJECT/meet|refuse/refused|to meet {}||to meet
            THREATEN|threaten/threatened|{}|make/made|a threat
            THREATEN/restrict|threaten/threatened|{} with restrictions||restrictions
            THREATEN/arrest|threaten/threatened|{} with arrest||arrests
            THREATEN/relations|threaten/threatened|to break off relations with {}||to break off relations
            THREATEN/expel|threaten/threatened|to expel {}||expulsions
            THREATEN/territory|threaten/threatened|to take territory of {}||to take territory
            THREATEN/violence|threaten/threatened|{} with violence||violence
            PROTEST|protest/protested|against {}||
            PROTEST/demo|demonstrate/demonstrated|against {}||
            PROTEST/riot|riot/rioted|against {}||
            PROTEST/strike|go/went/gone|on strike against {}||on strike
            PROTEST/hunger|go/went/gone|on hunger strike against {}||on hunger strike
            PROTEST/boycott|boycott/boycotted|{}|stage/staged|a boycott
            PROTEST/obstruct|obstruct/obstructed|{}|stage/staged|a blockade
            PROTEST/vandalize|damage/damaged|property of {}||property
            SANCTION|impose/imposed|sanctions on {}||sanctions
            SANCTION/convict|convict/convicted|{}|hand/handed|down a conviction
            SANCTION/expel|expel/expelled|{}|carry/carried|out expulsions
            SANCTION/withdraw|reduce/reduced|relations with {}||relations
            SANCTION/discontinue|impose/imposed|sanctions on {}||sanctions
            MOBILIZE|mobilise/mobilised|forces against {}||forces
            MOBILIZE/troops|deploy/deployed|troops against {}||troops
            MOBILIZE/weapons|deploy/deployed|weapons against {}||weapons
            MOBILIZE/police|deploy/deployed|police against {}||police
            MOBILIZE/militia|mobilise/mobilised|militias against {}||militias
            COERCE|use/used|coercion against {}||coercion
            COERCE/seize|seize/seized|property of {}||property
            COERCE/restrict|restrict/restricted|{}|impose/imposed|restrictions
            COERCE/arrest|arrest/arrested|{}|make/made|arrests
            COERCE/deport|deport/deported|{}|carry/carried|out deportations
            COERCE/withhold|withhold/withheld|goods or services from {}||goods or services
            COERCE/cyber|carry/carried|out a cyberattack on {}||out a cyberattack
            COERCE/censor|censor/censored|{}|impose/imposed|censorship
            COERCE/curfew|impose/imposed|a curfew on {}||a curfew
            COERCE/misinformation|spread/spread|false information about {}||false information
            COERCE/martial-law|impose/imposed|martial law on {}||martial law
            ASSAULT|attack/attacked|{}|carry/carried|out an attack
            ASSAULT/abduct|abduct/abducted|{}||people
            ASSAULT/beat|beat/beat/beaten|{}||people
            ASSAULT/torture|torture/tortured|{}||people
            ASSAULT/sexual|commit/committed|sexual violence against {}||sexual violence
            ASSAULT/targeted|carry/carried|out a targeted attack on {}||out a targeted attack
            ASSAULT/destroy|destroy/destroyed|property of {}||property
            ASSAULT/primitive|attack/attacked|{} with simple weapons|carry/carried|out an attack with simple weapons
            ASSAULT/firearms|attack/attacked|{} with firearms|carry/carried|out an attack with firearms
            ASSAULT/explosives|attack/attacked|{} with explosives|carry/carried|out an attack with explosives
            ASSAULT/suicide-attack|carry/carried|out a suicide attack on {}||out a suicide attack
            ASSAULT/aerial|carry/carried|out an air strike on {}||out an air strike
            ASSAULT/drone|carry/carried|out a drone strike on {}||out a drone strike
            ASSAULT/heavy-weapons|attack/attacked|{} with heavy weapons|carry/carried|out an attack with heavy weapons
            ASSAULT/crowd-control|use/used|crowd-control weapons against {}||crowd-control weapons
            ASSAULT/unconventional|attack/attacked|{} with unconventional weapons|carry/carried|out an attack with unconventional weapons
            """.split(separator: "\n").map { line in
                let columns = line.split(separator: "|", omittingEmptySubsequences: false)
                return (String(columns[0]), ActPhrase(columns))
            }
    )
}

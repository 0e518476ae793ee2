package import Records

/// What the project knows about the world: countries, places, people with their offices, organisations, common nouns
/// for actors, and the frames that words of action open.
///
/// Read once from the tables of a directory; immutable.
package struct Knowledge: Sendable {
    /// What each name stands for; words with one space between them.
    package private(set) var phrases: [String: Name] = [:]
    /// The people with each surname whom newswire may call by it: those of whom an office is known.
    package private(set) var surnames: [String: [Int]] = [:]
    /// What kind of actor each common noun means, in lower case, singular and plural.
    package private(set) var nouns: [String: Agent] = [:]
    private var leaders: [String: String] = [:]
    /// What countries are called, by ISO 3166-1 alpha-3 code.
    package private(set) var countries: [String: String] = [:]
    /// The forms of each capital's name, the usual one first.
    private var capitals: [String: [String]] = [:]
    /// Cities that are names only where a text uses them as places.
    package private(set) var cities: [String: City] = [:]
    /// Places and capitals.
    private(set) var points = Points()
    private var holders: [OfficeOf: [Int]] = [:]
    /// People, as `Name.Kind.person` numbers them.
    package private(set) var people: [Person] = []
    /// What verbs and nouns of action mean.
    package private(set) var frames = Frames()
    /// How often events of a kind were right.
    package private(set) var confidence = Confidence()
    /// How common each word is in newswire.
    package private(set) var words = WordFrequencies()

    /// Reads the tables.
    ///
    /// - Parameter directory: holds countries.tsv, historical.tsv, places.tsv, organisations.tsv, people.tsv, people-dictionary.tsv, gazetteer.tsv, agents.tsv,
    ///   frames.tsv, confidence.tsv and word-frequencies.tsv.
    /// - Throws: with file and line of the first row that is wrong.
    package init(directory: String) throws(KnowledgeError) {
        try readCountries(Table("countries.tsv", in: directory))
        try readHistorical(Table("historical.tsv", in: directory))
        try readOrganisations(Table("organisations.tsv", in: directory))
        try readPeople(Table("people.tsv", in: directory))
        try readPeople(Table("people-dictionary.tsv", in: directory))
        try readPlaces(Table("places.tsv", in: directory))
        for row in try Table("gazetteer.tsv", in: directory).rows {
            cities[try row.required("name")] = City(country: try row.required("country"), point: try row.coordinates())
        }
        locateCapitals()
        try readAgents(Table("agents.tsv", in: directory))
        frames = try Frames(Table("frames.tsv", in: directory))
        confidence = try Confidence(Table("confidence.tsv", in: directory))
        words = try WordFrequencies(Table("word-frequencies.tsv", in: directory))
    }

    /// The person whom newswire means by the leader of a country on a day.
    package func leader(of country: String, on day: CivilDate) -> Int? {
        holder(of: leaders[country] ?? "president", country: country, on: day)
    }

    private struct OfficeOf: Hashable {
        let office: String
        let country: String
    }

    /// Who holds an office of a country on a day, when that is one person.
    package func holder(of office: String, country: String, on day: CivilDate) -> Int? {
        guard let ever = holders[OfficeOf(office: office, country: country)] else { return nil }
        let now = ever.filter { person in
            people[person].offices.contains { $0.title == office && $0.isHeld(on: day) }
        }
        return now.count == 1 ? now[0] : nil
    }

    /// How much the tables hold, for a person.
    package var counts: [(what: String, count: Int)] {
        func names(_ fits: (Name.Kind) -> Bool) -> Int {
            Set(phrases.values.filter { fits($0.kind) }.map(\.name)).count
        }
        return [
            ("countries", names { $0 == .country }), ("people", people.count),
            ("people with offices", people.count { $0.offices.contains { $0.title != nil } }),
            ("organisations", names { $0 == .organisation }), ("places", names { $0 == .place || $0 == .capital }),
            ("cities", cities.count), ("common nouns", nouns.count), ("names and aliases", phrases.count),
            ("event frames", frames.all.count),
            ("words of action", Set(frames.all.flatMap { $0.lemmas.map(\.word) }).count),
        ]
    }

    // MARK: Reading

    private mutating func add(_ phrase: String, _ name: Name) {
        // The first table wins: a country's name is not a city's.
        guard phrases[phrase] == nil else { return }
        phrases[phrase] = name
    }

    private mutating func readCountries(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            let code = try row.required("code")
            let name = try row.required("name")
            guard code.utf8.count == 3, code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
                throw row.error("'\(code)' is not an ISO 3166-1 alpha-3 code")
            }
            leaders[code] = try row.text("leader")
            countries[code] = name
            for phrase in try [name] + row.list("aliases") { add(phrase, Name(.country, name, code, nil)) }
            for (column, kind) in [("adjectives", Name.Kind.adjective), ("demonyms", .demonym), ("metonyms", .metonym)]
            {
                for phrase in try row.list(column) {
                    add(phrase, Name(kind, kind == .metonym ? phrase : name, code, kind == .metonym ? .gov : nil))
                }
            }
            let capitals = try row.list("capital")
            if !capitals.isEmpty { self.capitals[code] = capitals }
            for phrase in capitals { add(phrase, Name(.capital, capitals[0], code, nil)) }
        }
    }

    private mutating func readHistorical(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            let name = try row.required("name")
            let code = try row.required("successor")
            guard try PartialDate(row, "from") != nil, try PartialDate(row, "to") != nil else {
                throw row.error("a historical state has 'from' and 'to'")
            }
            for phrase in try [name] + row.list("aliases") { add(phrase, Name(.country, name, code, nil)) }
            for (column, kind) in [("adjectives", Name.Kind.adjective), ("demonyms", .demonym)] {
                for phrase in try row.list(column) { add(phrase, Name(kind, name, code, nil)) }
            }
        }
    }

    private mutating func readOrganisations(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            let name = try row.required("name")
            let organisation = try Name(
                .organisation,
                name,
                row.text("country"),
                row.value("sector", as: Sector.self)
            )
            for phrase in try [name] + row.list("aliases") { add(phrase, organisation) }
        }
    }

    private mutating func readPlaces(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            let name = try row.required("name")
            let place = try Name(.place, name, row.text("country"), nil)
            let point = try row.coordinates()
            for phrase in try [name] + row.list("aliases") {
                add(phrase, place)
                points.add(phrase, place.code, point)
            }
        }
    }

    /// A capital is where any form of its name is.
    private mutating func locateCapitals() {
        for (country, forms) in capitals {
            guard let point = forms.compactMap({ coordinates(of: $0, country: country) }).first else {
                continue
            }
            for form in forms { points.add(form, country, point) }
        }
    }

    private mutating func readPeople(_ table: Table) throws(KnowledgeError) {
        var numbers: [String: Int] = [:]
        for row in table.rows {
            let id = try row.required("id")
            let name = try row.required("name")
            let office = try Office(row)
            let country = try row.text("country")
            if let number = numbers[id] {
                people[number].add(office)
                note(number, office, country)
                continue
            }
            let number = people.count
            numbers[id] = number
            people.append(Person(name: name, country: country, offices: [office]))
            note(number, office, country)
            for phrase in try [name] + row.list("aliases") {
                add(phrase, Name(.person(number), name, people[number].country, nil))
                let surname = Person.surname(of: phrase)
                guard office.title != nil else { continue }
                if surnames[surname]?.contains(number) != true { surnames[surname, default: []].append(number) }
            }
        }
    }

    private mutating func note(_ person: Int, _ office: Office, _ country: String?) {
        guard let title = office.title, let country else { return }
        let key = OfficeOf(office: title, country: country)
        if holders[key]?.contains(person) != true { holders[key, default: []].append(person) }
    }

    private mutating func readAgents(_ table: Table) throws(KnowledgeError) {
        for row in table.rows {
            let noun = try row.required("noun")
            let agent = Agent(noun: noun, sector: try row.value("sector", as: Sector.self))
            nouns[noun] = agent
            if let plural = try row.text("plural") { nouns[plural] = agent }
        }
    }
}

/// A city of the gazetteer.
package struct City: Sendable {
    /// ISO 3166-1 alpha-3.
    package let country: String
    let point: Coordinates
}

/// What a name in a text may stand for.
package struct Name: Sendable, Equatable {
    package let kind: Kind
    /// The usual form.
    package let name: String
    /// ISO 3166-1 alpha-3 or a PLOVER code of non-states; nil when the name alone does not tell.
    package let code: String?
    package let sector: Sector?

    /// What kind of name it is.
    package enum Kind: Sendable, Equatable {
        case country, adjective, demonym, metonym, capital, organisation, place
        /// Its number in `Knowledge.people`.
        case person(Int)
    }

    init(_ kind: Kind, _ name: String, _ code: String?, _ sector: Sector?) {
        self.kind = kind
        self.name = name
        self.code = code
        self.sector = sector
    }
}

/// A common noun for a kind of actor: "police", "foreign minister".
package struct Agent: Sendable, Equatable {
    /// Singular.
    package let noun: String
    package let sector: Sector?
}

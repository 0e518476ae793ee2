import Glibc
import Postgres
import Storage
import TestSupport
import Wire

/// What clients ask for: identifiers that are there, and words, names and filters from the common to the rare.
struct SampleValues: Sendable {
    private let identifiers: [String: [String]]
    private let words: [String]
    private let names: [String]
    private let sources: [String]
    private let days: [String]

    private static let countries = [
        "USA", "RUS", "CHN", "ISR", "IRN", "GBR", "FRA", "DEU", "UKR", "SYR", "IRQ", "TUR", "MLI", "KHM", "TLS", "TON",
    ]
    private static let types = ["CONSULT", "REQUEST", "ASSAULT", "COERCE", "SANCTION", "PROTEST", "CONCEDE"]
    private static let filters = [
        "event=CONSULT", "event=SANCTION", "quad=4", "actor=USA", "actor=RUS recipient=USA", "country=RUS",
        "country=TLS", "actor=TON recipient=WSM", "event=ASSAULT mode=explosives",
        "event=SANCTION mode=expel actor=RUS",
        "status=negated", "status!=happened quad=3", "confidence>=0.9", "confidence>=0.9 event=COERCE country=IRQ",
        "sector=JUD", "place=Moscow", "place=Accra", "cameo=183", "historical=true", "source=Reuters event=AID",
        "event=PROTEST,ASSAULT country=FRA,DEU,ITA",
    ]

    init(_ connection: Connection) throws {
        func column(_ query: SQL) throws -> [String] {
            try connection.query(query).map { try $0.string(0) }
        }
        identifiers = [
            "event": try column("select id::text from report tablesample bernoulli (1) limit 2000"),
            "article": try column("select article_id::text from article_entry tablesample bernoulli (10) limit 2000"),
            // As readers do, often the one that everybody reads.
            "incident": try column("select id::text from incident order by reports desc limit 100")
                + column("select id::text from incident tablesample bernoulli (1) limit 2000"),
            "story": try column("select id::text from story order by articles desc limit 100")
                + column("select id::text from story tablesample bernoulli (20) limit 2000"),
            "entity": try column("select id::text from entity order by articles desc limit 100")
                + column("select id::text from entity tablesample bernoulli (20) limit 2000"),
            "brief": try column("select id::text from brief limit 2000"),
            "alert": try column("select id::text from alert tablesample bernoulli (20) limit 2000"),
        ]
        words = try column(
            """
            select word from ts_stat('select search from article_entry tablesample system (2)') where length(word) > 3
            order by ndoc desc limit 5000
            """
        )
        names = try column("select name from entity order by articles desc limit 3000")
        sources = try column("select source from article_entry group by source order by count(*) desc limit 200")
        days = try column("select distinct day::text from article_entry order by 1")
    }

    /// Something that can be asked of a parameter, or nil when nothing is known of one with this name.
    ///
    /// - Parameter thing: the list or thing that the route is about, such as `incidents`.
    func value(_ parameter: String, of thing: String, _ random: inout Seeded) -> String? {
        switch parameter {
        case "id": identifiers[SampleValues.singular(thing)]?.randomElement(using: &random)
        case "event", "article", "incident", "story", "entity", "alert":
            identifiers[parameter]?.randomElement(using: &random)
        case "q", "text", "query": question(&random)
        case "name", "speaker": skewed(names, &random)
        case "where", "filter": SampleValues.filters(of: thing).randomElement(using: &random)
        case "country", "code", "actor", "recipient", "of", "a", "b": skewed(SampleValues.countries, &random)
        case "pair":
            skewed(SampleValues.countries, &random).flatMap { one in
                skewed(SampleValues.countries, &random).map { "\(one)-\($0)" }
            }
        case "source": skewed(sources, &random)
        case "type": ["PER", "ORG", "LOC", "COUNTRY"].randomElement(using: &random)
        case "since", "from": days.prefix(days.count / 2).randomElement(using: &random)
        case "until", "to": days.suffix(days.count / 2).randomElement(using: &random)
        case "days": ["30", "365", "3650"].randomElement(using: &random)
        case "day": days.randomElement(using: &random)
        case "limit", "count": ["10", "50", "100"].randomElement(using: &random)
        case "rule": "rule-\(Int.random(in: 1...12, using: &random))"
        case "scope":
            switch Int.random(in: 0..<3, using: &random) {
            case 0: value("story", of: thing, &random).map { "story:\($0)" }
            case 1: value("pair", of: thing, &random).map { "dyad:\($0)" }
            default: value("country", of: thing, &random).map { "country:\($0)" }
            }
        case "status": ["happened", "happened,alleged", "denied"].randomElement(using: &random)
        case "severity": ["low", "medium", "high", "critical"].randomElement(using: &random)
        case "order": ["last", "first"].randomElement(using: &random)
        case "quad": ["1", "2", "3", "4"].randomElement(using: &random)
        default: nil
        }
    }

    /// Incidents have fewer names than events.
    private static func filters(of thing: String) -> [String] {
        guard thing == "incidents" else { return filters }
        return filters.filter { filter in
            filter.split(separator: " ").allSatisfy { term in
                Filter.incidentNames.contains { $0.rawValue == term.prefix { !"=!<>".contains($0) } }
            }
        }
    }

    /// A word or two, a phrase, or a name, the common ones more often.
    private func question(_ random: inout Seeded) -> String? {
        guard let one = skewed(words, &random), let two = skewed(words, &random) else { return nil }
        return switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: one
        case 2: "\(one) \(two)"
        case 3: "\(one) or \(two)"
        case 4: "\"\(one) \(two)\""
        default: skewed(names, &random)
        }
    }

    /// One of a list whose beginning is asked for most (Zipf's law).
    private func skewed(_ list: [String], _ random: inout Seeded) -> String? {
        guard !list.isEmpty else { return nil }
        let rank = pow(Double(list.count + 1), Double.random(in: 0..<1, using: &random))
        return list[min(list.count, Int(rank)) - 1]
    }

    private static func singular(_ thing: String) -> String {
        thing.hasSuffix("ies") ? thing.dropLast(3) + "y" : thing.hasSuffix("s") ? String(thing.dropLast()) : thing
    }
}

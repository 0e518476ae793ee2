package import Postgres
import Records

extension Reading {
    /// A person, organisation, country or place that articles name.
    package struct EntityRow: Decodable, Sendable {
        package var id: String
        package var name: String
        package var type: String
        package var code: String?
        package var sector: String?
        package var office: String?
        package var wikidata: String?
        package var aliases: [String]
        /// That name it.
        package var articles: Int
        package var firstSeq: Int
        package var lastSeq: Int

        private enum CodingKeys: String, CodingKey {
            case id, name, type, code, sector, office, wikidata, aliases, articles
            case firstSeq = "first_seq"
            case lastSeq = "last_seq"
        }
    }

    private static let entityJSON: SQL = """
        json_build_object('id', t.id, 'name', t.name, 'type', t.type, 'code', t.code, 'sector', t.sector, 'office', t.office,
            'wikidata', t.wikidata, 'aliases', t.aliases, 'articles', t.articles, 'first_seq', t.first_seq,
            'last_seq', t.last_seq)
        """

    /// Which entities; everything that is not nil must hold.
    package struct EntityQuestion: Sendable {
        /// Letters of the name: the list is then ordered by how near the name comes to them, else by the number of articles.
        package var text: String?
        /// `PER`, `ORG`, `COUNTRY`, `LOC` or `NORP`.
        package var type: String?
        package var code: String?

        package init() {}
    }

    package static func entities(
        _ question: EntityQuestion,
        _ request: PageRequest,
        on connection: Connection
    ) throws(PostgresError) -> Page<EntityRow> {
        var conditions: [SQL] = []
        if let type = question.type { conditions.append("t.type = \(type)") }
        if let code = question.code { conditions.append("t.code = \(code)") }
        // Those whose articles were all replaced stay for whoever has their identifier.
        var listing = Listing(
            table: "(select * from entity where articles > 0)",
            order: .value("t.articles"),
            conditions: conditions,
            json: entityJSON
        )
        if let text = question.text {
            // Trigrams find what is alike; whole parts of names count even in long ones.
            listing.table = """
                (select e.*, (similarity(e.name, \(text)) * 1000000)::bigint as nearness from entity e
                    where e.articles > 0 and (e.name % \(text) or e.name ilike \(like(text))))
                """
            listing.order = .value("t.nearness")
            listing.finding = .all
        }
        return try listing.page(request, on: connection)
    }

    package static func entity(_ id: String, on connection: Connection) throws(PostgresError) -> Document<EntityRow>? {
        try document("select (\(entityJSON))::text from entity t where t.id = \(id)::text::uuid", on: connection)
    }

    /// A pattern for `like` that holds the text anywhere, its own `%`, `_` and `\` as they are.
    private static func like(_ text: String) -> String {
        "%" + text.map { "\\%_".contains($0) ? "\\\($0)" : "\($0)" }.joined() + "%"
    }
}

/// Countries and non-state actors by their code, without the rest of the tables.
package struct Countries: Sendable {
    /// Names by code: ISO 3166-1 alpha-3, and PLOVER's IGO UNO EUR NGO ISM IMG MNC.
    package private(set) var names: [String: String] = [
        "IGO": "international organisations", "UNO": "United Nations", "EUR": "European Union",
        "NGO": "non-governmental organisations", "ISM": "the international community",
        "IMG": "international militant groups", "MNC": "multinational corporations",
    ]
    /// Codes by name, alias and two-letter code, all in lower case.
    private var codes: [String: String] = [:]

    /// - Parameter directory: holds countries.tsv.
    package init(directory: String) throws(KnowledgeError) {
        for row in try Table("countries.tsv", in: directory).rows {
            let code = try row.required("code")
            let name = try row.required("name")
            names[code] = name
            for other in try [name, row.text("iso2") ?? code] + row.list("aliases") { codes[other.lowercased()] = code }
        }
    }

    /// The code that a person may have meant by a name or a two-letter code; nil when it is none.
    package func code(named text: String) -> String? { codes[text.lowercased()] }
}

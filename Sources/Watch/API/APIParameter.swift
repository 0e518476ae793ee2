import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Records
import Storage
import Wire

/// A parameter of a route: what it may hold, for checking it and for describing it.
struct APIParameter: Sendable {
    enum Kind: Sendable {
        /// Not empty, at most 500 bytes.
        case text
        /// Terms of a filter; docs/protocol.md.
        case filter
        case uuid
        /// Three capital letters: ISO 3166-1 alpha-3 or one of PLOVER's.
        case code
        /// Two codes with a hyphen between them.
        case dyad
        /// ISO 8601 date.
        case day
        case count(most: Int)
        /// Of a page before this one.
        case cursor
        case oneOf([String])
        /// Some of a list, with commas between them.
        case some([String])
    }

    enum Place: String, Sendable { case path, query }

    var name: String
    var kind: Kind
    var description: String
    var place = Place.query
    var isRequired = false

    /// - Throws: what is wrong with a value, and what would be right.
    func check(_ value: String) throws(Problem) {
        func refuse(_ wanted: String) -> Problem {
            Problem(.badRequest, "\(name): '\(value.prefix(60))' is not \(wanted)")
        }
        switch kind {
        case .text:
            guard !value.isEmpty, value.utf8.count <= 500, !value.utf8.contains(0) else {
                throw refuse("a text of 1 to 500 bytes")
            }
        case .filter:
            do { _ = try Filter(value) } catch { throw Problem(.badRequest, "\(name): \(error)") }
        case .uuid:
            guard UUID(uuidString: value) != nil else {
                throw Problem(
                    place == .path ? .notFound : .badRequest,
                    "\(name): '\(value.prefix(60))' is no identifier; one looks like 6f1c2e3a-0b1d-5c2e-8f3a-9b0c1d2e3f40"
                )
            }
        case .code:
            guard APIParameter.isCode(value) else { throw refuse("a code of three capital letters, such as RUS") }
        case .dyad:
            let codes = value.split(separator: "-", omittingEmptySubsequences: false)
            guard codes.count == 2, codes.allSatisfy(APIParameter.isCode) else {
                throw refuse("two codes of three capital letters, such as RUS-USA")
            }
        case .day:
            guard CivilDate(iso: value) != nil, value.utf8.count == 10 else { throw refuse("a day such as 2016-12-30") }
        case .count(let most):
            guard let count = Int(value), (1...most).contains(count) else { throw refuse("a number from 1 to \(most)") }
        case .cursor:
            guard PageCursor(value) != nil else { throw refuse("a place in a list; take 'older' or 'newer' of a page") }
        case .oneOf(let values):
            guard values.contains(value) else { throw refuse("one of \(values.joined(separator: ", "))") }
        case .some(let values):
            let given = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard Set(given).isSubset(of: values) else { throw refuse("some of \(values.joined(separator: ", "))") }
        }
    }

    private static func isCode(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }

    /// JSON Schema of its values.
    var schema: Schema {
        switch kind {
        case .text: .text(["minLength": .number(1), "maxLength": .number(500)])
        case .filter: .text(["maxLength": .number(4096)])
        case .uuid: .uuid
        case .code: .text(["pattern": .string("^[A-Z]{3}$")])
        case .dyad: .text(["pattern": .string("^[A-Z]{3}-[A-Z]{3}$")])
        case .day: .day
        case .count(let most): .integer(["minimum": .number(1), "maximum": .number(most)])
        case .cursor: .text(["maxLength": .number(60)])
        case .oneOf(let values): .oneOf(values)
        case .some(let values):
            .text(["description": .string("some of \(values.joined(separator: ", ")), with commas between them")])
        }
    }
}

extension APIParameter {
    static func path(_ name: String, _ kind: Kind, _ description: String) -> APIParameter {
        APIParameter(name: name, kind: kind, description: description, place: .path, isRequired: true)
    }

    static func query(_ name: String, _ kind: Kind, _ description: String) -> APIParameter {
        APIParameter(name: name, kind: kind, description: description)
    }

    /// What every list takes.
    static let page: [APIParameter] = [
        .query("limit", .count(most: PageRequest.limit), "Rows of a page; 25 when not given, 10 of a search."),
        .query("before", .cursor, "The page of what comes before this place: `older` of another page."),
        .query("after", .cursor, "The page of what came after this place: `newer` of another page."),
    ]

    static let days: [APIParameter] = [
        .query("since", .day, "The first day."), .query("until", .day, "The last day."),
    ]

    static let filter = APIParameter.query(
        "where",
        .filter,
        "Terms that must all hold, such as `event=SANCTION,COERCE actor=RUS confidence>=0.7`, as in the stream."
    )
}

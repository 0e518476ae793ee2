import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Postgres
import Records
import Storage
import Wire

/// One route of the API: what it is called, takes and answers.
///
/// The routes, their checks and the OpenAPI document are made from these.
struct APIRoute: Sendable {
    /// What a route gives: bytes of JSON, or a whole response of another kind.
    enum Response: Sendable {
        case json([UInt8], status: HTTPResponse.Status = .ok)
        case other(Hummingbird.Response)
    }

    var method = HTTPRequest.Method.get
    /// Below `/api/v1`, parameters in braces.
    var path: String
    var summary: String
    var parameters: [APIParameter] = []
    /// Of the request's body, for routes that take one.
    var body: Schema?
    var status = HTTPResponse.Status.ok
    /// Of the answer; nil for one that is not JSON.
    var answer: Schema?
    var handle: @Sendable (APIQuestion, API) async throws -> Response
}

extension APIRoute {
    /// A route that reads the database, and nothing else.
    static func reading(
        _ path: String,
        _ summary: String,
        _ parameters: [APIParameter],
        _ answer: Schema,
        _ read: @escaping @Sendable (APIQuestion, Connection) throws -> [UInt8]
    ) -> APIRoute {
        APIRoute(path: path, summary: summary, parameters: parameters, answer: answer) { question, api in
            .json(try await api.run(on: api.reads) { try read(question, $0) })
        }
    }

    /// A route for one thing by its identifier.
    static func thing<Value>(
        _ path: String,
        _ what: String,
        _ summary: String,
        _ answer: Schema,
        _ read: @escaping @Sendable (String, Connection) throws -> Reading.Document<Value>?
    ) -> APIRoute {
        reading(path, summary, [.path("id", .uuid, "Its identifier.")], answer) { question, connection in
            let id = try question.required("id").lowercased()
            guard let document = try read(id, connection) else { throw Problem(.notFound, "there is no \(what) \(id)") }
            return document.json
        }
    }
}

/// A request whose parameters have been checked.
struct APIQuestion: Sendable {
    /// The most bytes of a body.
    private static let longest = 64 << 10

    let request: Request
    private let values: [String: String]

    /// - Throws: `Problem` for a parameter that is unknown, missing, given twice, or wrong.
    init(_ request: Request, _ route: APIRoute, path: (String) -> String?) throws {
        self.request = request
        var values: [String: String] = [:]
        for (name, value) in try APIQuestion.pairs(request.uri.query ?? "") {
            guard let parameter = route.parameters.first(where: { $0.place == .query && $0.name == name }) else {
                let names = route.parameters.filter { $0.place == .query }.map(\.name)
                let known = names.isEmpty ? "this takes none" : "there are \(names.joined(separator: ", "))"
                throw Problem(.badRequest, "'\(name.prefix(50))' is not a parameter; \(known)")
            }
            try parameter.check(value)
            guard values.updateValue(value, forKey: name) == nil else {
                throw Problem(.badRequest, "\(name) is given twice")
            }
        }
        for parameter in route.parameters where parameter.place == .path {
            guard let value = path(parameter.name) else { throw Problem(.notFound, "\(request.uri.path)") }
            try parameter.check(value)
            values[parameter.name] = value
        }
        for parameter in route.parameters where parameter.isRequired && values[parameter.name] == nil {
            throw Problem(.badRequest, "\(parameter.name) is missing: \(parameter.description)")
        }
        if values["before"] != nil, values["after"] != nil {
            throw Problem(.badRequest, "before and after exclude each other: a page is on one side of a place")
        }
        self.values = values
    }

    /// The pairs of a query; a `+` is a space, as forms send it.
    private static func pairs(_ query: String) throws(Problem) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for part in query.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { side in
                KeyName.unescaped(String(side.map { $0 == "+" ? " " : $0 }))
            }
            guard let name = sides[0], let value = sides.count == 2 ? sides[1] : "" else {
                throw Problem(.badRequest, "'\(part.prefix(50))' is not percent-encoded UTF-8")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    subscript(name: String) -> String? { values[name] }

    /// An identifier as the database writes it.
    func id(_ name: String) -> String? { values[name]?.lowercased() }

    /// A parameter that the route requires.
    func required(_ name: String) throws(Problem) -> String {
        guard let value = values[name] else { throw Problem(.badRequest, "\(name) is missing") }
        return value
    }

    func filter() throws(Problem) -> Filter {
        do { return try Filter(values["where"] ?? "") } catch { throw Problem(.badRequest, "where: \(error)") }
    }

    var since: CivilDate? { values["since"].flatMap { CivilDate(iso: $0) } }
    var until: CivilDate? { values["until"].flatMap { CivilDate(iso: $0) } }
    var days: Reading.Days { Reading.Days(since: since, until: until) }
    var order: Reading.Order { values["order"].flatMap(Reading.Order.init(rawValue:)) ?? .last }

    var page: PageRequest { page(25) }

    /// - Parameter usual: rows when the question does not say how many.
    func page(_ usual: Int) -> PageRequest {
        let count = values["limit"].flatMap { Int($0) } ?? usual
        if let cursor = values["before"].flatMap({ PageCursor($0) }) {
            return PageRequest(count: count, from: .before(cursor))
        }
        if let cursor = values["after"].flatMap({ PageCursor($0) }) {
            return PageRequest(count: count, from: .after(cursor))
        }
        return PageRequest(count: count)
    }

    /// The body as a value; unknown members are refused like unknown parameters.
    func body<Value: Decodable>(_ type: Value.Type, members: Set<String>) async throws -> Value {
        let bytes: [UInt8]
        do {
            bytes = Array(buffer: try await request.body.collect(upTo: APIQuestion.longest))
        } catch { throw Problem(.contentTooLarge, "a body has at most \(APIQuestion.longest) bytes") }
        do {
            if let unknown = try JSON.decode(MemberNames.self, from: bytes).names.first(where: { !members.contains($0) }
            ) {
                throw Problem(
                    .badRequest,
                    "'\(unknown.prefix(50))' is not a member; there are \(members.sorted().joined(separator: ", "))"
                )
            }
            return try JSON.decode(type, from: bytes)
        } catch let error as DecodingError { throw Problem(.badRequest, "the body: \(APIQuestion.reason(error))") }
    }

    private static func reason(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .valueNotFound(_, let context): "\(path(context)) must not be null"
        case .typeMismatch(let type, let context): "\(path(context)) is not of the type \(type)"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "it is no JSON object" : "\(path(context)): \(context.debugDescription)"
        @unknown default: "it cannot be read"
        }
    }
}

/// What members a JSON object has.
private struct MemberNames: Decodable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let names: [String]

    init(from decoder: any Decoder) throws {
        names = try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue)
    }
}

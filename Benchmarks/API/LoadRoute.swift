import ArgumentParser
import FoundationEssentials
import Records
import TestSupport

/// One list, thing or page that can be asked for.
struct LoadRoute: Sendable {
    /// Its path, with parameters in braces.
    var name: String
    /// Its parameters in the query that values are known of.
    private var optional: [String]
    /// Those that it cannot be asked without.
    private var required: [String]

    /// The pages of the dashboard and the parameters of their forms.
    private static let pages: [LoadRoute] = [
        .init("/", optional: ["where"]), .init("/live", optional: ["where"]), .init("/incidents", optional: ["where"]),
        .init("/incidents/{id}"), .init("/events/{id}"), .init("/stories"), .init("/stories/{id}"),
        .init("/entities", optional: ["q", "type"]), .init("/entities/{id}"), .init("/articles"),
        .init("/articles/{id}"), .init("/countries", optional: ["days"]),
        .init("/countries/{code}", optional: ["days"]),
        .init("/dyads/{pair}", optional: ["days"]), .init("/map", optional: ["days"]),
        .init("/search", required: ["q"]), .init("/alerts"), .init("/alerts/{id}"),
        .init("/briefs", required: ["scope"]), .init("/rules"), .init("/system"),
    ]

    /// Every route that is read and ends: those of the API's own description, and the dashboard's pages.
    static func all(of target: LoadTarget, _ values: SampleValues) throws -> [LoadRoute] {
        var client = LoadClient(port: target.port, headers: target.headers)
        let answer = try client.get("/api/v1/openapi.json")
        guard answer.status == 200 else {
            throw ValidationError("/api/v1/openapi.json: status \(answer.status)")
        }
        let description = try JSON.decode(OpenAPI.self, from: answer.body)
        let api = description.routes.filter { !$0.name.hasSuffix("/stream") && !$0.name.hasSuffix("/openapi.json") }
        var random = Seeded(state: 1)
        return try (api + pages).map { route in
            var route = route
            for parameter in route.inPath + route.required
            where values.value(parameter, of: route.thing, &random) == nil {
                throw ValidationError("\(route.name): nothing is known to ask of '\(parameter)'; SampleValues lacks it")
            }
            route.optional = route.optional.filter { values.value($0, of: route.thing, &random) != nil }
            return route
        }
    }

    init(_ name: String, optional: [String] = [], required: [String] = []) {
        self.name = name
        self.optional = optional
        self.required = required
    }

    /// The path's last part that is no parameter: what it is about.
    private var thing: String { name.split(separator: "/").last { !$0.hasPrefix("{") }.map(String.init) ?? "" }

    private var inPath: [String] {
        name.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// A path to ask: with none, one or two of the parameters that can be left out.
    func path(_ values: SampleValues, _ random: inout Seeded) -> String {
        var previous = ""
        var parts: [String] = []
        for part in name.split(separator: "/").map(String.init) {
            guard part.hasPrefix("{") else {
                previous = part
                parts.append(part)
                continue
            }
            let value = values.value(String(part.dropFirst().dropLast()), of: previous, &random) ?? ""
            parts.append(LoadRoute.escaped(value))
        }
        let chosen = optional.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))
        let query = (required + chosen).compactMap { name in
            values.value(name, of: thing, &random).map { "\(name)=\(LoadRoute.escaped($0))" }
        }
        return "/" + parts.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// The path of the next page of a list, or nil when the answer names none.
    func older(_ path: String, _ body: [UInt8]) -> String? {
        guard
            let cursor = LoadRoute.cursor(after: "\"older\":\"", in: body)
                ?? LoadRoute.cursor(after: "before=", in: body)
        else { return nil }
        let parts = path.split(separator: "?", maxSplits: 1)
        let query = parts.count > 1 ? parts[1].split(separator: "&").filter { !$0.hasPrefix("before=") } : []
        return parts[0] + "?" + (query.map(String.init) + ["before=\(cursor)"]).joined(separator: "&")
    }

    /// The place in a list that stands behind a mark, from its end: the list's own links stand under it.
    private static func cursor(after mark: String, in body: [UInt8]) -> String? {
        let mark = Array(mark.utf8)
        guard body.count > mark.count,
            let start = body.indices.dropLast(mark.count).last(where: {
                body[$0] == mark[0] && body[$0...].starts(with: mark)
            })
        else { return nil }
        let isCursor: (UInt8) -> Bool = {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2D || $0 == 0x2E
        }
        let cursor = body[(start + mark.count)...].prefix(while: isCursor)
        return cursor.isEmpty ? nil : String(decoding: cursor, as: UTF8.self)
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return String(
            decoding: text.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    [byte]
                default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            },
            as: UTF8.self
        )
    }
}

/// As much of an OpenAPI document as tells which routes are read.
private struct OpenAPI: Decodable {
    struct Parameter: Decodable {
        var name: String?
        var place: String?
        var required: Bool?
        var reference: String?

        private enum CodingKeys: String, CodingKey {
            case name, required
            case place = "in"
            case reference = "$ref"
        }
    }
    struct Operation: Decodable { var parameters: [Parameter]? }
    struct Item: Decodable {
        var get: Operation?
        var parameters: [Parameter]?
    }
    struct Components: Decodable { var parameters: [String: Parameter]? }

    var paths: [String: Item]
    var components: Components?

    var routes: [LoadRoute] {
        paths.sorted { $0.key < $1.key }.compactMap { path, item in
            guard let operation = item.get else { return nil }
            let parameters = ((item.parameters ?? []) + (operation.parameters ?? [])).compactMap { parameter in
                guard let name = parameter.reference?.split(separator: "/").last else { return parameter }
                return components?.parameters?[String(name)]
            }
            let query = parameters.filter { $0.place == "query" }
            return LoadRoute(
                path,
                optional: query.filter { $0.required != true }.compactMap(\.name),
                required: query.filter { $0.required == true }.compactMap(\.name)
            )
        }
    }
}

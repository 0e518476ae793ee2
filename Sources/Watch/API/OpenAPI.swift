import HTTPTypes
import Records

/// The OpenAPI 3.1 document, made from the routes.
enum OpenAPI {
    static func document(_ routes: [APIRoute]) -> JSONText {
        var paths: [String: [String: JSONText]] = [:]
        for route in routes {
            paths[API.base + route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route)
        }
        return .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Tidings"), "version": .string("1"),
                "description": .string(
                    "Events in the news, and what follows from them. Lists come in pages; docs/api.md says more."
                ),
            ]),
            "paths": .object(paths.mapValues(JSONText.object)),
            "components": .object([
                "schemas": .object(schemas.mapValues(\.json)),
                "securitySchemes": .object([
                    "token": .object(["type": .string("http"), "scheme": .string("bearer")])
                ]),
            ]),
            "security": .array([.object(["token": .array([])])]),
        ])
    }

    private static func operation(_ route: APIRoute) -> JSONText {
        var operation: [String: JSONText] = [
            "summary": .string(route.summary),
            "operationId": .string(name(route)),
            "parameters": .array(route.parameters.map(parameter)),
        ]
        if let body = route.body {
            operation["requestBody"] = .object(["required": .bool(true), "content": content("application/json", body)])
        }
        let success =
            route.answer.map { content("application/json", $0) } ?? content("text/event-stream", .text)
        operation["responses"] = .object([
            "\(route.status.code)": .object(["description": .string(route.summary), "content": success]),
            "default": .object([
                "description": .string("What went wrong, and what to do."),
                "content": content("application/problem+json", .named("Problem")),
            ]),
        ])
        return .object(operation)
    }

    private static func content(_ type: String, _ schema: Schema) -> JSONText {
        .object([type: .object(["schema": schema.json])])
    }

    private static func parameter(_ parameter: APIParameter) -> JSONText {
        .object([
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "description": .string(parameter.description),
            "schema": parameter.schema.json,
        ])
    }

    /// `getEventsById` for `GET /events/{id}`.
    private static func name(_ route: APIRoute) -> String {
        let words = route.path.split { "/.-".contains($0) }.map { part in
            part.hasPrefix("{") ? "By" + part.dropFirst().dropLast().capitalised : part.capitalised
        }
        return route.method.rawValue.lowercased() + words.joined()
    }
}

extension Substring {
    fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}

extension API {
    /// All routes, in the order of the document.
    static let routes: [APIRoute] = {
        let routes = APIRoute.records + APIRoute.derived + [APIRoute.feedback, APIRoute.brief, APIRoute.stream]
        // The document tells of itself, too.
        let description = "This description (OpenAPI 3.1)."
        let own = APIRoute(path: "/openapi.json", summary: description, answer: .anything) { _, _ in .json([]) }
        let document = OpenAPI.document(routes + [own])
        return routes + [
            APIRoute(path: own.path, summary: description, answer: .anything) { _, _ in .json(try JSON.encode(document))
            }
        ]
    }()
}

/// JSON, as far as descriptions of an API need it.
enum JSONText: Sendable, Equatable {
    case string(String)
    case number(Int)
    case bool(Bool)
    case null
    case array([JSONText])
    /// Members in the order of their names.
    case object([String: JSONText])
}

extension JSONText: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .bool(let bool): try container.encode(bool)
        case .null: try container.encodeNil()
        case .array(let items): try container.encode(items)
        case .object(let members): try container.encode(members)
        }
    }
}

/// A JSON Schema (2020-12, the dialect of OpenAPI 3.1).
struct Schema: Sendable, Equatable {
    var json: JSONText

    private init(_ members: [String: JSONText]) { json = .object(members) }

    private static func type(_ name: String, _ more: [String: JSONText] = [:]) -> Schema {
        Schema(more.merging(["type": .string(name)]) { more, _ in more })
    }

    static func text(_ more: [String: JSONText]) -> Schema { type("string", more) }
    static func integer(_ more: [String: JSONText]) -> Schema { type("integer", more) }
    static let text = type("string")
    static let integer = type("integer")
    static let number = type("number")
    static let bool = type("boolean")
    static let uuid = type("string", ["format": .string("uuid")])
    static let day = type("string", ["format": .string("date")])
    static let time = type("string", ["format": .string("date-time")])
    /// Any JSON object.
    static let anything = type("object")

    static func oneOf(_ values: [String]) -> Schema { type("string", ["enum": .array(values.map(JSONText.string))]) }
    static func list(_ items: Schema) -> Schema { type("array", ["items": items.json]) }
    static func named(_ name: String) -> Schema { Schema(["$ref": .string("#/components/schemas/\(name)")]) }

    /// All members are there; what may be null says so.
    static func object(
        _ members: KeyValuePairs<String, Schema>,
        optional: Set<String> = [],
        isOpen: Bool = false
    ) -> Schema {
        type(
            "object",
            [
                "properties": .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value.json) })),
                "required": .array(members.map(\.key).filter { !optional.contains($0) }.sorted().map(JSONText.string)),
                "additionalProperties": .bool(isOpen),
            ]
        )
    }

    /// A page of a list.
    static func page(_ items: Schema) -> Schema {
        object(["items": list(items), "older": text.orNull, "newer": text.orNull])
    }

    var orNull: Schema { Schema(["anyOf": .array([json, .object(["type": .string("null")])])]) }
}

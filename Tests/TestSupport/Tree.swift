/// Any JSON.
package indirect enum Tree: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([Tree])
    case object([String: Tree])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([Tree].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: Tree].self))
        }
    }

    package subscript(name: String) -> Tree {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    package var list: [Tree] { if case .list(let items) = self { items } else { [] } }
    package var members: [String: Tree] { if case .object(let members) = self { members } else { [:] } }
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var number: Double? { if case .number(let number) = self { number } else { nil } }
}

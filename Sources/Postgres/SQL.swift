/// A statement whose interpolated values become parameters (`$1`, `$2`, …), never text.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    package let text: String
    package let parameters: [Parameter]
    /// Where the text has its parameters, in order: bytes from the beginning to `$`.
    fileprivate let places: [Int]

    /// A statement without values, read from a file of the project.
    package init(script: String) {
        text = script
        parameters = []
        places = []
    }

    package init(stringLiteral value: StaticString) { self.init(script: value.description) }

    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
        places = stringInterpolation.places
    }

    /// Collects the text and the parameters of a literal.
    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        package typealias StringLiteralType = StaticString
        fileprivate var text = ""
        fileprivate var parameters: [Parameter] = []
        fileprivate var places: [Int] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            parameters.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        package mutating func appendInterpolation(_ parameter: Parameter) {
            places.append(text.utf8.count)
            parameters.append(parameter)
            text += "$\(parameters.count)"
        }

        /// A part of a statement, whose parameters come after those that are there.
        package mutating func appendInterpolation(_ part: SQL) {
            var rest = part.text.utf8[...]
            for (number, place) in part.places.enumerated() {
                let start = part.text.utf8.index(part.text.startIndex, offsetBy: place)
                text += String(Substring(rest[..<start]))
                appendInterpolation(part.parameters[number])
                rest = part.text.utf8[start...].dropFirst("$\(number + 1)".utf8.count)
            }
            text += String(Substring(rest))
        }

        package mutating func appendInterpolation(_ value: Int) { appendInterpolation(.int8(value)) }
        package mutating func appendInterpolation(_ value: String) { appendInterpolation(.text(value)) }
        package mutating func appendInterpolation(_ value: String?) {
            appendInterpolation(value.map(Parameter.text) ?? .null)
        }
        package mutating func appendInterpolation(_ value: Int?) {
            appendInterpolation(value.map(Parameter.int8) ?? .null)
        }
        package mutating func appendInterpolation(_ value: [UInt8]) { appendInterpolation(.bytea(value)) }
        package mutating func appendInterpolation(_ value: Bool) { appendInterpolation(.bool(value)) }
        package mutating func appendInterpolation(_ values: [Int]) { appendInterpolation(.int8Array(values)) }
        package mutating func appendInterpolation(_ values: [String?]) { appendInterpolation(.textArray(values)) }
        package mutating func appendInterpolation(_ values: [[UInt8]]) { appendInterpolation(.byteaArray(values)) }
        package mutating func appendInterpolation(_ values: [Bool]) { appendInterpolation(.boolArray(values)) }
    }
}

extension [SQL] {
    /// The parts with a separator between them.
    package func joined(separator: SQL) -> SQL {
        guard let first else { return "" }
        return dropFirst().reduce(first) { "\($0)\(separator)\($1)" }
    }
}

/// A value on its way to the server, in PostgreSQL's binary format.
package struct Parameter: Sendable {
    /// The type's OID; 0 lets the server infer it.
    let type: UInt32
    /// nil is SQL NULL.
    let bytes: [UInt8]?

    package static let null = Parameter(type: 0, bytes: nil)
    package static func int8(_ value: Int) -> Parameter { Parameter(type: 20, bytes: bigEndian(Int64(value))) }
    package static func text(_ value: String) -> Parameter { Parameter(type: 25, bytes: Array(value.utf8)) }
    package static func bytea(_ value: [UInt8]) -> Parameter { Parameter(type: 17, bytes: value) }
    package static func bool(_ value: Bool) -> Parameter { Parameter(type: 16, bytes: [value ? 1 : 0]) }

    package static func int8Array(_ values: [Int]) -> Parameter {
        array(type: 1016, element: 20, values) { bigEndian(Int64($0)) }
    }
    package static func textArray(_ values: [String?]) -> Parameter {
        array(type: 1009, element: 25, values) { $0.map { Array($0.utf8) } }
    }
    package static func byteaArray(_ values: [[UInt8]]) -> Parameter { array(type: 1001, element: 17, values) { $0 } }
    package static func boolArray(_ values: [Bool]) -> Parameter {
        array(type: 1000, element: 16, values) { [$0 ? 1 : 0] }
    }
    /// UTF-8 bytes as `text[]`, without a detour over `String`; the server checks the encoding.
    package static func utf8Array(_ values: [[UInt8]]) -> Parameter { array(type: 1009, element: 25, values) { $0 } }

    private static func array<Value>(
        type: UInt32,
        element: UInt32,
        _ values: [Value],
        encode: (Value) -> [UInt8]?
    ) -> Parameter {
        // array_send in the PostgreSQL sources: dimensions, null flag, element OID, length and lower bound, elements.
        var bytes: [UInt8] = bigEndian(Int32(values.isEmpty ? 0 : 1)) + bigEndian(Int32(1)) + bigEndian(element)
        if !values.isEmpty { bytes += bigEndian(Int32(values.count)) + bigEndian(Int32(1)) }
        for value in values {
            guard let encoded = encode(value) else {
                bytes += bigEndian(Int32(-1))
                continue
            }
            bytes += bigEndian(Int32(encoded.count))
            bytes += encoded
        }
        return Parameter(type: type, bytes: bytes)
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
